package pagecache

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
)

// A flight is one render, with everybody who waits for it.
type flight struct {
	key    string
	began  uint64 // the newest purge when it began
	cancel context.CancelFunc
	done   chan struct{} // closed when what follows is final

	waiting  int  // who still waits; the cache's lock
	finished bool // the cache's lock

	page    *page
	err     error
	current bool // no tag of the page was purged since it began
}

// A PanicError is what a render's panic becomes for everybody who waited for it.
type PanicError struct {
	Value any
	Stack []byte
}

// Error tells the value; the stack is for the log.
func (e *PanicError) Error() string { return fmt.Sprintf("panic: %v", e.Value) }

// depart starts a render. The lock is held, so that its number is noted before
// the render reads anything.
func (c *Cache) depart(key string, render Render) *flight {
	ctx, cancel := context.WithTimeout(context.Background(), c.renderTimeout)
	f := &flight{key: key, began: c.epochs.number, cancel: cancel, done: make(chan struct{})}
	c.flights[key] = f
	c.running++
	c.renders.Add(1)
	// A render that does not heed its context keeps nobody waiting either.
	stop := context.AfterFunc(ctx, func() {
		c.land(f, Response{}, nil, fmt.Errorf("render page %s: %w", key, ctx.Err()))
	})
	go func() {
		defer cancel()
		defer stop()
		c.fly(ctx, f, render)
	}()
	return f
}

// fly renders, compresses, and lands however the render ends, by runtime.Goexit too.
func (c *Cache) fly(ctx context.Context, f *flight, render Render) {
	var (
		r   Response
		p   *page
		err = errors.New("the render gave up its goroutine")
	)
	defer func() {
		if v := recover(); v != nil {
			err = &PanicError{Value: v, Stack: debug.Stack()}
		}
		if err != nil {
			r, p, err = Response{}, nil, fmt.Errorf("render page %s: %w", f.key, err)
		}
		c.land(f, r, p, err)
	}()
	if r, err = render(ctx); err != nil {
		return
	}
	if err = r.check(); err != nil {
		return
	}
	c.mu.Lock()
	keeping := c.keeping()
	c.mu.Unlock()
	p = c.newPage(&r, kept(r.Status) && !r.Unkept && keeping)
}

// land ends a flight, the first time that it is called for it: it decides whether
// the page is current and keeps it if so.
func (c *Cache) land(f *flight, r Response, p *page, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if f.finished {
		return
	}
	f.finished = true
	f.page, f.err = p, err
	if c.flights[f.key] == f {
		delete(c.flights, f.key)
	}
	if p == nil || len(r.Tags) == 0 || r.Unkept {
		// What an error, an untagged page or one never kept (a search) depends on
		// is not known: any purge may have made it wrong.
		f.current = c.epochs.number == f.began
	} else {
		f.current = !c.epochs.moved(r.Tags, f.began)
	}
	if f.current && p != nil && p.keep && c.keeping() {
		c.keep(f.key, p, r.Tags)
	}
	if c.running--; c.running == 0 {
		c.epochs.forget()
	}
	close(f.done)
}

// leave is for a request that waits no longer. When it was the last, the render
// is called off: nobody would see it, and a closed browser should stop its query.
func (c *Cache) leave(f *flight) {
	c.mu.Lock()
	f.waiting--
	last := f.waiting == 0 && !f.finished
	if last && c.flights[f.key] == f {
		delete(c.flights, f.key) // who comes now needs one that is not called off
	}
	c.mu.Unlock()
	if last {
		f.cancel() // lands it
	}
}
