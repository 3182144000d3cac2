package news

import (
	"encoding/binary"
	"fmt"
	"iter"
	"math/bits"
)

// Recipients are a set of subscription numbers, one bit each: 125 kB for a million. Numbers
// are dense, so nothing cleverer pays: a union of three topics takes 30 µs.
type Recipients []uint64

// Add puts n in.
func (s *Recipients) Add(n uint32) {
	w := int(n / 64)
	if w >= len(*s) {
		*s = append(*s, make([]uint64, w+1-len(*s))...)
	}
	(*s)[w] |= 1 << (n % 64)
}

// Remove takes n out.
func (s Recipients) Remove(n uint32) {
	if w := int(n / 64); w < len(s) {
		s[w] &^= 1 << (n % 64)
	}
}

// Has tells whether n is in it.
func (s Recipients) Has(n uint32) bool {
	w := int(n / 64)
	return w < len(s) && s[w]&(1<<(n%64)) != 0
}

// Or puts in all of t.
func (s *Recipients) Or(t Recipients) {
	if len(t) > len(*s) {
		*s = append(*s, make([]uint64, len(t)-len(*s))...)
	}
	for i, w := range t {
		(*s)[i] |= w
	}
}

// And keeps what is in t, too.
func (s Recipients) And(t Recipients) {
	for i := range s {
		if i < len(t) {
			s[i] &= t[i]
		} else {
			s[i] = 0
		}
	}
}

// AndNot takes out all of t.
func (s Recipients) AndNot(t Recipients) {
	for i := range min(len(s), len(t)) {
		s[i] &^= t[i]
	}
}

// Clone is a copy.
func (s Recipients) Clone() Recipients { return append(Recipients(nil), s...) }

// Count is how many numbers are in it.
func (s Recipients) Count() int {
	n := 0
	for _, w := range s {
		n += bits.OnesCount64(w)
	}
	return n
}

// All gives the numbers in order.
func (s Recipients) All() iter.Seq[uint32] {
	return func(yield func(uint32) bool) {
		for i, w := range s {
			for ; w != 0; w &= w - 1 {
				if !yield(uint32(i*64 + bits.TrailingZeros64(w))) {
					return
				}
			}
		}
	}
}

// DeliveryChunk is the part of the set that is chunk n.
func (s Recipients) Chunk(n uint32) (b Bits) {
	if at := int(n) * len(b); at < len(s) {
		copy(b[:], s[at:])
	}
	return b
}

// Chunks is how many chunks the set spans.
func (s Recipients) Chunks() int { return (len(s) + len(Bits{}) - 1) / len(Bits{}) }

// maxSetBytes bounds a stored set: 128 million subscriptions.
const maxSetBytes = 16 << 20

// MarshalBinary is the set for a database: its words, the least byte first.
func (s Recipients) MarshalBinary() ([]byte, error) {
	b := make([]byte, 0, len(s)*8)
	for _, w := range s {
		b = binary.LittleEndian.AppendUint64(b, w)
	}
	return b, nil
}

// UnmarshalBinary reads what MarshalBinary wrote.
func (s *Recipients) UnmarshalBinary(b []byte) error {
	if len(b)%8 != 0 || len(b) > maxSetBytes {
		return fmt.Errorf("read set of %d bytes: not a whole number of words, or too many", len(b))
	}
	*s = make(Recipients, len(b)/8)
	for i := range *s {
		(*s)[i] = binary.LittleEndian.Uint64(b[i*8:])
	}
	return nil
}

// ChunkSize is how many consecutive subscription numbers are leased and journalled
// together.
const ChunkSize = 256

// Bits is a set within one chunk.
type Bits [ChunkSize / 64]uint64

// Add puts i in, which is below ChunkSize.
func (b *Bits) Add(i uint32) { b[i/64] |= 1 << (i % 64) }

// Has tells whether i is in it.
func (b *Bits) Has(i uint32) bool { return b[i/64]&(1<<(i%64)) != 0 }

// Count is how many are in it.
func (b Bits) Count() int {
	return bits.OnesCount64(b[0]) + bits.OnesCount64(b[1]) + bits.OnesCount64(b[2]) + bits.OnesCount64(b[3])
}

// Or is what is in either.
func (b Bits) Or(c Bits) Bits { return Bits{b[0] | c[0], b[1] | c[1], b[2] | c[2], b[3] | c[3]} }

// And is what is in both.
func (b Bits) And(c Bits) Bits { return Bits{b[0] & c[0], b[1] & c[1], b[2] & c[2], b[3] & c[3]} }

// AndNot is what is in b alone.
func (b Bits) AndNot(c Bits) Bits {
	return Bits{b[0] &^ c[0], b[1] &^ c[1], b[2] &^ c[2], b[3] &^ c[3]}
}
