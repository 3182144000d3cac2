package web

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/netip"
	"sync"
	"sync/atomic"
)

// LimitListener accepts at most total connections at once, and at most each from
// one block of addresses; exempt (trusted proxies) count only towards the total. At
// the total, accepting waits and newcomers queue in the kernel; whoever has more than
// their share is hung up on.
func LimitListener(l net.Listener, total, each int, exempt []netip.Prefix) net.Listener {
	return &limited{
		Listener: l, room: make(chan struct{}, total), closed: make(chan struct{}),
		each: each, exempt: exempt, from: map[netip.Prefix]int{},
	}
}

type limited struct {
	net.Listener
	room   chan struct{}
	closed chan struct{}
	once   sync.Once
	each   int
	exempt []netip.Prefix

	mu   sync.Mutex
	from map[netip.Prefix]int
}

func (l *limited) Accept() (net.Conn, error) {
	for {
		select {
		case l.room <- struct{}{}:
		case <-l.closed:
			return nil, net.ErrClosed
		}
		c, err := l.Listener.Accept()
		if err != nil {
			<-l.room
			return nil, err
		}
		block, ok := l.enter(c)
		if !ok {
			c.Close()
			<-l.room
			continue
		}
		return &conn{Conn: c, leave: sync.OnceFunc(func() {
			l.exit(block)
			<-l.room
		})}, nil
	}
}

// enter counts a connection; the zero Prefix is not counted.
func (l *limited) enter(c net.Conn) (netip.Prefix, bool) {
	ap, err := netip.ParseAddrPort(c.RemoteAddr().String())
	if err != nil || within(l.exempt, ap.Addr().Unmap()) {
		return netip.Prefix{}, true
	}
	block := Block(ap.Addr())
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.from[block] >= l.each {
		return block, false
	}
	l.from[block]++
	return block, true
}

func (l *limited) exit(block netip.Prefix) {
	if !block.IsValid() {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.from[block]--; l.from[block] <= 0 {
		delete(l.from, block)
	}
}

func (l *limited) Close() error {
	l.once.Do(func() { close(l.closed) })
	return l.Listener.Close()
}

// A conn gives its place back when closed, and watches request heads: net/http hides
// that a request had both a Content-Length and a Transfer-Encoding, which only
// smugglers send. It looks at whole reads, so a head cut in two at the wrong byte
// escapes it; the Gate closes the connection after chunks in any case.
type conn struct {
	net.Conn
	leave func()
	seen  atomic.Uint32 // what the head being read has had so far

	together atomic.Bool // see Together
	held     held
}

const (
	sawLength = 1 << iota
	sawChunks
	sawEnd
)

func (c *conn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if seen := c.seen.Load(); n > 0 && seen&sawEnd == 0 {
		c.seen.Store(seen | headFlags(p[:n]))
	}
	return n, err
}

// ReadFrom keeps the kernel's way of sending a file.
func (c *conn) ReadFrom(r io.Reader) (int64, error) {
	if err := c.flush(); err != nil {
		return 0, err
	}
	return io.Copy(c.Conn, r)
}

func (c *conn) Close() error {
	c.flushIfIdle() // it may be closed right after its answer
	err := c.Conn.Close()
	c.leave()
	return err
}

// headFlags looks for the two headers in a piece of a request head. A GET needs no
// look: with a Transfer-Encoding it is refused anyway, and it is nearly all traffic.
func headFlags(p []byte) uint32 {
	if p[0] == 'G' || p[0] == 'H' {
		return sawEnd
	}
	var seen uint32
	for i := 0; i+1 < len(p); i++ {
		if p[i] != '\n' {
			continue
		}
		rest := p[i+1:]
		switch {
		case rest[0] == '\r' || rest[0] == '\n':
			return seen | sawEnd
		case prefixFold(rest, "content-length"):
			seen |= sawLength
		case prefixFold(rest, "transfer-encoding"):
			seen |= sawChunks
		}
	}
	return seen
}

func prefixFold(p []byte, name string) bool {
	if len(p) < len(name) {
		return false
	}
	for i := range len(name) {
		if p[i]|0x20 != name[i]|0x20 {
			return false
		}
	}
	return true
}

type connKey struct{}

func keepConn(ctx context.Context, c net.Conn) context.Context {
	if ours, ok := c.(*conn); ok {
		return context.WithValue(ctx, connKey{}, ours)
	}
	return ctx
}

// nextHead makes ready for the connection's next request.
func nextHead(c net.Conn, state http.ConnState) {
	if ours, ok := c.(*conn); ok && state == http.StateIdle {
		ours.seen.Store(0)
		ours.together.Store(false)
	}
}

func bothLengths(r *http.Request) bool {
	c, ok := r.Context().Value(connKey{}).(*conn)
	return ok && c.seen.Load()&(sawLength|sawChunks) == sawLength|sawChunks
}
