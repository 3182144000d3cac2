package webpush

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/http2"
)

// send delivers a batch and checks that each message is settled once.
func send(t *testing.T, ctx context.Context, s Sender, b *Batch) []Outcome {
	t.Helper()
	out := make([]Outcome, len(b.Messages))
	var inside atomic.Int32
	if err := s.Send(ctx, b, func(i int, o Outcome) {
		if inside.Add(1) != 1 {
			t.Error("two settle calls at once")
		}
		if out[i].Class != 0 || o.Class == 0 {
			t.Errorf("message %d settled as %+v, then as %+v", i, out[i], o)
		}
		out[i] = o
		inside.Add(-1)
	}); err != nil {
		t.Fatal(err)
	}
	for i, o := range out {
		if o.Class == 0 {
			t.Errorf("message %d was not settled", i)
		}
		if b.Messages[i].Prepared != (Prepared{}) && o.Status != 0 {
			t.Errorf("message %d left its prepared keys in the batch", i)
		}
	}
	return out
}

// senders are the two, closed when the test ends.
func senders(t *testing.T, o Options) map[string]Sender {
	t.Helper()
	plain, fast := NewPlain(o), NewFast(o)
	t.Cleanup(func() {
		if err := errors.Join(plain.Close(), fast.Close()); err != nil {
			t.Error(err)
		}
	})
	return map[string]Sender{"plain": plain, "fast": fast}
}

// plainly is an outcome without its error, for comparison.
func plainly(list []Outcome) []string {
	out := make([]string, len(list))
	for i, o := range list {
		out[i] = fmt.Sprintf("%v %d %v unknown=%t", o.Class, o.Status, o.RetryAfter, o.Unknown)
	}
	return out
}

// Both senders say the same of a service that does all there is to do wrong.
func TestDifferential(t *testing.T) {
	paths := []string{
		"/s/201/a", "/s/200/a", "/s/202/a", "/s/204/a", "/s/301/a", "/s/307/a", "/s/400/a", "/s/401/a", "/s/403/a", "/s/404/a",
		"/s/406/900/a", "/s/408/a", "/s/410/a", "/s/413/a", "/s/418/a", "/s/429/a", "/s/429/17/a", "/s/429/99999999/a", "/s/429/soon/a",
		"/s/500/a", "/s/502/a", "/s/503/120/a", "/s/503/0/a", "/s/201/%zz/a?b%", "/s/201//a", "/s/201/" + strings.Repeat("x", 1900),
		"/refuse/1/a", "/goaway/1/a", "/rst/2/a", "/rst/8/a", "/rst/11/a",
		"/body/0/a", "/body/5/a", "/body/20000/a", "/parts/a", "/nostatus/a", "/badstatus/a",
	}
	for i := range 150 {
		paths = append(paths, fmt.Sprintf("/s/201/%d", i))
	}
	want := map[string]string{
		"/s/301/a": "rejected 301 0s unknown=false", "/s/413/a": "rejected 413 0s unknown=false", "/s/403/a": "key trouble 403 0s unknown=false",
		"/s/410/a": "gone 410 0s unknown=false", "/s/429/a": "throttled 429 1m0s unknown=false", "/s/429/17/a": "throttled 429 17s unknown=false",
		"/s/429/99999999/a": "throttled 429 1h0m0s unknown=false", "/s/406/900/a": "throttled 406 15m0s unknown=false",
		"/s/500/a": "retry 500 0s unknown=false", "/refuse/1/a": "accepted 201 0s unknown=false", "/goaway/1/a": "accepted 201 0s unknown=false",
		"/rst/2/a": "retry 0 0s unknown=true", "/parts/a": "accepted 201 0s unknown=false",
		"/badstatus/a": "retry 0 0s unknown=true", "/body/20000/a": "accepted 201 0s unknown=false",
	}
	for _, name := range []string{"plain", "fast"} {
		t.Run(name, func(t *testing.T) {
			s := newService(t).start()
			sender := senders(t, s.options(20*time.Second))[name] // net/http waits between its tries
			list := send(t, context.Background(), sender, s.batch(paths...))
			got := plainly(list)
			for i, p := range paths {
				expect, ok := want[p]
				if strings.HasPrefix(p, "/s/201") {
					expect, ok = "accepted 201 0s unknown=false", true
				}
				if ok && got[i] != expect {
					t.Errorf("%.40s: %s (%v), want %s", p, got[i], list[i].Err, expect)
				}
				if !ok {
					want[p] = got[i] // what plain says, fast has to say too
				}
			}
			s.mu.Lock()
			defer s.mu.Unlock()
			for _, p := range paths {
				if n := s.accepted[p]; n > 1 {
					t.Errorf("%.40s was accepted %d times", p, n)
				}
			}
		})
	}
}

func accepted(t *testing.T, list []Outcome) {
	t.Helper()
	for i, o := range list {
		if o.Class != Accepted || o.Status != 201 {
			t.Fatalf("message %d: %+v, want 201", i, o)
		}
	}
}

func manyPaths(n int) []string {
	paths := make([]string, n)
	for i := range paths {
		paths[i] = fmt.Sprintf("/s/201/%d", i)
	}
	return paths
}

// Services with other settings, and with settings that change, get every
// message once and never more than they allow.
func TestFastObeys(t *testing.T) {
	for name, set := range map[string]func(*service){
		"ordinary":        func(s *service) {},
		"one at a time":   func(s *service) { s.settings = []http2.Setting{{ID: http2.SettingMaxConcurrentStreams, Val: 1}} },
		"seven at a time": func(s *service) { s.settings = []http2.Setting{{ID: http2.SettingMaxConcurrentStreams, Val: 7}} },
		"no table":        func(s *service) { s.settings = []http2.Setting{{ID: http2.SettingHeaderTableSize, Val: 0}} },
		"small table":     func(s *service) { s.settings = []http2.Setting{{ID: http2.SettingHeaderTableSize, Val: 300}} },
		"huge table":      func(s *service) { s.settings = []http2.Setting{{ID: http2.SettingHeaderTableSize, Val: 1 << 20}} },
		"small windows": func(s *service) {
			s.settings = []http2.Setting{{ID: http2.SettingInitialWindowSize, Val: 100}}
			s.grant = 90
		},
		"settings change": func(s *service) { s.changing = true },
		"flood of PINGs":  func(s *service) { s.flood = 20 },
		"short lived":     func(s *service) { s.last = true },
		"HTTP/1.1":        func(s *service) { s.http1 = true },
		"changing windows": func(s *service) {
			s.changing = true
			s.settings = []http2.Setting{{ID: http2.SettingInitialWindowSize, Val: 400}}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newService(t)
			set(s)
			s.start()
			f := NewFast(s.options(10 * time.Second))
			defer f.Close()
			const n = 400
			accepted(t, send(t, context.Background(), f, s.batch(manyPaths(n)...)))
			s.mu.Lock()
			defer s.mu.Unlock()
			if len(s.accepted) != n {
				t.Errorf("%d messages were accepted, want %d", len(s.accepted), n)
			}
			for p, times := range s.accepted {
				if times != 1 {
					t.Errorf("%s was accepted %d times", p, times)
				}
			}
			t.Logf("%d connections, up to %d streams", s.dialled, s.streams)
		})
	}
}

// A service whose windows never open gets nothing, and what waits for it ends.
func TestFastWindowNeverOpens(t *testing.T) {
	s := newService(t)
	s.settings = []http2.Setting{{ID: http2.SettingInitialWindowSize, Val: 0}}
	s.start()
	o := s.options(time.Second)
	f := NewFast(o)
	defer f.Close()
	for _, got := range send(t, context.Background(), f, s.batch("/s/201/a", "/s/201/b")) {
		if got.Class != Retry || !got.Unknown || !errors.Is(got.Err, ErrTimeout) {
			t.Errorf("a window that never opens: %+v", got)
		}
	}
	// An answer that comes before the body ends the matter.
	if got := send(t, context.Background(), f, s.batch("/early/413/a")); got[0].Class != Rejected || got[0].Status != 413 {
		t.Errorf("an early answer: %+v", got[0])
	}
}

func TestConnectionLost(t *testing.T) {
	s := newService(t).start()
	for name, sender := range senders(t, s.options(5*time.Second)) {
		got := send(t, context.Background(), sender, s.batch("/close/"+name))
		if got[0].Class != Retry || !got[0].Unknown || got[0].Err == nil || strings.Contains(got[0].Err.Error(), "/close/") {
			t.Errorf("%s: connection closed instead of an answer: %+v", name, got[0])
		}
		accepted(t, send(t, context.Background(), sender, s.batch(manyPaths(20)...)))
		s.cut() // while idle
		out := send(t, context.Background(), sender, s.batch(manyPaths(20)...))
		for _, o := range out { // whether the end is noticed before writing is chance
			if o.Class != Accepted && (o.Class != Retry || !o.Unknown) {
				t.Errorf("%s: after a cut: %+v", name, o)
			}
		}
		accepted(t, send(t, context.Background(), sender, s.batch(manyPaths(20)...)))
	}
}

func TestNobodyThere(t *testing.T) {
	s := newService(t).start()
	o := s.options(time.Second)
	other := o
	other.RootCAs = newService(t).start().pool // trusts somebody else
	for name, sender := range senders(t, other) {
		for _, got := range send(t, context.Background(), sender, s.batch(manyPaths(100)...)) {
			if got.Class != Retry || got.Unknown || got.Err == nil {
				t.Fatalf("%s: wrong certificate: %+v", name, got)
			}
		}
	}
	if len(s.seen) > 0 {
		t.Error("messages went to a service with a wrong certificate")
	}
	s.listen.Close()
	for name, sender := range senders(t, o) {
		for _, got := range send(t, context.Background(), sender, s.batch(manyPaths(100)...)) {
			if got.Class != Retry || got.Unknown || got.Err == nil {
				t.Fatalf("%s: nobody listens: %+v", name, got)
			}
		}
	}
}

// A service that refuses for ever, or goes away for ever, is left alone.
func TestFastGivesUp(t *testing.T) {
	s := newService(t).start()
	f := NewFast(s.options(5 * time.Second))
	defer f.Close()
	for _, got := range send(t, context.Background(), f, s.batch("/refuse/1000/a", "/goaway/1000/a")) {
		if got.Class != Retry || got.Unknown || got.Err == nil {
			t.Errorf("%+v, want a retry of what was not processed", got)
		}
	}
}

func TestTimeoutAndStop(t *testing.T) {
	s := newService(t)
	s.settings = []http2.Setting{{ID: http2.SettingMaxConcurrentStreams, Val: 5}}
	s.arrival = make(chan struct{}, 100)
	s.start()
	o := s.options(time.Minute)
	o.Connections, o.Workers = 1, 5
	for name, sender := range senders(t, o) {
		paths := make([]string, 100)
		for i := range paths {
			paths[i] = fmt.Sprintf("/hang/%s/%d", name, i)
		}
		ctx, cancel := context.WithCancel(context.Background())
		go func() {
			for range 5 {
				<-s.arrival
			}
			cancel()
		}()
		begin := time.Now()
		count := map[Class]int{}
		for _, got := range send(t, ctx, sender, s.batch(paths...)) {
			count[got.Class]++
			if got.Unknown != (got.Class == Retry) || !errors.Is(got.Err, context.Canceled) {
				t.Errorf("%s: stopped: %+v", name, got)
			}
		}
		if diff := cmp.Diff(map[Class]int{Unsent: 95, Retry: 5}, count); diff != "" {
			t.Errorf("%s: stopped (-want +got):\n%s", name, diff)
		}
		if took := time.Since(begin); took > 5*time.Second {
			t.Errorf("%s: stopping took %v", name, took)
		}
	}
	o.Timeout = time.Second
	for name, sender := range senders(t, o) {
		for _, got := range send(t, context.Background(), sender, s.batch("/hang/x", "/hang/y")) {
			if got.Class != Retry || !got.Unknown || !errors.Is(got.Err, ErrTimeout) {
				t.Errorf("%s: no answer: %+v", name, got)
			}
		}
		accepted(t, send(t, context.Background(), sender, s.batch("/s/201/after")))
	}
}

func TestClose(t *testing.T) {
	s := newService(t)
	s.arrival = make(chan struct{}, 100)
	s.start()
	for name, sender := range senders(t, s.options(time.Minute)) {
		b := s.batch("/hang/" + name)
		done := make(chan Outcome, 1)
		go func() {
			_ = sender.Send(context.Background(), b, func(_ int, o Outcome) { done <- o })
		}()
		<-s.arrival
		if err := sender.Close(); err != nil {
			t.Error(err)
		}
		if o := <-done; o.Class != Retry || !o.Unknown || !errors.Is(o.Err, ErrClosed) {
			t.Errorf("%s: closed while a message was under way: %+v", name, o)
		}
		if err := sender.Send(context.Background(), s.batch("/s/201/x"), nil); !errors.Is(err, ErrClosed) {
			t.Errorf("%s: Send after Close = %v", name, err)
		}
	}
}

func TestBadBatches(t *testing.T) {
	s := newService(t).start()
	for name, sender := range senders(t, s.options(time.Second)) {
		for what, change := range map[string]func(*Batch){
			"payload": func(b *Batch) { b.Payload = make([]byte, MaxPayload+1) },
			"signer":  func(b *Batch) { b.Signer = nil },
			"TTL":     func(b *Batch) { b.TTL = -1 },
			"topic":   func(b *Batch) { b.Topic = "a b" },
			"long":    func(b *Batch) { b.Topic = strings.Repeat("a", 33) },
			"urgency": func(b *Batch) { b.Urgency = "now" },
		} {
			b := s.batch("/s/201/a")
			change(b)
			if err := sender.Send(context.Background(), b, func(int, Outcome) { t.Errorf("%s: settled", what) }); err == nil {
				t.Errorf("%s: a batch with a bad %s was sent", name, what)
			}
		}
		b := s.batch("/s/201/a", "/s/201/b", "/s/201/c", "/s/201/d")
		b.Messages[1].To = Endpoint{}
		b.Messages[3].Keys[5] ^= 1
		got := send(t, context.Background(), sender, b)
		if got[0].Class != Accepted || got[2].Class != Accepted || !errors.Is(got[1].Err, ErrEndpoint) || !errors.Is(got[3].Err, ErrKeys) ||
			got[1].Class != Rejected || got[3].Class != Rejected {
			t.Errorf("%s: broken messages among good ones: %+v", name, got)
		}
		if err := sender.Send(context.Background(), s.batch(), nil); err != nil {
			t.Errorf("%s: an empty batch: %v", name, err)
		}
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		for _, o := range send(t, ctx, sender, s.batch(manyPaths(50)...)) {
			if o.Class != Unsent {
				t.Fatalf("%s: with a context that has ended: %+v", name, o)
			}
		}
	}
}

// An address without TLS, which is only ever for development.
func TestWithoutTLS(t *testing.T) {
	l := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(201) }))
	defer l.Close()
	server := strings.TrimPrefix(l.URL, "http://")
	services, err := NewServices(nil, []string{server})
	if err != nil {
		t.Fatal(err)
	}
	s := newService(t)
	s.address = server
	for name, sender := range senders(t, Options{Services: services, Timeout: time.Second}) {
		b := s.batch("/a")
		if b.Messages[0].To, err = services.Parse("http://" + server + "/a"); err != nil {
			t.Fatal(err)
		}
		if got := send(t, context.Background(), sender, b); got[0].Class != Accepted {
			t.Errorf("%s: %+v", name, got[0])
		}
	}
}
