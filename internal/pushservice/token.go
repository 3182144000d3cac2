package pushservice

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
)

const (
	// An address is /push/ and 128 characters, about as long as Google's, so
	// that memory, database and network carry what they would have to.
	pathPrefix  = "/push/"
	tokenBlocks = 6
	tokenSize   = tokenBlocks * aes.BlockSize
	tokenText   = tokenSize / 3 * 4
)

// A keyMark is the beginning of the hash of an application server's key; zero
// stands for any.
type keyMark [6]byte

func markOf(point []byte) keyMark {
	sum := sha256.Sum256(point)
	return keyMark(sum[:])
}

var errKey = errors.New("not a public key on P-256 in base64url")

// boundTo reads an applicationServerKey; an empty one binds to nobody.
func boundTo(key string) (keyMark, error) {
	if key == "" {
		return keyMark{}, nil
	}
	point, _, err := parseKey(key)
	if err != nil {
		return keyMark{}, err
	}
	return markOf(point), nil
}

func parseKey(text string) ([]byte, *ecdsa.PublicKey, error) {
	point, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(text, "="))
	if err != nil {
		return nil, nil, fmt.Errorf("application server key: %w", errKey)
	}
	key, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), point)
	if err != nil {
		return nil, nil, fmt.Errorf("application server key: %w", errKey)
	}
	return point, key, nil
}

// A ticket is what an address tells the service.
type ticket struct {
	number uint32
	origin uint8
	bound  keyMark
}

// tokens seals tickets: the first block is the ticket with five zero bytes,
// encrypted, the others follow from it. Nobody without the seed can make one.
type tokens struct{ block cipher.Block }

func newTokens(key [32]byte) tokens {
	b, err := aes.NewCipher(key[:16])
	if err != nil {
		panic(err) // the key has the right size
	}
	return tokens{b}
}

func (t tokens) appendPath(dst []byte, k ticket) []byte {
	var token [tokenSize]byte
	binary.BigEndian.PutUint32(token[:], k.number)
	token[4] = k.origin
	copy(token[5:], k.bound[:])
	t.block.Encrypt(token[:16], token[:16])
	t.fill(&token)
	dst = append(dst, pathPrefix...)
	return base64.RawURLEncoding.AppendEncode(dst, token[:])
}

// fill makes the blocks after the first.
func (t tokens) fill(token *[tokenSize]byte) {
	for i := 1; i < tokenBlocks; i++ {
		b := token[16*i : 16*i+16]
		copy(b, token[:16])
		b[15] ^= byte(i)
		t.block.Encrypt(b, b)
	}
}

// A tokenReader opens addresses without allocating.
type tokenReader struct {
	tokens
	got, want [tokenSize]byte
	plain     [16]byte
}

// open reads the path of an address that was issued, and nothing else.
func (r *tokenReader) open(path []byte) (ticket, bool) {
	if len(path) != len(pathPrefix)+tokenText || string(path[:len(pathPrefix)]) != pathPrefix {
		return ticket{}, false
	}
	if n, err := base64.RawURLEncoding.Decode(r.got[:], path[len(pathPrefix):]); err != nil || n != tokenSize {
		return ticket{}, false
	}
	copy(r.want[:16], r.got[:16])
	r.fill(&r.want)
	r.block.Decrypt(r.plain[:], r.got[:16])
	if !bytes.Equal(r.got[:], r.want[:]) || [5]byte(r.plain[11:]) != [5]byte{} {
		return ticket{}, false
	}
	return ticket{binary.BigEndian.Uint32(r.plain[:]), r.plain[4], keyMark(r.plain[5:11])}, true
}
