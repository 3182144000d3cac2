package fanout

import (
	"sync"
	"time"

	"dateline/internal/news"
)

// An Index knows who wants what, in memory: bitmaps by topic, followed story,
// importance and quiet hours, and how many alerts each reader with a limit had today.
// The store fills it by one scan at the start and keeps it current. Its methods may be
// called by any number of goroutines.
type Index struct {
	zone *time.Location // whose midnight ends a reader's day

	mu      sync.RWMutex
	active  news.Recipients
	choosy  news.Recipients // only what they chose, nothing to everyone
	calm    news.Recipients // breaking only
	picky   news.Recipients // in one of the groups
	capped  news.Recipients
	topics  grouping[string]
	stories grouping[news.StoryID]
	quiet   grouping[news.QuietHours]
	zones   map[string]*time.Location
	day     string
	most    []uint8 // a day, by number; 0 is as many as there are
	today   []uint8
}

// NewIndex gives an empty index; a reader's day ends at midnight in zone.
func NewIndex(zone *time.Location) *Index {
	return &Index{
		zone: zone, topics: grouping[string]{}, stories: grouping[news.StoryID]{}, quiet: grouping[news.QuietHours]{},
		zones: map[string]*time.Location{},
	}
}

// Put makes s take the place of what the index had under its number.
func (x *Index) Put(s *news.Subscription) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.drop(s.Number)
	if s.State == news.SubscriptionActive {
		x.add(s)
	}
}

// Drop forgets number n.
func (x *Index) Drop(n uint32) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.drop(n)
}

func (x *Index) add(s *news.Subscription) {
	n := s.Number
	x.active.Add(n)
	if s.OnlyChosen {
		x.choosy.Add(n)
	}
	if s.Importance == news.Breaking {
		x.calm.Add(n)
	}
	if len(s.Topics) > 0 || len(s.Stories) > 0 || !s.Quiet.None() {
		x.picky.Add(n)
	}
	for _, t := range s.Topics {
		x.topics.add(t, n)
	}
	for _, id := range s.Stories {
		x.stories.add(id, n)
	}
	if !s.Quiet.None() {
		x.quiet.add(s.Quiet, n)
		if x.zones[s.Quiet.Zone] == nil {
			zone, err := time.LoadLocation(s.Quiet.Zone)
			if err != nil { // it was there when the reader chose it
				zone = x.zone
			}
			x.zones[s.Quiet.Zone] = zone
		}
	}
	if s.MostPerDay > 0 {
		x.capped.Add(n)
		if short := int(n) + 1 - len(x.most); short > 0 {
			x.most = append(x.most, make([]uint8, short)...)
			x.today = append(x.today, make([]uint8, short)...)
		}
		x.most[n] = uint8(min(s.MostPerDay, news.MaxAlertsPerDay))
	}
}

// drop keeps the day's number: whoever changes a choice does not begin a new day. What
// n had chosen is not kept, since a million choices are gigabytes, so it looks for n in
// every group; only a change does that, for readers who chose something.
func (x *Index) drop(n uint32) {
	if !x.active.Has(n) {
		return
	}
	x.active.Remove(n)
	x.choosy.Remove(n)
	x.calm.Remove(n)
	x.capped.Remove(n)
	if !x.picky.Has(n) {
		return
	}
	x.picky.Remove(n)
	x.topics.removeAll(n)
	x.stories.removeAll(n)
	x.quiet.removeAll(n)
}

// Freeze is the audience of an alert at now: who wants it, is not in quiet hours and
// has not had today's alerts. It is for an alert's own audience; a correction's is who
// accepted the original.
func (x *Index) Freeze(a *news.Alert, now time.Time) news.Recipients {
	x.mu.RLock()
	defer x.mu.RUnlock()
	var s news.Recipients
	switch {
	case a.Audience.All:
		s = x.active.Clone()
		s.AndNot(x.choosy)
	case a.Audience.Followers:
		if m := x.stories[a.Story]; m != nil {
			m.addTo(&s)
		}
	default:
		for _, t := range a.Audience.Topics {
			if m := x.topics[t]; m != nil {
				m.addTo(&s)
			}
		}
	}
	if a.Importance != news.Breaking {
		s.AndNot(x.calm)
	}
	for q, m := range x.quiet {
		if q.In(now, x.zones[q.Zone]) {
			m.takeFrom(s)
		}
	}
	if x.day == x.dayOf(now) { // else nobody had one today
		capped := x.capped.Clone()
		capped.And(s)
		for n := range capped.All() {
			if x.today[n] >= x.most[n] {
				s.Remove(n)
			}
		}
	}
	return s
}

// Delivered counts an alert of the given time towards the day's limit of its audience.
// Corrections and withdrawals do not count. At the start the store tells today's again.
func (x *Index) Delivered(audience news.Recipients, at time.Time) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if day := x.dayOf(at); day > x.day {
		x.day = day
		clear(x.today)
	} else if day < x.day {
		return
	}
	for n := range audience.All() {
		if int(n) >= len(x.today) {
			break // numbers rise, and nobody beyond has a limit
		}
		if x.today[n] < 255 {
			x.today[n]++
		}
	}
}

func (x *Index) dayOf(t time.Time) string { return t.In(x.zone).Format(time.DateOnly) }

// Active counts the subscriptions that are sent to.
func (x *Index) Active() int {
	x.mu.RLock()
	defer x.mu.RUnlock()
	return x.active.Count()
}
