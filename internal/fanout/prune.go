package fanout

import (
	"fmt"
	"time"

	"dateline/internal/news"
)

const (
	// stormShare and stormLeast: a service that calls so large a part of so many of its
	// subscriptions gone has more likely lost its own list than its browsers theirs.
	stormShare = 0.5
	stormLeast = 500
	// stormAgain is how much later the same service must say the same for it to be taken
	// at its word.
	stormAgain = time.Hour
)

// pruner decides whose subscriptions are dropped after an alert: who is gone, says the
// push service, and nobody else; and of a service that says it of most, nobody at once.
type pruner struct {
	storms map[string]time.Time // since when a service says so, by origin
}

// allowed gives those of the record's gone that may be dropped now, and the origins
// whose gone are kept for the time being.
func (p *pruner) allowed(rec *news.Delivery, services []news.ServiceProgress, book *Book, now time.Time) (drop news.Recipients, held []string) {
	drop = rec.Gone.Clone()
	hold := map[string]bool{}
	for _, s := range services {
		if s.Audience < stormLeast || float64(s.Gone) <= stormShare*float64(s.Audience) || s.Origin == "" || s.Origin == "other" {
			delete(p.storms, s.Origin)
			continue
		}
		since, known := p.storms[s.Origin]
		if known && now.Sub(since) >= stormAgain {
			delete(p.storms, s.Origin)
			continue
		}
		if !known {
			if p.storms == nil {
				p.storms = map[string]time.Time{}
			}
			p.storms[s.Origin] = now
		}
		hold[s.Origin] = true
		held = append(held, s.Origin)
	}
	// Of whom the book knows nothing no service said a word. Most unsubscribed, but one
	// whose service was left out of --push-hosts, by mistake perhaps, is still kept.
	hold[""] = true
	var lane [1]Lane
	for n := range rec.Gone.All() {
		if book.Lanes([]uint32{n}, lane[:]); hold[lane[0].Origin] {
			drop.Remove(n)
		}
	}
	return drop, held
}

// stormNotice tells the operator of a service whose word is not taken yet.
func stormNotice(id news.AlertID, origin string) Notice {
	return Notice{Alert: id, Kind: NoticeGone, Origin: origin, Text: fmt.Sprintf(
		"%s says that more than half of its subscriptions are gone. Nobody was removed; if it says so again with an alert an hour later or more, they are.", origin)}
}
