package fanout

import (
	"container/heap"
	"math/rand/v2"
	"time"

	"dateline/internal/webpush"
)

// smallFlight is not worth a flight of its own while others of the lane are under way.
const smallFlight = 64

// hangs is a service that has not answered for so long: what waits for it is no reason
// not to fetch work for others.
const hangs = 500 * time.Millisecond

// free is how many messages may be put under way, so that what a crash repeats stays
// bounded.
func (r *run) free() int { return r.Window - r.inFlight - r.journal.unsafe }

// rouse lets a lane be looked at.
func (r *run) rouse(l *lane) {
	if l.where != ready {
		l.where = ready
		r.ready = append(r.ready, l)
	}
}

// dispatch puts as much under way as may be, in turns: a lane that sent goes to the end,
// so that neither the window nor the pace is always the same one's.
func (r *run) dispatch(now time.Time) {
	for len(r.asleep) > 0 && !r.asleep[0].at.After(now) {
		if s := heap.Pop(&r.asleep).(sleeper); s.lane.where == asleep && s.lane.wake.Equal(s.at) {
			r.rouse(s.lane)
		}
	}
	r.paceAt = time.Time{}
	for sent := true; sent && !r.suspect; {
		sent = false
		round := r.ready
		r.ready, r.served = r.round[:0], r.served[:0]
		r.round = round
		for i, l := range round {
			if !r.paceAt.IsZero() || r.free() <= 0 {
				r.ready = append(r.ready, round[i:]...) // they keep their turn
				break
			}
			l.where = nowhere
			if r.feed(l, now) {
				l.where, sent = ready, true
				r.served = append(r.served, l)
			}
		}
		r.ready = append(r.ready, r.served...)
	}
	r.sendable = 0
	for _, l := range r.ready {
		if now.Sub(l.service.heard) < hangs {
			r.sendable += len(l.queue) - l.head
		}
	}
}

// feed sends one flight of a lane, if it may, else it puts the lane where it belongs.
func (r *run) feed(l *lane, now time.Time) bool {
	if l.service.stopped {
		r.giveUp(l)
		return false
	}
	l.due(now)
	waits := len(l.queue) - l.head
	if waits == 0 {
		if len(l.retry) > 0 {
			r.sleep(l, l.retry[0].at)
		}
		return false
	}
	n, again := l.allowed(now, r.free())
	if n == 0 && !again.IsZero() {
		r.sleep(l, again)
		return false
	}
	if n > 0 && r.pace != nil {
		if n, again = r.pace.allowed(now, n, r.Window); n == 0 {
			r.paceAt = again
			r.rouse(l)
			return false
		}
	}
	if n == 0 || (n < smallFlight && n < waits && l.inFlight > 0 && l.service.rate == 0 && r.pace == nil) {
		if n > 0 || l.inFlight == 0 || l.open.IsZero() {
			r.rouse(l) // there will be room once something is answered or written down
		}
		return false // a lane that waits for its one try is roused by the answer
	}
	r.launch(l, n, now)
	return true
}

func (r *run) sleep(l *lane, until time.Time) {
	l.where, l.wake = asleep, until
	heap.Push(&r.asleep, sleeper{l, until})
}

func (r *run) launch(l *lane, n int, now time.Time) {
	f := flights.Get().(*flight)
	f.lane, f.left = l, now
	f.items = append(f.items[:0], l.queue[l.head:l.head+n]...)
	if l.head += n; l.head == len(l.queue) {
		l.queue, l.head = l.queue[:0], 0
	}
	l.inFlight += n
	l.service.took(n)
	if r.pace != nil {
		r.pace.tokens -= float64(n)
	}
	r.inFlight += n
	r.flights++
	go r.fly(r.ctx, f, webpush.Batch{
		Signer: l.signer, Payload: r.payload, Urgency: string(r.alert.Urgency), Topic: r.alert.Tag(),
		TTL: min(r.alert.TTL, max(r.limit.Sub(now), time.Second)),
	})
}

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
	if r.chunks[it.n/ChunkSize] == nil {
		return // no longer ours
	}
	if r.expired {
		r.settle(it.n, webpush.Rejected)
		return
	}
	r.journal.mark(r, it.n).Retry.add(it.n % ChunkSize)
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
