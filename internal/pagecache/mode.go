package pagecache

import (
	"errors"
	"math"
	"time"
)

// ErrUnreachable is what Serve returns for a page that is not held, or no longer,
// while the database can't be reached. Nothing was written; the answer is 503.
var ErrUnreachable = errors.New("the database cannot be reached and the page is not held")

// What stands in gate besides a moment: kept pages may be served, or may not. A
// moment (Unix nanoseconds) means that they may be served until then.
const (
	gateOpen int64 = 0
	gateShut int64 = math.MinInt64
)

// mode is what the node's keeper has told us. Unreachable comes before bypass:
// a node that can't reach the database has always lost its lease too, and for
// HeldFor what it holds is better than nothing.
type mode struct {
	lastContact time.Time
	unreachable bool
	bypass      bool
	lease       time.Time // until then others wait for us; zero where nobody else publishes
}

// SetReachable tells the cache whether the database can be reached. Call it with
// true at every contact, at least every few seconds, since HeldFor counts from
// the last one; and with true after an outage only once all changes missed have
// been purged, or while bypassing.
func (c *Cache) SetReachable(reachable bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if reachable {
		c.mode.lastContact = c.now()
	}
	c.mode.unreachable = !reachable
	c.setGate()
	if !reachable {
		// What is being made waits for the database; who waits for it takes what is held.
		for _, f := range c.flights {
			f.cancel()
		}
	}
}

// Lease allows kept pages to be served until a moment, and never after it unless it
// is called again: a process that was frozen serves nothing stale when it wakes up,
// though nobody had the time to tell it so. A cache that is never given a lease needs
// none. After a lapse, bypass until all changes missed have been purged.
func (c *Cache) Lease(until time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.mode.lease = until
	c.setGate()
}

// lapsed reports whether changes on other nodes may not wait for us; c.mu is held.
func (c *Cache) lapsed() bool {
	return c.mode.bypass || !c.mode.lease.IsZero() && !c.now().Before(c.mode.lease)
}

// keeping reports whether what is rendered now may be kept; c.mu is held.
func (c *Cache) keeping() bool { return !c.mode.unreachable && !c.lapsed() }

// Bypass has every page rendered anew and none kept while on: for a node without
// a lease, which others no longer wait for when they publish. Pages held so far
// stay, so all changes missed must have been purged before it is turned off.
func (c *Cache) Bypass(on bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.mode.bypass = on
	c.setGate()
}

func (c *Cache) setGate() {
	gate := gateOpen
	switch {
	case c.mode.unreachable:
		gate = c.mode.lastContact.Add(c.heldFor).UnixNano()
	case c.mode.bypass:
		gate = gateShut
	case !c.mode.lease.IsZero():
		gate = c.mode.lease.UnixNano()
	}
	c.gate.Store(gate)
}

// open reports whether kept pages may be served now.
func (c *Cache) open() bool {
	switch gate := c.gate.Load(); gate {
	case gateOpen:
		return true
	case gateShut:
		return false
	default:
		return c.now().UnixNano() < gate
	}
}
