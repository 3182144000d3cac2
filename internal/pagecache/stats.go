package pagecache

import (
	"math/rand/v2"
	"sync/atomic"
)

// Stats are counts since New, and what is held now.
type Stats struct {
	Hits        uint64 // answered with a kept page, 304s included
	NotModified uint64 // 304s, kept page or not
	Misses      uint64 // had to wait for a render
	Renders     uint64 // begun
	Bytes       uint64 // of bodies written, as compressed
	Evictions   uint64 // dropped to make room
	Purges      uint64 // calls of Purge and PurgeAll

	Pages, Others         int   // kept with status 200; with another
	PageBytes, OtherBytes int64 // what they hold
}

// Hits are counted on one of several cache lines, so that cores serving the
// same page do not wait for one another's counter.
const stripes = 8

type counters struct {
	hits, notModified, bytes atomic.Uint64
	_                        [128 - 3*8]byte
}

func (c *Cache) written(n int, notModified, hit bool) {
	s := &c.count[rand.Uint32()%stripes]
	if hit {
		s.hits.Add(1)
	}
	if notModified {
		s.notModified.Add(1)
	} else {
		s.bytes.Add(uint64(n))
	}
}

// Stats returns the counts. Numbers that change meanwhile may be a little apart.
func (c *Cache) Stats() Stats {
	s := Stats{
		Misses:    c.misses.Load(),
		Renders:   c.renders.Load(),
		Evictions: c.evictions.Load(),
		Purges:    c.purges.Load(),
	}
	for i := range c.count {
		s.Hits += c.count[i].hits.Load()
		s.NotModified += c.count[i].notModified.Load()
		s.Bytes += c.count[i].bytes.Load()
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	s.Pages, s.PageBytes = c.main.entries, c.main.held
	s.Others, s.OtherBytes = c.other.entries, c.other.held
	return s
}
