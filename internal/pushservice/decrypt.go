package pushservice

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdh"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
)

// MaxBody is the longest message that push services must take, in bytes
// (RFC 8030, 7.2).
const MaxBody = 4096

// The parts of a body before the ciphertext (RFC 8188, 2.1): salt, record
// size, length of the key's name, and the key that is the name (RFC 8291, 4).
const (
	saltSize   = 16
	pointSize  = 65
	bodyHeader = saltSize + 4 + 1 + pointSize
	tagSize    = 16
	minRecord  = 18 // RFC 8188, 2.1: of the smallest record with a tag
)

var errBody = errors.New("not a message encrypted as RFC 8291 asks")

// checkBody looks at what can be seen without keys.
func checkBody(body []byte) error {
	if len(body) < bodyHeader+1+tagSize {
		return fmt.Errorf("body of %d bytes is too short: %w", len(body), errBody)
	}
	if body[saltSize+4] != pointSize || body[bodyHeader-pointSize] != 4 {
		return fmt.Errorf("body names no uncompressed key: %w", errBody)
	}
	rs := binary.BigEndian.Uint32(body[saltSize:])
	if rs < minRecord || uint64(len(body)-bodyHeader) > uint64(rs) {
		return fmt.Errorf("body of %d bytes is more than one record of %d: %w", len(body), rs, errBody)
	}
	return nil
}

// decrypt opens a body as the browser with these keys does. It allows one
// record, which must be marked as the last and padded with zeros alone. plain
// is the text without padding; padding counts the zeros.
func decrypt(private *ecdh.PrivateKey, auth, body []byte) (plain []byte, padding int, err error) {
	if err := checkBody(body); err != nil {
		return nil, 0, err
	}
	sender, err := ecdh.P256().NewPublicKey(body[bodyHeader-pointSize : bodyHeader])
	if err != nil {
		return nil, 0, fmt.Errorf("sender's key is not on the curve: %w", errBody)
	}
	secret, err := private.ECDH(sender)
	if err != nil {
		return nil, 0, fmt.Errorf("agree on a secret: %w", err)
	}
	info := "WebPush: info\x00" + string(private.PublicKey().Bytes()) + string(sender.Bytes())
	ikm, err := hkdf.Key(sha256.New, secret, auth, info, 32)
	if err != nil {
		return nil, 0, err
	}
	prk, err := hkdf.Extract(sha256.New, ikm, body[:saltSize])
	if err != nil {
		return nil, 0, err
	}
	key, err := hkdf.Expand(sha256.New, prk, "Content-Encoding: aes128gcm\x00", 16)
	if err != nil {
		return nil, 0, err
	}
	nonce, err := hkdf.Expand(sha256.New, prk, "Content-Encoding: nonce\x00", 12)
	if err != nil {
		return nil, 0, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, 0, err
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		return nil, 0, err
	}
	text, err := gcm.Open(nil, nonce, body[bodyHeader:], nil)
	if err != nil {
		return nil, 0, fmt.Errorf("body does not open with the browser's keys: %w", errBody)
	}
	end := len(text)
	for end > 0 && text[end-1] == 0 {
		end--
	}
	if end == 0 || text[end-1] != 2 {
		return nil, 0, fmt.Errorf("the last record does not end with the delimiter 2 and zeros: %w", errBody)
	}
	return text[:end-1], len(text) - end, nil
}
