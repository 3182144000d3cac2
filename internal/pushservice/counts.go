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

// A tally is what one origin did.
type tally struct {
	connections, open                      atomic.Int64
	messages, accepted, distinct, repeats  atomic.Int64
	checked, refused, troubled, violations atomic.Int64
	stored, delivered, replaced, expired   atomic.Int64
	bytes                                  atomic.Int64
	statuses                               [600]atomic.Int64
	mostStreams                            atomic.Int64
}

// OriginStats are what one push service got and did since it began or was
// reset.
type OriginStats struct {
	Origin      string `json:"origin"`
	Connections int64  `json:"connections"` // with a finished handshake
	Open        int64  `json:"open"`        // of them, now
	MostStreams int64  `json:"most_streams"`
	Messages    int64  `json:"messages"` // that came whole
	Bytes       int64  `json:"bytes"`    // of their bodies
	// Accepted messages are right in all that was checked, and this service
	// has taken them, whether it said so or not. Distinct are their
	// subscriptions; Repeats came to a subscription that had the same one
	// last: of the same Topic, and of the same text where that was decrypted.
	Accepted int64 `json:"accepted"`
	Distinct int64 `json:"distinct"`
	Repeats  int64 `json:"repeats"`
	Checked  int64 `json:"checked"` // decrypted
	// Refused messages are wrong in themselves; the log says how. Troubled
	// ones met a Trouble.
	Refused  int64 `json:"refused"`
	Troubled int64 `json:"troubled"`
	// Violations are breaches of HTTP/2 by the client.
	Violations int64 `json:"violations"`
	Tokens     int   `json:"tokens"` // distinct ones seen
	// Of the browsers that were away: messages kept now, delivered when they
	// came back, replaced by one of the same Topic, and out of their TTL.
	Stored    int64 `json:"stored"`
	Delivered int64 `json:"delivered"`
	Replaced  int64 `json:"replaced"`
	Expired   int64 `json:"expired"`
	// Statuses count the answers.
	Statuses map[int]int64 `json:"statuses"`
}

// Stats are those of all origins.
type Stats struct {
	Origins []OriginStats `json:"origins"`
	// The sums of what the origins say.
	Messages   int64 `json:"messages"`
	Accepted   int64 `json:"accepted"`
	Distinct   int64 `json:"distinct"`
	Repeats    int64 `json:"repeats"`
	Checked    int64 `json:"checked"`
	Refused    int64 `json:"refused"`
	Violations int64 `json:"violations"`
	// CPU is what this process has used, user and system.
	CPU Duration `json:"cpu"`
}

func (t *tally) stats(origin string) OriginStats {
	s := OriginStats{
		Origin: origin, Connections: t.connections.Load(), Open: t.open.Load(), MostStreams: t.mostStreams.Load(),
		Messages: t.messages.Load(), Bytes: t.bytes.Load(), Accepted: t.accepted.Load(), Distinct: t.distinct.Load(), Repeats: t.repeats.Load(),
		Checked: t.checked.Load(), Refused: t.refused.Load(), Troubled: t.troubled.Load(), Violations: t.violations.Load(),
		Stored: t.stored.Load(), Delivered: t.delivered.Load(), Replaced: t.replaced.Load(), Expired: t.expired.Load(),
		Statuses: make(map[int]int64),
	}
	for status := range t.statuses {
		if n := t.statuses[status].Load(); n > 0 {
			s.Statuses[status] = n
		}
	}
	return s
}

// reset forgets messages; connections, and what is kept for browsers, stay.
func (t *tally) reset() {
	for _, n := range []*atomic.Int64{&t.messages, &t.accepted, &t.distinct, &t.repeats, &t.checked, &t.refused, &t.troubled, &t.violations, &t.delivered, &t.replaced, &t.expired, &t.bytes, &t.mostStreams} {
		n.Store(0)
	}
	for i := range t.statuses {
		t.statuses[i].Store(0)
	}
}
