package pushservice

import (
	"bytes"
	"strings"

	"golang.org/x/net/http2/hpack"
)

// A code is a symbol and the bits of its Huffman code; no bits mean that the
// code is longer than a byte.
type code struct{ symbol, bits uint8 }

// short has the codes of up to eight bits, by the byte that begins with them:
// all that stands in addresses. They are learnt from the encoder.
var short = func() (t [256]code) {
	for c := range 256 {
		s := string([]byte{byte(c)})
		bits := int(hpack.HuffmanEncodeLength(strings.Repeat(s, 8)))
		if bits > 8 {
			continue
		}
		first := hpack.AppendHuffmanString(nil, s)[0] >> (8 - bits) << (8 - bits)
		for i := range 1 << (8 - bits) {
			t[int(first)+i] = code{byte(c), uint8(bits)}
		}
	}
	return t
}()

// appendHuffman decodes s, at a third of the cost of hpack's own, which is
// asked where a long code or a mistake comes up.
func appendHuffman(dst, s []byte) ([]byte, bool) {
	began := len(dst)
	var have uint64
	bits := uint(0)
	for i := 0; ; {
		for bits <= 56 && i < len(s) {
			have = have<<8 | uint64(s[i])
			bits += 8
			i++
		}
		for bits >= 8 {
			c := short[byte(have>>(bits-8))]
			if c.bits == 0 {
				return slowHuffman(dst[:began], s)
			}
			dst = append(dst, c.symbol)
			bits -= uint(c.bits)
		}
		if i == len(s) {
			break
		}
	}
	for bits > 0 {
		left := byte(have<<(8-bits)) | (1<<(8-bits) - 1)
		if left == 0xff {
			return dst, true // padding
		}
		c := short[left]
		if c.bits == 0 || uint(c.bits) > bits {
			return slowHuffman(dst[:began], s)
		}
		dst = append(dst, c.symbol)
		bits -= uint(c.bits)
	}
	return dst, true
}

func slowHuffman(dst, s []byte) ([]byte, bool) {
	var b bytes.Buffer
	if _, err := hpack.HuffmanDecode(&b, s); err != nil {
		return dst, false
	}
	return append(dst, b.Bytes()...), true
}
