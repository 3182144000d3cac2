package live

import (
	"context"
	"maps"
	"time"
)

// beat tells the database how far this node has come.
func (n *Node) beat(ctx context.Context) error {
	n.beating.Lock()
	defer n.beating.Unlock()
	n.mu.Lock()
	applied := min(n.shown, n.indexed)
	if n.building {
		applied = n.shown // nobody elsewhere should wait for an index that is being made
	}
	n.mu.Unlock()
	length := soloLease
	if n.o.Shared {
		length = lease
	}
	asked := n.o.Now() // before the call: the lease may only be shorter than we think
	ctx, cancel := context.WithTimeout(ctx, askMost)
	defer cancel()
	if _, err := n.o.Feed.Beat(ctx, n.o.Name, applied, length); err != nil {
		return err
	}
	n.set(func() {
		if n.o.Shared && !n.leaseEnd.IsZero() && !n.o.Now().Before(n.leaseEnd) && !n.lapsed {
			// The old lease may have been over when this one began: a publication in
			// between did not wait for us. Before anything else, since from here on
			// what is kept might be served again.
			n.lapsed = true
			n.o.Cache.Bypass(true)
			n.o.Log.Warn("this node lost its lease and reads past its cache")
		}
		n.leaseEnd = asked.Add(length)
		n.beaten = applied
		if n.o.Shared {
			n.o.Cache.Lease(n.leaseEnd.Add(-leaseMargin))
		}
	})
	return nil
}

// tell acknowledges, on a database of our own, changes that came from elsewhere (a
// command beside the server, which waits). Our own need no writing: who made them
// waits in this process. So an idle server and a busy one write nothing for it.
func (n *Node) tell(ctx context.Context) {
	if n.o.Shared {
		return
	}
	n.mu.Lock()
	applied, foreign := min(n.shown, n.indexed), false
	for c := n.beaten + 1; c <= applied; c++ {
		if !n.waited[c] {
			foreign = true
		}
	}
	n.beaten = max(n.beaten, applied)
	maps.DeleteFunc(n.waited, func(c int64, _ bool) bool { return c <= n.beaten })
	n.mu.Unlock()
	if !foreign {
		return
	}
	if err := n.beat(ctx); err != nil && ctx.Err() == nil {
		n.o.Log.Warn("could not acknowledge a command's change; it will say that this server is late", "error", err)
	}
}

// keepLease renews the lease of a node on a shared database. Without one, others do
// not wait for us, and the cache serves nothing while the database still answers (it
// knows when the lease ends); when it does not, what is held is served as promised.
// A lease that follows a lapse does not count before all that was missed is shown.
func (n *Node) keepLease(ctx context.Context) {
	tick := time.NewTicker(beatEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if err := n.beat(ctx); err != nil {
			continue // the follower tells the operator of a database that does not answer
		}
		n.mu.Lock()
		lapsed := n.lapsed
		n.mu.Unlock()
		if lapsed && n.caughtUp(ctx) {
			n.set(func() {
				if n.o.Now().Before(n.leaseEnd) {
					n.lapsed = false
					n.o.Cache.Bypass(false)
					n.o.Log.Info("this node has its lease again")
				}
			})
		}
	}
}

// caughtUp tells whether everything committed before now has been applied.
func (n *Node) caughtUp(ctx context.Context) bool {
	last, err := n.o.Feed.LastChange(ctx)
	return err == nil && n.Shown() >= last
}
