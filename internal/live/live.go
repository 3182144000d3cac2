// Package live carries each committed change, in order, to what this node shows
// (pages, index, lists), and says when it is shown everywhere. It follows the
// database's change feed and nothing else: a hint makes it faster, never righter.
// It decides nothing and writes nothing but how far this node has come; package
// desk waits here before it answers.
package live

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"dateline/internal/news"
	"dateline/internal/pagecache"
	"dateline/internal/search"
)

// A Feed is the database's side of following.
type Feed interface {
	// Changes gives at most limit changes after n, in order, without a gap.
	Changes(ctx context.Context, n int64, limit int) ([]news.Change, error)
	LastChange(ctx context.Context) (int64, error)
	// Hints wakes after commits; a missed one costs a poll.
	Hints() (c <-chan struct{}, stop func())
	// Beat says how far node has come, and renews its lease.
	Beat(ctx context.Context, node string, applied int64, lease time.Duration) (time.Time, error)
	Leave(ctx context.Context, node string) error
	// Lagging names the nodes that have not applied n and whose lease runs.
	Lagging(ctx context.Context, n int64) ([]string, error)
}

// Stories is what may be shown, for the index.
type Stories interface {
	Shown(ctx context.Context, id news.StoryID) (*news.Story, error)
	EachShown(ctx context.Context, yield func(*news.Story) error) error
}

// Options build a Node.
type Options struct {
	Feed    Feed
	Stories Stories
	Topics  Topics // nil: the index is told of no names
	Index   *search.Index
	Cache   *pagecache.Cache
	Name    string // of this node, unique among those on the database
	Shared  bool   // other nodes serve from the same database: leases matter
	// Warm makes the page at path, so that a publication is rendered before its
	// first reader asks. Nil warms nothing.
	Warm func(ctx context.Context, path string) error
	Log  *slog.Logger
	Now  func() time.Time
	// Told is given news for the operator: what broke and what to do, or that it works
	// again; about is "database" or "search-index".
	Told func(about, what string, bad bool)
}

const (
	poll      = 250 * time.Millisecond // the truth, when every hint is lost
	beatEvery = 300 * time.Millisecond
	lease     = time.Second // on a shared database
	// leaseMargin is how much earlier than others stop waiting we stop serving what is
	// kept: more than two nodes' ideas of the database's clock differ.
	leaseMargin = 100 * time.Millisecond
	soloLease   = 24 * 365 * time.Hour // alone, a lock on the data folder tells who runs
	batch       = 500                  // changes fetched at once
	rebuildGap  = 20_000               // so many changes behind, the index is made anew
	askMost     = 3 * time.Second      // for the database to answer
	waitMost    = 10 * time.Second     // for a change to be shown everywhere
	waitCut     = 2 * time.Second      // of that, for a database that does not answer
)

// A Node follows the feed for this process.
type Node struct {
	o    Options
	ctx  context.Context // of everything this node does by itself; ended by stop
	stop context.CancelFunc
	done sync.WaitGroup

	knowsTopics bool // the index was told what topics are called; of the turn alone

	indexing sync.Mutex // one hand on the index: the follower's or a rebuild's
	beating  sync.Mutex // one beat at a time: a slower one would take back what a faster one said

	mu        sync.Mutex
	moved     chan struct{} // closed and renewed when the numbers below move
	shown     int64         // the cache holds nothing older than this change
	indexed   int64         // the index has every change up to this one
	building  bool          // the index is being made from nothing; it catches up afterwards
	ready     bool
	reachable bool
	lost      time.Time      // since when it is not
	anew      bool           // after an outage, until what was missed is applied
	unwritten time.Time      // since when the index cannot be written; zero when it can
	leaseEnd  time.Time      // by our clock; zero means none
	lapsed    bool           // had no lease for a while, and may not show all that was missed
	waited    map[int64]bool // on a database of our own: our own changes above beaten
	beaten    int64          // up to here nobody elsewhere waits to hear from us
}

// Start catches up with the database, then follows it until Close. When it returns,
// what this node shows is as new as the database was.
func Start(ctx context.Context, o Options) (*Node, error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Told == nil {
		o.Told = func(string, string, bool) {}
	}
	n := &Node{o: o, moved: make(chan struct{}), reachable: true, waited: map[int64]bool{}}
	last, err := o.Feed.LastChange(ctx)
	if err != nil {
		return nil, err
	}
	n.shown = last // the cache is empty: it holds nothing old
	bg, stop := context.WithCancel(context.Background())
	n.ctx, n.stop = bg, stop
	n.openIndex(ctx, last)
	for full := true; full && err == nil; {
		full, err = n.turn(ctx)
	}
	if err == nil {
		err = n.beat(ctx)
	}
	if err != nil {
		stop()
		n.done.Wait()
		return nil, err
	}
	n.set(func() { n.ready = true })
	n.done.Go(func() { n.follow(bg) })
	if o.Shared {
		n.done.Go(func() { n.keepLease(bg) })
	}
	return n, nil
}

// Close stops following and takes the node off the list, so that others do not wait
// for its lease to run out.
func (n *Node) Close() error {
	n.set(func() { n.ready = false })
	n.stop()
	n.done.Wait()
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	return n.o.Feed.Leave(ctx, n.o.Name)
}

// Ready tells whether this node should be sent readers: caught up, the database
// answers, and on a shared one with a lease under which the cache works again.
func (n *Node) Ready() bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.ready && n.reachable && (!n.o.Shared || !n.lapsed && n.o.Now().Before(n.leaseEnd))
}

// Reachable tells whether the database answered the last time it was asked.
func (n *Node) Reachable() bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.reachable
}

// Shown is the last change that this node shows on every part.
func (n *Node) Shown() int64 {
	n.mu.Lock()
	defer n.mu.Unlock()
	return min(n.shown, n.indexed)
}

func (n *Node) set(f func()) {
	n.mu.Lock()
	defer n.mu.Unlock()
	f()
	n.wake()
}

// wake has everybody who waits look again; n.mu is held.
func (n *Node) wake() {
	close(n.moved)
	n.moved = make(chan struct{})
}

func (n *Node) follow(ctx context.Context) {
	hints, unhint := n.o.Feed.Hints()
	defer unhint()
	tick := time.NewTicker(poll)
	defer tick.Stop()
	for {
		full, err := n.turn(ctx)
		if ctx.Err() != nil {
			return
		}
		if err == nil && full {
			continue // after an outage nothing is held to be current before all is applied
		}
		n.contact(err)
		if err == nil {
			n.tell(ctx)
		}
		select {
		case <-ctx.Done():
			return
		case <-hints:
		case <-tick.C:
		}
	}
}

// turn applies the next changes: the index first, since a page that is made after
// its purge may ask the index. full says that there may be more at once.
func (n *Node) turn(ctx context.Context) (full bool, err error) {
	n.mu.Lock()
	from, building := min(n.shown, n.indexed), n.building
	if building {
		from = n.shown
	}
	n.mu.Unlock()
	ask, cancel := context.WithTimeout(ctx, askMost)
	changes, err := n.o.Feed.Changes(ask, from, batch)
	cancel()
	if err == nil {
		n.learnTopics(ctx, changes)
	}
	if err != nil || len(changes) == 0 {
		return false, err
	}
	last := changes[len(changes)-1].N
	var indexErr error
	if !building {
		indexErr = n.index(ctx, changes)
	}
	if !building && ctx.Err() == nil {
		n.indexTook(last, indexErr)
	}
	n.answersAgain()
	n.purge(changes)
	n.rebuildIfAsked(changes)
	n.set(func() { n.shown = max(n.shown, last) })
	if n.o.Shared {
		// Told at once, not at the next beat: a publication is waiting for it.
		if err := n.beat(ctx); err != nil {
			return false, err
		}
	}
	if indexErr != nil {
		// Not read, the database is what does not answer; not written, it is tried again
		// at the next poll.
		if !errors.As(indexErr, new(unread)) {
			indexErr = nil
		}
		return false, indexErr
	}
	return len(changes) == batch, nil
}

// indexTook notes that the index has every change up to last, or why it has not. The
// operator hears of a failure once, not at every try, and when it is over.
func (n *Node) indexTook(last int64, err error) {
	if errors.As(err, new(unread)) {
		return
	}
	n.mu.Lock()
	failed := !n.unwritten.IsZero()
	switch {
	case err == nil:
		n.indexed, n.unwritten = max(n.indexed, last), time.Time{}
	case !failed:
		n.unwritten = n.o.Now()
	}
	n.wake()
	n.mu.Unlock()
	switch {
	case err != nil && !failed:
		n.o.Log.Error("the search index could not take a change; it is tried again", "change", last, "error", err)
		n.o.Told(aboutIndex, "The search index cannot be written; new stories are not found by search. Check the disk of the data folder, then run: dateline reindex", true)
	case err == nil && failed:
		n.o.Log.Info("the search index takes changes again", "change", last)
		n.o.Told(aboutIndex, "The search index can be written again.", false)
	}
}

func (n *Node) purge(changes []news.Change) {
	var tags []string
	for _, c := range changes {
		if c.Kind == news.AllChange {
			n.o.Cache.PurgeAll()
			return
		}
		tags = append(tags, c.Tags...)
	}
	n.o.Cache.Purge(tags...)
}

// answersAgain is for changes that came after an outage: what they purge is held no
// longer, so from here on pages are made anew, and not refused, until all is applied.
func (n *Node) answersAgain() {
	n.mu.Lock()
	defer n.mu.Unlock()
	if !n.reachable {
		n.anew = true
		n.o.Cache.Bypass(true)
		n.o.Cache.SetReachable(true)
	}
}

// contact keeps the cache's view of the database. While it cannot be reached, held
// pages are served; when it is back, everything is rendered anew until what was
// missed has been applied.
func (n *Node) contact(err error) {
	ok := err == nil
	n.o.Cache.SetReachable(ok)
	n.mu.Lock()
	was := n.reachable
	if n.reachable = ok; was && !ok {
		n.lost = n.o.Now()
	}
	if !ok {
		n.wake() // who waits for a change finds out that it will not come soon
	}
	if ok && n.anew {
		n.anew = false
		n.o.Cache.Bypass(n.lapsed) // without a lease, until that is renewed
	}
	n.mu.Unlock()
	if was && !ok {
		n.o.Log.Error("the database cannot be reached; readers get what is held", "error", err)
		n.o.Told("database", "The database cannot be reached. Readers get the pages this node holds, for as long as --held-for says; the desk is closed until it is back.", true)
	}
	if !was && ok {
		n.o.Log.Info("the database is back")
		n.o.Told("database", "The database is back.", false)
	}
}
