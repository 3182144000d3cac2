package fanout

import (
	"container/heap"
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
