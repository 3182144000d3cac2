package fanout_test

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"dateline/internal/fanout"
	"dateline/internal/news"
	"dateline/internal/webpush"
)

// What a service does, what becomes of the alert, and whether the operator hears of it.
// Nobody is ever pruned but the gone.
func TestMisbehavingServices(t *testing.T) {
	const each = 1000 // subscribers of each service
	sick := origins[0]
	start := time.Time{}
	tests := []struct {
		name   string
		behave func(n uint32, try int) webpush.Outcome // of the sick service
		want   news.Tally                              // of its subscribers
		tell   fanout.NoticeKind
		within time.Duration
		most   int // messages to it; 0 for any number
	}{
		{name: "all gone", behave: func(uint32, int) webpush.Outcome { return gone }, want: news.Tally{Gone: each}, within: 5 * time.Second, most: each},
		{name: "throttles everybody for twelve seconds", within: 30 * time.Second, want: news.Tally{Accepted: each},
			behave: func(uint32, int) webpush.Outcome {
				if time.Since(start) < 12*time.Second {
					return throttled(5 * time.Second)
				}
				return ok
			}},
		{name: "throttles one in a hundred", within: 20 * time.Second, want: news.Tally{Accepted: each},
			behave: func(n uint32, try int) webpush.Outcome {
				if n%300 == 0 && try == 1 {
					return throttled(time.Second)
				}
				return ok
			}},
		{name: "500 for ten seconds", want: news.Tally{Accepted: each}, within: time.Minute,
			behave: func(uint32, int) webpush.Outcome {
				if time.Since(start) < 10*time.Second {
					return broken
				}
				return ok
			}},
		{name: "500 to one in five", want: news.Tally{Accepted: each}, within: time.Minute,
			behave: func(n uint32, try int) webpush.Outcome {
				if n%15 == 0 && try == 1 {
					return broken
				}
				return ok
			}},
		{name: "always 500", behave: func(uint32, int) webpush.Outcome { return broken }, want: news.Tally{Failed: each},
			tell: fanout.NoticeOutage, within: news.BreakingTTL + time.Minute},
		{name: "no network for ten minutes", want: news.Tally{Accepted: each}, tell: fanout.NoticeOutage, within: 30 * time.Minute,
			behave: func(uint32, int) webpush.Outcome {
				if time.Since(start) < 10*time.Minute {
					return noAnswer
				}
				return ok
			}},
		{name: "403 to everyone", behave: func(uint32, int) webpush.Outcome { return forbidden }, want: news.Tally{Failed: each},
			tell: fanout.NoticeKey, within: news.BreakingTTL + time.Minute, most: 400},
		{name: "403 for ten minutes", want: news.Tally{Accepted: each}, tell: fanout.NoticeKey, within: 30 * time.Minute,
			behave: func(uint32, int) webpush.Outcome {
				if time.Since(start) < 10*time.Minute {
					return forbidden
				}
				return ok
			}},
		{name: "403 to one in fifty", want: news.Tally{Accepted: each - 20, Failed: 20}, within: 2 * time.Minute,
			behave: func(n uint32, _ int) webpush.Outcome {
				if n%150 == 0 {
					return forbidden
				}
				return ok
			}},
		{name: "400 to everyone", behave: func(uint32, int) webpush.Outcome { return bad }, want: news.Tally{Failed: each},
			tell: fanout.NoticeRefused, within: 5 * time.Second, most: 512},
		{name: "400 to one in ten", want: news.Tally{Accepted: each * 9 / 10, Failed: each / 10}, within: 5 * time.Second,
			behave: func(n uint32, _ int) webpush.Outcome {
				if n%30 == 0 {
					return bad
				}
				return ok
			}},
		{name: "sender loses sight", want: news.Tally{Accepted: each}, within: time.Minute,
			behave: func(n uint32, try int) webpush.Outcome {
				if n%15 == 0 && try == 1 {
					return webpush.Outcome{Class: webpush.Unsent, Err: webpush.ErrClosed}
				}
				return ok
			}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, 3*each, origins...)
				start = time.Now()
				healthy := start // when the last healthy message was answered
				w.behave = func(n uint32, origin string, try int) webpush.Outcome {
					if origin == sick {
						return tt.behave(n, try)
					}
					healthy = time.Now()
					return ok
				}
				p := w.process("one")
				got, err := p.Run(t.Context(), alert("a"))
				must(t, err)
				want := tt.want
				want.Audience = 3 * each
				want.Accepted += 2 * each
				if got != want {
					t.Errorf("%+v, want %+v", got, want)
				}
				if took := time.Since(start); took > tt.within {
					t.Errorf("took %v, want at most %v", took, tt.within)
				}
				if late := healthy.Sub(start); late > time.Second {
					t.Errorf("the healthy services were held up for %v", late)
				}
				messages := 0
				for _, m := range w.log {
					if m.origin == sick {
						messages++
					}
				}
				if tt.most > 0 && messages > tt.most {
					t.Errorf("%d messages to the sick service, want at most %d", messages, tt.most)
				}
				if kinds := w.kinds(); tt.tell == "" && len(kinds) > 0 && tt.name != "403 to one in fifty" || tt.tell != "" && !slices.Contains(kinds, tt.tell) {
					t.Errorf("the operator heard of %v, want %q", w.notices, tt.tell)
				}
				if w.repeats() > 0 {
					t.Errorf("%d repeats", w.repeats())
				}
				pr, err := p.Progress(t.Context(), "a")
				must(t, err)
				sum := 0
				for _, s := range pr.Services {
					sum += s.Accepted + s.Gone + s.Failed + s.Retrying + s.Waiting
				}
				if sum != 3*each || len(pr.Services) != 3 {
					t.Errorf("by service %d of %d: %+v", sum, 3*each, pr.Services)
				}
			})
		})
	}
}

// A service that hangs, and a hundred more, hold up nobody else.
func TestHangingServicesHoldUpNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hang := []string{origins[0], origins[1]}
		w := newWorld(t, 30_000, origins...)
		start := time.Now()
		slow := &slowSender{Sender: &sender{w: w}, hang: hang}
		p := w.process("one", func(c *fanout.Config) { c.Sender = slow })
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() { defer close(ended); p.Run(ctx, alert("a")) }()
		time.Sleep(2 * time.Second)
		if got := w.tally("a"); got.Accepted != 10_000 {
			t.Errorf("after %v: %+v, want 10000 accepted", time.Since(start), got)
		}
		cancel()
		<-ended
	})
}

type slowSender struct {
	webpush.Sender
	hang []string
}

func (s *slowSender) Send(ctx context.Context, b *webpush.Batch, settle func(int, webpush.Outcome)) error {
	if slices.Contains(s.hang, b.Messages[0].To.Origin()) {
		select {
		case <-time.After(30 * time.Second):
		case <-ctx.Done():
		}
		for i := range b.Messages {
			settle(i, webpush.Outcome{Class: webpush.Retry, Unknown: true, Err: webpush.ErrTimeout})
		}
		return nil
	}
	return s.Sender.Send(ctx, b, settle)
}

func TestRetryAfterIsHonoured(t *testing.T) {
	for _, pace := range []time.Duration{0, 30 * time.Second} { // at once, and so slowly that answers are few
		retryAfterIsHonoured(t, pace)
	}
}

func retryAfterIsHonoured(t *testing.T, pace time.Duration) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 3000, origins...)
		if pace > 0 {
			w = newWorld(t, 300, origins...)
		}
		a := alert("a")
		a.Pace = pace
		pause := time.Now().Add(20 * time.Second)
		w.behave = func(_ uint32, origin string, _ int) webpush.Outcome {
			if origin == origins[1] && time.Now().Before(pause) {
				return throttled(time.Until(pause))
			}
			return ok
		}
		_, err := w.process("one").Run(t.Context(), a)
		must(t, err)
		early, first := 0, time.Time{}
		for _, m := range w.log {
			if m.origin == origins[1] && m.at.Before(pause) {
				if early++; early == 1 {
					first = m.at
				}
				if late := m.at.Sub(first); late > 100*time.Millisecond {
					t.Fatalf("pace %v: a message %v after the first, within the pause", pace, late)
				}
			}
		}
		if early > 256 {
			t.Errorf("%d messages before the first answer", early)
		}
	})
}

// A service that takes 500 a second is found out and kept busy at nearly that.
func TestRateFindsWhatAServiceTakes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const takes = 500
		w := newWorld(t, 30_000, origins[0])
		second, n, refused := time.Now(), 0, 0
		w.behave = func(uint32, string, int) webpush.Outcome {
			if now := time.Now(); now.Sub(second) >= time.Second {
				second, n = now, 0
			}
			if n++; n > takes {
				refused++
				return throttled(time.Second)
			}
			return ok
		}
		begun := time.Now()
		_, err := w.process("one").Run(t.Context(), alert("a"))
		must(t, err)
		if took := time.Since(begun); took > 30_000/takes*2*time.Second {
			t.Errorf("took %v, %d refused", took, refused)
		}
		if refused > 2000 {
			t.Errorf("%d messages were refused", refused)
		}
	})
}
