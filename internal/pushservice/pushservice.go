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
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// Options say what a Service is like. All have a use when they are left out.
type Options struct {
	// Origins is how many push services it plays: 3 unless given, at most 255.
	Origins int `json:"origins,omitempty"`
	// Listen are their addresses, which must be on the loopback: 127.0.0.1 with
	// any port unless given. Who gives them can restart on the same ones.
	Listen []string `json:"listen,omitempty"`
	// Seed is what subscriptions are made from, see Issuer; "dateline" unless
	// given.
	Seed string `json:"seed,omitempty"`
	// Subscriptions is the number of them: 0 up to it are known, the others
	// answer 404. 100,000 unless given; each takes 4 bytes of memory.
	Subscriptions int `json:"subscriptions,omitempty"`
	// Check says whose messages are decrypted, about 60 µs of CPU each: 1 is
	// everybody, and what it is unless given; 1000 is every thousandth
	// subscription; a negative number is nobody.
	Check int `json:"check,omitempty"`
	// Log is how many messages are remembered, those decrypted and those
	// refused: 1000 unless given.
	Log int `json:"log,omitempty"`
	// Control is the address of the control door, on the loopback: 127.0.0.1
	// with any port unless given.
	Control string `json:"control,omitempty"`
	// Streams is how many messages may be under way on a connection: 100
	// unless given.
	Streams int `json:"streams,omitempty"`
	// Troubles are there from the start.
	Troubles []Trouble `json:"troubles,omitempty"`

	// Journal, if not nil, gets each message that is logged as a line of JSON.
	Journal io.Writer `json:"-"`
	// OnMessage, if not nil, is called with each message that is logged, by one
	// goroutine at a time; it must be quick.
	OnMessage func(Message) `json:"-"`
	// Now is the clock: time.Now unless given.
	Now func() time.Time `json:"-"`
}

func (o Options) filled() (Options, error) {
	for _, n := range []struct {
		at    *int
		value int
	}{{&o.Origins, max(3, len(o.Listen))}, {&o.Subscriptions, 100_000}, {&o.Check, 1}, {&o.Log, 1000}, {&o.Streams, 100}} {
		if *n.at == 0 {
			*n.at = n.value
		}
	}
	if o.Seed == "" {
		o.Seed = "dateline"
	}
	if o.Control == "" {
		o.Control = "127.0.0.1:0"
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	for len(o.Listen) < o.Origins {
		o.Listen = append(slices.Clone(o.Listen), "127.0.0.1:0")
	}
	if o.Origins < 1 || o.Origins > 255 || len(o.Listen) != o.Origins || o.Subscriptions < 0 || uint64(o.Subscriptions) > 1<<32 || o.Log < 0 || o.Streams < 1 {
		return o, errors.New("want 1 to 255 origins, an address for each at most, and no negative numbers")
	}
	for _, a := range append(slices.Clone(o.Listen), o.Control) {
		host, _, err := net.SplitHostPort(a)
		if err != nil {
			return o, err
		}
		if ip := net.ParseIP(host); ip == nil || !ip.IsLoopback() {
			return o, fmt.Errorf("address %s is not on the loopback", a)
		}
	}
	return o, nil
}

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
	if s.ca, err = newAuthority("push service to try against", o.Now()); err != nil {
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

// Info is what another process needs to use a service.
type Info struct {
	Control       string   `json:"control"`
	Origins       []string `json:"origins"`
	Addresses     []string `json:"addresses"`
	CA            string   `json:"ca"` // PEM
	Seed          string   `json:"seed"`
	Subscriptions int      `json:"subscriptions"`
}

// Info tells all of that.
func (s *Service) Info() Info {
	return Info{Control: s.Control(), Origins: s.Origins(), Addresses: s.Addresses(), CA: string(s.ca.pem()), Seed: s.o.Seed, Subscriptions: s.o.Subscriptions}
}

// Issuer makes the subscriptions of the service.
func (i *Info) Issuer() *Issuer { return NewIssuer(i.Seed, i.Origins) }

// Pool are those to trust.
func (i *Info) Pool() (*x509.CertPool, error) {
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM([]byte(i.CA)) {
		return nil, errors.New("push service's certificate cannot be read")
	}
	return pool, nil
}

// String is the JSON in one line, for a child process to print.
func (i Info) String() string {
	b, err := json.Marshal(i)
	if err != nil {
		panic(err) // it is made of strings
	}
	return string(b)
}

// Stats are the counts up to now.
func (s *Service) Stats() Stats {
	var all Stats
	for i, at := range s.origins {
		o := at.tally.stats(at.name)
		o.Tokens = at.verdicts.verified()
		o.Stored = s.away.stored(i)
		all.Origins = append(all.Origins, o)
		all.Messages += o.Messages
		all.Accepted += o.Accepted
		all.Distinct += o.Distinct
		all.Repeats += o.Repeats
		all.Checked += o.Checked
		all.Refused += o.Refused
		all.Violations += o.Violations
	}
	all.CPU = Duration(processCPU())
	return all
}

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
