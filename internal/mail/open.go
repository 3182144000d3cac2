package mail

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/mail"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Options say which mail server to use and who writes.
type Options struct {
	// URL is the value of --smtp: smtp://user@host:587 (STARTTLS, needed unless the host
	// is loopback), smtps://user@host:465, smtp://localhost:25. ?from= names the sender,
	// with or without a name: "News <news@example.org>".
	URL string

	// Password is the user's; it never stands in the URL.
	Password string

	// SiteHost is the host of the site's public address, with or without a port: the
	// sender is newsroom@ that host unless the URL has ?from=. SiteName is then the
	// sender's name; it may be empty.
	SiteHost, SiteName string

	Roots *x509.CertPool   // authorities to trust; nil: those of this machine
	Now   func() time.Time // nil: time.Now
}

// Open returns a sender for a mail server without connecting to it: a server that is
// down now is no reason not to start. Errors are for the operator and never hold a
// password.
func Open(o Options) (*Server, error) {
	u, err := url.Parse(o.URL)
	if err != nil {
		return nil, errors.New("--smtp is no address: write it like smtp://user@host:587, with @ in the user as %40") // url.Error would repeat a password
	}
	if _, ok := u.User.Password(); ok {
		return nil, errors.New("--smtp holds a password: passwords and secrets come from the environment or a file, never a flag; put it into DATELINE_SMTP_PASSWORD or into a file named by DATELINE_SMTP_PASSWORD_FILE")
	}
	s := &Server{
		host: u.Hostname(), port: u.Port(), user: u.User.Username(), password: o.Password,
		implicit: u.Scheme == "smtps", roots: o.Roots, now: o.Now,
		timeout: 30 * time.Second, idleFor: 10 * time.Second, slots: make(chan struct{}, maxConns),
		connect: new(net.Dialer).DialContext,
	}
	s.loopback = isLoopback(s.host)
	if s.now == nil {
		s.now = time.Now
	}
	switch {
	case u.Scheme != "smtp" && u.Scheme != "smtps" || s.host == "" || u.Opaque != "":
		return nil, errors.New("--smtp is no address of a mail server: write it like smtp://user@host:587 or smtps://user@host:465")
	case u.Path != "" && u.Path != "/" || u.Fragment != "":
		return nil, errors.New("--smtp goes on after the host: only ?from= may follow")
	case s.user == "" && s.password != "":
		return nil, errors.New("DATELINE_SMTP_PASSWORD is set but --smtp names no user: write smtp://user@host")
	case s.user != "" && s.password == "":
		return nil, errors.New("--smtp names a user but there is no password: put it into DATELINE_SMTP_PASSWORD or into a file named by DATELINE_SMTP_PASSWORD_FILE")
	}
	if s.port == "" {
		switch {
		case s.implicit:
			s.port = "465"
		case s.loopback:
			s.port = "25"
		default:
			s.port = "587"
		}
	}
	if n, err := strconv.Atoi(s.port); err != nil || n < 1 || n > 65535 {
		return nil, errors.New("--smtp names a port that does not exist: 587, 465 and 25 are usual")
	}
	s.from, err = sender(u, o)
	if err != nil {
		return nil, err
	}
	return s, nil
}

// sender is who the mails are from.
func sender(u *url.URL, o Options) (mail.Address, error) {
	query, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return mail.Address{}, errors.New("--smtp has a ? that cannot be read: only ?from= may follow the host")
	}
	for name, values := range query {
		if name != "from" || len(values) != 1 {
			return mail.Address{}, fmt.Errorf("--smtp has ?%s=: only ?from= may follow the host, once", line(name, 40))
		}
	}
	if !query.Has("from") {
		host := o.SiteHost
		if h, _, err := net.SplitHostPort(host); err == nil {
			host = h
		}
		a, err := ParseAddress("newsroom@" + host)
		if err != nil {
			return mail.Address{}, errors.New("the site's host cannot be a sender's: add ?from=name@example.org to --smtp")
		}
		return mail.Address{Name: line(o.SiteName, 60), Address: a}, nil
	}
	a, err := mail.ParseAddress(query.Get("from"))
	if err == nil {
		a.Address, err = ParseAddress(a.Address)
	}
	if err != nil {
		return mail.Address{}, fmt.Errorf("the sender in --smtp: %w", err)
	}
	return mail.Address{Name: line(a.Name, 60), Address: a.Address}, nil
}

// isLoopback says whether a host as written is this machine itself.
func isLoopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return strings.EqualFold(host, "localhost") || err == nil && ip.Unmap().IsLoopback()
}

var _ Sender = (*Server)(nil)

// From is the sender as readers see it, for doctor and for the start's log.
func (s *Server) From() string { return s.from.String() }

// Addr is the mail server's host and port.
func (s *Server) Addr() string { return net.JoinHostPort(s.host, s.port) }

// Check connects, signs in and has the server take the sender, then leaves.
func (s *Server) Check(ctx context.Context) error {
	ctx, cancel := s.bounded(ctx)
	defer cancel()
	c, err := s.dial(ctx)
	if err != nil {
		return err
	}
	defer c.quit()
	if err := c.offer(ctx, s.from.Address); err != nil {
		return s.failed(err)
	}
	return nil
}
