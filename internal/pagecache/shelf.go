package pagecache

import (
	"slices"
	"sync/atomic"
	"time"
)

// An entry is a page that is kept. Of its fields only seen changes while others
// may read it.
type entry struct {
	key    string
	page   *page
	places []place // one per tag
	size   int64
	seen   atomic.Bool // hit since the hand last passed

	shelf        *shelf
	newer, older *entry
}

// expired reports whether the page may no longer be served. The clock is asked
// only for pages that have an end.
func (e *entry) expired(now func() time.Time) bool {
	return !e.page.until.IsZero() && !now().Before(e.page.until)
}

// A shelf holds entries up to a number of bytes and makes room by SIEVE, an
// approximation of least recently used that costs a hit one flag and no lock: a
// hand walks from old to new, spares what was hit since it last passed and drops
// the first that was not. What comes in once and is never asked for again, as
// from a crawler, does not push out what readers read.
type shelf struct {
	max, held      int64
	entries        int
	newest, oldest *entry
	hand           *entry
}

func (s *shelf) push(e *entry) {
	e.shelf, e.older = s, s.newest
	if s.newest != nil {
		s.newest.newer = e
	} else {
		s.oldest = e
	}
	s.newest = e
	s.held += e.size
	s.entries++
}

func (s *shelf) remove(e *entry) {
	if s.hand == e {
		s.hand = e.newer
	}
	if e.newer != nil {
		e.newer.older = e.older
	} else {
		s.newest = e.older
	}
	if e.older != nil {
		e.older.newer = e.newer
	} else {
		s.oldest = e.newer
	}
	e.shelf, e.newer, e.older = nil, nil, nil
	s.held -= e.size
	s.entries--
}

// victim returns the entry that should go next. The shelf must not be empty.
func (s *shelf) victim() *entry {
	e := s.hand
	for {
		if e == nil {
			e = s.oldest
		}
		if !e.seen.Load() {
			s.hand = e
			return e
		}
		e.seen.Store(false)
		e = e.newer
	}
}

// keep stores a page, making room for it first. A page of more than an eighth of
// its shelf is not kept. The lock is held.
func (c *Cache) keep(key string, p *page, tags []string) {
	if len(key) > maxKey {
		return
	}
	tags = slices.Clone(tags)
	slices.Sort(tags)
	tags = slices.Compact(tags)
	e := &entry{key: key, page: p, size: p.size() + 2*int64(len(key))}
	for _, tag := range tags {
		e.size += int64(len(tag)) + 64 // its place in the index
	}
	s := &c.main
	if p.status != 200 {
		s = &c.other
	}
	if e.size > s.max/8 {
		return
	}
	if old, ok := c.pages.Load(key); ok {
		c.drop(old.(*entry))
	}
	for s.held+e.size > s.max {
		c.evictions.Add(1)
		c.drop(s.victim())
	}
	c.index.add(e, tags)
	s.push(e)
	c.pages.Store(key, e)
}

// drop forgets an entry that is stored. The lock is held.
func (c *Cache) drop(e *entry) {
	c.pages.Delete(e.key)
	c.index.remove(e)
	e.shelf.remove(e)
}
