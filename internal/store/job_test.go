package store_test

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"dateline/internal/news"
	"dateline/internal/store"
	"dateline/internal/store/pgtest"
)

// claim takes at most n due jobs of kind k, which may be begun three times.
func claim(t *testing.T, s *store.Store, worker string, n int) []news.Job {
	t.Helper()
	jobs, _, err := s.ClaimJobs(t.Context(), worker, map[string]news.JobRoom{"k": {Free: n, Attempts: 3}})
	if err != nil {
		t.Fatalf("claim for %s: %v", worker, err)
	}
	return jobs
}

func enqueue(t *testing.T, s *store.Store, j news.Job) {
	t.Helper()
	if err := s.Enqueue(t.Context(), j); err != nil {
		t.Fatal(err)
	}
}

// counts are the jobs waiting and given up.
func counts(t *testing.T, s *store.Store) [2]int {
	t.Helper()
	waiting, err := s.WaitingJobs(t.Context())
	failed, err2 := s.FailedJobs(t.Context())
	if err := errors.Join(err, err2); err != nil {
		t.Fatal(err)
	}
	return [2]int{waiting, failed}
}

func TestJobIsOneWorkersAtATime(t *testing.T) {
	onBoth(t, func(t *testing.T, open func() *store.Store) {
		s, ctx := open(), t.Context()
		enqueue(t, s, news.Job{Kind: "k", Args: []byte(`{"n": 1795464489041851234}`)})
		jobs := claim(t, s, "w1", 5)
		if len(jobs) != 1 || jobs[0].Attempt != 1 || string(jobs[0].Args) != `{"n": 1795464489041851234}` {
			t.Fatalf("claimed: %+v", jobs)
		}
		if more := claim(t, s, "w2", 5); len(more) != 0 {
			t.Errorf("a claimed job was claimed again: %+v", more)
		}
		if lost, err := s.RenewJobs(ctx, jobs); len(lost) != 0 || err != nil {
			t.Errorf("renewing one's own: lost %+v, %v", lost, err)
		}
		if err := s.VoidLeases(ctx); err != nil {
			t.Fatal(err)
		}
		again := claim(t, s, "w1", 5)
		if len(again) != 1 || again[0].Attempt != 2 {
			t.Fatalf("after the leases were voided: %+v", again)
		}
		// The first run of it lost its lease, to a second of the same worker's.
		if lost, err := s.RenewJobs(ctx, jobs); len(lost) != 1 || err != nil {
			t.Errorf("renewing a lost lease: lost %+v, %v", lost, err)
		}
		for what, end := range map[string]func() error{
			"finish": func() error { return s.FinishJob(ctx, jobs[0]) },
			"retry":  func() error { return s.RetryJob(ctx, jobs[0], 0, "x") },
			"fail":   func() error { return s.FailJob(ctx, jobs[0], "x") },
			"return": func() error { return s.ReturnJob(ctx, jobs[0]) },
		} {
			if err := end(); err != nil || counts(t, s) != [2]int{1, 0} || len(claim(t, s, "w3", 1)) != 0 {
				t.Errorf("%s by the one who lost it: %v, waiting and failed %v", what, err, counts(t, s))
			}
		}
		if err := s.FinishJob(ctx, again[0]); err != nil || counts(t, s) != [2]int{0, 0} {
			t.Errorf("finish: %v, waiting and failed %v", err, counts(t, s))
		}
	})
}

func TestJobLeaseRunsOut(t *testing.T) {
	for _, engine := range []string{"sqlite", "postgres"} {
		t.Run(engine, func(t *testing.T) {
			address := "sqlite:" + filepath.Join(t.TempDir(), "news.db")
			if engine == "postgres" {
				address = pgtest.Database(t)
			}
			c := &clock{t: time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)}
			s, err := store.Open(t.Context(), address, store.Options{Now: c.now})
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			enqueue(t, s, news.Job{Kind: "k"})
			enqueue(t, s, news.Job{Kind: "k", RunAt: c.now().Add(time.Hour)})
			first := claim(t, s, "w1", 5)
			c.pass(news.JobLease - time.Second)
			if _, err := s.RenewJobs(t.Context(), first); err != nil {
				t.Fatal(err)
			}
			c.pass(news.JobLease - time.Second)
			if jobs := claim(t, s, "w2", 5); len(jobs) != 0 {
				t.Errorf("a renewed lease was ignored: %+v", jobs)
			}
			c.pass(2 * time.Second)
			if jobs := claim(t, s, "w2", 5); len(jobs) != 1 || jobs[0].Attempt != 2 {
				t.Errorf("a lease that ran out: claimed %+v", jobs)
			}
			c.pass(time.Hour)
			if jobs := claim(t, s, "w2", 5); len(jobs) != 2 {
				t.Errorf("an hour later %d jobs are due, want 2", len(jobs))
			}
		})
	}
}

// TestJobEnds: what becomes of a job by the end of its run.
func TestJobEnds(t *testing.T) {
	onBoth(t, func(t *testing.T, open func() *store.Store) {
		s, ctx := open(), t.Context()
		for _, c := range []struct {
			name    string
			end     func(news.Job) error
			left    [2]int // waiting, failed
			attempt int    // of the next claim; 0 if there is none
		}{
			{"done", func(j news.Job) error { return s.FinishJob(ctx, j) }, [2]int{0, 0}, 0},
			{"put off", func(j news.Job) error { return s.RetryJob(ctx, j, time.Hour, "a reason") }, [2]int{1, 0}, 0},
			{"tried again", func(j news.Job) error { return s.RetryJob(ctx, j, 0, "a reason") }, [2]int{1, 0}, 2},
			{"given up", func(j news.Job) error { return s.FailJob(ctx, j, "a reason") }, [2]int{0, 1}, 0},
			{"given back", func(j news.Job) error { return s.ReturnJob(ctx, j) }, [2]int{1, 0}, 1},
		} {
			before := counts(t, s)
			kind := map[string]news.JobRoom{c.name: {Free: 1, Attempts: 3}}
			enqueue(t, s, news.Job{Kind: c.name, Unique: "u"})
			jobs, _, err := s.ClaimJobs(ctx, "w", kind)
			if err != nil || len(jobs) != 1 {
				t.Fatalf("%s: claimed %+v, %v", c.name, jobs, err)
			}
			if err := c.end(jobs[0]); err != nil {
				t.Errorf("%s: %v", c.name, err)
			}
			after := counts(t, s)
			if got := [2]int{after[0] - before[0], after[1] - before[1]}; got != c.left {
				t.Errorf("%s: waiting and failed %v, want %v", c.name, got, c.left)
			}
			next, _, err := s.ClaimJobs(ctx, "w", kind)
			if err != nil || (len(next) > 0) != (c.attempt > 0) || len(next) > 0 && next[0].Attempt != c.attempt {
				t.Errorf("%s: then claimed %+v, %v, want attempt %d", c.name, next, err, c.attempt)
			}
		}
	})
}

// TestJobThatKillsItsWorker: a job that was begun too often is set aside by the next
// claim, which goes on to others.
// What follows from a job follows once, whether or not the one who did it held it still.
func TestJobHandsOver(t *testing.T) {
	onBoth(t, func(t *testing.T, open func() *store.Store) {
		s, ctx := open(), t.Context()
		next := []news.Job{{Kind: "letter", Unique: "a"}, {Kind: "letter", Unique: "b"}, {Kind: "k", Unique: "page 2"}}
		enqueue(t, s, news.Job{Kind: "k", Unique: "page 1"})
		first := claim(t, s, "w1", 1)[0]
		if err := s.VoidLeases(ctx); err != nil {
			t.Fatal(err)
		}
		second := claim(t, s, "w2", 1)[0]
		if err := s.HandOver(ctx, first, next...); err == nil || counts(t, s) != [2]int{1, 0} {
			t.Errorf("who lost the job handed it over: %v, waiting and failed %v", err, counts(t, s))
		}
		if err := s.HandOver(ctx, second, next...); err != nil || counts(t, s) != [2]int{3, 0} {
			t.Errorf("handed over: %v, waiting and failed %v", err, counts(t, s))
		}
		if err := s.FinishJob(ctx, second); err != nil || counts(t, s) != [2]int{3, 0} {
			t.Errorf("finished after it was handed over: %v, waiting and failed %v", err, counts(t, s))
		}
		if err := s.HandOver(ctx, second, next...); err == nil || counts(t, s) != [2]int{3, 0} {
			t.Errorf("handed over twice: %v, waiting and failed %v", err, counts(t, s))
		}
		if n, err := s.DropJobs(ctx, "letter", "other"); n != 2 || err != nil || counts(t, s) != [2]int{1, 0} {
			t.Errorf("dropped %d, %v; waiting and failed %v", n, err, counts(t, s))
		}
	})
}

func TestJobThatKillsItsWorker(t *testing.T) {
	onBoth(t, func(t *testing.T, open func() *store.Store) {
		s, ctx := open(), t.Context()
		enqueue(t, s, news.Job{Kind: "k", Unique: "deadly"})
		for range 3 {
			if jobs := claim(t, s, "w", 1); len(jobs) != 1 {
				t.Fatalf("claimed %+v", jobs)
			}
			if err := s.VoidLeases(ctx); err != nil {
				t.Fatal(err)
			}
		}
		enqueue(t, s, news.Job{Kind: "k", Unique: "harmless"})
		jobs, aside, err := s.ClaimJobs(ctx, "w", map[string]news.JobRoom{"k": {Free: 1, Attempts: 3}})
		if err != nil || len(jobs) != 1 || jobs[0].Unique != "harmless" || len(aside) != 1 || aside[0].Unique != "deadly" {
			t.Errorf("a fourth attempt of three: claimed %+v, set aside %+v, %v", jobs, aside, err)
		}
		if got := counts(t, s); got != [2]int{1, 1} {
			t.Errorf("waiting and failed %v", got)
		}
		// Asked for anew, it gets new attempts.
		enqueue(t, s, news.Job{Kind: "k", Unique: "deadly"})
		if jobs := claim(t, s, "w", 1); len(jobs) != 1 || jobs[0].Attempt != 1 || counts(t, s) != [2]int{2, 0} {
			t.Errorf("enqueued again after it was given up: %+v, waiting and failed %v", jobs, counts(t, s))
		}
	})
}

func TestUniqueJobs(t *testing.T) {
	onBoth(t, func(t *testing.T, open func() *store.Store) {
		s, ctx := open(), t.Context()
		add := func(n int) {
			t.Helper()
			enqueue(t, s, news.Job{Kind: "k", Unique: "same", Args: fmt.Appendf(nil, "%d", n)})
		}
		add(1)
		add(2)
		jobs := claim(t, s, "w", 5)
		if len(jobs) != 1 || string(jobs[0].Args) != "1" {
			t.Fatalf("of two that are the same: %+v", jobs)
		}
		// What it does may be done with before this was written.
		add(3)
		if more := claim(t, s, "w2", 5); len(more) != 0 {
			t.Errorf("two of the same run at once: %+v", more)
		}
		if lost, err := s.RenewJobs(ctx, jobs); len(lost) != 0 || err != nil {
			t.Errorf("asking again took the lease: %+v %v", lost, err)
		}
		if err := s.FinishJob(ctx, jobs[0]); err != nil {
			t.Fatal(err)
		}
		jobs = claim(t, s, "w", 5)
		if len(jobs) != 1 || string(jobs[0].Args) != "3" || jobs[0].Attempt != 1 {
			t.Fatalf("asked for while it ran: then claimed %+v", jobs)
		}
		if err := s.FinishJob(ctx, jobs[0]); err != nil || counts(t, s) != [2]int{0, 0} {
			t.Errorf("at the end: %v, %v", err, counts(t, s))
		}
	})
}

// A kind that this program does not know waits for a newer one.
func TestUnknownKindIsLeftAlone(t *testing.T) {
	onBoth(t, func(t *testing.T, open func() *store.Store) {
		s := open()
		enqueue(t, s, news.Job{Kind: "from the future"})
		enqueue(t, s, news.Job{Kind: "k"})
		if jobs := claim(t, s, "w", 5); len(jobs) != 1 || jobs[0].Kind != "k" {
			t.Errorf("claimed %+v", jobs)
		}
		if jobs, _, err := s.ClaimJobs(t.Context(), "w", nil); len(jobs) != 0 || err != nil {
			t.Errorf("who knows nothing claimed %+v, %v", jobs, err)
		}
	})
}

// A worker gets what it has room for: a heap of one kind does not keep another waiting.
func TestEveryKindHasItsRoom(t *testing.T) {
	onBoth(t, func(t *testing.T, open func() *store.Store) {
		s := open()
		for range 10 {
			enqueue(t, s, news.Job{Kind: "slow"})
		}
		for range 3 {
			enqueue(t, s, news.Job{Kind: "quick"})
		}
		got := map[string]int{}
		jobs, _, err := s.ClaimJobs(t.Context(), "w", map[string]news.JobRoom{
			"slow": {Free: 2, Attempts: 3}, "quick": {Free: 5, Attempts: 3}, "busy": {Attempts: 3},
		})
		for _, j := range jobs {
			got[j.Kind]++
		}
		if err != nil || got["slow"] != 2 || got["quick"] != 3 || len(got) != 2 {
			t.Errorf("claimed %v, %v, want 2 slow and 3 quick ones", got, err)
		}
	})
}

// Workers side by side get every job once.
func TestClaimingTogether(t *testing.T) {
	onBoth(t, func(t *testing.T, open func() *store.Store) {
		s := open()
		const all = 60
		for range all {
			enqueue(t, s, news.Job{Kind: "k"})
		}
		var mu sync.Mutex
		var got []string
		var workers sync.WaitGroup
		for w := range 3 {
			workers.Go(func() {
				for {
					jobs, _, err := s.ClaimJobs(t.Context(), fmt.Sprint(w), map[string]news.JobRoom{"k": {Free: 4, Attempts: 3}})
					if err != nil {
						t.Error(err)
					}
					if len(jobs) == 0 {
						return
					}
					mu.Lock()
					for _, j := range jobs {
						got = append(got, j.ID)
					}
					mu.Unlock()
				}
			})
		}
		workers.Wait()
		slices.Sort(got)
		if n := len(slices.Compact(slices.Clone(got))); n != all || len(got) != all {
			t.Errorf("%d claims of %d jobs, want %d", len(got), n, all)
		}
	})
}

// What a rule asks for is there with what it decided, or not at all; and whoever
// runs jobs is told, on PostgreSQL on other nodes too.
func TestJobsBelongToTheTransaction(t *testing.T) {
	onBoth(t, func(t *testing.T, open func() *store.Store) {
		s, other, ctx := open(), open(), t.Context()
		here, stop := s.JobHints()
		defer stop()
		there, stop2 := other.JobHints()
		defer stop2()
		st := draft(t, s, content("With work"))
		submit := func(fault error) error {
			_, _, err := s.UpdateStory(ctx, editor, st.ID, func(st *news.Story, now time.Time) (news.Outcome, error) {
				o, err := st.Submit(editor, "", now)
				o.Jobs = []news.Job{{Kind: "k", Args: []byte(`1`)}, {Kind: "k", Args: []byte(`2`)}}
				if fault != nil {
					o.Revised, st.Content.Section = true, news.Ref{Name: "Nowhere"}
				}
				return o, err
			})
			return err
		}
		if err := submit(errors.New("x")); err == nil {
			t.Fatal("an unknown section was taken")
		}
		if got := counts(t, s); got != [2]int{} {
			t.Errorf("a refused step left jobs: %v", got)
		}
		select {
		case <-here:
			t.Error("a refused step woke the workers")
		default:
		}
		if s.Engine() == "postgres" {
			untilHeard(t, s, there) // the other's listener may not be connected yet
			<-here
		}
		if err := submit(nil); err != nil {
			t.Fatal(err)
		}
		select {
		case <-here:
		case <-time.After(5 * time.Second):
			t.Error("the commit woke nobody here")
		}
		if s.Engine() == "postgres" {
			select {
			case <-there:
			case <-time.After(5 * time.Second):
				t.Error("the commit woke nobody on another node")
			}
		}
		if jobs := claim(t, s, "w", 5); len(jobs) != 2 || string(jobs[0].Args) != "1" {
			t.Errorf("claimed %+v", jobs)
		}
	})
}

// untilHeard enqueues jobs of another kind until the listener of c hears of one.
func untilHeard(t *testing.T, s *store.Store, c <-chan struct{}) {
	t.Helper()
	end := time.After(20 * time.Second)
	for {
		enqueue(t, s, news.Job{Kind: "noise"})
		select {
		case <-c:
			return
		case <-time.After(500 * time.Millisecond):
		case <-end:
			t.Fatal("no notice of a job on another node within 20 s")
		}
	}
}
