package webpush

import (
	"bytes"
	"errors"

	"golang.org/x/net/http2/hpack"
)

// A decoder reads the header blocks of answers. We tell services that our
// dynamic table has no room, so a block can be read without those before it:
// two fields matter and the rest is skipped.
type decoder struct {
	status     int // 0 if there was none
	retryAfter []byte
	text       bytes.Buffer // of Huffman codes; kept for its memory
}

var (
	errCompression = errors.New("push service compresses headers wrongly")
	errStatus      = errors.New("push service sends no usable status")
)

var (
	nameStatus     = huffman(":status")
	nameRetryAfter = huffman("retry-after")
	staticStatuses = [...]int{200, 204, 206, 304, 400, 404, 500}
)

func huffman(s string) []byte { return hpack.AppendHuffmanString(nil, s) }

// decode reads a block. retryAfter is valid until the next.
func (d *decoder) decode(block []byte) error {
	d.status, d.retryAfter = 0, d.retryAfter[:0]
	for len(block) > 0 {
		var index uint64
		var ok bool
		switch b := block[0]; {
		case b&0x80 != 0: // indexed
			if index, block, ok = readInt(block, 7); !ok || index == 0 || index > staticTable {
				return errCompression
			}
			if i := index - staticStatus; index >= staticStatus && i < uint64(len(staticStatuses)) {
				d.status = staticStatuses[i]
			}
			continue
		case b&0xe0 == 0x20: // a new table size, up to ours
			if index, block, ok = readInt(block, 5); !ok || index > 0 {
				return errCompression
			}
			continue
		case b&0xc0 == 0x40: // a literal for the table, where it has no room
			index, block, ok = readInt(block, 6)
		default: // a literal
			index, block, ok = readInt(block, 4)
		}
		if !ok || index > staticTable {
			return errCompression
		}
		isStatus := index >= staticStatus && index < staticStatus+uint64(len(staticStatuses))
		isRetryAfter := index == staticRetryAfter
		var s []byte
		var coded bool
		if index == 0 {
			if s, coded, block, ok = readString(block); !ok {
				return errCompression
			}
			isStatus = coded && bytes.Equal(s, nameStatus) || !coded && string(s) == ":status"
			isRetryAfter = coded && bytes.Equal(s, nameRetryAfter) || !coded && string(s) == "retry-after"
		}
		if s, coded, block, ok = readString(block); !ok {
			return errCompression
		}
		if !isStatus && !isRetryAfter || len(s) > maxRetryAfterText {
			continue
		}
		if coded {
			d.text.Reset()
			if _, err := hpack.HuffmanDecode(&d.text, s); err != nil {
				return errCompression
			}
			s = d.text.Bytes()
		}
		if isStatus {
			if d.status, ok = readStatus(s); !ok {
				return errStatus
			}
		} else if len(s) <= maxRetryAfterText {
			d.retryAfter = append(d.retryAfter[:0], s...)
		}
	}
	return nil
}

func readStatus(s []byte) (int, bool) {
	if len(s) != 3 {
		return 0, false
	}
	n := 0
	for _, c := range s {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + int(c-'0')
	}
	return n, n >= 100
}

// readInt reads an integer with a prefix of n bits, which must fit 28 bits.
func readInt(b []byte, n uint) (uint64, []byte, bool) {
	limit := uint64(1)<<n - 1
	i := uint64(b[0]) & limit
	b = b[1:]
	if i < limit {
		return i, b, true
	}
	for shift := uint(0); shift <= 21; shift += 7 {
		if len(b) == 0 {
			return 0, b, false
		}
		c := b[0]
		b = b[1:]
		i += uint64(c&0x7f) << shift
		if c&0x80 == 0 {
			return i, b, true
		}
	}
	return 0, b, false
}

// readString reads a string as it stands, and whether that is Huffman codes.
func readString(b []byte) (s []byte, coded bool, rest []byte, ok bool) {
	if len(b) == 0 {
		return nil, false, b, false
	}
	coded = b[0]&0x80 != 0
	n, b, ok := readInt(b, 7)
	if !ok || n > uint64(len(b)) {
		return nil, false, b, false
	}
	return b[:n], coded, b[n:], true
}
