package live_test

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"dateline/internal/live"
	"dateline/internal/news"
	"dateline/internal/pagecache"
	"dateline/internal/search"
)

// A newsroom is a database in memory, without a visible story, whose faults a test sets.
type newsroom struct {
	mu      sync.Mutex
	changes []news.Change
	asked   int // for changes
	fault   error
	hints   chan struct{}
}

func (r *newsroom) add(n int) (last int64) {
	r.mu.Lock()
	for range n {
		r.changes = append(r.changes, news.Change{N: int64(len(r.changes) + 1), Kind: news.StoryChange, Subject: "s"})
	}
	last = int64(len(r.changes))
	r.mu.Unlock()
	select {
	case r.hints <- struct{}{}:
	default:
	}
	return last
}

func (r *newsroom) breaks(err error) { r.mu.Lock(); defer r.mu.Unlock(); r.fault = err }
func (r *newsroom) polls() int       { r.mu.Lock(); defer r.mu.Unlock(); return r.asked }

func (r *newsroom) Changes(_ context.Context, n int64, limit int) ([]news.Change, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.asked++
	rest := r.changes[n:]
	return rest[:min(limit, len(rest))], nil
}

func (r *newsroom) LastChange(context.Context) (int64, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return int64(len(r.changes)), nil
}

func (r *newsroom) Hints() (<-chan struct{}, func()) { return r.hints, func() {} }
func (r *newsroom) Beat(context.Context, string, int64, time.Duration) (time.Time, error) {
	return time.Time{}, nil
}
func (r *newsroom) Leave(context.Context, string) error              { return nil }
func (r *newsroom) Lagging(context.Context, int64) ([]string, error) { return nil, nil }
func (r *newsroom) Shown(context.Context, news.StoryID) (*news.Story, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.fault != nil {
		return nil, r.fault
	}
	return nil, news.Missing("story")
}

func (r *newsroom) EachShown(context.Context, func(*news.Story) error) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.fault
}

// told is what the operator was told.
type told struct {
	mu    sync.Mutex
	lines []string
}

func (x *told) tell(_, what string, bad bool) {
	if !bad {
		return
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	x.lines = append(x.lines, what)
}
func (x *told) count(part string) (n int) {
	x.mu.Lock()
	defer x.mu.Unlock()
	for _, l := range x.lines {
		if strings.Contains(l, part) {
			n++
		}
	}
	return n
}

// follow starts a node on r with an index that prepare may spoil.
func follow(t *testing.T, r *newsroom, prepare func(x *search.Index)) (*live.Node, *search.Index, *told) {
	t.Helper()
	r.hints = make(chan struct{}, 1)
	x, err := search.Open(filepath.Join(t.TempDir(), "x.db"), search.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { x.Close() })
	if prepare != nil {
		prepare(x)
	}
	var say told
	n, err := live.Start(t.Context(), live.Options{Feed: r, Stories: r, Index: x, Cache: pagecache.New(pagecache.Options{}), Name: "a", Told: say.tell})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { n.Close() })
	return n, x, &say
}

func at(t *testing.T, n int64) func(*search.Index) {
	return func(x *search.Index) {
		if err := x.Apply(t.Context(), n, nil, nil); err != nil {
			t.Fatal(err)
		}
	}
}

// Others begin to wait for a node when it has started, so it must not be behind then.
func TestStartCatchesUpWithEverything(t *testing.T) {
	r := &newsroom{}
	for i := range 1300 {
		r.changes = append(r.changes, news.Change{N: int64(i + 1), Kind: news.StoryChange, Subject: "s"})
	}
	n, _, _ := follow(t, r, at(t, 1))
	if n.Shown() != 1300 {
		t.Errorf("started at change %d of 1300", n.Shown())
	}
}

func TestAnIndexThatCannotBeWrittenIsToldOnce(t *testing.T) {
	r := &newsroom{}
	r.changes = []news.Change{{N: 1, Kind: news.StoryChange, Subject: "s"}}
	n, x, say := follow(t, r, at(t, 1))
	if err := x.Close(); err != nil {
		t.Fatal(err)
	}
	last := r.add(1)
	tries := r.polls()
	wait(t, "the change is tried again", func() bool { return r.polls() > tries+3 })
	if k := say.count("cannot be written"); k != 1 {
		t.Errorf("the operator was told %d times, want once", k)
	}
	if _, err := n.Wait(t.Context(), last, nil); news.KindOf(err) != news.Busy {
		t.Errorf("waiting for a change that search does not have: %v, want Busy", err)
	}
}

// A database that stops to answer between its changes and its stories is no fault of
// the index, and readers get what is held.
func TestAStoryThatCannotBeReadIsAnOutage(t *testing.T) {
	r := &newsroom{}
	r.changes = []news.Change{{N: 1, Kind: news.StoryChange, Subject: "s"}}
	n, _, say := follow(t, r, at(t, 1))
	r.breaks(news.Refuse(news.Busy, "The database cannot be reached."))
	last := r.add(1)
	wait(t, "the outage is noticed", func() bool { return !n.Reachable() })
	r.breaks(nil)
	wait(t, "its end is noticed", func() bool { return n.Reachable() && n.Shown() == last })
	if k := say.count("search index"); k != 0 {
		t.Errorf("the operator was told %d times of the search index", k)
	}
}

// What the operator is told to do about an index that could not be made must help.
func TestReindexMendsWhatStartCouldNotMake(t *testing.T) {
	r := &newsroom{fault: errors.New("the disk is full")}
	r.changes = []news.Change{{N: 1, Kind: news.StoryChange, Subject: "s"}}
	n, _, say := follow(t, r, nil)
	wait(t, "the operator is told", func() bool { return say.count("could not be made") == 1 })
	wait(t, "an editor hears at once that search is behind", func() bool {
		began := time.Now()
		_, err := n.Wait(t.Context(), 1, nil)
		return news.KindOf(err) == news.Busy && time.Since(began) < 2*time.Second
	})
	r.breaks(nil)
	if err := n.Reindex(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, change := range []int64{1, r.add(1)} {
		if _, err := n.Wait(t.Context(), change, nil); err != nil {
			t.Errorf("after reindex, waiting for change %d: %v", change, err)
		}
	}
}

// A story may have been killed between a filling that broke off and the next start.
func TestAHalfFilledIndexIsEmptiedFirst(t *testing.T) {
	r := &newsroom{}
	r.changes = []news.Change{{N: 1, Kind: news.StoryChange, Subject: "s"}}
	n, x, _ := follow(t, r, func(x *search.Index) {
		if err := x.Fill(t.Context(), []search.Document{{ID: "killed", Headline: "Killed since"}}); err != nil {
			t.Fatal(err)
		}
	})
	wait(t, "the index is made", func() bool { return n.Shown() == 1 })
	if x.Len() != 0 {
		t.Errorf("the index holds %d stories, want none", x.Len())
	}
}
