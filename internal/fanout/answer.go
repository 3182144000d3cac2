package fanout

import (
	"math/rand/v2"
	"time"

	"dateline/internal/news"
	"dateline/internal/webpush"
)

// drain takes in what flights and helpers left word of.
func (r *run) drain() {
	events, calls := r.in.swap(r.spare)
	now := r.Now()
	for i := range events {
		r.answered(&events[i], now)
	}
	clear(events)
	r.spare = events
	for _, f := range calls {
		f()
	}
}

func (r *run) answered(e *event, now time.Time) {
	f := e.flight
	l := f.lane
	if e.end {
		r.flights--
		if e.err != nil && r.fatal == nil && r.ctx.Err() == nil && unsendable(e.err) {
			r.fatal = e.err
		}
		f.lane = nil
		clear(f.addresses)
		clear(f.messages)
		flights.Put(f)
		return
	}
	it := f.items[e.i]
	r.inFlight--
	l.inFlight--
	l.service.inFlight--
	if e.class == webpush.Unsent && r.ctx.Err() != nil {
		return // it waits for another run
	}
	if e.asked {
		r.heed(l, e, it.tries, f.left, now)
	}
	switch e.class {
	case webpush.Accepted, webpush.Gone, webpush.Rejected:
		r.settle(it.n, e.class)
	case webpush.Throttled:
		r.again(l, it, now.Add(e.after))
	case webpush.KeyTrouble:
		if l.open.IsZero() { // else it is the service, not this browser
			it.tries = min(it.tries+1, 200)
		}
		if it.tries >= troubleTries && l.accepted > 0 {
			r.settle(it.n, webpush.Rejected)
			break
		}
		r.again(l, it, now.Add(backOff(it.tries)))
	default:
		it.tries = min(it.tries+1, 200)
		r.again(l, it, now.Add(backOff(it.tries)))
	}
	if l.where == nowhere && l.waits() > 0 {
		r.rouse(l)
	}
}

// heed learns from an answer how to go on with the service.
func (r *run) heed(l *lane, e *event, tries uint8, left, now time.Time) {
	open := !l.open.IsZero()
	kind := l.service.answer(e, left, now)
	r.tell(l.service, kind, e.err)
	r.tell(l.service, l.answer(e.class, tries, left, now), e.err)
	if kind == NoticeRefused {
		for _, o := range r.lanes {
			if o.service == l.service {
				r.giveUp(o)
			}
		}
	}
	if open && l.open.IsZero() && l.where == asleep {
		r.rouse(l)
	}
}

// again has a message tried once more, as long as the alert has time.
func (r *run) again(l *lane, it item, at time.Time) {
	if r.chunks[it.n/news.ChunkSize] == nil {
		return // no longer ours
	}
	if r.expired {
		r.settle(it.n, webpush.Rejected)
		return
	}
	r.journal.mark(r, it.n).Retry.Add(it.n % news.ChunkSize)
	l.later(it, at)
	if l.where == asleep && at.Before(l.wake) {
		r.rouse(l)
	}
}

var steps = [...]time.Duration{time.Second, 4 * time.Second, 15 * time.Second, time.Minute, 5 * time.Minute}

// backOff is how long a message waits after it failed so many times, a fifth more or
// less, so that a million do not come back at once.
func backOff(tries uint8) time.Duration {
	d := steps[max(min(int(tries), len(steps)), 1)-1]
	return d*4/5 + time.Duration(rand.Int64N(int64(d*2/5)))
}
