package pushservice

import (
	"sync/atomic"
)

// counts are what each subscription got, in four bytes each: how many messages
// (a byte, which stops at 255) and a mark of the last one.
type counts []atomic.Uint32

// add notes a message for a number. first says that it is the number's first,
// repeat that it is the one before once more; a mark of 0 never is.
func (c counts) add(number, mark uint32) (first, repeat bool) {
	mark &= 1<<24 - 1
	for {
		old := c[number].Load()
		n := old >> 24
		if c[number].CompareAndSwap(old, min(n+1, 255)<<24|mark) {
			return n == 0, n > 0 && mark != 0 && old&(1<<24-1) == mark
		}
	}
}

func (c counts) of(number uint32) int { return int(c[number].Load() >> 24) }

func (c counts) reset() {
	for i := range c {
		c[i].Store(0)
	}
}

// mark tells messages apart, in 24 bits, but for one pair in 16 million.
func mark(topic string, plain []byte) uint32 {
	if topic == "" && plain == nil {
		return 0
	}
	h := uint32(2166136261) // FNV-1a
	for i := range len(topic) {
		h = (h ^ uint32(topic[i])) * 16777619
	}
	for _, b := range plain {
		h = (h ^ uint32(b)) * 16777619
	}
	return max(1, (h^h>>24)&(1<<24-1))
}
