package web

import (
	"crypto/tls"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"testing"
)

// The desk's cookie is marked Secure wherever the browser speaks TLS, also behind a
// proxy that nobody named.
func TestSecure(t *testing.T) {
	for _, c := range []struct {
		public, host, from, proto string
		tls, want                 bool
	}{
		{public: "https://news.example", host: "news.example", from: "127.0.0.1:1", want: true},
		{public: "https://news.example", host: "NEWS.example.:443", from: "192.0.2.7:1", want: true},
		{public: "https://news.example", host: "127.0.0.1:8080", from: "127.0.0.1:1", want: false},
		{public: "https://news.example", host: "localhost", from: "10.0.0.9:1", proto: "https", want: true},
		{public: "http://news.example", host: "news.example", from: "127.0.0.1:1", want: false},
		{public: "http://news.example", host: "news.example", from: "127.0.0.1:1", proto: "https", want: false}, // not a proxy of ours
		{public: "http://news.example", host: "news.example", from: "10.0.0.9:1", proto: "https", want: true},
		{public: "http://news.example", host: "news.example", from: "10.0.0.9:1", proto: "http", want: false},
		{public: "http://news.example", host: "news.example", from: "192.0.2.7:1", tls: true, want: true},
	} {
		public, err := url.Parse(c.public)
		if err != nil {
			t.Fatal(err)
		}
		g, err := NewGate(public, []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}, nil, slog.New(slog.DiscardHandler), http.NotFoundHandler())
		if err != nil {
			t.Fatal(err)
		}
		r := httptest.NewRequest("GET", "/desk/", nil)
		r.Host, r.RemoteAddr = c.host, c.from
		if c.proto != "" {
			r.Header.Set("X-Forwarded-Proto", c.proto)
		}
		if c.tls {
			r.TLS = &tls.ConnectionState{}
		}
		if got := g.Secure(r); got != c.want {
			t.Errorf("%+v: secure %v", c, got)
		}
	}
}
