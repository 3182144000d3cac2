package pushservice_test

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"maps"
	"net/http"
	"sync"
	"testing"
	"time"

	"dateline/internal/pushservice"
	"dateline/internal/webpush"
)

const payload = `{"web_push":8030,"notification":{"title":"Bridge closed","navigate":"https://example.org/a"}}`

// A world is a push service and who sends to it.
type world struct {
	t        testing.TB
	service  *pushservice.Service
	services *webpush.Services
	signer   *webpush.Signer
	timeout  time.Duration // of the senders

	forgiven int64 // breaches of the protocol that are not our sender's
}

func newWorld(t testing.TB, o pushservice.Options) *world {
	t.Helper()
	s, err := pushservice.Serve(context.Background(), o)
	must(t, err)
	t.Cleanup(func() { must(t, s.Close()) })
	services, err := webpush.NewServices(nil, s.Addresses())
	must(t, err)
	return &world{t: t, service: s, services: services, signer: newSigner(t), timeout: 20 * time.Second}
}

func newSigner(t testing.TB) *webpush.Signer {
	t.Helper()
	key, err := webpush.NewKey()
	must(t, err)
	signer, err := webpush.NewSigner(key, "mailto:desk@example.org", time.Now)
	must(t, err)
	return signer
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// options are a sender's.
func (w *world) options() webpush.Options {
	return webpush.Options{Services: w.services, RootCAs: w.service.CA(), Timeout: w.timeout, Grace: 50 * time.Millisecond, Connections: 2, Workers: 16}
}

// batch is for n subscriptions from first on, made for w's key.
func (w *world) batch(first, n int) *webpush.Batch {
	w.t.Helper()
	b := &webpush.Batch{Signer: w.signer, Payload: []byte(payload), TTL: time.Hour, Urgency: "high", Topic: "story-1"}
	all, err := w.service.Issuer().All(w.t.Context(), first, first+n, w.signer.Key().PublicKey())
	must(w.t, err)
	for _, s := range all {
		text, err := json.Marshal(s)
		must(w.t, err)
		sub, err := w.services.ParseSubscription(text)
		must(w.t, err)
		b.Messages = append(b.Messages, webpush.Message{To: sub.Endpoint, Keys: sub.Keys})
	}
	return b
}

// A report is what a sender says of a batch, by class.
type report map[webpush.Class]int

func (w *world) send(s webpush.Sender, b *webpush.Batch) (report, []webpush.Outcome) {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.t.Context(), time.Minute)
	defer cancel()
	got, out := report{}, make([]webpush.Outcome, len(b.Messages))
	var mu sync.Mutex
	must(w.t, s.Send(ctx, b, func(i int, o webpush.Outcome) {
		mu.Lock()
		defer mu.Unlock()
		got[o.Class]++
		out[i] = o
	}))
	return got, out
}

func (w *world) sender(t testing.TB, name string) webpush.Sender {
	var s webpush.Sender
	if name == "plain" {
		s = webpush.NewPlain(w.options())
	} else {
		s = webpush.NewFast(w.options())
	}
	t.Cleanup(func() { must(t, s.Close()) })
	return s
}

// client is net/http's, as an independent one.
func (w *world) client() *http.Client {
	t := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: w.service.CA()}, ForceAttemptHTTP2: true}
	w.t.Cleanup(t.CloseIdleConnections)
	return &http.Client{Transport: t}
}

// eventually waits for a condition.
func eventually(t testing.TB, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); !ok(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%s: not within ten seconds", what)
		}
	}
}

func same(a, b report) bool { return maps.Equal(a, b) }
