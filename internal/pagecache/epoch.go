package pagecache

// Why no stale page is served
//
// The promise: a request that arrives after Purge(t) has returned is never
// answered with a render that shows t and read the database before that purge.
//
// What one writes first breaks it twice. A slow render that read the old row
// stores it after the purge, and a request that arrives after the purge joins a
// render that began before it (measured: 5 % of reads under load). A third trap
// is that a page's tags are known only once it is rendered, so nobody can note
// the epochs of its tags beforehand.
//
// So purges are numbered. Each Purge takes the next number and becomes the last
// purge of its tags. All of the following happens under one lock:
//
//   - A render notes the current number, began, before it reads anything.
//   - It is current when it ends if none of its tags was purged after began.
//   - Only a current render is stored, and Purge removes what is stored under
//     its tags. The lock puts a purge either before the store, which then sees
//     it, or after, when the purge sees the page. So a page that is stored is
//     current at every moment until it is removed, and a request that finds it
//     may have it.
//   - A request notes the number when it arrives, arrived, and waits for a
//     render in flight if there is one. It takes the result if arrived ≤ began:
//     every purge that had returned when it arrived came before the render's
//     first read. It also takes a current result: no purge of the page's tags
//     lies between that read and now. Otherwise it goes round again, and the
//     next render begins after it arrived; so nobody waits for more than two
//     renders, and a key has never more than one in flight.
//
// A purge is remembered only for renders in flight: one that begins later notes
// a number that is no smaller. With none in flight nothing is remembered, and
// past maxRemembered tags all are forgotten at once by raising the floor, which
// makes every render in flight not current. Forgetting may cost a render, never
// a stale page.

const maxRemembered = 1 << 14

type epochs struct {
	number uint64            // of the newest purge
	floor  uint64            // renders that began before it are not current
	last   map[string]uint64 // per tag, its last purge
}

// purge counts a purge of the tags. Nothing is remembered unless renders are in
// flight.
func (e *epochs) purge(tags []string, inFlight bool) {
	e.number++
	if !inFlight {
		return
	}
	if len(e.last)+len(tags) > maxRemembered {
		e.purgeAll()
		return
	}
	if e.last == nil {
		e.last = make(map[string]uint64)
	}
	for _, tag := range tags {
		e.last[tag] = e.number
	}
}

// purgeAll makes every render in flight not current.
func (e *epochs) purgeAll() {
	e.number++
	e.floor = e.number
	e.last = nil
}

// forget is called when no render is in flight.
func (e *epochs) forget() { e.last = nil }

// moved reports whether one of the tags was purged after the numbered purge.
func (e *epochs) moved(tags []string, since uint64) bool {
	if e.floor > since {
		return true
	}
	for _, tag := range tags {
		if e.last[tag] > since {
			return true
		}
	}
	return false
}

// arriveAlone returns a number no render in flight began at, so that whoever
// arrives with it takes only renders that begin from now on. It counts like a
// purge of nothing.
func (e *epochs) arriveAlone() uint64 {
	e.number++
	return e.number
}

// Purge drops every page with one of the tags. Call it after the change has been
// committed; when it returns, no request that arrives from then on sees what was
// before. It takes as long as dropping the pages does and waits for no render.
func (c *Cache) Purge(tags ...string) {
	if len(tags) == 0 {
		return
	}
	c.purges.Add(1)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.epochs.purge(tags, c.running > 0)
	for _, tag := range tags {
		for e := c.index.one(tag); e != nil; e = c.index.one(tag) {
			c.drop(e)
		}
	}
}

// PurgeAll drops every page, for changes that show everywhere (the site's name,
// a new theme) and for a node that can't tell what it missed.
func (c *Cache) PurgeAll() {
	c.purges.Add(1)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.epochs.purgeAll()
	for _, s := range [...]*shelf{&c.main, &c.other} {
		for s.newest != nil {
			c.drop(s.newest)
		}
	}
}
