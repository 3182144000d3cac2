package live

import (
	"context"
	"errors"
	"sync"
	"time"

	"dateline/internal/news"
)

// errShown tells a writer that its work is kept but not shown yet.
var errShown = &news.Error{Kind: news.Busy, Message: "This is saved, but not every part of the site shows it yet. Look again shortly; there is no need to do it twice."}

// Wait returns when change number was applied here and by every node whose lease
// runs, and the given pages have been made. It fails after ten seconds, or earlier
// with ctx; the change stands all the same. Number 0 waits for nothing.
func (n *Node) Wait(ctx context.Context, number int64, pages []string) (news.Timing, error) {
	var t news.Timing
	if number == 0 {
		return t, nil
	}
	began := time.Now()
	ctx, cancel := context.WithTimeout(ctx, waitMost)
	defer cancel()
	n.mu.Lock()
	if !n.o.Shared && number > n.beaten {
		n.waited[number] = true
	}
	for (n.shown < number || n.indexed < number) && ctx.Err() == nil && !n.cutOff() {
		if n.indexed >= number && t.Search == 0 {
			t.Search = time.Since(began)
		}
		moved := n.moved
		n.mu.Unlock()
		select {
		case <-moved:
		case <-ctx.Done():
		}
		n.mu.Lock()
	}
	shown := n.shown >= number && n.indexed >= number
	n.mu.Unlock()
	if !shown {
		return t, errShown
	}
	// From here whoever asks for a feed or a list gets one with the change in it.
	t.Feeds = time.Since(began)
	if t.Search == 0 {
		t.Search = t.Feeds
	}
	if err := n.everywhere(ctx, number); err != nil {
		return t, err
	}
	n.warm(ctx, pages)
	t.Page = time.Since(began)
	return t, nil
}

// cutOff tells whether the database has not answered, or the index not taken a change,
// for so long that waiting would only keep an editor from hearing so; n.mu is held.
func (n *Node) cutOff() bool {
	now := n.o.Now()
	return !n.reachable && now.Sub(n.lost) >= waitCut || !n.unwritten.IsZero() && now.Sub(n.unwritten) >= waitCut
}

// everywhere waits for the other nodes.
func (n *Node) everywhere(ctx context.Context, number int64) error {
	if !n.o.Shared {
		return nil
	}
	for wait := time.Millisecond; ; wait = min(2*wait, 50*time.Millisecond) {
		late, err := n.o.Feed.Lagging(ctx, number)
		if err == nil && len(late) == 0 {
			return nil
		}
		n.mu.Lock()
		cut := n.cutOff()
		n.mu.Unlock()
		if !cut {
			select {
			case <-time.After(wait):
				continue
			case <-ctx.Done():
			}
		}
		n.o.Log.Error("a change is not shown everywhere yet", "change", number, "nodes", late, "error", err)
		return errShown
	}
}

// warm makes pages, side by side; one that fails is made by its first reader.
func (n *Node) warm(ctx context.Context, paths []string) {
	if n.o.Warm == nil {
		return
	}
	var all sync.WaitGroup
	for _, p := range paths {
		all.Go(func() {
			if err := n.o.Warm(ctx, p); err != nil && !errors.Is(err, context.Canceled) {
				n.o.Log.Warn("a page was not made ahead of its readers", "path", p, "error", err)
			}
		})
	}
	all.Wait()
}
