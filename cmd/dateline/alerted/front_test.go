package alerted_test

import (
	"bytes"
	"io"
	"log"
	"mime"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"path"
	"strings"
	"sync"
	"testing"
)

// A front stands before a site as a proxy does. What Chromium says to the site's push
// API goes through unchanged but for one thing: Google's address in an endpoint becomes
// that of the post office, since the site may not be led to another address than the
// one it was given, and Google's is not ours to answer at. It counts what is asked.
type front struct {
	srv    *httptest.Server
	origin string

	mu    sync.Mutex
	asked []string
	old   map[string]string // what the site's predecessor answers, by path
}

func newFront(t *testing.T, behind string, p *postOffice) *front {
	t.Helper()
	f := &front{}
	target := &url.URL{Scheme: "http", Host: behind}
	rewrite := standsFor(p)
	// What the browser asks for on its own while the site is down is no news.
	proxy := &httputil.ReverseProxy{ErrorLog: log.New(io.Discard, "", 0), Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(target)
		r.Out.Host = r.In.Host
	}}
	f.srv = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f.mu.Lock()
		f.asked = append(f.asked, r.Method+" "+r.URL.RequestURI())
		old, is := f.old[r.URL.Path]
		f.mu.Unlock()
		if is {
			w.Header().Set("Content-Type", mime.TypeByExtension(path.Ext(r.URL.Path)))
			w.Header().Set("Service-Worker-Allowed", "/")
			io.WriteString(w, old)
			return
		}
		if strings.HasPrefix(r.URL.Path, "/api/v1/push/") {
			b, err := io.ReadAll(io.LimitReader(r.Body, 1<<20))
			if err != nil {
				return
			}
			b = []byte(rewrite.Replace(string(b)))
			r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(b)), int64(len(b))
		}
		proxy.ServeHTTP(w, r)
	}))
	f.origin = f.srv.URL
	t.Cleanup(f.srv.Close)
	return f
}

// plays has the front answer as the site's predecessor did, until that is nil.
func (f *front) plays(old map[string]string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.old = old
}

// since gives what was asked after the first n.
func (f *front) since(n int) []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]string(nil), f.asked[n:]...)
}

func (f *front) count() int { return len(f.since(0)) }
