package pushservice

import (
	"hash/fnv"
	"math"
	"math/bits"
	"net/http"
	"strconv"
	"sync/atomic"
	"time"
)

// A trouble is one that was set.
type trouble struct {
	Trouble
	from, until time.Time // until is zero for ever
	salt        uint64
	below       uint64          // of the mixed numbers; all if 0
	spared      []atomic.Uint64 // with Once: a bit per number
	rate        *bucket
}

func newTrouble(t Trouble, now time.Time, numbers int) *trouble {
	set := &trouble{Trouble: t, from: now.Add(time.Duration(t.After))}
	if t.For > 0 {
		set.until = set.from.Add(time.Duration(t.For))
	}
	h := fnv.New64a()
	h.Write([]byte(t.Kind))
	h.Write([]byte(t.Name))
	h.Write([]byte(strconv.Itoa(t.Status)))
	set.salt = h.Sum64()
	if t.Share > 0 && t.Share < 1 {
		set.below = uint64(t.Share * math.MaxUint64)
	}
	if t.Once {
		set.spared = make([]atomic.Uint64, (numbers+63)/64)
	}
	if t.Kind == Rate {
		set.rate = &bucket{perSecond: t.PerSecond}
	}
	return set
}

func (t *trouble) on(now time.Time) bool {
	return !now.Before(t.from) && (t.until.IsZero() || now.Before(t.until))
}

func (t *trouble) at(origin int) bool {
	for _, o := range t.Origins {
		if o == origin {
			return true
		}
	}
	return len(t.Origins) == 0
}

// concerns reports whether number is of its share.
func (t *trouble) concerns(number uint32) bool {
	return t.below == 0 || mix(uint64(number)+t.salt) < t.below
}

// meets reports whether it is number's turn, and takes the turn.
func (t *trouble) meets(number uint32) bool {
	if !t.concerns(number) {
		return false
	}
	if t.spared != nil {
		bit := uint64(1) << (number % 64)
		return t.spared[number/64].Or(bit)&bit == 0
	}
	return true
}

// mix spreads numbers evenly (splitmix64).
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return bits.RotateLeft64(x^x>>31, 32)
}

// retryAfter is the header's value, or nothing.
func (t *trouble) retryAfter(now time.Time) string {
	switch {
	case t.RetryAfter <= 0:
		return ""
	case t.RetryDate:
		return now.Add(time.Duration(t.RetryAfter)).UTC().Format(http.TimeFormat)
	}
	return strconv.Itoa(int((time.Duration(t.RetryAfter) + time.Second - 1) / time.Second))
}

// A bucket lets a number through per second, begun anew each second.
type bucket struct {
	perSecond int
	second    atomic.Int64
	taken     atomic.Int64
}

func (b *bucket) full(now time.Time) bool {
	s := now.Unix()
	if old := b.second.Load(); old != s && b.second.CompareAndSwap(old, s) {
		b.taken.Store(0)
	}
	return b.taken.Add(1) > int64(b.perSecond)
}
