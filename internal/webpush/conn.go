package webpush

import (
	"errors"
	"net"
	"sync"
	"time"
)

const (
	// maxStreams is how many messages may be under way on a connection, if the
	// service allows as many; most allow 100.
	maxStreams = 256
	// slotCount is a power of two, and enough that the place of the next stream
	// is seldom taken by an old one still waiting.
	slotCount = 4 * maxStreams
	// maxWaiting is how many bodies may wait for the service's windows before
	// no more messages are begun.
	maxWaiting = 8
	// maxReplyBody is how much of an answer's body is taken, in bytes; it is
	// not read.
	maxReplyBody = 8 << 10
	// streamWindow is what a service may send before it must stop.
	streamWindow = 16 << 10
	// maxHeaders bounds the headers of an answer, in bytes.
	maxHeaders = 32 << 10
	// maxControl bounds what a service can make us answer before it reads.
	maxControl = 64 << 10
	// lastStream is the highest number a stream can have.
	lastStream = 1<<31 - 1
)

// A slot is one stream: a message under way, or one whose answer goes on after
// its status.
type slot struct {
	stream   uint32 // 0 while free
	settled  bool
	job      job
	began    time.Time
	received int
	rest     []byte // of the body, waiting for a window; nil if there is none
	window   int    // how much of it the stream may send; meant while rest waits
}

// A conn is one HTTP/2 connection to a push service, with one goroutine that
// reads and one that writes.
type conn struct {
	lane *lane
	net  net.Conn
	wake chan struct{} // for the writer, buffered
	over chan struct{} // closed by fail

	mu       sync.Mutex
	err      error  // why it is over
	ready    bool   // the service's settings are here
	draining bool   // no new streams
	goneID   uint32 // of the last stream that the service will process
	control  []byte // frames to be written before all else
	slots    [slotCount]slot
	next     uint32 // number of the next stream
	open     int    // slots taken
	answers  int
	waiting  []int // slots with a rest

	// What the service allows.
	limit       int    // streams at once
	window      int    // bytes on the connection
	firstWindow int    // bytes on a new stream
	table       uint32 // of its header decoder
	sized       bool   // table is news to the writer

	// What it has left of ours.
	receive int

	begun    time.Time
	heard    time.Time // when it last said anything
	used     time.Time // when it was last of use
	pinged   time.Time // when a PING went out that is not answered; zero if none
	assembly []byte    // of headers in several frames
	partial  frame     // the HEADERS that assembly began with; stream 0 if none
	decoder  decoder
	settled  []settlement // by the reader, to be told without the lock
	again    []job        // by the reader, to be put back into the queue
}

type settlement struct {
	job     job
	outcome Outcome
}

func newConn(l *lane, n net.Conn) *conn {
	t := time.Now()
	return &conn{
		lane: l, net: n,
		wake: make(chan struct{}, 1), over: make(chan struct{}),
		goneID: lastStream, next: 1,
		limit: maxStreams, window: defaultWindow, firstWindow: defaultWindow, table: maxTable,
		receive: defaultWindow,
		begun:   t, heard: t, used: t,
	}
}

func (c *conn) poke() {
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

func (c *conn) slot(stream uint32) *slot { return &c.slots[stream>>1%slotCount] }

// find is the slot of a stream that is open, or nil.
func (c *conn) find(stream uint32) *slot {
	if s := c.slot(stream); s.stream == stream {
		return s
	}
	return nil
}

// settle notes the outcome of a slot's message, once.
func (c *conn) settle(s *slot, o Outcome) {
	if !s.settled {
		s.settled = true
		c.settled = append(c.settled, settlement{s.job, o})
	}
}

// retry puts a message that the service did not process back into the queue.
func (c *conn) retry(s *slot, cost int, why error) {
	if s.settled {
		return
	}
	j := s.job
	if j.tries += cost; j.tries >= maxCost {
		c.settle(s, Outcome{Class: Retry, Err: why})
		return
	}
	s.settled = true
	c.again = append(c.again, j)
}

func (c *conn) cost() int {
	if c.answers > 0 {
		return costUsed
	}
	return costWaste
}

// free ends a stream on our side.
func (c *conn) free(s *slot) {
	if s.rest != nil {
		for i, at := range c.waiting {
			if &c.slots[at] == s {
				c.waiting = append(c.waiting[:i], c.waiting[i+1:]...)
				break
			}
		}
	}
	*s = slot{}
	c.open--
}

// reset ends a stream on both sides.
func (c *conn) reset(s *slot, code uint32) {
	c.control = appendReset(c.control, s.stream, code)
	c.free(s)
}

// usable reports whether it may be given messages.
func (c *conn) usable() bool { return c.err == nil && !c.draining }

var errLost = errors.New("connection to push service was lost")

// fail ends the connection. Messages that the service has said it will not
// process go back into the queue; of the others nobody knows.
func (c *conn) fail(why error) {
	c.mu.Lock()
	if c.err != nil {
		c.mu.Unlock()
		return
	}
	c.err = why
	for i := range c.slots {
		s := &c.slots[i]
		switch {
		case s.stream == 0:
			continue
		case s.stream > c.goneID:
			c.retry(s, c.cost(), why)
		default:
			c.settle(s, Outcome{Class: Retry, Unknown: true, Err: why})
		}
		c.free(s)
	}
	fruitless := c.answers == 0
	settled, again := c.settled, c.again
	c.settled, c.again = nil, nil
	c.mu.Unlock()
	close(c.over)
	var broken *protocolError
	if errors.As(why, &broken) && c.net != nil {
		_ = c.net.SetWriteDeadline(time.Now().Add(100 * time.Millisecond))
		_, _ = c.net.Write(appendGoAway(nil, broken.code))
	}
	if c.net != nil {
		_ = c.net.Close()
	}
	tell(settled)
	c.lane.lost(c, fruitless, again, why)
}

func tell(list []settlement) {
	for _, s := range list {
		s.job.settle(s.outcome)
	}
}
