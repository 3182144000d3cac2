package web

import (
	"errors"
	"io"
	"net/http"

	"dateline/internal/news"
)

// MaxBody caps a request's body at n bytes: 413, at once when the length is announced.
func MaxBody(n int64, next Handler) Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		if r.ContentLength > n {
			w.Header().Set("Connection", "close") // else the rest is read and thrown away
			return news.Refuse(news.TooLarge, "This is too large: at most %s.", Size(n))
		}
		r.Body = http.MaxBytesReader(w, r.Body, n)
		return next(w, r)
	}
}

// ReadBody reads at most n bytes of body: more is TooLarge, a body that breaks off
// is Malformed.
func ReadBody(w http.ResponseWriter, r *http.Request, n int64) ([]byte, error) {
	b, err := io.ReadAll(http.MaxBytesReader(w, r.Body, n))
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return nil, news.Refuse(news.TooLarge, "This is too large: at most %s.", Size(large.Limit))
	case err != nil:
		return nil, Malformed("The request broke off before its end.")
	}
	return b, nil
}
