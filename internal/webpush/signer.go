package webpush

import (
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/mail"
	"net/url"
	"strings"
	"sync"
	"time"
)

const (
	// tokenLife is how long a token is good for. Services refuse more than 24
	// hours, and clocks differ.
	tokenLife = 12 * time.Hour
	// A token this close to its end gets a successor.
	tokenRenew = 6 * time.Hour
	// maxTokens bounds how many services' tokens are kept: names under an
	// allowed host are the subscribers' to choose.
	maxTokens = 1024
)

// ErrContact means that push services would not accept the contact.
var ErrContact = errors.New("not a contact that push services accept")

// CheckContact says whether push services will accept a contact: a mailto: or
// https: address at a public name. Apple answers 403 to all messages otherwise.
func CheckContact(contact string) error {
	host := ""
	if address, ok := strings.CutPrefix(contact, "mailto:"); ok {
		if a, err := mail.ParseAddress(address); err == nil && a.Address == address {
			host = address[strings.LastIndexByte(address, '@')+1:]
		}
	} else if u, err := url.Parse(contact); err == nil && u.Scheme == "https" && u.User == nil && u.Port() == "" {
		host = u.Host
	}
	host = strings.ToLower(host)
	top := host[strings.LastIndexByte(host, '.')+1:]
	if !validHost(host) || top == host || top == "localhost" || top == "invalid" || top == "local" || top == "test" || top == "internal" {
		return fmt.Errorf("push contact %q: %w: want mailto:name@example.org or https://example.org", contact, ErrContact)
	}
	return nil
}

// A Signer gives the tokens of one key. Its methods may be called by any
// number of goroutines.
type Signer struct {
	key     *Key
	contact string
	now     func() time.Time

	mu     sync.Mutex
	tokens map[string]token // by origin
}

type token struct {
	value string
	until time.Time
}

// NewSigner gives a signer for k that tells push services whom to contact.
func NewSigner(k *Key, contact string, now func() time.Time) (*Signer, error) {
	if err := CheckContact(contact); err != nil {
		return nil, err
	}
	return &Signer{key: k, contact: contact, now: now, tokens: make(map[string]token)}, nil
}

// Key is the key it signs with.
func (s *Signer) Key() *Key { return s.key }

// Authorization is the value of the Authorization header for one push service.
// A token is signed once in six hours, about 25 µs, and shared by all messages
// between, as RFC 8292 asks: services keep the verdict on a token they know. A
// Sender asks once per batch and service, so signing is never done per message.
func (s *Signer) Authorization(origin string) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	t, ok := s.tokens[origin]
	if left := t.until.Sub(now); ok && left > tokenRenew && left <= tokenLife { // more: the clock was set back
		return t.value, nil
	}
	until := now.Add(tokenLife)
	value, err := s.sign(origin, until)
	if err != nil {
		return "", fmt.Errorf("sign token for %s: %w", origin, err)
	}
	if len(s.tokens) >= maxTokens {
		clear(s.tokens)
	}
	s.tokens[origin] = token{value, until}
	return value, nil
}

// {"typ":"JWT","alg":"ES256"}
const tokenHeader = "eyJ0eXAiOiJKV1QiLCJhbGciOiJFUzI1NiJ9."

func (s *Signer) sign(origin string, until time.Time) (string, error) {
	claims, err := json.Marshal(struct {
		Aud string `json:"aud"`
		Exp int64  `json:"exp"`
		Sub string `json:"sub"`
	}{origin, until.Unix(), s.contact})
	if err != nil {
		return "", err
	}
	text := tokenHeader + base64.RawURLEncoding.EncodeToString(claims)
	sum := sha256.Sum256([]byte(text))
	r, q, err := ecdsa.Sign(rand.Reader, s.key.private, sum[:])
	if err != nil {
		return "", err
	}
	var signature [64]byte
	r.FillBytes(signature[:32])
	q.FillBytes(signature[32:])
	return "vapid t=" + text + "." + base64.RawURLEncoding.EncodeToString(signature[:]) + ", k=" + s.key.PublicKey(), nil
}

// ErrNoKey means that the key of a subscription is not among ours, as after a
// restore from another site's backup. Nothing may be sent then.
var ErrNoKey = errors.New("not one of our VAPID keys")

// Signers are the keys alive at once: the one that new subscriptions are made
// with and the older ones that there are still subscriptions for.
type Signers struct {
	contact string
	now     func() time.Time

	mu   sync.RWMutex
	byID map[string]*Signer
}

// NewSigners gives signers for the keys.
func NewSigners(contact string, now func() time.Time, keys ...*Key) (*Signers, error) {
	if err := CheckContact(contact); err != nil {
		return nil, err
	}
	s := &Signers{contact: contact, now: now, byID: make(map[string]*Signer)}
	for _, k := range keys {
		if err := s.Add(k); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// Add adds a key; one that is there already stays.
func (s *Signers) Add(k *Key) error {
	one, err := NewSigner(k, s.contact, s.now)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.byID[k.ID()] == nil {
		s.byID[k.ID()] = one
	}
	return nil
}

// ByID is the signer of a key, or ErrNoKey.
func (s *Signers) ByID(id string) (*Signer, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if one := s.byID[id]; one != nil {
		return one, nil
	}
	return nil, fmt.Errorf("sign with VAPID key %q: %w", id, ErrNoKey)
}
