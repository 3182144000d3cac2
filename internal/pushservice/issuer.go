package pushservice

import (
	"context"
	"crypto/ecdh"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"iter"
	"runtime"
	"sync"
)

// A Subscription is what a browser would hand to a site. As JSON it is what
// PushSubscription.toJSON() gives.
type Subscription struct {
	Endpoint string
	P256dh   string // base64url
	Auth     string // base64url
}

type subscriptionJSON struct {
	Endpoint       string `json:"endpoint"`
	ExpirationTime *int64 `json:"expirationTime"`
	Keys           struct {
		P256dh string `json:"p256dh"`
		Auth   string `json:"auth"`
	} `json:"keys"`
}

// MarshalJSON writes what browsers write.
func (s Subscription) MarshalJSON() ([]byte, error) {
	out := subscriptionJSON{Endpoint: s.Endpoint}
	out.Keys.P256dh, out.Keys.Auth = s.P256dh, s.Auth
	return json.Marshal(out)
}

// UnmarshalJSON reads what browsers write.
func (s *Subscription) UnmarshalJSON(b []byte) error {
	var in subscriptionJSON
	if err := json.Unmarshal(b, &in); err != nil {
		return err
	}
	*s = Subscription{in.Endpoint, in.Keys.P256dh, in.Keys.Auth}
	return nil
}

// An Issuer makes subscriptions by their number, always the same ones from the
// same seed, and keeps none: address, keys and whose messages are taken follow
// from the number and stand in the address, sealed. So a program can make a
// million subscriptions while another, which has the same seed, serves them.
// Its methods may be called by any number of goroutines.
type Issuer struct {
	seed    [32]byte
	origins []string
	tokens  tokens
}

// NewIssuer gives an issuer for push services at the origins, such as
// https://127.0.0.1:8443; number i is at the origin i modulo their count.
func NewIssuer(seed string, origins []string) *Issuer {
	s := sha256.Sum256([]byte(seed))
	i := &Issuer{seed: s, origins: origins}
	i.tokens = newTokens(i.derive("token", 0))
	return i
}

// Origins are those of its push services.
func (i *Issuer) Origins() []string { return i.origins }

func (i *Issuer) derive(what string, number uint64) [32]byte {
	m := hmac.New(sha256.New, i.seed[:])
	m.Write([]byte(what))
	m.Write(binary.BigEndian.AppendUint64(nil, number))
	return [32]byte(m.Sum(nil))
}

// Subscribe gives subscription number n, which must fit 32 bits. Only messages
// signed with applicationServerKey (base64url, RFC 8292, 4.1) are taken for it;
// if that is empty, anybody's are.
func (i *Issuer) Subscribe(n int, applicationServerKey string) (Subscription, error) {
	bound, err := boundTo(applicationServerKey)
	if err != nil {
		return Subscription{}, fmt.Errorf("subscribe number %d: %w", n, err)
	}
	return i.subscribe(n, bound)
}

func (i *Issuer) subscribe(n int, bound keyMark) (Subscription, error) {
	if n < 0 || uint64(n) > 1<<32-1 {
		return Subscription{}, fmt.Errorf("subscribe number %d: want one of 32 bits", n)
	}
	private, auth, err := i.keys(uint32(n))
	if err != nil {
		return Subscription{}, fmt.Errorf("subscribe number %d: %w", n, err)
	}
	at := n % len(i.origins)
	buf := make([]byte, 0, 256)
	buf = append(buf, i.origins[at]...)
	buf = i.tokens.appendPath(buf, ticket{number: uint32(n), origin: uint8(at), bound: bound})
	return Subscription{
		Endpoint: string(buf),
		P256dh:   base64.RawURLEncoding.EncodeToString(private.PublicKey().Bytes()),
		Auth:     base64.RawURLEncoding.EncodeToString(auth[:]),
	}, nil
}

// keys are the browser's: about 10 µs.
func (i *Issuer) keys(n uint32) (*ecdh.PrivateKey, [16]byte, error) {
	secret := i.derive("auth", uint64(n))
	for try := range uint64(8) { // one scalar in 2^32 is none
		scalar := i.derive("key", try<<32|uint64(n))
		private, err := ecdh.P256().NewPrivateKey(scalar[:])
		if err == nil {
			return private, [16]byte(secret[:16]), nil
		}
	}
	return nil, [16]byte{}, fmt.Errorf("no key for number %d", n)
}

// All gives the subscriptions from first up to, not including, end, in order,
// made on all processors: about 15 µs of CPU each. It ends early when ctx does.
func (i *Issuer) All(ctx context.Context, first, end int, applicationServerKey string) (iter.Seq2[int, Subscription], error) {
	bound, err := boundTo(applicationServerKey)
	if err != nil {
		return nil, fmt.Errorf("subscribe numbers %d to %d: %w", first, end, err)
	}
	if first < 0 || uint64(end) > 1<<32 {
		return nil, fmt.Errorf("subscribe numbers %d to %d: want numbers of 32 bits", first, end)
	}
	return func(yield func(int, Subscription) bool) { i.all(ctx, first, end, bound, yield) }, nil
}

func (i *Issuer) all(ctx context.Context, first, end int, bound keyMark, yield func(int, Subscription) bool) {
	const run = 256
	var wg sync.WaitGroup
	defer wg.Wait()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	ahead := make(chan chan []Subscription, runtime.GOMAXPROCS(0))
	wg.Go(func() {
		defer close(ahead)
		for at := first; at < end; at += run {
			made := make(chan []Subscription, 1)
			select {
			case ahead <- made: // waits for a place, so no more are made at once
			case <-ctx.Done():
				return
			}
			wg.Go(func() {
				list := make([]Subscription, 0, run)
				for n := at; n < min(at+run, end) && ctx.Err() == nil; n++ {
					s, err := i.subscribe(n, bound)
					if err != nil {
						break // has no key: eight in a row of one in 2^32
					}
					list = append(list, s)
				}
				made <- list
			})
		}
	})
	n := first
	for made := range ahead {
		list := <-made
		for _, s := range list {
			if ctx.Err() != nil || !yield(n, s) {
				return
			}
			n++
		}
		if len(list) < run && n < end {
			return
		}
	}
}
