package mail

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/textproto"
	"slices"
	"strings"
	"time"

	"github.com/wneessen/go-mail/smtp"
)

// A session is one connection to the mail server, signed in. It is used by one
// goroutine at a time.
type session struct {
	conn   *counted
	client *smtp.Client
	sent   int         // mails handed over, or refused
	broken bool        // fit for nothing but to be closed
	timer  *time.Timer // closes it when it was idle for long
}

// dial connects and signs in: with TLS, checked against the host's name, unless the
// server is this machine itself.
func (s *Server) dial(ctx context.Context) (*session, error) {
	raw, err := s.connect(ctx, "tcp", s.Addr())
	if err != nil {
		if ctx.Err() != nil {
			err = context.Cause(ctx)
		}
		return nil, s.failed(fmt.Errorf("connect: %w", err))
	}
	c := &session{conn: &counted{Conn: raw, left: maxReply}}
	if err := c.do(ctx, func() error { return s.begin(ctx, c) }); err != nil {
		c.drop()
		return nil, s.failed(err)
	}
	return c, nil
}

// begin greets, encrypts and signs in.
func (s *Server) begin(ctx context.Context, c *session) error {
	secret := &tls.Config{ServerName: s.host, RootCAs: s.roots, MinVersion: tls.VersionTLS12}
	var conn net.Conn = c.conn
	if s.implicit {
		t := tls.Client(c.conn, secret)
		if err := t.HandshakeContext(ctx); err != nil {
			return fmt.Errorf("encrypt: %w", err)
		}
		conn = t
	}
	var err error
	if c.client, err = smtp.NewClient(conn, s.host); err != nil {
		return fmt.Errorf("greet: %w", spoken(err, ""))
	}
	// Addresses are ASCII; asking for SMTPUTF8 all the same would make a mail bounce
	// at the first server on its way that does not have it.
	c.client.SkipSMTPUTF8(true)
	if err := c.client.Hello(literal(c.conn.LocalAddr())); err != nil {
		return fmt.Errorf("greet: %w", spoken(err, ""))
	}
	plain := s.loopback && isLoopback(hostOf(c.conn.RemoteAddr()))
	if !s.implicit && !plain {
		if ok, _ := c.client.Extension("STARTTLS"); !ok {
			return errors.New("it does not offer STARTTLS, and mail and password would cross the network readable; use a port that does (587), or smtps:// (465)")
		}
		if err := c.client.StartTLS(secret); err != nil {
			return fmt.Errorf("encrypt: %w", spoken(err, ""))
		}
	}
	if s.user == "" {
		return nil
	}
	_, offered := c.client.Extension("AUTH")
	var way smtp.Auth
	switch kinds := strings.Fields(strings.ToUpper(offered)); {
	case slices.Contains(kinds, "PLAIN"):
		way = smtp.PlainAuth("", s.user, s.password, s.host, plain)
	case slices.Contains(kinds, "LOGIN"):
		way = smtp.LoginAuth(s.user, s.password, s.host, plain)
	default:
		return fmt.Errorf("it offers no way to sign in with a password (PLAIN or LOGIN), only %q; leave the user out of --smtp if it needs none", line(offered, 100))
	}
	if err := c.client.Auth(way); err != nil {
		return fmt.Errorf("sign in as %s: %w", s.user, spoken(err, ""))
	}
	return nil
}

// offer begins a mail from the sender.
func (c *session) offer(ctx context.Context, from string) error {
	return c.do(ctx, func() error {
		err := c.client.Mail("<" + from + ">")
		if err == nil {
			return nil
		}
		err = fmt.Errorf("write as %s: %w", from, spoken(err, ""))
		var reply *textproto.Error
		if errors.As(err, &reply) && reply.Code >= 550 {
			err = fmt.Errorf("%w; set ?from= in --smtp to a sender that it lets this user write as", err)
		}
		return err
	})
}

// deliver ends a mail that offer began.
func (c *session) deliver(ctx context.Context, to string, data []byte) error {
	c.sent++
	return c.do(ctx, func() error {
		if err := c.client.Rcpt("<" + to + ">"); err != nil {
			return fmt.Errorf("recipient: %w", refused(spoken(err, to)))
		}
		w, err := c.client.Data()
		if err != nil {
			return fmt.Errorf("content: %w", refused(spoken(err, to)))
		}
		// Closing writes the final dot; after a failed write there must be none, or
		// half a mail would be taken for a whole one.
		if _, err := w.Write(data); err != nil {
			return fmt.Errorf("content: %w", err)
		}
		if err := w.Close(); err != nil {
			return fmt.Errorf("content: %w", refused(spoken(err, to)))
		}
		return nil
	})
}

// do runs a piece of the talk and hangs up when ctx ends, which is what makes every
// read and write in it return. After an answer that is a plain no the server is asked
// to forget the mail; if it cannot, or anything else went wrong, c is broken.
func (c *session) do(ctx context.Context, talk func() error) error {
	c.conn.left = maxReply
	stop := context.AfterFunc(ctx, func() { c.conn.Close() })
	err := talk()
	var reply *textproto.Error
	switch {
	case err == nil:
	case !errors.As(err, &reply) || reply.Code == 421 || c.client == nil || c.client.Reset() != nil:
		c.broken = true
	}
	if !stop() {
		c.broken = true
		if err != nil && reply == nil {
			err = context.Cause(ctx)
		}
	}
	return err
}

// quit leaves politely, within two seconds.
func (c *session) quit() {
	if !c.broken {
		c.conn.left = maxReply
		c.conn.SetDeadline(time.Now().Add(2 * time.Second))
		c.client.Quit()
	}
	c.drop()
}

// drop hangs up.
func (c *session) drop() { c.conn.Close() }

// maxReply is how many bytes a server may say about one mail.
const maxReply = 256 << 10

// counted is a connection whose other side cannot talk without end.
type counted struct {
	net.Conn
	left int
}

func (c *counted) Read(p []byte) (int, error) {
	if c.left <= 0 {
		return 0, errors.New("the server says more than a mail server has to say")
	}
	n, err := c.Conn.Read(p[:min(len(p), c.left)])
	c.left -= n
	return n, err
}

// literal is this side's address as EHLO wants it from a machine that may have no
// public name (RFC 5321, section 4.1.3).
func literal(a net.Addr) string {
	host := hostOf(a)
	if strings.Contains(host, ":") {
		host, _, _ = strings.Cut(host, "%")
		return "[IPv6:" + host + "]"
	}
	return "[" + host + "]"
}

func hostOf(a net.Addr) string {
	host, _, err := net.SplitHostPort(a.String())
	if err != nil {
		return a.String()
	}
	return host
}
