package webpush

import "crypto/sha256"

// maxHMAC is the longest message that hmacSHA256 takes: the info of RFC 8291.
const maxHMAC = len(keyInfo) + 2*pointSize + 1

// hmacSHA256 is RFC 2104 for keys up to a block and short messages, on the
// stack: crypto/hmac allocates several times, five times per message.
func hmacSHA256(key, message []byte) [sha256.Size]byte {
	var inner [sha256.BlockSize + maxHMAC]byte
	var outer [sha256.BlockSize + sha256.Size]byte
	if len(key) > sha256.BlockSize || len(message) > maxHMAC {
		panic("webpush: HMAC of more than it is for")
	}
	copy(inner[:], key)
	copy(outer[:], key)
	for i := range sha256.BlockSize {
		inner[i] ^= 0x36
		outer[i] ^= 0x5c
	}
	n := copy(inner[sha256.BlockSize:], message)
	sum := sha256.Sum256(inner[:sha256.BlockSize+n])
	copy(outer[sha256.BlockSize:], sum[:])
	return sha256.Sum256(outer[:])
}
