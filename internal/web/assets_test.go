package web

import (
	"io"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/andybalholm/brotli"
)

func TestAssets(t *testing.T) {
	a := NewAssets()
	css := strings.Repeat("body { color: red }\n", 100)
	path := a.Add("desk.css", []byte(css))
	if a.Add("desk.css", []byte(css)) != path || a.Path("desk.css") != path || !strings.HasPrefix(path, "/assets/desk.") || !strings.HasSuffix(path, ".css") {
		t.Fatalf("path %q", path)
	}
	get := func(path, accept, match string) *httptest.ResponseRecorder {
		r := httptest.NewRequest("GET", path, nil)
		r.Header.Set("Accept-Encoding", accept)
		r.Header.Set("If-None-Match", match)
		w := httptest.NewRecorder()
		a.ServeHTTP(w, r)
		return w
	}
	w := get(path, "gzip, br", "")
	b, _ := io.ReadAll(brotli.NewReader(w.Body))
	if string(b) != css || w.Header().Get("Content-Encoding") != "br" || !strings.Contains(w.Header().Get("Cache-Control"), "immutable") ||
		w.Header().Get("Content-Type") != "text/css; charset=utf-8" {
		t.Errorf("brotli: %v", w.Header())
	}
	if w := get(path, "br;q=0, gzip;q=0.5", ""); w.Header().Get("Content-Encoding") != "gzip" {
		t.Errorf("gzip: %v", w.Header())
	}
	if w := get(path, "", ""); w.Body.String() != css || w.Header().Get("Content-Encoding") != "" {
		t.Errorf("plain: %v", w.Header())
	}
	if w := get(path, "br", w.Header().Get("ETag")); w.Code != 304 || w.Body.Len() > 0 {
		t.Errorf("again: %d", w.Code)
	}
	if w := get("/assets/desk.old.css", "", ""); w.Code != 404 || w.Header().Get("Cache-Control") != "no-store" {
		t.Errorf("unknown: %d %v", w.Code, w.Header())
	}
	defer func() {
		if recover() == nil {
			t.Error("two files of one name did not panic")
		}
	}()
	a.Add("desk.css", []byte("other"))
}
