package web

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"testing"
)

// site starts a real server with a gate at http://news.example.org before a handler
// that says what it saw.
func site(t *testing.T, log *AccessLog) (*Gate, net.Addr) {
	t.Helper()
	return siteOf(t, log, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, err := io.ReadAll(r.Body)
		if r.URL.Path == "/panic" {
			panic("oh")
		}
		fmt.Fprintf(w, "seen %s %s %q %v %s", r.Method, r.URL, b, err, RequestID(w))
	}))
}

func siteOf(t *testing.T, log *AccessLog, h http.Handler) (*Gate, net.Addr) {
	t.Helper()
	public, _ := url.Parse("http://news.example.org")
	gate, err := NewGate(public, []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}, log, slog.New(slog.DiscardHandler), h)
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	srv := NewServer(gate, slog.New(slog.DiscardHandler))
	go srv.Serve(LimitListener(l, 100, 100, nil))
	t.Cleanup(func() { srv.Close() })
	return gate, l.Addr()
}

// raw sends bytes as they are and reads one answer.
func raw(t *testing.T, addr net.Addr, request string) (int, http.Header, string) {
	t.Helper()
	c, err := net.Dial("tcp", addr.String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := io.WriteString(c, request); err != nil {
		t.Fatal(err)
	}
	resp, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		t.Fatalf("%q: %v", request, err)
	}
	defer resp.Body.Close()
	b, _ := io.ReadAll(resp.Body)
	if resp.Close { // which ReadResponse takes out of the headers
		resp.Header.Set("Connection", "close")
	}
	return resp.StatusCode, resp.Header, string(b)
}

func TestGate(t *testing.T) {
	_, addr := site(t, nil)
	const host = "Host: news.example.org\r\n"
	for _, c := range []struct {
		request string
		status  int
		says    string
	}{
		{"GET / HTTP/1.1\r\n" + host + "\r\n", 200, "seen GET /"},
		{"GET /2026/11/25/%D8%AE%D8%A8%D8%B1 HTTP/1.1\r\n" + host + "\r\n", 200, "seen GET"},
		{"GET /.well-known/x HTTP/1.1\r\n" + host + "\r\n", 200, "seen GET"},
		{"GET /a%20b?q=%2F.. HTTP/1.1\r\n" + host + "\r\n", 200, "seen GET"},
		{"GET / HTTP/1.1\r\nHost: NEWS.example.org.:8443\r\n\r\n", 200, "seen"},
		{"GET / HTTP/1.1\r\nHost: localhost:8080\r\n\r\n", 200, "seen"},
		{"GET / HTTP/1.1\r\nHost: [::1]:8080\r\n\r\n", 200, "seen"},
		{"GET / HTTP/1.1\r\nHost: 127.0.0.9\r\n\r\n", 200, "seen"},
		{"GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n", 421, "does not answer for that host"},
		{"GET / HTTP/1.1\r\nHost: news.example.org.evil.example\r\n\r\n", 421, ""},
		{"GET / HTTP/1.1\r\nHost: news.example.org:80@evil.example\r\n\r\n", 400, ""},
		{"GET / HTTP/1.1\r\nHost: \r\n\r\n", 421, ""},
		{"GET / HTTP/1.0\r\n\r\n", 421, ""},
		{"GET /readyz HTTP/1.1\r\nHost: 10.1.2.3:8080\r\n\r\n", 200, "seen"},
		{"GET http://news.example.org/abs HTTP/1.1\r\nHost: evil.example\r\n\r\n", 200, "seen GET /abs "},
		{"GET http://evil.example/abs HTTP/1.1\r\n" + host + "\r\n", 421, ""},
		{"TRACE / HTTP/1.1\r\n" + host + "\r\n", 405, ""},
		{"PUT / HTTP/1.1\r\n" + host + "Content-Length: 0\r\n\r\n", 405, ""},
		{"CONNECT news.example.org:80 HTTP/1.1\r\n" + host + "\r\n", 405, ""},
		{"OPTIONS / HTTP/1.1\r\n" + host + "\r\n", 204, ""},
		{"GET /a/../b HTTP/1.1\r\n" + host + "\r\n", 400, "dot segment"},
		{"GET /a/%2e%2e/b HTTP/1.1\r\n" + host + "\r\n", 400, "dot segment"},
		{"GET /a/. HTTP/1.1\r\n" + host + "\r\n", 400, "dot segment"},
		{"GET /a%5Cb HTTP/1.1\r\n" + host + "\r\n", 400, "backslash"},
		{"GET /a%2fb HTTP/1.1\r\n" + host + "\r\n", 400, "encoded slash"},
		{"GET /a%00b HTTP/1.1\r\n" + host + "\r\n", 400, "characters"},
		{"GET /a%FFb HTTP/1.1\r\n" + host + "\r\n", 400, "characters"},
		{"GET /api/v1/a%FFb HTTP/1.1\r\n" + host + "\r\n", 400, "urn:dateline:problem:refused"},
		{"POST / HTTP/1.1\r\n" + host + "Content-Length: 3\r\n\r\nabc", 200, `"abc"`},
		{"POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n", 200, `"abc"`},
		{"POST / HTTP/1.1\r\n" + host + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n", 400, "not clear"},
		{"POST / HTTP/1.1\r\n" + host + "transfer-encoding: chunked\r\nCONTENT-LENGTH: 6\r\n\r\n0\r\n\r\nG", 400, "not clear"},
		{"GET / HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400, "not clear"},
		{"POST / HTTP/1.1\r\n" + host + "Content-Length: 0\r\nOrigin: https://evil.example\r\n\r\n", 403, "another site"},
		{"POST / HTTP/1.1\r\n" + host + "Content-Length: 0\r\nSec-Fetch-Site: cross-site\r\n\r\n", 403, "another site"},
		{"POST / HTTP/1.1\r\n" + host + "Content-Length: 0\r\nOrigin: http://news.example.org\r\n\r\n", 200, "seen"},
		{"GET / HTTP/1.1\r\n" + host + "Sec-Fetch-Site: cross-site\r\n\r\n", 200, "seen"},
		{"GET /panic HTTP/1.1\r\n" + host + "\r\n", 500, "Something went wrong here"},
		{"GET / HTTP/1.1\r\n" + host + "X: " + strings.Repeat("a", 40_000) + "\r\n\r\n", 431, ""},
	} {
		status, _, body := raw(t, addr, c.request)
		if status != c.status || !strings.Contains(body, c.says) {
			t.Errorf("%.120q = %d %.200q, want %d %q", c.request, status, body, c.status, c.says)
		}
	}
}

func TestChunksCloseTheConnection(t *testing.T) {
	_, addr := site(t, nil)
	const chunks = "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
	for _, request := range []string{
		"POST / HTTP/1.1\r\nHost: localhost\r\n" + chunks,
		"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 6\r\n" + chunks, // a proxy may see another end
		"GET / HTTP/1.1\r\nHost: localhost\r\n" + chunks,
		"POST / HTTP/1.1\r\nHost: evil.example\r\n" + chunks,
		"PUT / HTTP/1.1\r\nHost: localhost\r\n" + chunks,
		"POST /../x HTTP/1.1\r\nHost: localhost\r\n" + chunks,
		"POST / HTTP/1.1\r\nHost: localhost\r\nOrigin: http://evil.example\r\n" + chunks,
	} {
		status, h, _ := raw(t, addr, request)
		if h.Get("Connection") != "close" {
			t.Errorf("%q = %d with headers %v, want Connection: close", request, status, h)
		}
	}
}

func TestAccessLogTellsNoReader(t *testing.T) {
	var out bytes.Buffer
	log := NewAccessLog(&out)
	gate, _ := site(t, log)
	r := httptest.NewRequest("GET", "http://news.example.org/search%22%0A?q=secret", nil)
	r.RemoteAddr = "10.0.0.1:999"
	r.Header.Add("X-Forwarded-For", "203.0.113.77, 10.0.0.2")
	r.URL.Path = "/search\""
	gate.ServeHTTP(httptest.NewRecorder(), r)
	r = httptest.NewRequest("GET", "http://news.example.org/six", nil)
	r.RemoteAddr = "[2001:db8:1:2:3:4:5:6]:999"
	gate.ServeHTTP(httptest.NewRecorder(), r)
	if err := log.Close(); err != nil {
		t.Fatal(err)
	}
	text := out.String()
	for _, secret := range []string{"secret", "113.77", "2001:db8:1:2", "10.0.0"} {
		if strings.Contains(text, secret) {
			t.Errorf("the log tells %q: %s", secret, text)
		}
	}
	for _, want := range []string{`"from":"203.0.113.0/24"`, `"from":"2001:db8:1::/48"`, `"status":200`, `"id":"`} {
		if !strings.Contains(text, want) {
			t.Errorf("the log lacks %s: %s", want, text)
		}
	}
	for line := range strings.Lines(text) {
		var m map[string]any
		if err := json.Unmarshal([]byte(line), &m); err != nil {
			t.Errorf("%q is no JSON: %v", line, err)
		}
	}
}

func TestClient(t *testing.T) {
	g := &Gate{Trusted: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}}
	for _, c := range []struct{ remote, forwarded, want string }{
		{"198.51.100.1:5", "", "198.51.100.1"},
		{"198.51.100.1:5", "1.2.3.4", "198.51.100.1"}, // no proxy of ours: not believed
		{"10.0.0.1:5", "1.2.3.4", "1.2.3.4"},
		{"10.0.0.1:5", "6.6.6.6, 1.2.3.4, 10.9.9.9", "1.2.3.4"},
		{"10.0.0.1:5", "1.2.3.4, nonsense", "10.0.0.1"},
		{"10.0.0.1:5", "", "10.0.0.1"},
		{"[::ffff:10.0.0.1]:5", "2001:db8::1", "2001:db8::1"},
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.RemoteAddr = c.remote
		if c.forwarded != "" {
			r.Header.Set("X-Forwarded-For", c.forwarded)
		}
		if got := g.Client(r).String(); got != c.want {
			t.Errorf("%s forwarded %q: %s, want %s", c.remote, c.forwarded, got, c.want)
		}
	}
}

func TestLimitListener(t *testing.T) {
	inner, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l := LimitListener(inner, 10, 2, nil)
	defer l.Close()
	accepted := make(chan net.Conn)
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				close(accepted)
				return
			}
			accepted <- c
		}
	}()
	dial := func() net.Conn {
		c, err := net.Dial("tcp", inner.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { c.Close() })
		return c
	}
	dial()
	first := <-accepted
	dial()
	<-accepted
	third := dial()
	if _, err := third.Read(make([]byte, 1)); err == nil {
		t.Error("a third connection from one address was not hung up on")
	}
	first.Close()
	first.Close() // closing twice gives back one place
	dial()
	if c := <-accepted; c == nil {
		t.Error("a place was not given back")
	}
	fourth := dial()
	if _, err := fourth.Read(make([]byte, 1)); err == nil {
		t.Error("closing twice gave back two places")
	}
}

func TestHealth(t *testing.T) {
	h := &Health{Log: slog.New(slog.DiscardHandler)}
	ask := func() int {
		w := httptest.NewRecorder()
		h.Readiness(w, httptest.NewRequest("GET", "/readyz", nil))
		return w.Code
	}
	if got := ask(); got != 503 {
		t.Errorf("starting: %d, want 503", got)
	}
	h.Ready()
	if got := ask(); got != 200 {
		t.Errorf("ready: %d, want 200", got)
	}
	h.Drain()
	h.Ready()
	if got := ask(); got != 503 {
		t.Errorf("draining: %d, want 503", got)
	}
}

func FuzzGate(f *testing.F) {
	for _, s := range []string{"/", "/a/..", "/%2e%2e/", "//x", "/a\\b", "/%zz", "/\xff", "/.x/..y/...", "*", "http://a/b"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, target string) {
		u, err := url.ParseRequestURI(target)
		if err != nil || badPath(u) != "" {
			return
		}
		if strings.Contains("/"+u.Path+"/", "/../") || strings.Contains(u.Path, `\`) || strings.Count(u.EscapedPath(), "/") != strings.Count(u.Path, "/") {
			t.Errorf("%q passes as %q", target, u.Path)
		}
	})
}

func BenchmarkGate(b *testing.B) {
	public, _ := url.Parse("http://news.example.org")
	log := NewAccessLog(io.Discard)
	defer log.Close()
	gate, err := NewGate(public, nil, log, slog.New(slog.DiscardHandler), http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(304) }))
	if err != nil {
		b.Fatal(err)
	}
	r := httptest.NewRequest("GET", "http://news.example.org/2026/11/25/a-story", nil)
	w := httptest.NewRecorder()
	b.ReportAllocs()
	for b.Loop() {
		gate.ServeHTTP(w, r)
	}
}
