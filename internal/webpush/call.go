package webpush

import (
	"bytes"
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"
)

var (
	// ErrTimeout means that a push service did not answer in time.
	ErrTimeout = errors.New("push service did not answer in time")
	// ErrClosed means that the Sender was closed.
	ErrClosed = errors.New("sender is closed")
)

// A call is one Send under way.
type call struct {
	batch   *Batch
	payload []byte // a copy: a writer may be at it when its message is given up
	size    int    // of the padded payload

	ctx  context.Context // nothing more is written when it ends
	late context.Context // ends when messages under way have had their grace

	mu   sync.Mutex
	tell func(int, Outcome)
	left int
	done chan struct{}
}

// newCall begins a Send; end must be called when it is over. stop is called
// when ctx ends.
func newCall(ctx context.Context, b *Batch, grace time.Duration, tell func(int, Outcome), stop func(*call)) (c *call, end func(), err error) {
	size, err := b.check()
	if err != nil {
		return nil, nil, err
	}
	late, cancel := context.WithCancel(context.WithoutCancel(ctx))
	c = &call{batch: b, payload: bytes.Clone(b.Payload), size: size, ctx: ctx, late: late, tell: tell, left: len(b.Messages), done: make(chan struct{})}
	if c.left == 0 {
		close(c.done)
	}
	var timer atomic.Pointer[time.Timer]
	unhook := context.AfterFunc(ctx, func() {
		timer.Store(time.AfterFunc(grace, cancel))
		stop(c)
	})
	end = func() {
		unhook()
		cancel()
		if t := timer.Load(); t != nil {
			t.Stop()
		}
	}
	return c, end, nil
}

// settle gives message i its outcome. Senders call it once for each.
func (c *call) settle(i int, o Outcome) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.tell(i, o)
	if c.left--; c.left == 0 {
		close(c.done)
	}
}

// A post is the part of a call that goes to one push service.
type post struct {
	*call
	header *header
}

// A job is one message to be sent.
type job struct {
	post  *post
	i     int
	tries int // what it has cost to write it for nothing
}

// A message that a service says it did not process is written again at once,
// until that has cost maxCost. It costs little if the connection was of use to
// others: a service that takes 50 messages per connection gets them all.
const (
	maxCost   = 16
	costUsed  = 1
	costWaste = 4
)

func (j job) message() *Message { return &j.post.batch.Messages[j.i] }

// unsent is the outcome of a message that ctx kept from being written.
func (c *call) unsent() Outcome { return Outcome{Class: Unsent, Err: context.Cause(c.ctx)} }

func (j job) settle(o Outcome) { j.post.settle(j.i, o) }

// take moves what was prepared out of the batch, which a second try must not
// use, or makes it. Only who has the job may call it or message: once it can be
// settled by others, Send may return and the batch change.
func (j job) take(p *Prepared) error {
	m := j.message()
	*p = m.Prepared
	m.Prepared.Wipe()
	if p.Ready() {
		return nil
	}
	var err error
	*p, err = Prepare(&m.Keys)
	return err
}
