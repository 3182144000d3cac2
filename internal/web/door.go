package web

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
)

// A Handler answers a request or says why not. It must not write before it knows
// that it will succeed: an error after the first byte can only be logged.
type Handler func(w http.ResponseWriter, r *http.Request) error

// A Door turns Handlers into http.Handlers for one kind of visitor.
type Door struct {
	Log *slog.Logger
	// Fail shows a failure: a page for people, Problem for programs. It may be
	// given only headers of a failed answer; it writes status and body.
	Fail func(w http.ResponseWriter, r *http.Request, f Failure)
}

// Handle adapts h. Errors go to Fail by the one table; internal ones and panics are
// logged whole with the request's id and shown as a plain sentence.
func (d Door) Handle(h Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ww := &watched{ResponseWriter: w}
		defer func() {
			if v := recover(); v != nil {
				if v == http.ErrAbortHandler {
					panic(v)
				}
				d.fail(ww, r, fmt.Errorf("panic: %v\n%s", v, debug.Stack()))
			}
		}()
		if err := h(ww, r); err != nil {
			d.fail(ww, r, err)
		}
	})
}

func (d Door) fail(w *watched, r *http.Request, err error) {
	if errors.Is(err, context.Canceled) && r.Context().Err() != nil {
		return // nobody is listening any more
	}
	f := Explain(err)
	if f.Status >= 500 || w.wrote { // busy and full too: the operator wants the cause
		d.Log.Error("request failed", "id", RequestID(w), "method", r.Method, "path", r.URL.Path, "err", err)
	}
	if w.wrote {
		// Half an answer must not look like a whole one.
		panic(http.ErrAbortHandler)
	}
	d.Fail(w, r, f)
}

// watched remembers whether an answer was begun.
type watched struct {
	http.ResponseWriter
	wrote bool
}

func (w *watched) WriteHeader(status int) {
	w.wrote = w.wrote || status >= 200
	w.ResponseWriter.WriteHeader(status)
}

func (w *watched) Write(p []byte) (int, error) {
	w.wrote = true
	return w.ResponseWriter.Write(p)
}

// Unwrap lets http.ResponseController reach the connection.
func (w *watched) Unwrap() http.ResponseWriter { return w.ResponseWriter }
