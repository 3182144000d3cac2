package pushservice

import (
	"bytes"
	"encoding/binary"
	"slices"
	"strings"

	"golang.org/x/net/http2/hpack"
)

// pairBits is how many bits are looked at together: two symbols of addresses,
// mostly, in a table of 16 kB that stays near the processor.
const pairBits = 12

// A pair is what some bits begin with: in its bytes, from the lowest, one
// symbol, perhaps another, how many bits they take, and their number with the
// bits of the first. 0 means that the first code is longer than a byte, which
// none in an address is.
type pair uint32

func newPair(first, second, bits, symbols, firstBits uint8) pair {
	return pair(first) | pair(second)<<8 | pair(bits)<<16 | pair(symbols<<6|firstBits)<<24
}

// pairs are learnt from hpack's encoder.
var pairs = func() *[1 << pairBits]pair {
	type code struct{ symbol, bits uint8 }
	var short [256]code // by the byte that begins with it
	for c := range 256 {
		s := string([]byte{byte(c)})
		bits := int(hpack.HuffmanEncodeLength(strings.Repeat(s, 8)))
		if bits > 8 {
			continue
		}
		first := hpack.AppendHuffmanString(nil, s)[0] >> (8 - bits) << (8 - bits)
		for i := range 1 << (8 - bits) {
			short[int(first)+i] = code{byte(c), uint8(bits)}
		}
	}
	t := new([1 << pairBits]pair)
	for i := range t {
		a := short[i>>(pairBits-8)]
		if a.bits == 0 {
			continue
		}
		t[i] = newPair(a.symbol, 0, a.bits, 1, a.bits)
		b := short[byte(i<<a.bits>>(pairBits-8))]
		if b.bits > 0 && a.bits+b.bits <= pairBits {
			t[i] = newPair(a.symbol, b.symbol, a.bits+b.bits, 2, a.bits)
		}
	}
	return t
}()

// appendHuffman decodes s, at a sixth of the cost of hpack's own, which is
// asked where a long code or a mistake comes up.
func appendHuffman(dst, s []byte) ([]byte, bool) {
	if out, ok := fastHuffman(dst, s); ok {
		return out, true
	}
	var b bytes.Buffer
	if _, err := hpack.HuffmanDecode(&b, s); err != nil {
		return dst, false
	}
	return append(dst, b.Bytes()...), true
}

// fastHuffman gives up where appendHuffman asks hpack.
func fastHuffman(dst, s []byte) ([]byte, bool) {
	n := len(dst)
	dst = slices.Grow(dst, len(s)*8/5+2)
	out := dst[:cap(dst)]
	var have uint64 // from its highest bit on
	bits := 0       // of it that are there
	for rest := s; ; {
		for bits <= 56 && len(rest) > 0 {
			if bits <= 32 && len(rest) >= 4 {
				have |= uint64(binary.BigEndian.Uint32(rest)) << (32 - bits)
				bits += 32
				rest = rest[4:]
				continue
			}
			have |= uint64(rest[0]) << (56 - bits)
			bits += 8
			rest = rest[1:]
		}
		for bits >= pairBits {
			p := pairs[have>>(64-pairBits)]
			if p == 0 {
				return dst, false
			}
			binary.LittleEndian.PutUint16(out[n:], uint16(p))
			n += int(p >> 30)
			took := int(p>>16) & 63
			have <<= took & 63
			bits -= took
		}
		if len(rest) == 0 {
			break
		}
	}
	for bits > 0 { // two codes at most, and padding
		left := have | (1<<(64-bits) - 1)
		if left == 1<<64-1 && bits < 8 {
			return out[:n], true
		}
		p := pairs[left>>(64-pairBits)]
		took := int(p>>24) & 63
		if p == 0 || took > bits {
			return dst, false
		}
		out[n] = byte(p)
		n++
		have <<= took & 63
		bits -= took
	}
	return out[:n], true
}
