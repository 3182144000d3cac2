package pagecache

import (
	"context"
	"fmt"
	"net/http"
)

// A Render makes a page. It runs on a goroutine of its own and its context has
// none of the request's values, so that a page can't depend on who asked first;
// the context ends when the render has taken too long or nobody waits for it any
// more. It must read the database within the call, never use what was read
// before, and return as an error only what should not be kept (a missing story
// is a Response with status 404 and tags).
type Render func(ctx context.Context) (Response, error)

// Hit answers the request with a kept page and reports true, or does nothing and
// reports false. It is meant to stand before the router and takes no lock.
func (c *Cache) Hit(w http.ResponseWriter, r *http.Request) bool {
	if r.Method != http.MethodGet && r.Method != http.MethodHead || !c.open() {
		return false
	}
	e := c.lookup(c.Key(r))
	if e == nil {
		return false
	}
	n, notModified := e.page.write(w, r)
	c.written(n, notModified, true)
	return true
}

// Serve answers a GET or HEAD request with the page kept under key, or renders
// it: once, however many ask at the same time. An empty key stands for Key(r);
// only what is kept under that can be hit. An error is the render's, the
// request's context's, or ErrUnreachable; then nothing was written.
func (c *Cache) Serve(w http.ResponseWriter, r *http.Request, key string, render Render) error {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		return fmt.Errorf("serve page: method %s", r.Method)
	}
	if key == "" {
		key = c.Key(r)
	}
	p, hit, err := c.page(r.Context(), key, render)
	if err != nil {
		return err
	}
	n, notModified := p.write(w, r)
	c.written(n, notModified, hit)
	return nil
}

// Warm makes sure that the page is kept, rendering it if it is not, so that the
// first reader after a purge need not wait.
func (c *Cache) Warm(ctx context.Context, key string, render Render) error {
	_, _, err := c.page(ctx, key, render)
	return err
}

// cutOff reports whether the database can't be reached.
func (c *Cache) cutOff() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.mode.unreachable
}

// lookup finds a page that may be served if the gate is open.
func (c *Cache) lookup(key string) *entry {
	v, ok := c.pages.Load(key)
	if !ok {
		return nil
	}
	e := v.(*entry)
	if e.expired(c.now) {
		return nil
	}
	if !e.seen.Load() { // hits of a busy page write nothing
		e.seen.Store(true)
	}
	return e
}

// page finds or makes a page. See epoch.go for why what it returns is not stale.
func (c *Cache) page(ctx context.Context, key string, render Render) (p *page, hit bool, err error) {
	var arrived uint64
	alone := false // takes only what begins after it arrived
	for first := true; ; first = false {
		c.mu.Lock()
		if c.open() {
			if e := c.lookup(key); e != nil {
				c.mu.Unlock()
				return e.page, first, nil
			}
		}
		if c.mode.unreachable {
			c.mu.Unlock()
			return nil, false, ErrUnreachable
		}
		if first {
			c.misses.Add(1)
			arrived = c.epochs.number
		}
		if c.lapsed() && !alone {
			// Changes on other nodes reach us too late to tell whether a render
			// in flight is current.
			arrived, alone = c.epochs.arriveAlone(), true
		}
		f := c.flights[key]
		if f == nil {
			f = c.depart(key, render)
		}
		f.waiting++
		c.mu.Unlock()

		select {
		case <-f.done:
		case <-ctx.Done():
			c.leave(f)
			return nil, false, fmt.Errorf("wait for page %s: %w", key, context.Cause(ctx))
		}
		if f.err != nil && c.cutOff() {
			continue // to what is held, or to ErrUnreachable
		}
		if arrived <= f.began || f.current && !alone {
			return f.page, false, f.err
		}
	}
}
