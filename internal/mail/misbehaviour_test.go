package mail

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-smtp"
)

// Each misbehaviour: is the mail lost for good, what is the operator told, and does the
// next mail arrive?
func TestMisbehaviour(t *testing.T) {
	reply := func(code, a, b, c int, text string) error {
		return &smtp.SMTPError{Code: code, EnhancedCode: smtp.EnhancedCode{a, b, c}, Message: text}
	}
	tests := []struct {
		name             string
		url, secure, crt string
		set              func(*office)
		user, password   string
		permanent        bool
		says             string
	}{
		{name: "busy at MAIL", set: func(o *office) { o.onMail = func(string) error { return reply(421, 4, 7, 0, "too many connections") } }, says: "421"},
		{name: "greylisted", set: func(o *office) { o.onRcpt = func(string) error { return reply(450, 4, 2, 0, "greylisted, come back") } }, says: "greylisted"},
		{name: "no such reader", set: func(o *office) {
			o.onRcpt = func(to string) error { return reply(550, 5, 1, 1, "<"+to+"> user unknown") }
		}, permanent: true, says: "<the recipient> user unknown"},
		{name: "relaying denied", set: func(o *office) { o.onRcpt = func(string) error { return reply(554, 5, 7, 1, "relay access denied") } }, says: "relay access denied"},
		{name: "sender refused", set: func(o *office) { o.onMail = func(string) error { return reply(553, 5, 7, 1, "not owned by user") } }, says: "?from="},
		{name: "content refused", set: func(o *office) {
			o.onData = func(*smtp.Conn, io.Reader) error { return reply(554, 5, 6, 0, "no") }
		}, permanent: true, says: "content"},
		{name: "disk full", set: func(o *office) {
			o.onData = func(*smtp.Conn, io.Reader) error { return reply(452, 4, 3, 1, "no space") }
		}, says: "no space"},
		{name: "dies in DATA", set: func(o *office) {
			o.onData = func(c *smtp.Conn, _ io.Reader) error { c.Conn().Close(); return errors.New("gone") }
		}, says: "content"},
		{name: "no STARTTLS", url: "smtp://" + host, says: "does not offer STARTTLS"},
		{name: "certificate for another host", url: "smtp://" + host, secure: "starttls", crt: "other.example.org", says: "write the name that stands in its certificate"},
		{name: "certificate for another host, tls", url: "smtps://" + host, secure: "tls", crt: "other.example.org", says: "write the name that stands in its certificate"},
		{name: "authority unknown", url: "smtps://" + host, secure: "tls", crt: host, set: func(o *office) { _, o.roots = certificate(t, host) }, says: "SSL_CERT_FILE"},
		{name: "smtps at a STARTTLS port", url: "smtps://" + host, secure: "starttls", crt: host, says: "use smtp://"},
		{name: "wrong password", url: "smtps://news@" + host, secure: "tls", crt: host, user: "news", password: "wrong horse", says: "DATELINE_SMTP_PASSWORD"},
		{name: "user forgotten", url: "smtps://" + host, secure: "tls", crt: host, user: "news", says: "name the user in --smtp"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			o := newOffice(t, tt.secure, tt.crt)
			o.user = tt.user
			if tt.set != nil {
				tt.set(o)
			}
			if tt.url == "" {
				tt.url = "smtp://localhost"
			}
			s := o.sender(t, tt.url, tt.password)
			err := s.Send(t.Context(), hello)
			if err == nil || IsPermanent(err) != tt.permanent || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("error %v, permanent %t; want permanent %t and %q in it", err, IsPermanent(err), tt.permanent, tt.says)
			}
			if strings.Contains(fmt.Sprint(err), "wrong horse") || strings.Contains(fmt.Sprint(err), hello.To) {
				t.Errorf("the error tells a secret: %v", err)
			}
			if n, _ := o.count(); n != 0 {
				t.Errorf("%d mails were taken", n)
			}
			if tt.set != nil && tt.secure == "" { // it comes to its senses
				o.onMail, o.onRcpt, o.onData = nil, nil, nil
				if err := s.Send(t.Context(), hello); err != nil {
					t.Errorf("the next mail: %v", err)
				}
			}
		})
	}
}

func TestServerThatHangs(t *testing.T) {
	for _, tt := range []struct {
		name string
		want error
		ctx  func(*Server, context.Context) (context.Context, context.CancelFunc)
	}{
		{"until our patience ends", context.DeadlineExceeded, func(s *Server, ctx context.Context) (context.Context, context.CancelFunc) {
			s.timeout = 50 * time.Millisecond
			return context.WithCancel(ctx)
		}},
		{"until the job is cancelled", context.Canceled, func(_ *Server, ctx context.Context) (context.Context, context.CancelFunc) {
			ctx, cancel := context.WithCancel(ctx)
			time.AfterFunc(50*time.Millisecond, cancel)
			return ctx, cancel
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			o := newOffice(t, "", "")
			release := make(chan struct{})
			defer close(release)
			o.onData = func(*smtp.Conn, io.Reader) error { <-release; return errors.New("too late") }
			s := o.sender(t, "smtp://localhost", "")
			ctx, cancel := tt.ctx(s, t.Context())
			defer cancel()
			err := s.Send(ctx, hello)
			if !errors.Is(err, tt.want) || IsPermanent(err) {
				t.Errorf("error %v, want %v and not permanent", err, tt.want)
			}
		})
	}
}

// A server that greets nobody, is not there, or talks without end.
func TestServerThatIsNone(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := l.Addr().String()
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			for err == nil {
				_, err = io.WriteString(c, "220-"+strings.Repeat("welcome ", 100)+"\r\n")
			}
			c.Close()
		}
	}()
	s, err := Open(Options{URL: "smtp://" + addr, SiteHost: "news.example.org"})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Send(t.Context(), hello); err == nil || !strings.Contains(err.Error(), "says more") || IsPermanent(err) {
		t.Errorf("endless greeting: %v", err)
	}
	l.Close()
	<-done
	if err := s.Check(t.Context()); err == nil || !strings.Contains(err.Error(), addr+": connect") || IsPermanent(err) {
		t.Errorf("nobody there: %v", err)
	}
}
