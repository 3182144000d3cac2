package webpush

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdh"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
)

const (
	saltSize   = 16
	tagSize    = 16
	headerSize = saltSize + 4 + 1 + pointSize // RFC 8188, 2.1
	// overhead is what a body has more than its padded plaintext: the header,
	// the delimiter and the tag.
	overhead = headerSize + 1 + tagSize
	// recordSize must only exceed the one record there is (RFC 8291, 4).
	recordSize = 4096
)

// MaxPayload is the longest plaintext in bytes. Push services must take more,
// but Google's bridge to Firefox on Android takes 2744 bytes of body.
const MaxPayload = 2048

// buckets are the sizes that plaintexts are padded to, so that the length of a
// message tells little of what it says.
var buckets = [...]int{256, 512, 1024, MaxPayload}

// PaddedSize is the size in bytes of the bucket for a plaintext of n bytes,
// and false if it is too long for any.
func PaddedSize(n int) (int, bool) {
	for _, b := range buckets {
		if n <= b {
			return b, true
		}
	}
	return 0, false
}

// Prepared is the part of one message's encryption that does not depend on the
// message: the input keying material (32 bytes) and the public half of the key
// pair made for it (65 bytes); the private half is forgotten already. It holds
// no pointers, may be made long before the message, and is for one message
// alone: Seal empties it. It is as secret as the message, so it is kept in
// memory only, and of no use once the subscription's keys change.
type Prepared [32 + pointSize]byte

// Ready reports whether p is prepared and not used up.
func (p *Prepared) Ready() bool { return p[32] == 4 }

// Wipe empties p.
func (p *Prepared) Wipe() { clear(p[:]) }

// ErrSpent means that what was prepared has been used.
var ErrSpent = errors.New("prepared keys are used up")

// Prepare makes the key pair and the keying material for one message to the
// browser with these keys: about 50 µs of CPU.
func Prepare(k *Keys) (Prepared, error) {
	private, err := ecdh.P256().GenerateKey(rand.Reader)
	if err != nil {
		return Prepared{}, fmt.Errorf("make a key pair: %w", err)
	}
	return prepare(k, private)
}

func prepare(k *Keys, private *ecdh.PrivateKey) (Prepared, error) {
	var p Prepared
	browser, err := ecdh.P256().NewPublicKey(k[:pointSize])
	if err != nil {
		return p, fmt.Errorf("public key is not on the curve P-256: %w", ErrKeys)
	}
	secret, err := private.ECDH(browser)
	if err != nil {
		return p, fmt.Errorf("agree on a secret: %w", err)
	}
	copy(p[32:], private.PublicKey().Bytes())
	prk := hmacSHA256(k[pointSize:], secret)
	clear(secret)
	var info [len(keyInfo) + 2*pointSize + 1]byte
	n := copy(info[:], keyInfo)
	n += copy(info[n:], k[:pointSize])
	n += copy(info[n:], p[32:])
	info[n] = 1
	ikm := hmacSHA256(prk[:], info[:])
	copy(p[:32], ikm[:])
	return p, nil
}

// The info strings of RFC 8291, 3.4, and RFC 8188, 2.2 and 2.3. HKDF's counter
// of its first and only round stands at their ends, but for the first, which
// goes on with the public keys.
const (
	keyInfo   = "WebPush: info\x00"
	cekInfo   = "Content-Encoding: aes128gcm\x00\x01"
	nonceInfo = "Content-Encoding: nonce\x00\x01"
)

// Seal appends the body of one message to dst: plaintext, padded to its
// bucket, with a salt drawn now. It empties p, and fails with ErrSpent if p is
// empty: a second message of one key pair is against RFC 8291, although with
// its own salt it would repeat no nonce. The two allocations are AES's and
// GCM's own.
func Seal(dst []byte, p *Prepared, plaintext []byte) ([]byte, error) {
	var salt [saltSize]byte
	if _, err := rand.Read(salt[:]); err != nil {
		return dst, fmt.Errorf("draw a salt: %w", err)
	}
	size, ok := PaddedSize(len(plaintext))
	if !ok {
		return dst, &TooLongError{Size: len(plaintext), Max: MaxPayload}
	}
	return seal(dst, p, &salt, plaintext, size)
}

// seal pads the plaintext to size bytes, at least its length.
func seal(dst []byte, p *Prepared, salt *[saltSize]byte, plaintext []byte, size int) ([]byte, error) {
	if !p.Ready() {
		return dst, ErrSpent
	}
	prk := hmacSHA256(salt[:], p[:32])
	key := hmacSHA256(prk[:], []byte(cekInfo))
	nonce := hmacSHA256(prk[:], []byte(nonceInfo))
	block, err := aes.NewCipher(key[:16])
	if err != nil {
		return dst, fmt.Errorf("encrypt: %w", err)
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		return dst, fmt.Errorf("encrypt: %w", err)
	}
	dst = append(dst, salt[:]...)
	dst = binary.BigEndian.AppendUint32(dst, recordSize)
	dst = append(dst, pointSize)
	dst = append(dst, p[32:]...)
	// GCM's arguments go to the heap, and p is there; then it is wiped.
	copy(p[:], nonce[:12])
	defer p.Wipe()
	// The plaintext is laid out where its ciphertext will stand.
	at := len(dst)
	dst = append(dst, plaintext...)
	dst = append(dst, 2) // the last record
	dst = append(dst, padding[:size-len(plaintext)]...)
	return gcm.Seal(dst[:at], p[:12], dst[at:], nil), nil
}

var padding [MaxPayload]byte
