package mail

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"io"
	"log"
	"math/big"
	"net"
	"net/mail"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// An office is a real mail server on loopback that can be told to misbehave.
type office struct {
	addr  string
	roots *x509.CertPool
	user  string // when set, MAIL is refused without this user's password "open sesame"
	login bool   // offers LOGIN instead of PLAIN

	onMail, onRcpt func(to string) error
	onData         func(c *smtp.Conn, r io.Reader) error

	mu    sync.Mutex
	conns int
	open  map[*smtp.Conn]bool
	got   []letter
}

type letter struct {
	from, to string
	data     []byte
}

// newOffice starts one; secure is "", "starttls" or "tls"; the certificate is for name.
func newOffice(t *testing.T, secure, name string) *office {
	t.Helper()
	o := &office{open: map[*smtp.Conn]bool{}}
	server := smtp.NewServer(smtp.BackendFunc(func(c *smtp.Conn) (smtp.Session, error) {
		return &desk{o: o, c: c}, nil
	}))
	server.Domain = "office.example.org"
	server.AllowInsecureAuth = true
	server.MaxLineLength = 1000 // RFC 5321, section 4.5.3.1.6, with CRLF
	server.ErrorLog = log.New(io.Discard, "", 0)
	var l net.Listener
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	o.addr = l.Addr().String()
	l = &door{l, o}
	if secure != "" {
		var cert tls.Certificate
		cert, o.roots = certificate(t, name)
		server.TLSConfig = &tls.Config{Certificates: []tls.Certificate{cert}}
	}
	if secure == "tls" {
		l = tls.NewListener(l, server.TLSConfig)
	}
	done := make(chan struct{})
	go func() { defer close(done); server.Serve(l) }()
	t.Cleanup(func() { server.Close(); <-done })
	return o
}

// door counts who comes in.
type door struct {
	net.Listener
	o *office
}

func (d *door) Accept() (net.Conn, error) {
	c, err := d.Listener.Accept()
	if err == nil {
		d.o.mu.Lock()
		d.o.conns++
		d.o.mu.Unlock()
	}
	return c, err
}

// sender returns a Server for url that finds this office wherever the url points to.
func (o *office) sender(t *testing.T, url, password string) *Server {
	t.Helper()
	s, err := Open(Options{URL: url, Password: password, SiteHost: "news.example.org:8080", SiteName: "Zeitung für alle",
		Roots: o.roots, Now: func() time.Time { return time.Date(2026, 11, 25, 23, 8, 27, 0, time.UTC) }})
	if err != nil {
		t.Fatal(err)
	}
	s.connect = func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, o.addr)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// only returns the one mail that came.
func (o *office) only(t *testing.T) (letter, *mail.Message) {
	t.Helper()
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.got) != 1 {
		t.Fatalf("%d mails came, want 1", len(o.got))
	}
	m, err := mail.ReadMessage(bytes.NewReader(o.got[0].data))
	if err != nil {
		t.Fatalf("what came is no mail: %v\n%s", err, o.got[0].data)
	}
	return o.got[0], m
}

func (o *office) count() (mails, conns int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return len(o.got), o.conns
}

// desk is one connection's session.
type desk struct {
	o      *office
	c      *smtp.Conn
	signed bool
	from   string
	to     string
}

func (d *desk) AuthMechanisms() []string {
	switch {
	case d.o.user == "":
		return nil
	case d.o.login:
		return []string{sasl.Login}
	}
	return []string{sasl.Plain}
}

func (d *desk) Auth(mech string) (sasl.Server, error) {
	if mech == sasl.Login {
		return &login{check: d.check}, nil
	}
	return sasl.NewPlainServer(func(_, user, password string) error { return d.check(user, password) }), nil
}

// login is the server's side of LOGIN, which go-sasl has given up.
type login struct {
	user  string
	step  int
	check func(user, password string) error
}

func (l *login) Next(said []byte) (ask []byte, done bool, err error) {
	l.step++
	switch l.step {
	case 1:
		return []byte("Username:"), false, nil
	case 2:
		l.user = string(said)
		return []byte("Password:"), false, nil
	}
	return nil, true, l.check(l.user, string(said))
}

func (d *desk) check(user, password string) error {
	if user != d.o.user || password != "open sesame" {
		return smtp.ErrAuthFailed
	}
	d.signed = true
	return nil
}

func (d *desk) Mail(from string, _ *smtp.MailOptions) error {
	if d.o.user != "" && !d.signed {
		return &smtp.SMTPError{Code: 530, EnhancedCode: smtp.EnhancedCode{5, 7, 0}, Message: "Authentication required"}
	}
	d.from = from
	d.o.mu.Lock()
	d.o.open[d.c] = true
	d.o.mu.Unlock()
	if d.o.onMail != nil {
		return d.o.onMail(from)
	}
	return nil
}

func (d *desk) Rcpt(to string, _ *smtp.RcptOptions) error {
	d.to = to
	if d.o.onRcpt != nil {
		return d.o.onRcpt(to)
	}
	return nil
}

func (d *desk) Data(r io.Reader) error {
	if d.o.onData != nil {
		if err := d.o.onData(d.c, r); err != nil {
			return err
		}
	}
	data, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	d.o.mu.Lock()
	d.o.got = append(d.o.got, letter{d.from, d.to, data})
	d.o.mu.Unlock()
	return nil
}

func (d *desk) Reset() { d.from, d.to = "", "" }

func (d *desk) Logout() error {
	d.o.mu.Lock()
	delete(d.o.open, d.c)
	d.o.mu.Unlock()
	return nil
}

// hangUp closes every connection from the server's side.
func (o *office) hangUp() {
	o.mu.Lock()
	defer o.mu.Unlock()
	for c := range o.open {
		c.Conn().Close()
	}
}

// certificate makes a throw-away authority and a certificate of it for name.
func certificate(t *testing.T, name string) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	root := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Test authority"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	leaf := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: name}, DNSNames: []string{name},
		NotBefore: root.NotBefore, NotAfter: root.NotAfter, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	rootDER, err := x509.CreateCertificate(rand.Reader, root, root, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	leafDER, err := x509.CreateCertificate(rand.Reader, leaf, root, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := x509.ParseCertificate(rootDER)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(parsed)
	return tls.Certificate{Certificate: [][]byte{leafDER}, PrivateKey: key}, pool
}
