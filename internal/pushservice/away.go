package pushservice

import (
	"slices"
	"sync"
	"time"
)

// maxKept bounds what is kept for browsers that are away.
const maxKept = 1 << 20

type keptMessage struct {
	message Message
	until   time.Time
}

// away are the messages for browsers that are not there. Of one Topic there is
// one, the last (RFC 8030, 5.4).
type away struct {
	mu   sync.Mutex
	kept map[uint32][]keptMessage
	size int
}

// keep reports whether there was room, and whether m replaced another.
func (a *away) keep(number uint32, m Message, now time.Time) (kept, replaced bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	entry := keptMessage{m, now.Add(time.Duration(m.TTL) * time.Second)}
	list := a.kept[number]
	if m.Topic != "" {
		if i := slices.IndexFunc(list, func(k keptMessage) bool { return k.message.Topic == m.Topic }); i >= 0 {
			list[i] = entry
			return true, true
		}
	}
	if a.size >= maxKept {
		return false, false
	}
	a.size++
	a.kept[number] = append(list, entry)
	return true, false
}

// take gives up what is kept for the numbers that are back.
func (a *away) take(back func(origin int, number uint32) bool) []keptMessage {
	a.mu.Lock()
	defer a.mu.Unlock()
	var list []keptMessage
	for number, kept := range a.kept {
		if back(kept[0].message.Origin, number) {
			list = append(list, kept...)
			a.size -= len(kept)
			delete(a.kept, number)
		}
	}
	return list
}

// stored counts the messages of an origin.
func (a *away) stored(origin int) int64 {
	a.mu.Lock()
	defer a.mu.Unlock()
	n := 0
	for _, kept := range a.kept {
		if kept[0].message.Origin == origin {
			n += len(kept)
		}
	}
	return int64(n)
}

// deliver gives browsers that are back what was kept for them.
func (s *Service) deliver(now time.Time) {
	back := func(origin int, number uint32) bool {
		for _, t := range s.origins[origin].troubles() {
			if t.Kind == Offline && t.on(now) && t.concerns(number) {
				return false
			}
		}
		return true
	}
	for _, k := range s.away.take(back) {
		t := &s.origins[k.message.Origin].tally
		if now.After(k.until) {
			t.expired.Add(1)
			continue
		}
		t.delivered.Add(1)
		k.message.At, k.message.State = now, stateDelivered
		s.log.add(k.message)
	}
}
