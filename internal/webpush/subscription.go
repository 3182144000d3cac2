package webpush

import (
	"crypto/ecdh"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// maxSubscription bounds the JSON of one subscription, in bytes.
const maxSubscription = 8 << 10

const (
	pointSize = 65 // an uncompressed point on P-256
	authSize  = 16
)

// Keys are what a browser gave to encrypt for it: its public key (65 bytes)
// and its authentication secret (16 bytes), in this order. ParseKeys makes
// checked ones; others may be copied from where checked ones were kept.
type Keys [pointSize + authSize]byte

// ErrKeys means that the keys of a subscription are none.
var ErrKeys = errors.New("not the keys of a push subscription")

// ParseKeys reads the two keys in base64url, with or without padding, and
// checks their length and that the public key is on the curve.
func ParseKeys(p256dh, auth string) (Keys, error) {
	var k Keys
	if err := decodeKey(k[:pointSize], p256dh); err != nil {
		return Keys{}, fmt.Errorf("read p256dh: %w", err)
	}
	if err := decodeKey(k[pointSize:], auth); err != nil {
		return Keys{}, fmt.Errorf("read auth: %w", err)
	}
	if err := k.Check(); err != nil {
		return Keys{}, fmt.Errorf("read p256dh: %w", err)
	}
	return k, nil
}

// Check says whether the public key is a point on the curve.
func (k *Keys) Check() error {
	if _, err := ecdh.P256().NewPublicKey(k[:pointSize]); err != nil {
		return fmt.Errorf("public key is not on the curve P-256: %w", ErrKeys)
	}
	return nil
}

// P256dh is the public key in base64url without padding.
func (k *Keys) P256dh() string { return base64.RawURLEncoding.EncodeToString(k[:pointSize]) }

// Auth is the authentication secret in base64url without padding.
func (k *Keys) Auth() string { return base64.RawURLEncoding.EncodeToString(k[pointSize:]) }

var (
	base64url       = base64.RawURLEncoding.Strict()
	base64urlPadded = base64.URLEncoding.Strict()
)

// decodeKey fills dst exactly. encoding/base64 would skip line ends.
func decodeKey(dst []byte, s string) error {
	enc := base64url
	if strings.HasSuffix(s, "=") {
		enc = base64urlPadded
	}
	if strings.ContainsAny(s, "\r\n") || len(s) != enc.EncodedLen(len(dst)) {
		return fmt.Errorf("want %d bytes in base64url: %w", len(dst), ErrKeys)
	}
	var buf [pointSize + 3]byte
	n, err := enc.Decode(buf[:], []byte(s))
	if err != nil || n != len(dst) {
		return fmt.Errorf("want %d bytes in base64url: %w", len(dst), ErrKeys)
	}
	copy(dst, buf[:n])
	return nil
}

// A Subscription is where to send for one browser, and what to encrypt with.
type Subscription struct {
	Endpoint Endpoint
	Keys     Keys
}

// ParseSubscription reads what PushSubscription.toJSON() gives in a browser.
// Members it does not know are left alone, as browsers add some.
func (s *Services) ParseSubscription(text []byte) (Subscription, error) {
	if len(text) > maxSubscription {
		return Subscription{}, fmt.Errorf("read push subscription: %d bytes, at most %d", len(text), maxSubscription)
	}
	var in struct {
		Endpoint string `json:"endpoint"`
		Keys     struct {
			P256dh string `json:"p256dh"`
			Auth   string `json:"auth"`
		} `json:"keys"`
	}
	if err := json.Unmarshal(text, &in); err != nil {
		return Subscription{}, fmt.Errorf("read push subscription: %w", err)
	}
	endpoint, err := s.Parse(in.Endpoint)
	if err != nil {
		return Subscription{}, fmt.Errorf("read push subscription: %w", err)
	}
	keys, err := ParseKeys(in.Keys.P256dh, in.Keys.Auth)
	if err != nil {
		return Subscription{}, fmt.Errorf("read push subscription: %w", err)
	}
	return Subscription{endpoint, keys}, nil
}
