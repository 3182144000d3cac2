package main

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"regexp"
	"strings"
	"time"
)

// A benchServer is this program serving the throw-away newsroom, as its operator
// would start it: with its access log, written to a file.
type benchServer struct {
	*benchChild
	address string         // HOST:PORT
	trust   *x509.CertPool // of its certificate; nil if it speaks without TLS
	ready   time.Duration  // from its start until /readyz and the front page answered 200
	log     *os.File
}

// serve starts a server and returns once it answers.
func (b *bench) serve(ctx context.Context, within time.Duration, flags ...string) (s *benchServer, err error) {
	return b.serveOver(ctx, within, nil, flags...)
}

// serveOver is serve for a server with a certificate.
func (b *bench) serveOver(ctx context.Context, within time.Duration, trust *x509.CertPool, flags ...string) (s *benchServer, err error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("find a free port: %w", err)
	}
	s = &benchServer{address: l.Addr().String(), trust: trust}
	if err := l.Close(); err != nil {
		return nil, err
	}
	args := append(append([]string{"serve", "--listen", s.address}, b.place()...), flags...)
	if b.AdminListen != "" {
		args = append(args, "--admin-listen", b.AdminListen)
	}
	s.benchChild = b.newChild("dateline serve", b.self, args...)
	if s.log, err = b.logFile("access"); err != nil {
		return nil, err
	}
	s.cmd.Stdout = s.log
	began := time.Now()
	if err := b.start(s.benchChild); err != nil {
		return nil, errors.Join(err, s.log.Close())
	}
	for _, path := range []string{"/readyz", "/"} {
		if err := s.wait(ctx, path, began.Add(within)); err != nil {
			s.stop()
			return nil, err
		}
	}
	s.ready = time.Since(began)
	return s, nil
}

// wait asks until the answer is 200.
func (s *benchServer) wait(ctx context.Context, path string, until time.Time) error {
	for {
		status := 0
		c, err := s.dial(time.Until(until))
		if err == nil {
			var h benchHead
			h, err = c.send(benchAsk(s.address, path, "Accept-Encoding", "br", "Connection", "close"), false)
			status = h.status
			c.close()
		}
		switch {
		case err == nil && status == http.StatusOK:
			return nil
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case time.Now().After(until):
			return fmt.Errorf("%s did not answer 200 in time (status %d, %v): %w", path, status, err, s.failure())
		}
		select {
		case <-s.gone:
			return s.failure()
		case <-time.After(time.Millisecond):
		}
	}
}

// dial opens a connection to it.
func (s *benchServer) dial(within time.Duration) (*benchConn, error) {
	c, err := dialBench(s.address, within)
	if err == nil && s.trust != nil {
		c.conn = tls.Client(c.conn, &tls.Config{RootCAs: s.trust, ServerName: "127.0.0.1"})
		c.in = bufio.NewReaderSize(c.conn, 64<<10)
	}
	return c, err
}

// origin is its address as a browser has it.
func (s *benchServer) origin() string {
	if s.trust != nil {
		return "https://" + s.address
	}
	return "http://" + s.address
}

// stop ends the server and closes its log.
func (s *benchServer) stop() {
	s.benchChild.stop()
	s.log.Close()
}

// A benchPage is a page as a browser gets it.
type benchPage struct {
	kind, encoding, etag string
	body                 []byte
}

// fetch gets a page as it is sent, without unpacking it.
func (s *benchServer) fetch(ctx context.Context, path, encoding string) (benchPage, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, s.origin()+path, nil)
	if err != nil {
		return benchPage{}, err
	}
	r.Header.Set("Accept-Encoding", encoding)
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		return benchPage{}, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, 64<<20))
	if err != nil {
		return benchPage{}, fmt.Errorf("read %s: %w", path, err)
	}
	if resp.StatusCode != http.StatusOK {
		return benchPage{}, fmt.Errorf("%s answered %s", path, resp.Status)
	}
	h := resp.Header
	return benchPage{h.Get("Content-Type"), h.Get("Content-Encoding"), h.Get("ETag"), body}, nil
}

var locPattern = regexp.MustCompile(`<loc>([^<]*)</loc>`)

// articles gives the paths of all articles, from the sitemap.
func (s *benchServer) articles(ctx context.Context) ([]string, error) {
	maps := []string{"/sitemap.xml"}
	var paths []string
	for len(maps) > 0 {
		p, err := s.fetch(ctx, maps[0], "identity")
		if err != nil {
			return nil, err
		}
		maps = maps[1:]
		for _, m := range locPattern.FindAllStringSubmatch(string(p.body), -1) {
			path, ours := strings.CutPrefix(m[1], s.origin())
			switch {
			case ours && strings.HasPrefix(path, "/sitemap"):
				maps = append(maps, path)
			case ours && strings.Count(path, "/") == 4: // /yyyy/mm/dd/slug
				paths = append(paths, path)
			}
		}
	}
	if len(paths) == 0 {
		return nil, errors.New("the sitemap names no article")
	}
	return paths, nil
}
