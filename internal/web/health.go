package web

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"sync/atomic"
	"time"
)

// Health answers /healthz and /readyz. It begins not ready; Ready and Drain tell it.
type Health struct {
	// Check says why the node should get no traffic now (no lease, no database); nil
	// means it may. It is asked with a context of a second.
	Check func(context.Context) error
	Log   *slog.Logger

	state atomic.Int32
}

const (
	starting = iota
	ready
	draining
)

// Ready says that the node may get traffic, unless it is draining already.
func (h *Health) Ready() { h.state.CompareAndSwap(starting, ready) }

// Drain makes /readyz refuse, so that a balancer sends traffic elsewhere before the
// server stops. There is no way back.
func (h *Health) Drain() { h.state.Store(draining) }

// Live answers /healthz: the process runs and serves.
func (h *Health) Live(w http.ResponseWriter, _ *http.Request) { say(w, http.StatusOK, "ok\n") }

// Readiness answers /readyz: 200, or 503 with the reason in a word. The cause of a
// failed check goes to the log only.
func (h *Health) Readiness(w http.ResponseWriter, r *http.Request) {
	switch h.state.Load() {
	case starting:
		say(w, http.StatusServiceUnavailable, "starting\n")
		return
	case draining:
		say(w, http.StatusServiceUnavailable, "draining\n")
		return
	}
	if h.Check != nil {
		ctx, cancel := context.WithTimeout(r.Context(), time.Second)
		defer cancel()
		if err := h.Check(ctx); err != nil {
			h.Log.Warn("not ready", "err", err)
			say(w, http.StatusServiceUnavailable, "not ready\n")
			return
		}
	}
	say(w, http.StatusOK, "ready\n")
}

func say(w http.ResponseWriter, status int, word string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	io.WriteString(w, word)
}
