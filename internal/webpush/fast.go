package webpush

import (
	"context"
	"crypto/tls"
	"net"
	"sync"
	"time"
)

// Fast is the Sender for many messages: HTTP/2 written and read by hand. A few
// connections per push service carry up to 256 messages each at once; messages
// are sealed where they are written from, 16 to a TLS record; what they share
// stands once in the service's header table; answers are read without
// allocating. A service without HTTP/2 is sent to over net/http.
type Fast struct {
	o      Options
	tls    *tls.Config
	dialer func(ctx context.Context, network, address string) (net.Conn, error)
	http1  *Plain // for services without HTTP/2
	places chan struct{}
	life   context.Context
	end    context.CancelFunc
	wg     sync.WaitGroup

	mu     sync.Mutex
	lanes  map[string]*lane // by origin
	closed bool
}

var _ Sender = (*Fast)(nil)

// NewFast gives a Fast. Close it.
func NewFast(o Options) *Fast {
	o = o.filled()
	f := &Fast{
		o:      o,
		tls:    o.tlsConfig("h2", "http/1.1"),
		dialer: o.Services.dialer(o.Timeout),
		http1:  newPlain(o, "http/1.1"),
		places: make(chan struct{}, o.Total),
		lanes:  make(map[string]*lane),
	}
	f.life, f.end = context.WithCancel(context.Background())
	f.wg.Go(f.watch)
	return f
}

// Send delivers a batch; see Sender.
func (f *Fast) Send(ctx context.Context, b *Batch, settle func(i int, o Outcome)) error {
	used := &laneSet{fast: f, posts: make(map[string]*lanePost)}
	defer used.release()
	c, end, err := newCall(ctx, b, f.o.Grace, settle, used.drop)
	if err != nil {
		return err
	}
	defer end()
	var run [64]job
	n := 0
	var to *lanePost
	for i := range b.Messages {
		e := b.Messages[i].To
		if e.IsZero() {
			c.settle(i, Outcome{Class: Rejected, Err: ErrEndpoint})
			continue
		}
		if to == nil || to.lane.origin != e.origin || n == len(run) {
			if n > 0 {
				to.lane.add(run[:n])
				n = 0
			}
			if to, err = used.to(c, e); err != nil {
				if err == ErrClosed && i == 0 {
					return err
				}
				c.settle(i, Outcome{Class: Unsent, Err: err})
				to = nil
				continue
			}
		}
		run[n] = job{post: &to.post, i: i}
		n++
	}
	if n > 0 {
		to.lane.add(run[:n])
	}
	if ctx.Err() != nil { // it may have ended while the queues were filled
		used.drop(c)
	}
	<-c.done
	return nil
}

// A lanePost is a post and where it goes.
type lanePost struct {
	post post
	lane *lane
}

// A laneSet is the lanes that one Send uses; they are not forgotten meanwhile.
type laneSet struct {
	fast  *Fast
	mu    sync.Mutex
	posts map[string]*lanePost
}

func (s *laneSet) to(c *call, e Endpoint) (*lanePost, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if p := s.posts[e.origin]; p != nil {
		return p, nil
	}
	h, err := c.batch.headerFor(e, c.size)
	if err != nil {
		return nil, err
	}
	l, err := s.fast.lane(e)
	if err != nil {
		return nil, err
	}
	p := &lanePost{post{c, h}, l}
	s.posts[e.origin] = p
	return p, nil
}

func (s *laneSet) drop(c *call) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, p := range s.posts {
		p.lane.drop(c)
	}
}

func (s *laneSet) release() {
	s.fast.mu.Lock()
	defer s.fast.mu.Unlock()
	for _, p := range s.posts {
		p.lane.users--
	}
}

func (f *Fast) lane(e Endpoint) (*lane, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closed {
		return nil, ErrClosed
	}
	l := f.lanes[e.origin]
	if l == nil {
		l = newLane(f, e)
		f.lanes[e.origin] = l
	}
	l.users++
	return l, nil
}

// watch looks after time-outs and forgets lanes that are not used.
func (f *Fast) watch() {
	ticker := time.NewTicker(max(5*time.Millisecond, min(f.o.Timeout, f.o.Grace, time.Second)/4))
	defer ticker.Stop()
	for {
		select {
		case <-f.life.Done():
			return
		case <-ticker.C:
		}
		idle := f.o.Idle
		if len(f.places) == cap(f.places) {
			idle = 0 // others wait for a place
		}
		for _, l := range f.snapshot() {
			for _, c := range l.all() {
				if why := c.tick(f.o.Timeout, idle); why != nil {
					c.fail(why)
				}
			}
		}
	}
}

// snapshot is the lanes that there are, after forgetting those without use.
func (f *Fast) snapshot() []*lane {
	f.mu.Lock()
	defer f.mu.Unlock()
	list := make([]*lane, 0, len(f.lanes))
	for origin, l := range f.lanes {
		if l.users == 0 && l.unused() {
			delete(f.lanes, origin)
			continue
		}
		list = append(list, l)
	}
	return list
}

// Close ends all connections; see Sender.
func (f *Fast) Close() error {
	f.mu.Lock()
	f.closed = true
	f.mu.Unlock()
	f.end()
	for _, l := range f.snapshot() {
		l.close()
	}
	err := f.http1.Close()
	f.wg.Wait()
	return err
}
