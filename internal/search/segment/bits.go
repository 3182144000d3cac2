package segment

import (
	"encoding/binary"
	"math/bits"
)

// A bitWriter appends numbers of any width, low bits first, and small ones in unary.
type bitWriter struct {
	b    []byte
	acc  uint64
	have uint
}

// bits writes the low n bits of v; n is at most 32.
func (w *bitWriter) bits(v uint32, n uint) {
	w.acc |= uint64(v) & (1<<n - 1) << w.have
	if w.have += n; w.have >= 32 {
		w.b = binary.LittleEndian.AppendUint32(w.b, uint32(w.acc))
		w.acc >>= 32
		w.have -= 32
	}
}

// unary writes n ones and a zero.
func (w *bitWriter) unary(n uint32) {
	for ; n >= 31; n -= 31 {
		w.bits(1<<31-1, 31)
	}
	w.bits(1<<n-1, uint(n)+1)
}

// rice writes v in about as many bits as it takes when 1<<k is usual: how often that goes into it in unary, and the rest.
func (w *bitWriter) rice(v uint32, k uint) {
	w.unary(v >> k)
	w.bits(v, k)
}

// align ends with a whole byte.
func (w *bitWriter) align() {
	for ; w.have > 0; w.have -= min(w.have, 8) {
		w.b = append(w.b, byte(w.acc))
		w.acc >>= 8
	}
	w.acc = 0
}

// A bitReader reads what a bitWriter wrote; b goes on for at least padding behind it.
type bitReader struct {
	b  []byte
	at uint64 // in bits
}

// window is the next 57 bits and more.
func (r *bitReader) window() uint64 {
	return binary.LittleEndian.Uint64(r.b[r.at>>3:]) >> (r.at & 7)
}

func (r *bitReader) unary() (n uint32) {
	for {
		ones := bits.TrailingZeros64(^r.window())
		if ones < 57 {
			r.at += uint64(ones) + 1
			return n + uint32(ones)
		}
		r.at += 56
		n += 56
	}
}

func (r *bitReader) rice(k uint) uint32 {
	w := r.window()
	ones := uint(bits.TrailingZeros64(^w))
	if ones+1+k <= 57 {
		r.at += uint64(ones + 1 + k)
		return uint32(ones)<<k | uint32(w>>(ones+1)&(1<<k-1))
	}
	n := r.unary()
	rest := uint32(r.window() & (1<<k - 1))
	r.at += uint64(k)
	return n<<k | rest
}

// Positions of a term in a document: one bit says that there are as many as the term's weight tells when all of them
// stand in the first field, else their number follows. Each is written as how far behind the one before it stands,
// with the width that is best when so many are scattered over so long a document (Golomb).

func riceWidth(length uint16, count int) uint {
	return uint(max(1, bits.Len32(uint32(length)*7/10/uint32(count+1)))) - 1
}

func (w *bitWriter) places(places []uint32, usual int, length uint16) {
	if len(places) == usual {
		w.bits(1, 1)
	} else {
		w.bits(0, 1)
		w.rice(uint32(len(places)), 1)
	}
	k := riceWidth(length, len(places))
	next := uint32(0)
	for _, p := range places {
		w.rice(p-next, k)
		next = p + 1
	}
}

// places appends to dst what bitWriter.places wrote.
func (r *bitReader) places(dst []uint32, usual int, length uint16) []uint32 {
	count := r.count(usual)
	k := riceWidth(length, count)
	next := uint32(0)
	for range count {
		p := next + r.rice(k)
		dst = append(dst, p)
		next = p + 1
	}
	return dst
}

// skipPlaces passes over them.
func (r *bitReader) skipPlaces(usual int, length uint16) {
	count := r.count(usual)
	k := riceWidth(length, count)
	for range count {
		r.rice(k)
	}
}

func (r *bitReader) count(usual int) int {
	one := r.window() & 1
	r.at++
	if one == 1 {
		return usual
	}
	return int(r.rice(1))
}
