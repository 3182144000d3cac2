package segment

import "math/bits"

// A bitmap is a set of document numbers; one that is nil is empty.
type bitmap []uint64

func newBitmap(n int) bitmap { return make(bitmap, (n+63)/64) }

func (b bitmap) has(i uint32) bool { return b != nil && b[i/64]>>(i%64)&1 != 0 }

func (b bitmap) set(i uint32) { b[i/64] |= 1 << (i % 64) }

func (b bitmap) count() (n int) {
	for _, w := range b {
		n += bits.OnesCount64(w)
	}
	return n
}

// countIn counts from lo up to hi.
func (b bitmap) countIn(lo, hi uint32) (n int) {
	for lo < hi && lo%64 != 0 {
		n += int(b[lo/64] >> (lo % 64) & 1)
		lo++
	}
	for ; lo+64 <= hi; lo += 64 {
		n += bits.OnesCount64(b[lo/64])
	}
	if lo < hi {
		n += bits.OnesCount64(b[lo/64] & (1<<(hi-lo) - 1))
	}
	return n
}

// setIn fills from lo up to hi.
func (b bitmap) setIn(lo, hi uint32) {
	for ; lo < hi; lo++ {
		if lo%64 == 0 && lo+64 <= hi {
			b[lo/64] = ^uint64(0)
			lo += 63
			continue
		}
		b.set(lo)
	}
}

func (b bitmap) and(o bitmap) {
	for i := range b {
		b[i] &= o[i]
	}
}

func (b bitmap) or(o bitmap) {
	for i := range b {
		b[i] |= o[i]
	}
}

func (b bitmap) without(o bitmap) {
	for i := range o {
		b[i] &^= o[i]
	}
}

// each hands over the members in order until do says stop.
func (b bitmap) each(do func(i uint32) bool) {
	for at, w := range b {
		for ; w != 0; w &= w - 1 {
			if !do(uint32(at*64 + bits.TrailingZeros64(w))) {
				return
			}
		}
	}
}
