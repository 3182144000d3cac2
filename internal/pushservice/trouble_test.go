package pushservice_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"dateline/internal/pushservice"
	"dateline/internal/webpush"
)

func number(n uint32) *uint32 { return &n }

// What each trouble looks like to the two senders, of 60 messages. What is
// accepted here and what they say was accepted agree, but for the messages of
// which they say that they do not know.
func TestTroubles(t *testing.T) {
	second := pushservice.Duration(time.Second)
	all := func(c webpush.Class) report { return report{c: 60} }
	for _, tt := range []struct {
		name    string
		trouble pushservice.Trouble
		want    report // nil if it is not the same each time
		plain   report // if net/http differs
		unknown bool   // the sender does not know of some
		after   time.Duration
		timeout time.Duration // of the sender
		check   func(t *testing.T, w *world, out []webpush.Outcome)
	}{
		{name: "500 at one service", trouble: pushservice.Trouble{Kind: pushservice.Status, Status: 500, Origins: []int{1}}, want: report{webpush.Accepted: 40, webpush.Retry: 20}},
		{name: "410 to all", trouble: pushservice.Trouble{Kind: pushservice.Status, Status: 410}, want: all(webpush.Gone)},
		{name: "404 to all", trouble: pushservice.Trouble{Kind: pushservice.Status, Status: 404}, want: all(webpush.Gone)},
		{name: "401 to all", trouble: pushservice.Trouble{Kind: pushservice.Status, Status: 401}, want: all(webpush.KeyTrouble)},
		{name: "403 to all", trouble: pushservice.Trouble{Kind: pushservice.Status, Status: 403}, want: all(webpush.KeyTrouble)},
		{name: "400 to all", trouble: pushservice.Trouble{Kind: pushservice.Status, Status: 400}, want: all(webpush.Rejected)},
		{name: "413 to all", trouble: pushservice.Trouble{Kind: pushservice.Status, Status: 413}, want: all(webpush.Rejected)},
		{name: "301 to all", trouble: pushservice.Trouble{Kind: pushservice.Status, Status: 301}, want: all(webpush.Rejected)},
		{name: "500 to all", trouble: pushservice.Trouble{Kind: pushservice.Status, Status: 500}, want: all(webpush.Retry)},
		{name: "502 although taken", trouble: pushservice.Trouble{Kind: pushservice.Status, Status: 502, Taken: true}, want: all(webpush.Retry),
			check: func(t *testing.T, w *world, _ []webpush.Outcome) {
				if st := w.service.Stats(); st.Accepted != 60 {
					t.Errorf("%+v", st)
				}
			}},
		{name: "429 with seconds", trouble: pushservice.Trouble{Kind: pushservice.Status, Status: 429, RetryAfter: 7 * second}, want: all(webpush.Throttled),
			check: func(t *testing.T, _ *world, out []webpush.Outcome) {
				if out[0].RetryAfter != 7*time.Second {
					t.Errorf("retry after %v", out[0].RetryAfter)
				}
			}},
		{name: "503 with a date", trouble: pushservice.Trouble{Kind: pushservice.Status, Status: 503, RetryAfter: 90 * second, RetryDate: true}, want: all(webpush.Throttled),
			check: func(t *testing.T, _ *world, out []webpush.Outcome) {
				if d := out[0].RetryAfter; d < 80*time.Second || d > 90*time.Second {
					t.Errorf("retry after %v", d)
				}
			}},
		{name: "five a second", trouble: pushservice.Trouble{Kind: pushservice.Rate, PerSecond: 5, Origins: []int{0}},
			check: func(t *testing.T, w *world, _ []webpush.Outcome) {
				if o := w.service.Stats().Origins[0]; o.Statuses[429] < 10 || o.Statuses[429] > 15 || o.Accepted != 20-o.Statuses[429] {
					t.Errorf("%+v", o)
				}
			}},
		{name: "no answer", timeout: 2 * time.Second, trouble: pushservice.Trouble{Kind: pushservice.Hang, Origins: []int{2}}, want: report{webpush.Accepted: 40, webpush.Retry: 20}, unknown: true},
		{name: "no answer although taken", timeout: 2 * time.Second, trouble: pushservice.Trouble{Kind: pushservice.Hang, Origins: []int{2}, Taken: true}, want: report{webpush.Accepted: 40, webpush.Retry: 20}, unknown: true},
		{name: "stream refused once", trouble: pushservice.Trouble{Kind: pushservice.Reset, Code: 7, Once: true}, want: all(webpush.Accepted)},
		{name: "stream refused always", timeout: 2 * time.Second, trouble: pushservice.Trouble{Kind: pushservice.Reset, Code: 7, Origins: []int{0}}, want: report{webpush.Accepted: 40, webpush.Retry: 20}, unknown: true},
		{name: "stream ended by an inner error", trouble: pushservice.Trouble{Kind: pushservice.Reset, Code: 2}, want: all(webpush.Retry), unknown: true},
		{name: "stream cancelled", trouble: pushservice.Trouble{Kind: pushservice.Reset, Code: 8}, want: all(webpush.Retry), unknown: true},
		{name: "answer before the body", trouble: pushservice.Trouble{Kind: pushservice.Early, Status: 429, Origins: []int{0}}, want: report{webpush.Accepted: 40, webpush.Throttled: 20}, unknown: true},
		{name: "GOAWAY at the tenth message", trouble: pushservice.Trouble{Kind: pushservice.GoAway, Requests: 10}, want: all(webpush.Accepted)},
		{name: "GOAWAY after each tenth", trouble: pushservice.Trouble{Kind: pushservice.GoAway, Requests: 10, Taken: true}, want: all(webpush.Accepted)},
		{name: "TCP reset at the tenth message", trouble: pushservice.Trouble{Kind: pushservice.Cut, Requests: 10}, unknown: true},
		{name: "TCP end at the tenth message", trouble: pushservice.Trouble{Kind: pushservice.Close, Requests: 10}, unknown: true},
		{name: "garbage at the tenth message", trouble: pushservice.Trouble{Kind: pushservice.Garbage, Requests: 10}, unknown: true},
		{name: "20 kB of headers", trouble: pushservice.Trouble{Kind: pushservice.Headers, Size: 20 << 10}, want: all(webpush.Accepted)},
		{name: "500 kB of headers", trouble: pushservice.Trouble{Kind: pushservice.Headers, Size: 500 << 10, Origins: []int{1}}, unknown: true,
			check: func(t *testing.T, w *world, out []webpush.Outcome) {
				for i, o := range out {
					if i%3 != 1 && o.Class != webpush.Accepted {
						t.Errorf("message %d, of another service: %+v", i, o)
					}
				}
			}},
		{name: "answer in pieces", trouble: pushservice.Trouble{Kind: pushservice.Parts}, want: all(webpush.Accepted)},
		{name: "a flood of PINGs", trouble: pushservice.Trouble{Kind: pushservice.Flood, Size: 20}, want: all(webpush.Accepted)},
		{name: "slow", trouble: pushservice.Trouble{Kind: pushservice.Slow, Delay: pushservice.Duration(200 * time.Millisecond)}, want: all(webpush.Accepted), after: 200 * time.Millisecond},
		{name: "one stream at once", trouble: pushservice.Trouble{Kind: pushservice.Settings, Streams: number(1)}, want: all(webpush.Accepted),
			check: func(t *testing.T, w *world, _ []webpush.Outcome) {
				for _, o := range w.service.Stats().Origins {
					if o.MostStreams != 1 {
						t.Errorf("%d streams at once", o.MostStreams)
					}
				}
			}},
		{name: "windows of 100 bytes", trouble: pushservice.Trouble{Kind: pushservice.Settings, Window: number(100)}, want: all(webpush.Accepted)},
		{name: "no table", trouble: pushservice.Trouble{Kind: pushservice.Settings, Table: number(0)}, want: all(webpush.Accepted)},
		{name: "a large table", trouble: pushservice.Trouble{Kind: pushservice.Settings, Table: number(65536)}, want: all(webpush.Accepted)},
		{name: "reads slowly", trouble: pushservice.Trouble{Kind: pushservice.Drip, PerSecond: 20_000, Origins: []int{0}}, want: all(webpush.Accepted), after: 200 * time.Millisecond},
		{name: "HTTP/1.1 alone", trouble: pushservice.Trouble{Kind: pushservice.HTTP1}, want: all(webpush.Accepted)},
		{name: "expired certificate", trouble: pushservice.Trouble{Kind: pushservice.Certificate, Certificate: "expired"}, want: all(webpush.Retry)},
		{name: "certificate for another", trouble: pushservice.Trouble{Kind: pushservice.Certificate, Certificate: "name"}, want: all(webpush.Retry)},
		{name: "certificate of nobody", trouble: pushservice.Trouble{Kind: pushservice.Certificate, Certificate: "unknown"}, want: all(webpush.Retry)},
		{name: "no handshake", timeout: 2 * time.Second, trouble: pushservice.Trouble{Kind: pushservice.Deaf, Origins: []int{0}}, want: report{webpush.Accepted: 40, webpush.Retry: 20}},
		{name: "not there", trouble: pushservice.Trouble{Kind: pushservice.Outage, Origins: []int{0}}, want: report{webpush.Accepted: 40, webpush.Retry: 20}},
		{name: "away", trouble: pushservice.Trouble{Kind: pushservice.Offline}, want: all(webpush.Accepted)},
		{name: "later", trouble: pushservice.Trouble{Kind: pushservice.Status, Status: 410, After: pushservice.Duration(time.Hour)}, want: all(webpush.Accepted)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			for _, name := range []string{"plain", "fast"} {
				t.Run(name, func(t *testing.T) {
					w := newWorld(t, pushservice.Options{Subscriptions: 60, Troubles: []pushservice.Trouble{tt.trouble}})
					if tt.timeout > 0 {
						w.timeout = tt.timeout
					}
					s := w.sender(t, name)
					began := time.Now()
					got, out := w.send(s, w.batch(0, 60))
					want := tt.want
					if name == "plain" && tt.plain != nil {
						want = tt.plain
					}
					if want != nil && !same(got, want) {
						t.Errorf("sender says %v, want %v; e.g. %v", got, want, sample(out))
					}
					if took := time.Since(began); took < tt.after {
						t.Errorf("took %v, want at least %v", took, tt.after)
					}
					w.agree(t, out, tt.unknown, tt.trouble.Taken)
					if met := countsMessages(tt.trouble); met != (troubled(w.service.Stats()) > 0) {
						t.Errorf("met by %d messages: %+v", troubled(w.service.Stats()), w.service.Stats())
					}
					if tt.check != nil {
						tt.check(t, w, out)
					}
				})
			}
		})
	}
}

// countsMessages reports whether a trouble is done to messages, and now.
func countsMessages(t pushservice.Trouble) bool {
	switch t.Kind {
	case pushservice.Slow, pushservice.Flood, pushservice.Offline, pushservice.Settings, pushservice.Drip, pushservice.HTTP1, pushservice.Certificate, pushservice.Deaf, pushservice.Outage:
		return false
	}
	return t.After == 0
}

func troubled(s pushservice.Stats) (n int64) {
	for _, o := range s.Origins {
		n += o.Troubled
	}
	return n
}

// sample is one outcome of each class.
func sample(out []webpush.Outcome) map[webpush.Class]webpush.Outcome {
	m := map[webpush.Class]webpush.Outcome{}
	for _, o := range out {
		m[o.Class] = o
	}
	return m
}

// agree compares what the sender says of each message with what came here.
func (w *world) agree(t *testing.T, out []webpush.Outcome, unknown, taken bool) {
	t.Helper()
	st := w.service.Stats()
	if st.Violations > w.forgiven || st.Refused > 0 || st.Repeats > 0 {
		t.Errorf("%+v", st)
		for _, m := range w.service.Messages(0) {
			if m.Why != "" || m.Repeat {
				t.Errorf("%+v", m)
			}
		}
	}
	for i, o := range out {
		switch n := w.service.Received(i); {
		case o.Class == webpush.Accepted && o.Status != 201, o.Class == 0:
			t.Errorf("message %d is %+v", i, o)
		case o.Unknown && !unknown:
			t.Errorf("message %d: the sender does not know: %+v", i, o)
		case o.Class == webpush.Accepted && n != 1, o.Class != webpush.Accepted && n > 0 && !unknown && !taken:
			t.Errorf("message %d came %d times, the sender says %+v", i, n, o)
		case n > 1:
			t.Errorf("message %d came %d times", i, n)
		}
	}
}

// A trouble for some is met by the same ones with every try, one for once is
// met once, and what is lifted is over.
func TestSharesAndOnce(t *testing.T) {
	w := newWorld(t, pushservice.Options{Subscriptions: 3000, Check: -1, Troubles: []pushservice.Trouble{
		{Name: "gone", Kind: pushservice.Status, Status: 410, Share: 0.1},
		{Name: "throttled", Kind: pushservice.Status, Status: 429, Share: 0.1, Once: true},
	}})
	s := w.sender(t, "fast")
	first, out := w.send(s, w.batch(0, 3000))
	if g, th := first[webpush.Gone], first[webpush.Throttled]; g < 240 || g > 360 || th < 200 || th > 340 || g+th+first[webpush.Accepted] != 3000 {
		t.Errorf("first %v", first)
	}
	second, again := w.send(s, w.batch(0, 3000))
	if second[webpush.Throttled] != 0 || second[webpush.Gone] != first[webpush.Gone] {
		t.Errorf("second %v after %v", second, first)
	}
	for i := range out {
		if (out[i].Class == webpush.Gone) != (again[i].Class == webpush.Gone) {
			t.Errorf("number %d was %v, then %v", i, out[i].Class, again[i].Class)
		}
	}
	must(t, w.service.Lift("gone"))
	// Who was gone has not been throttled yet.
	if third, _ := w.send(s, w.batch(0, 3000)); third[webpush.Gone] > 0 || third[webpush.Throttled] > 60 || third[webpush.Throttled]+third[webpush.Accepted] != 3000 {
		t.Errorf("third %v", third)
	}
}

// Of a browser that is away the last message of each topic is kept, for its
// TTL, and delivered when it is back.
func TestTopicsOfBrowsersThatAreAway(t *testing.T) {
	var mu sync.Mutex
	var seen []pushservice.Message
	now := time.Now()
	clock := func() time.Time { mu.Lock(); defer mu.Unlock(); return now }
	w := newWorld(t, pushservice.Options{Origins: 1, Subscriptions: 10, Now: clock, Troubles: []pushservice.Trouble{{Name: "night", Kind: pushservice.Offline}},
		OnMessage: func(m pushservice.Message) { mu.Lock(); defer mu.Unlock(); seen = append(seen, m) }})
	s := w.sender(t, "fast")
	for i, m := range []struct {
		topic string
		ttl   time.Duration
	}{{"a", time.Hour}, {"b", time.Hour}, {"a", time.Hour}, {"", time.Hour}, {"", time.Hour}, {"c", time.Minute}, {"d", 0}} {
		b := w.batch(0, 1)
		b.Topic, b.TTL, b.Payload = m.topic, m.ttl, fmt.Appendf(nil, "text %d", i)
		if got, _ := w.send(s, b); !same(got, report{webpush.Accepted: 1}) {
			t.Fatalf("message %d: %v", i, got)
		}
	}
	if o := w.service.Stats().Origins[0]; o.Stored != 5 || o.Replaced != 1 || o.Delivered != 0 {
		t.Errorf("away: %+v", o)
	}
	mu.Lock()
	now = now.Add(2 * time.Minute)
	seen = nil
	mu.Unlock()
	must(t, w.service.Lift("night"))
	texts := map[string]bool{}
	for _, m := range seen {
		if m.State != "delivered" {
			t.Errorf("%+v", m)
		}
		texts[m.Text] = true
	}
	if len(seen) != 4 || !texts["text 1"] || !texts["text 2"] || !texts["text 3"] || !texts["text 4"] {
		t.Errorf("delivered %v", texts)
	}
	if o := w.service.Stats().Origins[0]; o.Stored != 0 || o.Delivered != 4 || o.Expired != 1 {
		t.Errorf("back: %+v", o)
	}
}

// A service that goes away under way and comes back has lost nothing that it
// had taken, and takes the rest.
func TestOutageForAWhile(t *testing.T) {
	w := newWorld(t, pushservice.Options{Origins: 1, Subscriptions: 200})
	s := w.sender(t, "fast")
	if got, _ := w.send(s, w.batch(0, 100)); !same(got, report{webpush.Accepted: 100}) {
		t.Fatalf("before: %v", got)
	}
	must(t, w.service.Trouble(pushservice.Trouble{Name: "out", Kind: pushservice.Outage, For: pushservice.Duration(300 * time.Millisecond)}))
	if got, _ := w.send(s, w.batch(100, 100)); !same(got, report{webpush.Retry: 100}) {
		t.Errorf("while it is out: %v", got)
	}
	eventually(t, "the outage is over", func() bool { return len(w.service.Troubles()) == 0 })
	eventually(t, "messages are accepted again", func() bool {
		got, _ := w.send(s, w.batch(100, 1))
		return got[webpush.Accepted] == 1
	})
}

// Settings that change while messages are under way are obeyed at once.
func TestSettingsChangeUnderWay(t *testing.T) {
	for _, name := range []string{"plain", "fast"} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, pushservice.Options{Origins: 1, Subscriptions: 1500})
			s := w.sender(t, name)
			if name == "plain" {
				// Go's client counts its streams before it writes the headers of one, and may acknowledge
				// a lower limit in between. On a busy machine that was seen once in some twenty runs; the
				// fast sender may not.
				w.forgiven = 3
			}
			ctx, cancel := context.WithCancel(t.Context())
			var wg sync.WaitGroup
			wg.Go(func() {
				for i := uint32(0); ctx.Err() == nil; i++ {
					list := []pushservice.Trouble{
						{Name: "x", Kind: pushservice.Settings, Streams: number(1 + i%40)},
						{Name: "x", Kind: pushservice.Settings, Window: number(100 + i%500)},
						{Name: "x", Kind: pushservice.Settings, Window: number(1 << 18), Table: number(i % 4 * 1000)},
					}
					if err := w.service.Trouble(list[i%3]); err != nil {
						t.Error(err)
					}
					for had := w.service.Stats().Accepted; ctx.Err() == nil && w.service.Stats().Accepted < had+7; {
						time.Sleep(100 * time.Microsecond)
					}
				}
			})
			got, out := w.send(s, w.batch(0, 1500))
			cancel()
			wg.Wait()
			if got[webpush.Accepted]+got[webpush.Retry] != 1500 || got[webpush.Accepted] < 1400 {
				t.Errorf("%v; e.g. %v", got, sample(out))
			}
			w.agree(t, out, true, false)
		})
	}
}

// A service is closed under way: nobody hangs.
func TestCloseUnderWay(t *testing.T) {
	for _, kind := range []pushservice.Kind{pushservice.Hang, pushservice.Deaf, pushservice.Drip} {
		s, err := pushservice.Serve(context.Background(), pushservice.Options{Origins: 1, Subscriptions: 10, Troubles: []pushservice.Trouble{{Kind: kind, PerSecond: 10}}})
		must(t, err)
		services, err := webpush.NewServices(nil, s.Addresses())
		must(t, err)
		w := &world{t: t, service: s, services: services, signer: newSigner(t), timeout: 5 * time.Second}
		sender := w.sender(t, "fast")
		var wg sync.WaitGroup
		wg.Go(func() { w.send(sender, w.batch(0, 10)) })
		if kind != pushservice.Deaf {
			eventually(t, "a connection", func() bool { return s.Stats().Origins[0].Open > 0 })
		}
		must(t, s.Close())
		wg.Wait()
	}
}
