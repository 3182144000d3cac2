// Package pushservice is a Web Push service to try against: it issues
// subscriptions, takes messages over TLS and HTTP/2 as the real ones do,
// decrypts and checks each, and misbehaves on command; it is no service for
// real browsers.
//
// An Issuer makes subscriptions by the million, from a seed; a Service, often
// in a process of its own, takes what is sent to them and counts it, for each
// subscription; a Trouble tells it how to misbehave. Its frames, headers,
// tokens and decryption are written from the RFCs (9113, 7541, 8030, 8188,
// 8291, 8292) and share nothing with the sender's, so that each is a judge of
// the other.
package pushservice

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// A Service is a number of push services, one per origin. Its methods may be
// called by any number of goroutines.
type Service struct {
	o       Options
	issuer  *Issuer
	ca      *authority
	certs   map[string]*tls.Certificate
	pool    *x509.CertPool
	origins []*origin
	counts  counts
	log     *messageLog
	away    away
	control net.Listener

	ctx context.Context
	end context.CancelFunc
	wg  sync.WaitGroup

	mu       sync.Mutex // of what follows
	troubles []*trouble
	timer    *time.Timer // for the next beginning or end of a trouble
	conns    atomic.Uint64
}

// Serve begins to listen and returns. The service ends with ctx, or with Close.
func Serve(ctx context.Context, options Options) (_ *Service, err error) {
	o, err := options.filled()
	if err != nil {
		return nil, fmt.Errorf("start push service: %w", err)
	}
	s := &Service{o: o, counts: make(counts, o.Subscriptions), log: newMessageLog(&o)}
	s.away.kept = make(map[uint32][]keptMessage)
	s.ctx, s.end = context.WithCancel(ctx)
	defer func() {
		if err != nil {
			_ = s.Close()
		}
	}()
	if s.ca, err = newAuthority("authority of push services to try against", o.Now()); err != nil {
		return nil, fmt.Errorf("start push service: %w", err)
	}
	if s.certs, err = certificates(s.ca, o.Now()); err != nil {
		return nil, fmt.Errorf("start push service: %w", err)
	}
	s.pool = x509.NewCertPool()
	s.pool.AddCert(s.ca.cert)
	var names []string
	for i, address := range o.Listen {
		at, err := newOrigin(s, i, address)
		if err != nil {
			return nil, fmt.Errorf("start push service: %w", err)
		}
		s.origins = append(s.origins, at)
		names = append(names, at.name)
	}
	s.issuer = NewIssuer(o.Seed, names)
	if s.control, err = net.Listen("tcp", o.Control); err != nil {
		return nil, fmt.Errorf("start push service: %w", err)
	}
	for _, t := range o.Troubles {
		if err := s.Trouble(t); err != nil {
			return nil, fmt.Errorf("start push service: %w", err)
		}
	}
	for _, at := range s.origins {
		at.start()
	}
	s.serveControl()
	context.AfterFunc(s.ctx, func() { _ = s.Close() })
	return s, nil
}

// Close ends all connections and waits until all has ended.
func (s *Service) Close() error {
	s.end()
	s.mu.Lock()
	if s.timer != nil {
		s.timer.Stop()
	}
	s.mu.Unlock()
	for _, at := range s.origins {
		at.close()
	}
	if s.control != nil {
		_ = s.control.Close()
	}
	s.wg.Wait()
	return s.log.err()
}

// Issuer makes the service's subscriptions.
func (s *Service) Issuer() *Issuer { return s.issuer }

// Subscribe gives subscription n; see Issuer.
func (s *Service) Subscribe(n int, applicationServerKey string) (Subscription, error) {
	return s.issuer.Subscribe(n, applicationServerKey)
}

// Origins are the push services, such as https://127.0.0.1:8443.
func (s *Service) Origins() []string { return s.issuer.Origins() }

// Addresses are HOST:PORT of each, as webpush.NewServices wants them allowed.
func (s *Service) Addresses() []string {
	list := make([]string, len(s.origins))
	for i, at := range s.origins {
		list[i] = at.address
	}
	return list
}

// Control is the address of the control door, such as http://127.0.0.1:9000.
func (s *Service) Control() string { return "http://" + s.control.Addr().String() }

// CA are those to trust.
func (s *Service) CA() *x509.CertPool { return s.pool.Clone() }

// Received is how many messages subscription n got, up to 255.
func (s *Service) Received(n int) int {
	if n < 0 || n >= len(s.counts) {
		return 0
	}
	return s.counts.of(uint32(n))
}

// ReceivedAll is how many messages each subscription got, up to 255.
func (s *Service) ReceivedAll() []byte {
	list := make([]byte, len(s.counts))
	for i := range list {
		list[i] = byte(s.counts.of(uint32(i)))
	}
	return list
}

// Forget sets all counts to zero and empties the log. Troubles stay.
func (s *Service) Forget() {
	s.counts.reset()
	s.log.reset()
	for _, at := range s.origins {
		at.tally.reset()
	}
}

// Messages are those remembered with a number above after, oldest first.
func (s *Service) Messages(after int64) []Message { return s.log.after(after) }
