package webpush

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
)

// A Key identifies us to push services (RFC 8292). A browser subscribes with
// its public half and takes messages signed with it alone, so the key's ID
// belongs with each subscription.
type Key struct {
	private *ecdsa.PrivateKey
	point   [pointSize]byte
}

// NewKey makes a key.
func NewKey() (*Key, error) {
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("make VAPID key: %w", err)
	}
	return newKey(private)
}

// ParseKey reads a private key of 32 bytes in base64url, as other Web Push
// programs write theirs.
func ParseKey(private string) (*Key, error) {
	var b [32]byte
	if err := decodeKey(b[:], private); err != nil {
		return nil, fmt.Errorf("read VAPID key: %w", err)
	}
	k, err := keyFrom(b[:])
	clear(b[:])
	if err != nil {
		return nil, fmt.Errorf("read VAPID key: %w", err)
	}
	return k, nil
}

func keyFrom(private []byte) (*Key, error) {
	p, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), private)
	if err != nil {
		return nil, err
	}
	return newKey(p)
}

func newKey(private *ecdsa.PrivateKey) (*Key, error) {
	point, err := private.PublicKey.Bytes()
	if err != nil {
		return nil, err
	}
	return &Key{private, [pointSize]byte(point)}, nil
}

// ID names the key: 16 letters and digits made of its public half, so that the
// same key has the same ID in every database.
func (k *Key) ID() string {
	sum := sha256.Sum256(k.point[:])
	return fmt.Sprintf("%x", sum[:8])
}

// PublicKey is what a browser subscribes with, in base64url.
func (k *Key) PublicKey() string { return base64.RawURLEncoding.EncodeToString(k.point[:]) }

// PrivateKey is the secret half in base64url, for taking a key elsewhere; it
// belongs in no log.
func (k *Key) PrivateKey() (string, error) {
	b, err := k.private.Bytes()
	if err != nil {
		return "", fmt.Errorf("export VAPID key %s: %w", k.ID(), err)
	}
	return base64.RawURLEncoding.EncodeToString(b), nil
}

// String is the ID, so that no log ever shows the key.
func (k *Key) String() string { return "VAPID key " + k.ID() }
