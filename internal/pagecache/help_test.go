package pagecache_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"dateline/internal/pagecache"
)

// article is a page of some size that compresses about as articles do.
func article(n int) []byte {
	var b strings.Builder
	b.WriteString("<!doctype html><title>Harbour bridge closed</title>\n")
	for i := 0; b.Len() < n; i++ {
		fmt.Fprintf(&b, "<p class=\"p%d\">The harbour bridge was closed for the %dth time since %d, said %x.</p>\n", i%7, i*i, 1900+i%120, i*7919*7919)
	}
	return []byte(b.String()[:n])
}

// html is a render of a page that counts its calls.
func html(body []byte, calls *atomic.Int64, tags ...string) pagecache.Render {
	return func(context.Context) (pagecache.Response, error) {
		if calls != nil {
			calls.Add(1)
		}
		return pagecache.Response{ContentType: "text/html; charset=utf-8", Body: body, Tags: tags}, nil
	}
}

// plain is a render of a page that is not compressed, for tests of many pages.
func plain(size int, tags ...string) pagecache.Render {
	return func(context.Context) (pagecache.Response, error) {
		return pagecache.Response{ContentType: "image/png", Body: make([]byte, size), Tags: tags}, nil
	}
}

// status is a render of an answer other than 200.
func status(code int, tags ...string) pagecache.Render {
	return func(context.Context) (pagecache.Response, error) {
		return pagecache.Response{Status: code, ContentType: "text/plain", Body: article(250), Tags: tags}, nil
	}
}

// get asks as a server does: Hit first, then Serve. It reports whether Hit
// answered. Further arguments are header names and values in turn.
func get(t *testing.T, c *pagecache.Cache, target string, render pagecache.Render, header ...string) (*http.Response, bool) {
	t.Helper()
	w, r := httptest.NewRecorder(), request("GET", target, header...)
	if c.Hit(w, r) {
		return w.Result(), true
	}
	if err := c.Serve(w, r, "", render); err != nil {
		t.Fatalf("GET %s: %v", target, err)
	}
	return w.Result(), false
}

func request(method, target string, header ...string) *http.Request {
	r := httptest.NewRequest(method, target, nil)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Add(header[i], header[i+1])
	}
	return r
}

// holds reports whether Hit would answer.
func holds(c *pagecache.Cache, target string) bool {
	return c.Hit(httptest.NewRecorder(), request("GET", target))
}
