package pushservice

import (
	"sync/atomic"
)

// A tally is what one origin did.
type tally struct {
	connections, open                      atomic.Int64
	messages, accepted, distinct, repeats  atomic.Int64
	checked, refused, troubled, violations atomic.Int64
	delivered, replaced, expired           atomic.Int64
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
		Delivered: t.delivered.Load(), Replaced: t.replaced.Load(), Expired: t.expired.Load(),
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

// Stats are the counts up to now.
func (s *Service) Stats() Stats {
	var all Stats
	for i, at := range s.origins {
		o := at.tally.stats(at.name)
		o.Tokens = at.verdicts.verified()
		o.Stored = s.away.stored(i)
		all.Origins = append(all.Origins, o)
		all.Messages += o.Messages
		all.Accepted += o.Accepted
		all.Distinct += o.Distinct
		all.Repeats += o.Repeats
		all.Checked += o.Checked
		all.Refused += o.Refused
		all.Violations += o.Violations
	}
	all.CPU = Duration(processCPU())
	return all
}
