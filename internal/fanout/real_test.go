package fanout_test

import (
	"crypto/ecdh"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"

	"dateline/internal/fanout"
	"dateline/internal/news"
	"dateline/internal/webpush"
)

// The engine and the real sender, over TLS and HTTP/2, with a service that loses some,
// throttles once and closes the connections in between.
func TestWithTheRealSender(t *testing.T) {
	const readers = 3000
	var mu sync.Mutex
	seen := map[string]int{}
	svc := httptest.NewUnstartedServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		mu.Lock()
		seen[r.URL.Path]++
		first := len(seen)
		again := seen[r.URL.Path] > 1
		mu.Unlock()
		switch {
		case r.Header.Get("Topic") != "a" || r.Header.Get("Ttl") == "" || !strings.HasPrefix(r.Header.Get("Authorization"), "vapid t="):
			rw.WriteHeader(http.StatusBadRequest)
		case strings.HasSuffix(r.URL.Path, "7"):
			rw.WriteHeader(http.StatusGone)
		case first == 1000 && !again:
			rw.Header().Set("Retry-After", "1")
			rw.WriteHeader(http.StatusTooManyRequests)
		case first%500 == 499 && !again:
			panic(http.ErrAbortHandler) // a reset stream
		default:
			rw.WriteHeader(http.StatusCreated)
		}
	}))
	svc.EnableHTTP2 = true
	svc.StartTLS()
	defer svc.Close()
	u, err := url.Parse(svc.URL)
	must(t, err)
	where, err := webpush.NewServices(nil, []string{u.Host})
	must(t, err)
	roots := x509.NewCertPool()
	roots.AddCert(svc.Certificate())
	fast := webpush.NewFast(webpush.Options{Services: where, RootCAs: roots})
	defer fast.Close()

	browser, err := ecdh.P256().GenerateKey(rand.Reader)
	must(t, err)
	keys, err := webpush.ParseKeys(base64.RawURLEncoding.EncodeToString(browser.PublicKey().Bytes()), base64.RawURLEncoding.EncodeToString(make([]byte, 16)))
	must(t, err)
	w := newWorld(t, 0)
	for n := range uint32(readers) {
		e, err := where.Parse(fmt.Sprintf("%s/%d", svc.URL, n))
		must(t, err)
		w.book.Put(n, e, keys, w.keyID)
		w.index.Put(&news.Subscription{Number: n, State: news.SubscriptionActive})
	}
	p := w.process("one", func(c *fanout.Config) { c.Sender, c.Services = fast, where })
	got, err := p.Run(t.Context(), alert("a"))
	must(t, err)
	if want := (news.Tally{Audience: readers, Accepted: readers * 9 / 10, Gone: readers / 10}); got != want {
		t.Errorf("%+v, want %+v; notices %v", got, want, w.notices)
	}
	if len(seen) != readers {
		t.Errorf("%d of %d were sent to", len(seen), readers)
	}
	pr, err := p.Progress(t.Context(), "a")
	must(t, err)
	if len(pr.Services) != 1 || pr.Services[0].Origin != svc.URL || pr.Services[0].Tally != got || pr.Services[0].State != "done" {
		t.Errorf("by service: %+v", pr.Services)
	}
}
