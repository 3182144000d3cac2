package mail

import (
	"context"
	"crypto/x509"
	"fmt"
	"net"
	"net/mail"
	"slices"
	"sync"
	"time"
)

const (
	// maxConns is how many connections are open at once, at most. Four keep a mail
	// server on the same continent busy, and no server takes four for an attack.
	maxConns = 4
	// maxPerConn is how many mails go over one connection: usual servers close it
	// after 100 or more, some rudely.
	maxPerConn = 100
)

// A Server is the newsroom's mail server. It keeps a few idle connections for some
// seconds, so that thousands of alerts do not open thousands of connections.
type Server struct {
	host, port         string
	user, password     string
	implicit, loopback bool // TLS from the first byte; this machine itself
	from               mail.Address
	roots              *x509.CertPool
	now                func() time.Time
	timeout, idleFor   time.Duration
	connect            func(ctx context.Context, network, addr string) (net.Conn, error)

	slots chan struct{} // holds one for each Send under way

	mu      sync.Mutex
	idle    []*session // the last one used last
	closed  bool
	leaving sync.WaitGroup // connections that their timer is closing
}

// Send hands m to the mail server; see Sender. If the connection dies after all was
// sent but before the answer, the mail may have been taken: the repeat has the same
// Message-ID, by which mailboxes drop it.
func (s *Server) Send(ctx context.Context, m Message) error {
	m, err := m.ready()
	if err != nil {
		return fmt.Errorf("send mail: %w", err)
	}
	select {
	case s.slots <- struct{}{}:
		defer func() { <-s.slots }()
	case <-ctx.Done():
		return fmt.Errorf("send mail: %w", context.Cause(ctx))
	}
	ctx, cancel := s.bounded(ctx)
	defer cancel()
	data := compose(m, s.from, s.now())
	for {
		c := s.take()
		kept := c != nil
		if !kept {
			if c, err = s.dial(ctx); err != nil {
				return err
			}
		}
		err = c.offer(ctx, s.from.Address)
		if err != nil && kept && c.broken && ctx.Err() == nil {
			c.drop() // the server had left in between: nothing was said to it yet
			continue
		}
		if err == nil {
			err = c.deliver(ctx, m.To, data)
		}
		s.put(c)
		if err != nil {
			return s.failed(err)
		}
		return nil
	}
}

// bounded gives ctx at most the time one mail may take.
func (s *Server) bounded(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeoutCause(ctx, s.timeout,
		fmt.Errorf("no answer within %s: %w", s.timeout, context.DeadlineExceeded))
}

// failed says which server would not, why, and what to do about it.
func (s *Server) failed(err error) error {
	return fmt.Errorf("mail server %s: %w", s.Addr(), hinted(err))
}

// take returns the idle connection used last, or nil.
func (s *Server) take() *session {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := len(s.idle)
	if n == 0 {
		return nil
	}
	c := s.idle[n-1]
	s.idle = s.idle[:n-1]
	c.timer.Stop() // if it is too late, the timer finds c gone from the list
	return c
}

// put keeps a connection for the next mail, unless it is broken or has done its share.
func (s *Server) put(c *session) {
	s.mu.Lock()
	keep := !s.closed && !c.broken && c.sent < maxPerConn
	if keep {
		c.timer = time.AfterFunc(s.idleFor, func() { s.expire(c) })
		s.idle = append(s.idle, c)
	}
	s.mu.Unlock()
	if !keep {
		c.quit()
	}
}

// expire closes c if it is still idle.
func (s *Server) expire(c *session) {
	s.mu.Lock()
	i := slices.Index(s.idle, c)
	if i >= 0 {
		s.idle = slices.Delete(s.idle, i, i+1)
		s.leaving.Add(1)
	}
	s.mu.Unlock()
	if i >= 0 {
		c.quit()
		s.leaving.Done()
	}
}

// Close says goodbye on the idle connections. Mails under way go on.
func (s *Server) Close() error {
	s.mu.Lock()
	idle := s.idle
	s.idle, s.closed = nil, true
	s.mu.Unlock()
	for _, c := range idle {
		c.timer.Stop()
		c.quit()
	}
	s.leaving.Wait()
	return nil
}
