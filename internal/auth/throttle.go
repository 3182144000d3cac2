package auth

import (
	"net/netip"
	"sync"
	"time"
)

// A Throttle is a token bucket for each of many keys (address blocks, accounts), in
// bounded memory: when it is full, keys that have been quiet are forgotten first.
type Throttle struct {
	burst float64
	rate  float64 // per second
	most  int
	now   func() time.Time

	mu      sync.Mutex
	buckets map[string]bucket
}

type bucket struct {
	level float64 // what may still be taken
	at    time.Time
}

// NewThrottle allows burst at once and then rate per second for each key, and
// remembers at most most keys.
func NewThrottle(burst int, rate float64, most int, now func() time.Time) *Throttle {
	return &Throttle{burst: float64(burst), rate: rate, most: most, now: now, buckets: map[string]bucket{}}
}

// Allow takes cost from key's bucket and tells whether it was there. With cost 0 it
// only asks whether anything is left.
func (t *Throttle) Allow(key string, cost float64) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.now()
	b, known := t.buckets[key]
	if !known {
		b = bucket{level: t.burst, at: now}
	}
	b.level = min(t.burst, b.level+max(0, now.Sub(b.at).Seconds())*t.rate)
	b.at = now
	ok := b.level >= max(cost, 1)
	if ok {
		b.level -= cost
	}
	if b.level >= t.burst {
		delete(t.buckets, key) // as good as never seen
		return ok
	}
	if !known && len(t.buckets) >= t.most {
		t.forget(now)
	}
	t.buckets[key] = b
	return ok
}

// forget makes room: all that are full again, and if that is not enough, a tenth of
// the rest in no order. An attacker with that many addresses is not stopped by a
// throttle per address.
func (t *Throttle) forget(now time.Time) {
	for k, b := range t.buckets {
		if b.level+now.Sub(b.at).Seconds()*t.rate >= t.burst {
			delete(t.buckets, k)
		}
	}
	for k := range t.buckets {
		if len(t.buckets) < t.most-t.most/10 {
			return
		}
		delete(t.buckets, k)
	}
}

// Wait is how long until key may take cost again.
func (t *Throttle) Wait(key string, cost float64) time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	b, known := t.buckets[key]
	if !known {
		return 0
	}
	missing := cost - (b.level + t.now().Sub(b.at).Seconds()*t.rate)
	return max(0, time.Duration(missing/t.rate*float64(time.Second)))
}

// blockOf is the part of an address that stands for one household: a /64 of IPv6.
func blockOf(a netip.Addr) string {
	a = a.Unmap()
	bits := 64
	if a.Is4() {
		bits = 32
	}
	p, err := a.WithZone("").Prefix(bits)
	if err != nil {
		return ""
	}
	return p.String()
}
