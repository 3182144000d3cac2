package pushservice

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

const handshakeTimeout = 10 * time.Second

// An origin is one of the push services.
type origin struct {
	s        *Service
	index    int
	address  string // HOST:PORT
	name     string // https://HOST:PORT
	tally    tally
	verdicts verdicts
	set      atomic.Pointer[[]*trouble] // that concern it, begun or not

	mu     sync.Mutex // of what follows
	listen net.Listener
	conns  map[net.Conn]*conn // the value is nil before the handshake, and for HTTP/1.1
	closed bool
	plain  *http1
}

func newOrigin(s *Service, index int, address string) (*origin, error) {
	l, err := net.Listen("tcp", address)
	if err != nil {
		return nil, err
	}
	at := &origin{s: s, index: index, address: l.Addr().String(), listen: l, conns: make(map[net.Conn]*conn)}
	at.name = "https://" + at.address
	at.verdicts.origin = at.name
	at.set.Store(&[]*trouble{})
	at.plain = newHTTP1(at)
	return at, nil
}

// start begins to accept.
func (at *origin) start() {
	at.mu.Lock()
	defer at.mu.Unlock()
	if at.listen != nil {
		l := at.listen
		at.s.wg.Go(func() { at.accept(l) })
	}
	at.s.wg.Go(at.plain.serve)
}

func (at *origin) troubles() []*trouble { return *at.set.Load() }

// trouble is the first of a kind that is on, or nil.
func (at *origin) trouble(kind Kind, now time.Time) *trouble {
	for _, t := range at.troubles() {
		if t.Kind == kind && t.on(now) {
			return t
		}
	}
	return nil
}

func (at *origin) accept(l net.Listener) {
	for {
		n, err := l.Accept()
		if err != nil {
			if at.s.ctx.Err() != nil || errors.Is(err, net.ErrClosed) {
				return
			}
			select { // too many open files, as a rule
			case <-at.s.ctx.Done():
				return
			case <-time.After(10 * time.Millisecond):
			}
			continue
		}
		at.mu.Lock()
		if at.closed || at.listen != l { // the outage began
			at.mu.Unlock()
			cut(n)
			continue
		}
		deaf := at.trouble(Deaf, at.s.o.Now()) != nil
		if deaf { // it stays until the trouble is over
			n = &deafConn{n}
		}
		at.conns[n] = nil
		at.mu.Unlock()
		if deaf {
			continue
		}
		at.s.wg.Go(func() {
			at.serve(n)
			at.mu.Lock()
			delete(at.conns, n)
			at.mu.Unlock()
			_ = n.Close()
		})
	}
}

// serve shakes hands and hands over to who speaks the protocol agreed on.
func (at *origin) serve(n net.Conn) {
	ahead := &readAhead{Conn: n} // from the end of the handshake on
	t := tls.Server(ahead, at.config())
	ctx, cancel := context.WithTimeout(at.s.ctx, handshakeTimeout)
	err := t.HandshakeContext(ctx)
	cancel()
	if err != nil {
		return
	}
	at.tally.connections.Add(1)
	at.tally.open.Add(1)
	defer at.tally.open.Add(-1)
	if t.ConnectionState().NegotiatedProtocol != "h2" {
		at.plain.hand(t, n)
		return
	}
	c := newConn(at, t, ahead)
	at.mu.Lock()
	if _, ok := at.conns[n]; ok {
		at.conns[n] = c
	}
	at.mu.Unlock()
	c.serve()
}

// config is how it presents itself now.
func (at *origin) config() *tls.Config {
	now := at.s.o.Now()
	c := &tls.Config{MinVersion: tls.VersionTLS12, NextProtos: []string{"h2", "http/1.1"}, SessionTicketsDisabled: true}
	if at.trouble(HTTP1, now) != nil {
		c.NextProtos = []string{"http/1.1"}
	}
	kind := ""
	if t := at.trouble(Certificate, now); t != nil {
		kind = t.Certificate
	}
	c.Certificates = []tls.Certificate{*at.s.certs[kind]}
	return c
}

// obey does what the troubles that are on ask of the origin as a whole.
func (at *origin) obey(now time.Time) error {
	out, deaf := at.trouble(Outage, now) != nil, at.trouble(Deaf, now) != nil
	at.mu.Lock()
	defer at.mu.Unlock()
	if at.closed {
		return nil
	}
	var err error
	switch {
	case out && at.listen != nil:
		_ = at.listen.Close()
		at.listen = nil
		for n := range at.conns {
			cut(n)
		}
	case !out && at.listen == nil:
		l, lerr := net.Listen("tcp", at.address)
		if lerr != nil {
			err = fmt.Errorf("end outage of %s: %w", at.name, lerr)
			break
		}
		at.listen = l
		at.s.wg.Go(func() { at.accept(l) })
	}
	for n, c := range at.conns {
		switch {
		case c != nil:
			at.s.wg.Go(func() { c.announce(now) })
		case !deaf:
			if d, ok := n.(*deafConn); ok {
				delete(at.conns, n)
				_ = d.Close()
			}
		}
	}
	return err
}

// A deafConn is one that nobody reads.
type deafConn struct{ net.Conn }

func (at *origin) close() {
	at.mu.Lock()
	at.closed = true
	if at.listen != nil {
		_ = at.listen.Close()
	}
	for n := range at.conns {
		_ = n.Close()
	}
	at.mu.Unlock()
	at.plain.close()
}

// cut ends a connection with a TCP reset.
func cut(n net.Conn) {
	if d, ok := n.(*deafConn); ok {
		n = d.Conn
	}
	if t, ok := n.(*net.TCPConn); ok {
		_ = t.SetLinger(0)
	}
	_ = n.Close()
}
