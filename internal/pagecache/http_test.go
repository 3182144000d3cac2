package pagecache_test

import (
	"bytes"
	"context"
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"dateline/internal/pagecache"

	"github.com/andybalholm/brotli"
	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/gzip"
)

var policy = http.Header{
	"Content-Security-Policy": {"default-src 'none'"},
	"X-Content-Type-Options":  {"nosniff"},
	"Referrer-Policy":         {"strict-origin-when-cross-origin"},
}

// TestOverTheWire asks a real server, in each coding, for a page that is rendered
// and then kept: nine headers and Date, the right bytes, the same both times.
func TestOverTheWire(t *testing.T) {
	body := article(30_000)
	for _, tc := range []struct{ accept, want string }{
		{"", ""},
		{"gzip, deflate", "gzip"},
		{"gzip, deflate, br, zstd", "br"},
	} {
		c := pagecache.New(pagecache.Options{Headers: policy})
		var hits atomic.Int64
		srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if c.Hit(w, r) {
				hits.Add(1)
			} else if err := c.Serve(w, r, "", html(body, nil, "story:1")); err != nil {
				t.Errorf("serve: %v", err)
			}
		}))
		defer srv.Close()
		client := srv.Client()
		client.Transport.(*http.Transport).DisableCompression = true
		var first http.Header
		rounds := 2
		if tc.want != "" {
			rounds = 3 // the first reader gets gzip, made quickly
		}
		for round := range rounds {
			req, _ := http.NewRequest("GET", srv.URL+"/bridge", nil)
			if tc.accept != "" {
				req.Header.Set("Accept-Encoding", tc.accept)
			}
			resp, err := client.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			raw, _ := io.ReadAll(resp.Body)
			resp.Body.Close()
			if rounds == 3 && round == 0 {
				if got := resp.Header.Get("Content-Encoding"); got != "gzip" {
					t.Errorf("the first reader got coding %q, want gzip", got)
				}
				continue
			}
			if got := unpack(t, resp.Header.Get("Content-Encoding"), raw); !bytes.Equal(got, body) {
				t.Errorf("Accept-Encoding %q: body differs from what was rendered", tc.accept)
			}
			if got := resp.Header.Get("Content-Length"); got != strconv.Itoa(len(raw)) {
				t.Errorf("Accept-Encoding %q: Content-Length %s for %d bytes", tc.accept, got, len(raw))
			}
			if got := resp.Header.Get("Content-Encoding"); got != tc.want {
				t.Errorf("Accept-Encoding %q: Content-Encoding %q, want %q", tc.accept, got, tc.want)
			}
			names := slices.Sorted(maps.Keys(resp.Header))
			want := []string{"Cache-Control", "Content-Encoding", "Content-Length", "Content-Security-Policy", "Content-Type", "Date", "Etag", "Referrer-Policy", "Vary", "X-Content-Type-Options"}
			if tc.want == "" {
				want = slices.Delete(want, 1, 2)
			}
			if d := cmp.Diff(want, names); d != "" {
				t.Errorf("headers (-want +got):\n%s", d)
			}
			if resp.Header.Get("Vary") != "Accept-Encoding" || resp.Header.Get("Cache-Control") != "no-cache" {
				t.Errorf("Vary %q, Cache-Control %q", resp.Header["Vary"], resp.Header["Cache-Control"])
			}
			resp.Header.Del("Date")
			if first == nil {
				first = resp.Header
			} else if d := cmp.Diff(first, resp.Header); d != "" {
				t.Errorf("rendered and kept differ (-rendered +kept):\n%s", d)
			}
		}
		srv.Close() // a handler may still be counting when its answer has arrived
		if hits.Load() != int64(rounds-1) {
			t.Errorf("%d hits, want %d", hits.Load(), rounds-1)
		}
	}
}

func unpack(t *testing.T, encoding string, raw []byte) []byte {
	t.Helper()
	var r io.Reader = bytes.NewReader(raw)
	switch encoding {
	case "gzip":
		z, err := gzip.NewReader(r)
		if err != nil {
			t.Fatal(err)
		}
		r = z
	case "br":
		r = brotli.NewReader(r)
	}
	b, err := io.ReadAll(r)
	if err != nil {
		t.Fatalf("unpack %s: %v", encoding, err)
	}
	return b
}

func TestWhichCoding(t *testing.T) {
	c := pagecache.New(pagecache.Options{})
	render := html(article(5000), nil)
	get(t, c, "/", render, "Accept-Encoding", "br, gzip") // the first reader gets gzip; here are the later ones
	for _, tc := range []struct {
		accept []string
		want   string
	}{
		{nil, ""},
		{[]string{""}, ""},
		{[]string{"identity"}, ""},
		{[]string{"gzip"}, "gzip"},
		{[]string{"x-gzip"}, "gzip"},
		{[]string{"GZip"}, "gzip"},
		{[]string{"br"}, "br"},
		{[]string{"gzip", "br"}, "br"}, // two lines
		{[]string{"gzip;q=1.0, br;q=0.9"}, "gzip"},
		{[]string{"gzip ; q=0.5 ,\tbr;q=0.500"}, "br"},
		{[]string{"gzip;q=0"}, ""},
		{[]string{"gzip;q=0.000, br;q=0.0"}, ""},
		{[]string{"br;q=0, *"}, "gzip"},
		{[]string{"*"}, "br"},
		{[]string{"*;q=0"}, ""}, // 406 would help nobody
		{[]string{"identity;q=0"}, ""},
		{[]string{"identity;q=0, br"}, "br"},
		{[]string{"identity, gzip;q=0.5"}, ""},
		{[]string{"identity;q=0.5, gzip;q=0.5"}, "gzip"},
		{[]string{"gzip;q=0.001"}, "gzip"},
		{[]string{"gzip;q=1.001"}, "gzip"},
		{[]string{"gzip;q=nonsense"}, ""},
		{[]string{"gzip;q="}, ""},
		{[]string{"gzip;q=0.5555"}, ""},
		{[]string{"gzip;Q=0"}, ""},
		{[]string{"deflate, zstd, compress"}, ""},
		{[]string{"brotli, gzipped"}, ""},
		{[]string{",,;;,=,gzip"}, "gzip"},
	} {
		var header []string
		for _, line := range tc.accept {
			header = append(header, "Accept-Encoding", line)
		}
		resp, _ := get(t, c, "/", render, header...)
		if got := resp.Header.Get("Content-Encoding"); got != tc.want || resp.StatusCode != 200 {
			t.Errorf("Accept-Encoding %q: %d with coding %q, want 200 with %q", tc.accept, resp.StatusCode, got, tc.want)
		}
	}
}

// TestLeftAlone is about bodies that are served as they are.
func TestLeftAlone(t *testing.T) {
	noise := make([]byte, 5000)
	rand.NewChaCha8([32]byte{}).Read(noise)
	for _, tc := range []struct {
		name, contentType string
		body              []byte
		packed, vary      bool
	}{
		{"page", "text/html; charset=utf-8", article(5000), true, true},
		{"feed", "application/rss+xml; charset=utf-8", article(5000), true, true},
		{"sitemap", "application/xml", article(5000), true, true},
		{"JSON feed", "application/feed+json", article(5000), true, true},
		{"small page", "text/html; charset=utf-8", article(200), false, false},
		{"noise called text", "text/plain", noise, false, true}, // tried, and not worth it
		{"picture", "image/jpeg", article(5000), false, false},
		{"broken type", "text/html;;;=", article(5000), false, false},
	} {
		c := pagecache.New(pagecache.Options{})
		resp, _ := get(t, c, "/", func(context.Context) (pagecache.Response, error) {
			return pagecache.Response{ContentType: tc.contentType, Body: tc.body}, nil
		}, "Accept-Encoding", "gzip, br")
		if got := resp.Header.Get("Content-Encoding") != ""; got != tc.packed {
			t.Errorf("%s: packed %v, want %v", tc.name, got, tc.packed)
		}
		if got := resp.Header.Get("Vary") != ""; got != tc.vary {
			t.Errorf("%s: Vary sent %v, want %v", tc.name, got, tc.vary)
		}
	}
}

// TestFirstReader: packing well is for what is read more than once, and who only asks
// whether something has changed has nothing packed.
func TestFirstReader(t *testing.T) {
	for _, tc := range []struct{ accept, second string }{
		{"gzip, br", "br"},
		{"gzip", "gzip"}, // as feed readers ask
	} {
		c := pagecache.New(pagecache.Options{})
		render := html(article(30_000), nil, "story:1")
		first, _ := get(t, c, "/", render, "Accept-Encoding", tc.accept)
		if got := first.Header.Get("Content-Encoding"); got != "gzip" {
			t.Errorf("Accept-Encoding %q: the first reader got coding %q, want gzip", tc.accept, got)
		}
		back, _ := get(t, c, "/", render, "Accept-Encoding", tc.accept, "If-None-Match", first.Header.Get("Etag"))
		if back.StatusCode != 304 {
			t.Errorf("Accept-Encoding %q: the first reader came back and got %d, want 304", tc.accept, back.StatusCode)
		}
		if n := c.Packed("/"); n != 1 {
			t.Errorf("Accept-Encoding %q: packed %d times for one reader, want 1", tc.accept, n)
		}
		second, _ := get(t, c, "/", render, "Accept-Encoding", tc.accept)
		if got := second.Header.Get("Content-Encoding"); got != tc.second || second.ContentLength >= first.ContentLength {
			t.Errorf("Accept-Encoding %q: the second reader got %d bytes of %q, want fewer than %d of %q", tc.accept, second.ContentLength, got, first.ContentLength, tc.second)
		}
		back, _ = get(t, c, "/", render, "Accept-Encoding", tc.accept, "If-None-Match", first.Header.Get("Etag"))
		if back.StatusCode != 304 || back.Header.Get("Etag") != first.Header.Get("Etag") {
			t.Errorf("Accept-Encoding %q: the first reader came back later and got %d, want 304", tc.accept, back.StatusCode)
		}
		identity, _ := get(t, c, "/", render, "If-None-Match", first.Header.Get("Etag"))
		if identity.StatusCode != 200 || identity.Header.Get("Content-Encoding") != "" {
			t.Errorf("who takes no gzip got %d, want the page as it is", identity.StatusCode)
		}
	}
}

// TestSwitchedCoding: who holds a page in one coding is told that it is the same,
// whatever coding they would get now.
func TestSwitchedCoding(t *testing.T) {
	c := pagecache.New(pagecache.Options{})
	render := html(article(5000), nil, "story:1")
	first, _ := get(t, c, "/", render, "Accept-Encoding", "gzip, br")
	get(t, c, "/", render, "Accept-Encoding", "gzip, br")
	again, _ := get(t, c, "/", render, "Accept-Encoding", "gzip, br", "If-None-Match", first.Header.Get("Etag"))
	if again.StatusCode != 304 || again.Header.Get("Etag") != first.Header.Get("Etag") {
		t.Errorf("%d with ETag %s, want 304 with %s", again.StatusCode, again.Header.Get("Etag"), first.Header.Get("Etag"))
	}
}

func TestRevalidation(t *testing.T) {
	c := pagecache.New(pagecache.Options{Headers: policy, CacheControl: "max-age=5"})
	render := html(article(5000), nil, "story:1")
	etag := func(accept string) string {
		resp, _ := get(t, c, "/", render, "Accept-Encoding", accept)
		return resp.Header.Get("Etag")
	}
	id, gz, br := etag("identity"), etag("gzip"), etag("br")
	if id == gz || gz == br || id == br || !strings.HasPrefix(id, `"`) {
		t.Fatalf("ETags %s, %s, %s are not strong and different", id, gz, br)
	}
	for _, tc := range []struct {
		accept string
		match  []string
		want   int
	}{
		{"br", []string{br}, 304},
		{"br", []string{"W/" + br}, 304},
		{"br", []string{`"x", W/"y" , ` + br}, 304},
		{"br", []string{`"x"`, br}, 304},
		{"br", []string{"*"}, 304},
		{"br", []string{`"a,b",` + br}, 304},
		{"br", []string{gz}, 200}, // the gzip bytes are not the Brotli bytes
		{"gzip", []string{gz}, 304},
		{"", []string{id}, 304},
		{"br", []string{""}, 200},
		{"br", []string{strings.Trim(br, `"`)}, 200},
		{"br", []string{`"unclosed, ` + br[1:len(br)-1]}, 200},
		{"br", []string{"W/"}, 200},
		{"br", []string{`w/` + br}, 200},
	} {
		header := []string{"Accept-Encoding", tc.accept}
		for _, line := range tc.match {
			header = append(header, "If-None-Match", line)
		}
		for _, method := range []string{"GET", "HEAD"} {
			w := httptest.NewRecorder()
			if !c.Hit(w, request(method, "/", header...)) || w.Code != tc.want {
				t.Errorf("%s, If-None-Match %q: %d, want %d", method, tc.match, w.Code, tc.want)
			}
			if w.Code != 304 {
				continue
			}
			names := slices.Sorted(maps.Keys(w.Header()))
			if d := cmp.Diff([]string{"Cache-Control", "Etag", "Vary"}, names); d != "" || w.Body.Len() != 0 {
				t.Errorf("304 has %d bytes and headers (-want +got):\n%s", w.Body.Len(), d)
			}
		}
	}
	// A new policy must reach readers who hold the page, and a 404 is never a 304.
	other := pagecache.New(pagecache.Options{CacheControl: "max-age=5"})
	if resp, _ := get(t, other, "/", render, "If-None-Match", id); resp.StatusCode != 200 {
		t.Errorf("page with other policy headers: %d, want 200", resp.StatusCode)
	}
	if resp, _ := get(t, c, "/gone", status(404), "If-None-Match", "*"); resp.StatusCode != 404 {
		t.Errorf("missing page with If-None-Match *: %d, want 404", resp.StatusCode)
	}
}

func TestHeadAndRange(t *testing.T) {
	c := pagecache.New(pagecache.Options{})
	render := html(article(5000), nil)
	for _, name := range []string{"rendered", "kept"} {
		w, r := httptest.NewRecorder(), request("HEAD", "/")
		if !c.Hit(w, r) {
			if err := c.Serve(w, r, "", render); err != nil {
				t.Fatal(err)
			}
		}
		if w.Code != 200 || w.Header().Get("Content-Length") != "5000" || w.Body.Len() != 0 {
			t.Errorf("HEAD of a page just %s: %d, length %q, %d bytes sent", name, w.Code, w.Header().Get("Content-Length"), w.Body.Len())
		}
	}
	if resp, hit := get(t, c, "/", render, "Range", "bytes=0-9"); !hit || resp.StatusCode != 200 || resp.ContentLength != 5000 {
		t.Errorf("with Range: %d, %d bytes, want the whole page", resp.StatusCode, resp.ContentLength)
	}
	for _, method := range []string{"POST", "OPTIONS", "DELETE"} {
		if c.Hit(httptest.NewRecorder(), request(method, "/")) {
			t.Errorf("%s was answered from the cache", method)
		}
		if err := c.Serve(httptest.NewRecorder(), request(method, "/"), "", render); err == nil {
			t.Errorf("%s was served as a page", method)
		}
	}
}

func TestHeadersOfAResponse(t *testing.T) {
	render := func(context.Context) (pagecache.Response, error) {
		return pagecache.Response{
			ContentType:  "text/html; charset=utf-8",
			Body:         article(1000),
			Tags:         []string{"story:1", "topic:the sea", "topic:بحر"},
			CacheControl: "max-age=60",
			Header:       http.Header{"content-security-policy": {"default-src 'self'"}, "Link": {"</a>", "</b>"}},
		}, nil
	}
	for _, cdn := range []bool{false, true} {
		c := pagecache.New(pagecache.Options{Headers: policy, CDN: cdn})
		resp, _ := get(t, c, "/", render)
		want := ""
		if cdn {
			want = "story:1 topic%3Athe+sea topic%3A%D8%A8%D8%AD%D8%B1"
		}
		if got := resp.Header.Get("Surrogate-Key"); got != want {
			t.Errorf("with CDN %v: Surrogate-Key %q, want %q", cdn, got, want)
		}
		if got := resp.Header.Get("Content-Security-Policy"); got != "default-src 'self'" {
			t.Errorf("policy is %q, want the response's own", got)
		}
		if got := resp.Header["Link"]; len(got) != 2 || resp.Header.Get("Cache-Control") != "max-age=60" {
			t.Errorf("Link %q, Cache-Control %q", got, resp.Header.Get("Cache-Control"))
		}
		// What a middleware adds to one answer must not show in the next.
		w := httptest.NewRecorder()
		c.Hit(w, request("GET", "/"))
		w.Header().Add("Cache-Control", "private")
		w = httptest.NewRecorder()
		c.Hit(w, request("GET", "/"))
		if got := w.Header()["Cache-Control"]; len(got) != 1 {
			t.Errorf("Cache-Control %q after another answer had a value added", got)
		}
	}
}

func TestRefusedResponses(t *testing.T) {
	for name, r := range map[string]pagecache.Response{
		"sets a cookie":        {Header: http.Header{"set-cookie": {"a=b"}}},
		"has no content type":  {Body: []byte("<p>")},
		"partial":              {Status: 206},
		"informational":        {Status: 103},
		"not modified":         {Status: 304},
		"beyond what there is": {Status: 1000},
	} {
		c := pagecache.New(pagecache.Options{})
		w := httptest.NewRecorder()
		err := c.Serve(w, request("GET", "/"), "", func(context.Context) (pagecache.Response, error) { return r, nil })
		if err == nil || holds(c, "/") || len(w.Header()) > 0 {
			t.Errorf("a response that %s: error %v, kept %v, headers %v", name, err, holds(c, "/"), w.Header())
		}
	}
	defer func() {
		if recover() == nil {
			t.Error("New took Set-Cookie as a policy header")
		}
	}()
	pagecache.New(pagecache.Options{Headers: http.Header{"Set-Cookie": {"a=b"}}})
}
