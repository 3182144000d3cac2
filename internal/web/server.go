package web

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"dateline/internal/news"
)

// Times and sizes of every server. A handler that legitimately takes longer (an
// upload, a stream) sets its own deadline with http.ResponseController.
const (
	HeaderTimeout = 5 * time.Second
	ReadTimeout   = 60 * time.Second
	WriteTimeout  = 60 * time.Second
	IdleTimeout   = 2 * time.Minute
	MaxHeader     = 16 << 10 // bytes
)

// NewServer makes an http.Server with a time-out on everything. Its listener should
// be a LimitListener.
func NewServer(h http.Handler, log *slog.Logger) *http.Server {
	return &http.Server{
		Handler:           h,
		ReadHeaderTimeout: HeaderTimeout,
		ReadTimeout:       ReadTimeout,
		WriteTimeout:      WriteTimeout,
		IdleTimeout:       IdleTimeout,
		MaxHeaderBytes:    MaxHeader,
		ErrorLog:          errorLog(log),
		ConnContext:       keepConn,
		ConnState:         nextHead,
	}
}

// Within gives handlers a context that ends after d, so that a database that does
// not answer becomes a plain "busy" in time, whatever its driver calls that.
func Within(d time.Duration, next Handler) Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		ctx, cancel := context.WithTimeout(r.Context(), d)
		defer cancel()
		err := next(w, r.WithContext(ctx))
		if err != nil && ctx.Err() == context.DeadlineExceeded && news.KindOf(err) == 0 {
			return fmt.Errorf("%w: %w", context.DeadlineExceeded, err)
		}
		return err
	}
}
