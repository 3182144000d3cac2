package webpush

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/net/http2"
)

// certificate is good for 127.0.0.1, with those who trust it.
func certificate(t testing.TB) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "push"}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(leaf)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, pool
}

// A service is a push service that misbehaves as the path of each message
// says: /s/STATUS[/RETRY-AFTER], /refuse/N and /goaway/N (the first N times),
// /rst/CODE, /hang, /close, /body/N, /parts (an interim answer, padding, headers
// in pieces, trailers), /early/STATUS (an answer before the body). It checks
// what it gets as a real one would, and what HTTP/2 allows.
type service struct {
	t       testing.TB
	address string
	pool    *x509.CertPool
	signer  *Signer
	browser *browser
	listen  net.Listener
	wg      sync.WaitGroup

	// How it speaks HTTP/2; set before start.
	http1    bool
	settings []http2.Setting
	grant    int  // stream WINDOW_UPDATE per DATA frame; 0 for what came
	changing bool // settings change with every tenth message
	flood    int  // PINGs before each answer
	last     bool // a connection ends with GOAWAY after 50 messages

	mu       sync.Mutex
	conns    map[net.Conn]bool
	dialled  int
	seen     map[string]int // by path, whole messages
	accepted map[string]int
	streams  int // most at once on a connection
	bytes    int
	arrival  chan struct{} // of each whole message, if not nil
}

func newService(t testing.TB) *service {
	s, err := NewSigner(newTestKey(t), "mailto:desk@example.org", time.Now)
	if err != nil {
		t.Fatal(err)
	}
	return &service{t: t, signer: s, browser: newBrowser(t), conns: map[net.Conn]bool{}, seen: map[string]int{}, accepted: map[string]int{}}
}

func (s *service) start() *service {
	cert, pool := certificate(s.t)
	s.pool = pool
	protocols := []string{"h2"}
	if s.http1 {
		protocols = []string{"http/1.1"}
	}
	l, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{cert}, NextProtos: protocols})
	if err != nil {
		s.t.Fatal(err)
	}
	s.listen, s.address = l, l.Addr().String()
	if s.http1 {
		server := &http.Server{Handler: http.HandlerFunc(s.serveHTTP), ErrorLog: log.New(io.Discard, "", 0)}
		s.wg.Go(func() { _ = server.Serve(l) })
		s.t.Cleanup(func() { server.Close(); s.wg.Wait() })
		return s
	}
	s.wg.Go(func() {
		for {
			n, err := l.Accept()
			if err != nil {
				return
			}
			s.mu.Lock()
			s.conns[n] = true
			s.dialled++
			s.mu.Unlock()
			s.wg.Go(func() { s.serve(n) })
		}
	})
	s.t.Cleanup(func() { l.Close(); s.cut(); s.wg.Wait() })
	return s
}

// cut closes all connections.
func (s *service) cut() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for n := range s.conns {
		n.Close()
	}
}

func (s *service) options(timeout time.Duration) Options {
	services, err := NewServices(nil, []string{s.address})
	if err != nil {
		s.t.Fatal(err)
	}
	return Options{Services: services, RootCAs: s.pool, Timeout: timeout, Grace: 100 * time.Millisecond}
}

// batch makes messages to the paths; half of them have keys prepared.
func (s *service) batch(paths ...string) *Batch {
	services, err := NewServices(nil, []string{s.address})
	if err != nil {
		s.t.Fatal(err)
	}
	b := &Batch{Signer: s.signer, Payload: []byte(`{"web_push":8030}`), TTL: time.Hour, Urgency: "high", Topic: "story-1"}
	for i, p := range paths {
		e, err := services.Parse("https://" + s.address + p)
		if err != nil {
			s.t.Fatal(err)
		}
		m := Message{To: e, Keys: s.browser.keys}
		if i%2 == 0 {
			if m.Prepared, err = Prepare(&m.Keys); err != nil {
				s.t.Fatal(err)
			}
		}
		b.Messages = append(b.Messages, m)
	}
	return b
}

// check looks at a whole message as a push service and its browser do.
func (s *service) check(h map[string]string, body []byte) error {
	for name, want := range map[string]string{
		":method": "POST", ":scheme": "https", ":authority": s.address, "content-encoding": "aes128gcm",
		"content-type": "application/octet-stream", "content-length": strconv.Itoa(len(body)), "ttl": "3600", "urgency": "high", "topic": "story-1",
	} {
		if h[name] != want {
			return fmt.Errorf("%s is %q, want %q", name, h[name], want)
		}
	}
	aud, _, _, err := verifyToken(s.signer.Key(), h["authorization"])
	if err != nil || aud != "https://"+s.address {
		return fmt.Errorf("token for %q: %v", aud, err)
	}
	plain, err := s.browser.open(body)
	if err != nil {
		return fmt.Errorf("decrypt: %w", err)
	}
	if !bytes.HasPrefix(plain, []byte(`{"web_push":8030`)) {
		return fmt.Errorf("decrypted to %q", plain)
	}
	return nil
}

// arrived notes a whole message and says which time it is.
func (s *service) arrived(path string, body []byte) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.arrival != nil {
		s.arrival <- struct{}{}
	}
	s.seen[path]++
	s.bytes += len(body)
	return s.seen[path]
}

func (s *service) accept(path string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.accepted[path]++
}

func (s *service) serveHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	h := map[string]string{":method": r.Method, ":scheme": "https", ":authority": r.Host}
	for name, v := range r.Header {
		h[strings.ToLower(name)] = v[0]
	}
	h["content-length"] = strconv.FormatInt(r.ContentLength, 10)
	path := r.RequestURI
	if err := s.check(h, body); err != nil {
		s.t.Errorf("%s: %v", path, err)
	}
	s.arrived(path, body)
	word := strings.Split(path, "/")
	switch word[1] {
	case "s":
		status, _ := strconv.Atoi(word[2])
		if len(word) > 4 {
			w.Header().Set("Retry-After", word[3])
		}
		if status == 201 {
			s.accept(path)
		}
		w.WriteHeader(status)
	case "close":
		panic(http.ErrAbortHandler)
	case "hang":
		<-r.Context().Done()
	}
}
