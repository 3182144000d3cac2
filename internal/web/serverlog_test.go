package web

import (
	"bytes"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// crowded is a listener of a process without a free file descriptor.
type crowded struct{ done chan struct{} }

type tooMany struct{ error }

func (tooMany) Timeout() bool   { return false }
func (tooMany) Temporary() bool { return true }

func (c crowded) Accept() (net.Conn, error) {
	select {
	case <-c.done:
		return nil, net.ErrClosed
	default:
		return nil, tooMany{errors.New("accept: too many open files")}
	}
}
func (c crowded) Close() error   { close(c.done); return nil }
func (c crowded) Addr() net.Addr { return &net.TCPAddr{} }

// That nobody can connect is said at a level that operators see, and not 200 times a
// second; what odd clients do is not.
func TestServerSaysThatItCannotAccept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var b bytes.Buffer
		srv := NewServer(http.NotFoundHandler(), slog.New(slog.NewTextHandler(&b, nil)))
		ended := make(chan error, 1)
		go func() { ended <- srv.Serve(crowded{make(chan struct{})}) }()
		time.Sleep(150 * time.Second)
		srv.Close()
		<-ended
		if k := strings.Count(b.String(), "error=\"http: Accept error: accept: too many open files"); k != 3 {
			t.Errorf("said %d times in two and a half minutes, want 3:\n%s", k, b.String())
		}
		before := b.Len()
		srv.ErrorLog.Print("http: TLS handshake error from 192.0.2.1:4711: EOF")
		if b.Len() != before {
			t.Errorf("a client's mistake is for the operator: %s", b.String()[before:])
		}
	})
}
