package fanout_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"dateline/internal/fanout"
	"dateline/internal/news"
	"dateline/internal/webpush"
)

func TestEverySubscriberGetsItOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 10_000, origins...)
		w.behave = func(n uint32, _ string, _ int) webpush.Outcome {
			if n%50 == 0 {
				return gone
			}
			return ok
		}
		a := alert("a")
		got, err := w.process("one").Run(t.Context(), a)
		must(t, err)
		if want := (news.Tally{Audience: 10_000, Accepted: 9_800, Gone: 200}); got != want {
			t.Errorf("%+v, want %+v", got, want)
		}
		if w.repeats() != 0 || len(w.log) != 10_000 {
			t.Errorf("%d repeats, %d messages", w.repeats(), len(w.log))
		}
		b := w.log[0].batch
		if b.Topic != "a" || b.Urgency != "high" || b.TTL != news.BreakingTTL || !strings.Contains(string(b.Payload), `"navigate":"https://news.example.org/2026/11/25/bridge"`) {
			t.Errorf("a message with topic %q, urgency %q, TTL %v: %s", b.Topic, b.Urgency, b.TTL, b.Payload)
		}
		if first := w.log[0].at.Sub(a.Started); first > 30*time.Millisecond {
			t.Errorf("the first message left after %v", first)
		}
		if took := time.Since(a.Started); took > time.Second {
			t.Errorf("took %v", took)
		}
	})
}

func TestAnAlertThatHasNotBegunIsNotSent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 10, origins...)
		for _, s := range []news.AlertState{news.AlertAwaiting, news.AlertScheduled, news.AlertCounting, news.AlertQueued, news.AlertStopped, news.AlertSent} {
			a := alert("a")
			a.State = s
			if _, err := w.process("one").Run(t.Context(), a); err == nil || len(w.log) > 0 {
				t.Errorf("%s: %v, %d messages", s, err, len(w.log))
			}
		}
	})
}

type fenceFunc func(context.Context, news.StoryID) error

func (f fenceFunc) Shown(ctx context.Context, id news.StoryID) error { return f(ctx, id) }

func TestNothingLeavesBeforeItsStoryIsShown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 10, origins...)
		shown := time.Now().Add(3 * time.Second)
		p := w.process("one", func(c *fanout.Config) {
			c.Fence = fenceFunc(func(ctx context.Context, _ news.StoryID) error { time.Sleep(time.Until(shown)); return ctx.Err() })
		})
		_, err := p.Run(t.Context(), alert("a"))
		must(t, err)
		if at := w.log[0].at; at.Before(shown) {
			t.Errorf("a message left %v before its story", shown.Sub(at))
		}
		p = w.process("one", func(c *fanout.Config) {
			c.Fence = fenceFunc(func(context.Context, news.StoryID) error { return news.Refuse(news.Conflict, "It was killed.") })
		})
		if _, err := p.Run(t.Context(), alert("b")); news.KindOf(err) != news.Conflict || len(w.log) != 10 {
			t.Errorf("for a killed story: %v, %d messages", err, len(w.log))
		}
	})
}

func TestPace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 6000, origins...)
		a := alert("a")
		a.Pace = time.Minute
		begun := time.Now()
		_, err := w.process("one").Run(t.Context(), a)
		must(t, err)
		if took := time.Since(begun); took < 55*time.Second || took > 65*time.Second {
			t.Errorf("took %v, want a minute", took)
		}
		half := 0
		for _, m := range w.log {
			if m.at.Sub(begun) < 30*time.Second {
				half++
			}
		}
		if half < 2700 || half > 3300 {
			t.Errorf("%d of 6000 in the first half", half)
		}
	})
}

func TestLimitIsSharedByTheNodes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 3000, origins[0])
		begun := time.Now()
		_, err := w.process("one", func(c *fanout.Config) {
			c.Limit, c.Nodes = func(string) float64 { return 200 }, func() int { return 2 }
		}).Run(t.Context(), alert("a"))
		must(t, err)
		if took := time.Since(begun); took < 28*time.Second || took > 32*time.Second {
			t.Errorf("3000 messages at half of 200 a second took %v", took)
		}
	})
}

func TestStopWithinASecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 50_000, origins...)
		a := alert("a")
		a.Pace = 10 * time.Minute
		here, there := w.process("one"), w.process("two")
		errs := make(chan error, 2)
		for _, p := range []*process{here, there} {
			go func() { _, err := p.Run(t.Context(), a); errs <- err }()
		}
		time.Sleep(time.Minute)
		must(t, w.ledger.Stop(t.Context(), "a"))
		stop := time.Now()
		got, err := here.Stop(t.Context(), "a")
		must(t, err)
		if took := time.Since(stop); took > time.Second {
			t.Errorf("the stop took %v", took)
		}
		if got.Accepted == 0 || got.Waiting == 0 {
			t.Errorf("stopped in the middle: %+v", got)
		}
		for range 2 {
			if err := <-errs; !errors.Is(err, news.ErrAlertStopped) {
				t.Errorf("a run ended with %v", err)
			}
		}
		if took := time.Since(stop); took > time.Second {
			t.Errorf("the other node stopped after %v", took)
		}
		if got := w.tally("a"); got.Accepted != len(w.accepted) {
			t.Errorf("%d in the record, %d at the services", got.Accepted, len(w.accepted))
		}
		if n := w.ledger.Leases("a"); len(n) > 0 {
			t.Errorf("chunks stay leased by %v", n)
		}
		if got, err := here.Stop(t.Context(), "a"); err != nil || got.Accepted != len(w.accepted) {
			t.Errorf("stopped again: %+v, %v", got, err)
		}
	})
}

// A correction reaches exactly those who accepted the original, though it is still on
// its way and others have subscribed since.
func TestCorrectionGoesToWhoGotIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 20_000, origins...)
		w.behave = func(n uint32, _ string, _ int) webpush.Outcome {
			if n%10 == 0 {
				return gone
			}
			return ok
		}
		a := alert("a")
		a.Pace = time.Minute
		p := w.process("one")
		ended := make(chan error)
		go func() { _, err := p.Run(t.Context(), a); ended <- err }()
		time.Sleep(20 * time.Second)
		must(t, w.ledger.Stop(t.Context(), "a"))
		w.subscribe(50_000, origins[0])
		c := alert("c")
		c.Kind, c.Replaces, c.Original = news.CorrectionAlert, "a", "a"
		begun := time.Now()
		got, err := p.Run(t.Context(), c)
		must(t, err)
		if err := <-ended; !errors.Is(err, news.ErrAlertStopped) {
			t.Errorf("the original ended with %v", err)
		}
		if took := time.Since(begun); took > 2*time.Second {
			t.Errorf("the correction took %v", took)
		}
		if orig := w.tally("a"); got.Audience != orig.Accepted || got.Accepted != orig.Accepted || orig.Waiting == 0 {
			t.Errorf("the original: %+v, the correction: %+v", orig, got)
		}
		for n, times := range w.accepted {
			if times != 2 {
				t.Fatalf("subscriber %d got %d messages, want the alert and its correction", n, times)
			}
		}
		if b := w.log[len(w.log)-1].batch; b.Topic != "a" || !strings.Contains(string(b.Payload), `"renotify":true`) {
			t.Errorf("the correction has topic %q: %s", b.Topic, b.Payload)
		}
	})
}

// Who unsubscribes between the count and the message is not sent to, and who has a key
// that is not ours is neither sent to nor pruned.
func TestNobodyIsSentToWhoMayNotBe(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 1000, origins...)
		e, err := w.where.Parse(origins[0] + "/foreign")
		must(t, err)
		w.book.Put(7, e, webpush.Keys{}, "another key")
		must(t, w.ledger.Freeze(t.Context(), "a", w.index.Freeze(alert("a"), time.Now())))
		w.book.Drop(8)
		got, err := w.process("one").Run(t.Context(), alert("a"))
		must(t, err)
		if want := (news.Tally{Audience: 1000, Accepted: 998, Gone: 1, Failed: 1}); got != want {
			t.Errorf("%+v, want %+v", got, want)
		}
		if !slices.Contains(w.kinds(), fanout.NoticeNoKey) {
			t.Errorf("the operator heard of %v", w.notices)
		}
	})
}

func TestAMessageThatCannotBeSentEndsTheRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 1000, origins...)
		p := w.process("one", func(c *fanout.Config) { c.Sender = refuser{} })
		if _, err := p.Run(t.Context(), alert("a")); !errors.Is(err, webpush.ErrBatch) {
			t.Errorf("%v, want %v", err, webpush.ErrBatch)
		}
	})
}

type refuser struct{}

func (refuser) Send(context.Context, *webpush.Batch, func(int, webpush.Outcome)) error {
	return webpush.ErrBatch
}
func (refuser) Close() error { return nil }

func TestOneRunPerAlertAndNode(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 1000, origins...)
		a := alert("a")
		a.Pace = time.Minute
		p := w.process("one")
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error)
		go func() { _, err := p.Run(ctx, a); ended <- err }()
		time.Sleep(time.Second)
		if _, err := p.Run(t.Context(), a); !errors.Is(err, fanout.ErrRunning) {
			t.Errorf("a second run: %v", err)
		}
		pr, err := p.Progress(t.Context(), "a")
		must(t, err)
		if pr.Accepted == 0 || pr.PerSecond <= 0 || pr.ETA < 30*time.Second || pr.ETA > 2*time.Minute {
			t.Errorf("after a second of a minute: %+v", pr)
		}
		cancel()
		if err := <-ended; !errors.Is(err, context.Canceled) {
			t.Errorf("a run whose context ended: %v", err)
		}
		begun := time.Now()
		must2(t)(w.process("one").Run(t.Context(), alert("a")))
		if w.repeats() > 0 || time.Since(begun) > 5*time.Second {
			t.Errorf("after an orderly stop: %d repeats, %v", w.repeats(), time.Since(begun))
		}
	})
}

func must2(t *testing.T) func(news.Tally, error) {
	return func(_ news.Tally, err error) {
		t.Helper()
		must(t, err)
	}
}
