package pushservice

import (
	"crypto/rand"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"sync"
	"time"
)

const (
	// A service that behaves lets clients send this much, per stream and
	// connection, in bytes.
	goodWindow = 1 << 20
	goodCredit = 16 << 20
	// maxOut bounds what a client can make us answer before it reads.
	maxOut       = 1 << 20
	writeTimeout = 20 * time.Second
	lingerFor    = 2 * time.Second
	// What one read from the network can bring, and the frames of one TLS
	// record with what the record before left.
	readSize   = 64 << 10
	bufferSize = 2 * (frameHeader + maxFrame)
	// With a whole TLS record read already, answers wait for it.
	wholeRecord = 17 << 10
)

// A stream is one message under way.
type stream struct {
	id      uint32
	hearing hearing
	status  int // found at the headers; 0 while all is right
	body    []byte
	credit  int  // bytes that the client may still send
	ended   bool // the client has said all; our answer is late, or never comes
}

// A conn is one HTTP/2 connection. One goroutine reads, handles what a read
// brought under the lock, and writes the answers to it in one piece; late
// answers are written by a timer.
type conn struct {
	at  *origin
	net *tls.Conn
	// ahead is the reader's view of the network below TLS.
	ahead *readAhead

	mu      sync.Mutex // of what follows, and of writing
	out     []byte
	err     error
	judge   judge
	now     time.Time // of this read
	decoder *decoder
	request request
	streams map[uint32]*stream
	spare   []*stream
	last    uint32 // the highest stream begun
	count   int    // whole messages
	serial  uint64 // of what Location names
	gone    bool   // GOAWAY was sent
	goneID  uint32 // the last stream that is processed then
	credit  int    // bytes that the client may still send
	window  int    // bytes that we may send, on the connection

	partial  frame // HEADERS that go on; stream 0 if none
	assembly []byte

	told settings   // the last we sent
	held settings   // those that the client is held to
	acks []settings // sent and not confirmed

	late  []lateAnswer
	timer *time.Timer
	wake  time.Time // when it runs; zero if it does not
}

func newConn(at *origin, n *tls.Conn, ahead *readAhead) *conn {
	c := &conn{at: at, net: n, ahead: ahead, decoder: newDecoder(), streams: make(map[uint32]*stream), goneID: 1<<31 - 1, credit: defaultWindow, window: defaultWindow}
	c.judge = judge{at: at, reader: tokenReader{tokens: at.s.issuer.tokens}}
	c.serial = at.s.conns.Add(1) << 40
	return c
}

var (
	errOver    = errors.New("connection is over")
	errCut     = errors.New("connection is cut")
	errPreface = errors.New("no HTTP/2 preface")
)

// serve speaks until the connection ends.
func (c *conn) serve() {
	err := c.speak()
	c.mu.Lock()
	c.err = err
	if c.timer != nil {
		c.timer.Stop()
	}
	var broken *protocolError
	if errors.As(err, &broken) {
		c.at.tally.violations.Add(1)
		c.at.s.log.add(Message{At: c.at.s.o.Now(), Origin: c.at.index, Number: -1, State: stateRefused, Why: broken.Error()})
		c.out = appendGoAway(c.out, c.last, broken.code, broken.why)
	}
	if !errors.Is(err, errCut) {
		_ = c.flush()
	}
	c.judge.settle()
	c.mu.Unlock()
	switch {
	case errors.Is(err, errCut):
		cut(c.ahead.Conn)
	case errors.Is(err, errOver), broken != nil:
		c.linger()
	}
	_ = c.ahead.Close()
}

// linger waits until the client has read all, as closing with bytes unread
// would reset the connection and lose our last words.
func (c *conn) linger() {
	if c.net.CloseWrite() != nil {
		return
	}
	_ = c.net.SetReadDeadline(time.Now().Add(lingerFor))
	_, _ = io.Copy(io.Discard, c.net)
}

func (c *conn) speak() error {
	buf := make([]byte, bufferSize)
	c.ahead.buf = make([]byte, readSize)
	if _, err := io.ReadFull(c.net, buf[:len(preface)]); err != nil {
		return err
	}
	if string(buf[:len(preface)]) != preface {
		return errPreface
	}
	if err := c.greet(); err != nil {
		return err
	}
	held := 0
	for {
		room := buf[held:]
		drip := c.at.trouble(Drip, c.at.s.o.Now())
		if drip != nil {
			room = room[:min(len(room), max(1, drip.PerSecond/20))]
		}
		n, err := c.net.Read(room)
		held += n
		if n > 0 {
			used, ferr := c.handle(buf[:held])
			if ferr != nil {
				return ferr
			}
			held = copy(buf, buf[used:held])
		}
		if err != nil {
			return err
		}
		if drip != nil {
			select {
			case <-c.at.s.ctx.Done():
				return c.at.s.ctx.Err()
			case <-time.After(time.Duration(n) * time.Second / time.Duration(drip.PerSecond)):
			}
		}
	}
}

// handle deals with the whole frames in b, says how much that was, and writes
// what there is to answer.
func (c *conn) handle(b []byte) (used int, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.at.s.o.Now()
	rest := b
	for err == nil {
		var f frame
		var ok bool
		if f, rest, ok, err = readFrame(rest); !ok {
			break
		}
		err = c.frame(&f)
		if err == nil && len(c.out) > maxOut {
			err = c.flush()
		}
	}
	if errors.Is(err, errCut) {
		return 0, err
	}
	if err == nil {
		if full := c.held.credit(); c.credit < full/2 {
			c.out = appendWindowUpdate(c.out, 0, full-c.credit)
			c.credit = full
		}
	}
	c.judge.settle()
	if err != nil || c.ahead.buffered() < wholeRecord || len(c.out) > maxFrame {
		if ferr := c.flush(); err == nil {
			err = ferr
		}
	}
	if err == nil && c.gone && len(c.streams) == 0 {
		err = errOver
	}
	return len(b) - len(rest), err
}

// flush writes what is to be written. Its caller holds the lock.
func (c *conn) flush() error {
	if len(c.out) == 0 {
		return nil
	}
	_ = c.net.SetWriteDeadline(time.Now().Add(writeTimeout))
	_, err := c.net.Write(c.out)
	c.out = c.out[:0]
	return err
}

func (c *conn) begin(id uint32) *stream {
	var s *stream
	if n := len(c.spare); n > 0 {
		s, c.spare = c.spare[n-1], c.spare[:n-1]
	} else {
		s = new(stream)
	}
	*s = stream{id: id, body: s.body[:0], credit: c.held.window}
	c.streams[id] = s
	for n := int64(len(c.streams)); ; {
		most := c.at.tally.mostStreams.Load()
		if n <= most || c.at.tally.mostStreams.CompareAndSwap(most, n) {
			break
		}
	}
	return s
}

func (c *conn) free(s *stream) {
	delete(c.streams, s.id)
	if len(c.spare) < 256 {
		c.spare = append(c.spare, s)
	}
}

// A readAhead reads more from a connection than it is asked for.
type readAhead struct {
	net.Conn
	buf         []byte
	from, until int
}

func (r *readAhead) Read(b []byte) (int, error) {
	if r.buf == nil || len(b) >= len(r.buf) && r.from == r.until {
		return r.Conn.Read(b)
	}
	if r.from == r.until {
		n, err := r.Conn.Read(r.buf)
		r.from, r.until = 0, n
		if n == 0 {
			return 0, err
		}
	}
	n := copy(b, r.buf[r.from:r.until])
	r.from += n
	return n, nil
}

func (r *readAhead) buffered() int { return r.until - r.from }

// nonsense is what a service that has lost its mind writes: the head says that
// 16 MB of an unknown frame follow.
func nonsense() []byte {
	b := make([]byte, 200)
	_, _ = rand.Read(b)
	copy(b, "\xff\xff\xff\xfe")
	return b
}
