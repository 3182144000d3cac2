package web

import (
	"io"
	"net/http"
	"strconv"
	"sync"
)

// An exchange is one request's answer as the Gate sees it. It is reached through
// the ResponseWriter, not the request's context, because a context costs a copy of
// the request on every hit of the page cache.
type exchange struct {
	http.ResponseWriter
	status int
	bytes  int64
	gate   *Gate
	n      uint64 // its number in this process
}

var exchanges = sync.Pool{New: func() any { return new(exchange) }}

func (x *exchange) WriteHeader(status int) {
	if x.status < 200 {
		x.status = status
	}
	x.ResponseWriter.WriteHeader(status)
}

func (x *exchange) Write(p []byte) (int, error) {
	if x.status < 200 {
		x.status = http.StatusOK
	}
	n, err := x.ResponseWriter.Write(p)
	x.bytes += int64(n)
	return n, err
}

// ReadFrom keeps the kernel's way of sending a file.
func (x *exchange) ReadFrom(src io.Reader) (int64, error) {
	if x.status < 200 {
		x.status = http.StatusOK
	}
	n, err := io.Copy(x.ResponseWriter, src)
	x.bytes += n
	return n, err
}

// Flush sends what is written so far.
func (x *exchange) Flush() {
	if x.status < 200 {
		x.status = http.StatusOK
	}
	http.NewResponseController(x.ResponseWriter).Flush()
}

// Unwrap lets http.ResponseController reach the connection.
func (x *exchange) Unwrap() http.ResponseWriter { return x.ResponseWriter }

// RequestID names the request in the log; it is the same for the whole request. It
// is empty where no Gate stands before the handler (in tests).
func RequestID(w http.ResponseWriter) string {
	for {
		switch x := w.(type) {
		case *exchange:
			return x.gate.first + strconv.FormatUint(x.n, 36)
		case interface{ Unwrap() http.ResponseWriter }:
			w = x.Unwrap()
		default:
			return ""
		}
	}
}

// TellRequestID sends the request's id along, for programs that report errors.
func TellRequestID(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if id := RequestID(w); id != "" {
			w.Header().Set("X-Request-Id", id)
		}
		next.ServeHTTP(w, r)
	})
}
