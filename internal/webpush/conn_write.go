package webpush

import (
	"errors"
	"fmt"
	"time"
)

// batchSize is how many messages are written at once, at most: with a bucket of
// 512 bytes about one TLS record.
const batchSize = 16

// An outgoing message is between the queue and the wire.
type outgoing struct {
	job    job
	path   string
	keys   Prepared
	stream uint32
	now    int // bytes of the body that may go out now
}

// A writer is what the goroutine that writes has to itself.
type writer struct {
	*conn
	encoder *encoder
	buf     []byte
	body    []byte // of a message that the windows cut in two
	jobs    [batchSize]job
	out     [batchSize]outgoing
}

func (c *conn) write(timeout time.Duration) {
	w := &writer{conn: c, encoder: newEncoder(), buf: appendGreeting(nil)}
	for {
		n := w.collect()
		for i := range n {
			w.append(&w.out[i])
		}
		if len(w.buf) > 0 {
			_ = c.net.SetWriteDeadline(time.Now().Add(timeout))
			if _, err := c.net.Write(w.buf); err != nil {
				c.fail(fmt.Errorf("%w: %w", errLost, err))
				return
			}
			w.buf = w.buf[:0]
			continue
		}
		select {
		case <-c.over:
			return
		case <-c.wake:
		}
	}
}

// collect appends control frames and waiting bodies to buf, takes messages off
// the queue, and gives them streams.
func (w *writer) collect() int {
	c := w.conn
	c.mu.Lock()
	w.buf = append(w.buf, c.control...)
	c.control = c.control[:0]
	w.buf = c.sendWaiting(w.buf)
	if c.sized { // confirmed in what was just appended
		w.encoder.setMax(c.table)
		c.sized = false
	}
	room := 0
	if c.mayBegin() {
		room = min(batchSize, c.limit-c.open)
	}
	idle := c.err == nil && c.draining && c.open == 0
	c.mu.Unlock()
	if idle {
		c.fail(errIdle)
		return 0
	}
	n := 0
	if room > 0 {
		n = w.prepare(c.lane.take(w.jobs[:room], false))
	}
	if n == 0 {
		return 0
	}
	return w.begin(n)
}

// prepare readies the keys of n jobs, without the lock: it may take long.
func (w *writer) prepare(n int) int {
	ready := 0
	for _, j := range w.jobs[:n] {
		o := &w.out[ready]
		o.job, o.path = j, j.message().To.path
		if err := j.take(&o.keys); err != nil {
			j.settle(Outcome{Class: Rejected, Err: err})
			continue
		}
		ready++
	}
	return ready
}

// begin gives n messages their streams. If the connection has meanwhile ended,
// they go back into the queue.
func (w *writer) begin(n int) int {
	c := w.conn
	c.mu.Lock()
	if !c.usable() {
		c.mu.Unlock()
		back := make([]job, n)
		for i := range back {
			back[i] = w.out[i].job
			w.out[i].keys.Wipe()
		}
		c.lane.add(back)
		return 0
	}
	now := time.Now()
	for i := range n {
		o := &w.out[i]
		for c.slot(c.next).stream != 0 { // an old one still waits there
			c.next += 2
		}
		o.stream = c.next
		c.next += 2
		length := o.job.post.size + overhead
		o.now = max(0, min(length, c.firstWindow, c.window))
		c.window -= o.now
		s := c.slot(o.stream)
		*s = slot{stream: o.stream, job: o.job, began: now, window: c.firstWindow - o.now}
		c.open++
	}
	if c.next > lastStream-2*slotCount-2*batchSize {
		c.draining = true // its numbers are used up
		c.lane.retire(c)
	}
	c.used = now
	c.mu.Unlock()
	return n
}

// append writes one message: HEADERS, and DATA with the body sealed in place.
func (w *writer) append(o *outgoing) {
	p := o.job.post
	at := len(w.buf)
	w.buf = appendFrameHeader(w.buf, 0, frameHeaders, flagEndHeaders, o.stream)
	w.buf = w.encoder.append(w.buf, p.header, o.path)
	n := len(w.buf) - at - frameHeader
	w.buf[at], w.buf[at+1], w.buf[at+2] = byte(n>>16), byte(n>>8), byte(n)

	length := p.size + overhead
	if o.now == length {
		w.buf = appendFrameHeader(w.buf, length, frameData, flagEndStream, o.stream)
		var err error
		if w.buf, err = Seal(w.buf, &o.keys, p.payload); err != nil {
			w.conn.fail(err) // no entropy, or a mistake of ours; the frame is cut
		}
		return
	}
	body, err := Seal(w.body[:0], &o.keys, p.payload)
	if err != nil {
		w.conn.fail(err)
		return
	}
	w.body = body
	if o.now > 0 {
		w.buf = appendFrameHeader(w.buf, o.now, frameData, 0, o.stream)
		w.buf = append(w.buf, body[:o.now]...)
	}
	c := w.conn
	c.mu.Lock()
	defer c.mu.Unlock()
	if s := c.find(o.stream); s != nil {
		s.rest = append([]byte(nil), body[o.now:]...)
		c.waiting = append(c.waiting, int(o.stream>>1%slotCount))
	}
}

var errIdle = errors.New("connection to push service is not used")
