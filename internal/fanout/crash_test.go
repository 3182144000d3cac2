package fanout_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"dateline/internal/fanout"
	"dateline/internal/news"
	"dateline/internal/webpush"
)

// Whatever the services do and however often a process dies: nobody is lost, what is
// repeated stays within the window of each crash, and the record sums up to the
// audience and agrees with what the services have.
func TestCrashesLoseNobody(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		var (
			readers = rapid.IntRange(1, 4000).Draw(rt, "readers")
			window  = rapid.SampledFrom([]int{64, 512, 8192}).Draw(rt, "window")
			crashes = rapid.SliceOfN(rapid.IntRange(1, 3000), 0, 6).Draw(rt, "crashes after ms")
			nodes   = rapid.IntRange(1, 2).Draw(rt, "nodes")
			pace    = rapid.SampledFrom([]time.Duration{0, 0, 5 * time.Second}).Draw(rt, "pace")
			sick    = rapid.IntRange(0, 60).Draw(rt, "percent of bad answers")
			seed    = rapid.Uint32().Draw(rt, "seed")
			outage  = rapid.Bool().Draw(rt, "ledger out")
		)
		var failed string
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t, readers, origins...)
			w.behave = func(n uint32, origin string, try int) webpush.Outcome {
				x := (n*2654435761 ^ seed ^ uint32(try)*40503) % 1000
				switch {
				case x >= uint32(sick)*10 || try > 4:
					if (n^seed)%97 == 0 {
						return gone
					}
					return ok
				case x%5 == 0:
					return throttled(time.Duration(1+x%3) * time.Second)
				case x%5 == 1:
					return forbidden
				case x%5 == 2:
					return broken
				}
				return noAnswer
			}
			a := alert("a")
			a.Pace = pace
			small := func(c *fanout.Config) { c.Window = window }
			ended := make(chan error, 1)
			crashed := 0
			start := func(node string) (*process, context.CancelFunc) {
				p := w.process(node, small)
				ctx, cancel := context.WithCancel(context.Background())
				go func() {
					_, err := p.Run(ctx, a)
					if err == nil || !p.isDead() && !errors.Is(err, context.Canceled) {
						select {
						case ended <- err:
						default:
						}
					}
				}()
				return p, cancel
			}
			var cancels []context.CancelFunc
			names := []string{"one", "two"}[:nodes]
			ps := make([]*process, nodes)
			for i, n := range names {
				var cancel context.CancelFunc
				ps[i], cancel = start(n)
				cancels = append(cancels, cancel)
			}
			over := false
			var err error
			wait := func(d time.Duration) {
				select {
				case err = <-ended:
					over = true
				case <-time.After(d):
				}
			}
			for i, ms := range crashes {
				if wait(time.Duration(ms) * time.Millisecond); over {
					break
				}
				if outage && i == 0 {
					w.ledger.Fail(errors.New("disk full"))
					time.Sleep(3 * time.Second)
					w.ledger.Fail(nil)
					continue
				}
				dead := i % nodes
				ps[dead].kill()
				crashed++
				cancels[dead]()
				ps[dead], cancels[dead] = start(names[dead])
			}
			if !over {
				wait(10 * time.Hour)
			}
			for _, c := range cancels {
				c()
			}
			time.Sleep(time.Minute) // what still runs ends
			got := w.tally("a")
			lost := 0
			for n := range uint32(readers) {
				if w.tries[n] == 0 {
					lost++
				}
			}
			rec, _ := w.ledger.Record(context.Background(), "a")
			differ := 0
			for n, times := range w.accepted {
				if times > 0 && !rec.Accepted.Has(n) {
					differ++
				}
			}
			switch {
			case !over || err != nil:
				failed = "it did not end well"
			case got.Audience != readers || got.Settled() != readers:
				failed = "not everybody is settled"
			case lost > 0:
				failed = "somebody was never sent to"
			case differ > 0 || got.Accepted != len(w.accepted):
				failed = "the record differs from what the services have"
			case w.repeats() > crashed*window:
				failed = "too many repeats"
			}
			if failed != "" {
				rt.Logf("%v; %+v; %d crashes, %d repeats, %d lost, %d differ", err, got, crashed, w.repeats(), lost, differ)
			}
		})
		if failed != "" {
			rt.Fatal(failed)
		}
	})
}

func (p *process) isDead() bool {
	p.ledger.mu.Lock()
	defer p.ledger.mu.Unlock()
	return p.ledger.dead
}

func TestAnotherNodeTakesOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 20_000, origins...)
		a := alert("a")
		a.Pace = time.Minute
		one, two := w.process("one"), w.process("two")
		defer one.start(a)()
		ended := make(chan error)
		go func() { _, err := two.Run(t.Context(), a); ended <- err }()
		time.Sleep(10 * time.Second)
		if n := w.ledger.Leases("a"); len(n) != 2 {
			t.Errorf("chunks are leased by %v, want both nodes", n)
		}
		one.kill()
		died := time.Now()
		for {
			time.Sleep(100 * time.Millisecond)
			if n := w.ledger.Leases("a"); len(n) == 1 && n[0] == "two" || time.Since(died) > time.Hour {
				break
			}
		}
		must(t, <-ended)
		if got := w.tally("a"); got.Accepted != 20_000 {
			t.Errorf("%+v, want all accepted", got)
		}
		if w.repeats() > 8192 {
			t.Errorf("%d repeats", w.repeats())
		}
	})
}

// Without a pace, what a dead node left is the last to be sent: at most fifteen seconds
// after it died.
func TestTakenOverWithinFifteenSeconds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 20_000, origins...)
		w.delay = 50 * time.Millisecond
		a := alert("a")
		one, two := w.process("one"), w.process("two")
		defer one.start(a)()
		time.Sleep(300 * time.Millisecond)
		one.kill()
		if n := w.ledger.Leases("a"); len(n) != 1 {
			t.Fatalf("chunks are leased by %v, want the dead node", n)
		}
		died := time.Now()
		_, err := two.Run(t.Context(), a)
		must(t, err)
		if took := time.Since(died); took > 15*time.Second {
			t.Errorf("all was sent %v after the other node died", took)
		}
	})
}

func TestRestartGoesOnAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 20_000, origins...)
		a := alert("a")
		p := w.process("one")
		defer p.start(a)()
		time.Sleep(60 * time.Millisecond)
		p.kill()
		before := w.messages()
		begun := time.Now()
		_, err := w.process("one").Run(t.Context(), a)
		must(t, err)
		if first := w.log[before].at.Sub(begun); first > time.Second {
			t.Errorf("the first message left %v after the restart", first)
		}
		if n := w.repeats(); n == 0 || n > 8192 {
			t.Errorf("%d of %d messages were repeated; want some, and no more than the window", n, before)
		}
	})
}

// While the ledger is away, sending pauses within the window, and goes on by itself.
func TestLedgerAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 50_000, origins...)
		ended := make(chan error)
		go func() { _, err := w.process("one").Run(t.Context(), alert("a")); ended <- err }()
		time.Sleep(200 * time.Millisecond)
		w.ledger.Fail(errors.New("database is locked"))
		time.Sleep(100 * time.Millisecond)
		before := w.messages()
		time.Sleep(2 * time.Minute)
		if more := w.messages() - before; more > 8192 {
			t.Errorf("%d messages left that nothing records", more)
		}
		if k := w.kinds(); len(k) != 1 || k[0] != fanout.NoticeLedger {
			t.Errorf("the operator heard of %v, want one notice of the ledger", k)
		}
		w.ledger.Fail(nil)
		back := time.Now()
		must(t, <-ended)
		if took := time.Since(back); took > 20*time.Second {
			t.Errorf("all was sent %v after the ledger came back", took)
		}
		if got := w.tally("a"); got != (news.Tally{Audience: 50_000, Accepted: 50_000}) || w.repeats() > 0 {
			t.Errorf("%+v, %d repeats", got, w.repeats())
		}
	})
}
