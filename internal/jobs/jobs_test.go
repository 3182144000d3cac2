package jobs_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"dateline/internal/jobs"
	"dateline/internal/news"
	"dateline/internal/store"
)

// A room is a store and the jobs that run on it.
type room struct {
	*store.Store
	t    *testing.T
	path string
	told []string
}

func newRoom(t *testing.T) *room {
	t.Helper()
	r := &room{t: t, path: filepath.Join(t.TempDir(), "news.db")}
	s, err := store.Open(t.Context(), "sqlite:"+r.path, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	r.Store = s
	return r
}

// run runs jobs of kind k until stop, which waits.
func (r *room) run(k jobs.Kind) (runner *jobs.Runner, stop func()) {
	wake, deaf := r.JobHints()
	runner = jobs.New(jobs.Options{
		Store: r.Store, Worker: "w", Kinds: []jobs.Kind{k}, Wake: wake,
		Tell: func(_, what string) { r.told = append(r.told, what) },
	})
	ctx, cancel := context.WithCancel(r.t.Context())
	var running sync.WaitGroup
	running.Go(func() { runner.Run(ctx) })
	return runner, func() { cancel(); running.Wait(); deaf() }
}

func (r *room) enqueue(j news.Job) {
	r.t.Helper()
	if err := r.Enqueue(r.t.Context(), j); err != nil {
		r.t.Fatal(err)
	}
}

// left are the jobs waiting and given up.
func (r *room) left() [2]int {
	r.t.Helper()
	waiting, err := r.WaitingJobs(r.t.Context())
	failed, err2 := r.FailedJobs(r.t.Context())
	if err := errors.Join(err, err2); err != nil {
		r.t.Fatal(err)
	}
	return [2]int{waiting, failed}
}

// A job starts when its transaction has committed, and not with the next poll.
func TestStartsAtOnce(t *testing.T) {
	r := newRoom(t)
	began := make(chan time.Time, 1)
	_, stop := r.run(jobs.Kind{Name: "k", Do: func(context.Context, news.Job) error {
		began <- time.Now()
		return nil
	}})
	defer stop()
	var took []time.Duration
	for range 100 {
		r.enqueue(news.Job{Kind: "k"})
		committed := time.Now()
		took = append(took, (<-began).Sub(committed))
	}
	slices.Sort(took)
	t.Logf("from commit to start: p50 %v, p90 %v, p99 %v", took[50], took[90], took[99])
	if took[50] > 50*time.Millisecond {
		t.Errorf("half the jobs started more than %v after their commit", took[50])
	}
}

// TestWhatBecomesOfAnError: when it is tried again, how often, and what the operator
// hears. Time is the bubble's.
func TestWhatBecomesOfAnError(t *testing.T) {
	failing := func(err error) func(context.Context, news.Job) error {
		return func(context.Context, news.Job) error { return err }
	}
	for _, c := range []struct {
		name     string
		kind     jobs.Kind
		attempts int
		within   [2]time.Duration // from the first attempt to the last
		told     string           // empty if the job is done at last
	}{
		{"at last it works", jobs.Kind{Do: func(_ context.Context, j news.Job) error {
			if j.Attempt < 4 {
				return errors.New("not yet")
			}
			return nil
		}}, 4, [2]time.Duration{5 * time.Second, 10 * time.Second}, ""},
		{"it never works", jobs.Kind{Attempts: 3, Do: failing(errors.New("no such\x00 host \xff"))},
			3, [2]time.Duration{2 * time.Second, 5 * time.Second}, "no such  host ?"},
		{"trying again would not help", jobs.Kind{Do: failing(fmt.Errorf("send: %w", jobs.Permanent(errors.New("no such mailbox"))))},
			1, [2]time.Duration{}, "send: no such mailbox"},
		{"it panics", jobs.Kind{Attempts: 2, Do: func(context.Context, news.Job) error { panic("oh") }},
			2, [2]time.Duration{time.Second / 2, 3 * time.Second}, "panic: oh"},
		{"it hangs", jobs.Kind{Attempts: 2, Within: time.Minute, Do: func(ctx context.Context, _ news.Job) error {
			<-ctx.Done()
			return ctx.Err()
		}}, 2, [2]time.Duration{time.Minute, 65 * time.Second}, "it took longer than 1m0s"},
		{"a pause of its own", jobs.Kind{Attempts: 2, Do: failing(errors.New("x")), Backoff: func(int) time.Duration { return time.Hour }},
			2, [2]time.Duration{45 * time.Minute, 76 * time.Minute}, "x"},
		{"its reason is a book", jobs.Kind{Attempts: 1, Do: failing(errors.New(strings.Repeat("ü", 5000)))},
			1, [2]time.Duration{}, strings.Repeat("ü", 250) + "…"},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := newRoom(t)
				var began []time.Time
				do := c.kind.Do
				c.kind.Name, c.kind.Do = "k", func(ctx context.Context, j news.Job) error {
					began = append(began, time.Now())
					return do(ctx, j)
				}
				runner, stop := r.run(c.kind)
				r.enqueue(news.Job{Kind: "k"})
				for range 10 * 60 {
					if time.Sleep(time.Minute); r.left()[0] == 0 {
						break
					}
				}
				stop()
				if len(began) != c.attempts {
					t.Fatalf("%d attempts, want %d", len(began), c.attempts)
				}
				if took := began[len(began)-1].Sub(began[0]); took < c.within[0] || took > c.within[1] {
					t.Errorf("from the first attempt to the last %v, want %v", took, c.within)
				}
				given := 1
				if c.told == "" {
					given = 0
				}
				if got := r.left(); got != [2]int{0, given} || len(r.told) != given || given == 1 && !strings.Contains(r.told[0], c.told) {
					t.Errorf("waiting and given up %v; the operator was told %q", got, r.told)
				}
				if s := runner.Stats(); s.Running != 0 || s.Done != int64(1-given) || s.GivenUp != int64(given) || s.Failed+s.Done != int64(c.attempts) {
					t.Errorf("counted %+v", s)
				}
			})
		})
	}
}

// A job may take longer than its lease: it is renewed. When it is lost all the same,
// the work must stop.
func TestLease(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRoom(t)
		began, ended := make(chan struct{}, 9), make(chan error, 9)
		_, stop := r.run(jobs.Kind{Name: "k", Parallel: 1, Do: func(ctx context.Context, j news.Job) error {
			began <- struct{}{}
			select {
			case <-ctx.Done():
				ended <- context.Cause(ctx)
			case <-time.After(5 * time.Minute):
				ended <- nil
			}
			return ctx.Err()
		}})
		defer stop()
		r.enqueue(news.Job{Kind: "k"})
		<-began
		if err := <-ended; err != nil {
			t.Fatalf("a job of five minutes was stopped: %v", err)
		}
		r.enqueue(news.Job{Kind: "k"})
		<-began
		time.Sleep(63 * time.Second) // between two renewals
		// Another worker takes it over.
		if err := r.VoidLeases(t.Context()); err != nil {
			t.Fatal(err)
		}
		taken, _, err := r.ClaimJobs(t.Context(), "other", map[string]news.JobRoom{"k": {Free: 1, Attempts: 9}})
		if err != nil || len(taken) != 1 {
			t.Fatalf("taking it over: %+v, %v", taken, err)
		}
		at := time.Now()
		if err := <-ended; err == nil || time.Since(at) > news.JobLease {
			t.Errorf("%v after its lease was lost the job ended with %v", time.Since(at), err)
		}
		if lost, err := r.RenewJobs(t.Context(), taken); err != nil || len(lost) != 0 {
			t.Errorf("the one who lost it took it from the new one: %v %v", lost, err)
		}
	})
}

// blind is a store that does not answer for a while.
type blind struct {
	jobs.Store
	mu   sync.Mutex
	dark bool
}

func (b *blind) turn(dark bool) { b.mu.Lock(); defer b.mu.Unlock(); b.dark = dark }
func (b *blind) fault() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.dark {
		return news.Refuse(news.Busy, "The database cannot be reached just now.")
	}
	return nil
}

func (b *blind) RenewJobs(ctx context.Context, held []news.Job) ([]news.Job, error) {
	if err := b.fault(); err != nil {
		return nil, err
	}
	return b.Store.RenewJobs(ctx, held)
}

func (b *blind) FinishJob(ctx context.Context, j news.Job) error {
	if err := b.fault(); err != nil {
		return err
	}
	return b.Store.FinishJob(ctx, j)
}

func (b *blind) ClaimJobs(ctx context.Context, worker string, room map[string]news.JobRoom) (claimed, aside []news.Job, err error) {
	if err := b.fault(); err != nil {
		return nil, nil, err
	}
	return b.Store.ClaimJobs(ctx, worker, room)
}

// While the database is away a job's end waits to be written down; a job that cannot
// renew its lease ends before somebody else may have it.
func TestDatabaseAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRoom(t)
		b := &blind{Store: r.Store}
		var quickRan, longRan atomic.Int64
		quick, cut := make(chan struct{}), make(chan time.Duration, 1)
		runner := jobs.New(jobs.Options{Store: b, Worker: "w", Kinds: []jobs.Kind{
			{Name: "quick", Do: func(context.Context, news.Job) error { quickRan.Add(1); <-quick; return nil }},
			{Name: "long", Do: func(ctx context.Context, _ news.Job) error {
				if longRan.Add(1) > 1 {
					return nil
				}
				began := time.Now()
				<-ctx.Done()
				cut <- time.Since(began)
				return ctx.Err()
			}},
		}})
		ctx, cancel := context.WithCancel(t.Context())
		var running sync.WaitGroup
		running.Go(func() { runner.Run(ctx) })
		r.enqueue(news.Job{Kind: "quick"})
		r.enqueue(news.Job{Kind: "long"})
		time.Sleep(time.Second)
		b.turn(true)
		close(quick)
		time.Sleep(5 * time.Second)
		b.turn(false)
		time.Sleep(time.Second)
		if got := r.left(); quickRan.Load() != 1 || got != [2]int{1, 0} {
			t.Errorf("after five seconds without the database the quick job ran %d times; waiting and given up %v", quickRan.Load(), got)
		}
		b.turn(true)
		if after := <-cut; after > news.JobLease {
			t.Errorf("a job went on for %v, its lease is %v", after, news.JobLease)
		}
		b.turn(false)
		time.Sleep(time.Minute)
		if got := r.left(); longRan.Load() != 2 || got != [2]int{} {
			t.Errorf("the long job ran %d times; waiting and given up %v", longRan.Load(), got)
		}
		cancel()
		running.Wait()
	})
}

// A clean stop lets short work end and gives the rest back, its attempt not counted.
func TestStop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRoom(t)
		_, stop := r.run(jobs.Kind{Name: "k", Do: func(ctx context.Context, j news.Job) error {
			if string(j.Args) == "short" {
				time.Sleep(time.Second)
				return ctx.Err()
			}
			<-ctx.Done()
			return ctx.Err()
		}})
		for _, what := range []string{"short", "long", "never begun"} {
			r.enqueue(news.Job{Kind: "k", Args: []byte(what)})
		}
		time.Sleep(500 * time.Millisecond)
		at := time.Now()
		stop()
		if took := time.Since(at); took > 6*time.Second {
			t.Errorf("stopping took %v", took)
		}
		next, _, err := r.ClaimJobs(t.Context(), "next", map[string]news.JobRoom{"k": {Free: 9, Attempts: 1}})
		if err != nil || len(next) != 2 || string(next[0].Args) != "long" || string(next[1].Args) != "never begun" || next[0].Attempt != 1 {
			t.Errorf("left to the next process: %+v, %v", next, err)
		}
	})
}

// TestIdle: who has nothing to do writes nothing, and leaves alone what it does not know.
func TestIdle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRoom(t)
		_, stop := r.run(jobs.Kind{Name: "k", Do: func(context.Context, news.Job) error { return nil }})
		r.enqueue(news.Job{Kind: "from the future"})
		r.enqueue(news.Job{Kind: "k", RunAt: r.Now().Add(5 * time.Minute)})
		time.Sleep(time.Second)
		look := func() string {
			var all []string
			for _, end := range []string{"", "-wal"} {
				i, err := os.Stat(r.path + end)
				if err != nil {
					t.Fatal(err)
				}
				all = append(all, fmt.Sprint(i.Size(), i.ModTime()))
			}
			return strings.Join(all, ", ")
		}
		before := look()
		time.Sleep(2 * time.Minute)
		if after := look(); after != before {
			t.Errorf("two idle minutes changed the database's files: %s, before %s", after, before)
		}
		if got := r.left(); got != [2]int{2, 0} {
			t.Errorf("waiting and given up %v", got)
		}
		time.Sleep(5 * time.Minute)
		if got := r.left(); got != [2]int{1, 0} {
			t.Errorf("when one was due waiting and given up %v", got)
		}
		stop()
	})
}

func TestTwoKindsOfOneName(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("two kinds of one name were taken")
		}
	}()
	k := jobs.Kind{Name: "k", Do: func(context.Context, news.Job) error { return nil }}
	jobs.New(jobs.Options{Kinds: []jobs.Kind{k, k}})
}
