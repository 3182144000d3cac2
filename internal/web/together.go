package web

import (
	"net"
	"net/http"
	"sync"
	"time"
)

// serverBuffer is the size of net/http's buffer before a connection, which it does not
// let us choose. An answer whose head and body are a little longer together leaves in
// two writes, each a call into the kernel and often a packet of its own.
const serverBuffer = 4 << 10

// Together says that the answer to r is written at once, not bit by bit as it comes to
// be, so that its connection may wait with the first full buffer for what follows.
// It holds for this one request, and does nothing where NewServer is not behind it.
func Together(r *http.Request) { setTogether(r, true) }

// Apart takes Together back: the answer may be a stream.
func Apart(r *http.Request) { setTogether(r, false) }

func setTogether(r *http.Request, on bool) {
	if c, ok := r.Context().Value(connKey{}).(*conn); ok {
		c.together.Store(on)
	}
}

// held is a full buffer that waits for the next write.
type held struct {
	mu  sync.Mutex
	buf *[serverBuffer]byte
}

var heldBuffers = sync.Pool{New: func() any { return new([serverBuffer]byte) }}

// Write keeps a full buffer of an answer that is written together until the next write,
// and sends both in one call. net/http overflows its buffer into exactly such a write,
// and sets the write deadline once an answer is complete: at the latest then nothing is
// kept any more.
func (c *conn) Write(p []byte) (int, error) {
	if !c.together.Load() {
		return c.Conn.Write(p)
	}
	c.held.mu.Lock()
	defer c.held.mu.Unlock()
	if c.held.buf == nil {
		if len(p) != serverBuffer {
			return c.Conn.Write(p)
		}
		c.held.buf = heldBuffers.Get().(*[serverBuffer]byte)
		return copy(c.held.buf[:], p), nil
	}
	n, err := c.send(p)
	return max(0, n-serverBuffer), err
}

// send writes what is held, and p behind it; c.held.mu is held.
func (c *conn) send(p []byte) (int, error) {
	both := net.Buffers{c.held.buf[:], p}
	n, err := both.WriteTo(c.Conn)
	heldBuffers.Put(c.held.buf)
	c.held.buf = nil
	return int(n), err
}

// flush sends what is held.
func (c *conn) flush() error {
	if !c.together.Load() {
		return nil
	}
	c.held.mu.Lock()
	defer c.held.mu.Unlock()
	if c.held.buf == nil {
		return nil
	}
	_, err := c.send(nil)
	return err
}

// flushIfIdle is flush, but for a connection that is being written to: who closes one
// does not wait for a reader that takes nothing.
func (c *conn) flushIfIdle() {
	if !c.together.Load() || !c.held.mu.TryLock() {
		return
	}
	defer c.held.mu.Unlock()
	if c.held.buf != nil {
		c.send(nil)
	}
}

// SetWriteDeadline sends what is held first: the answer is complete.
func (c *conn) SetWriteDeadline(t time.Time) error {
	if err := c.flush(); err != nil {
		return err
	}
	return c.Conn.SetWriteDeadline(t)
}
