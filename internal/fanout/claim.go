package fanout

import (
	"errors"
	"fmt"
	"time"

	"dateline/internal/news"
	"dateline/internal/webpush"
)

// guard stops sending when the leases may be another's by now: this node stood still,
// or the ledger was away. What is under way is let finish; then all is claimed anew.
func (r *run) guard(now time.Time) {
	if !r.suspect && now.Sub(r.renewed) > leaseSafe {
		r.suspect = true
		for _, l := range r.lanes {
			l.take()
		}
		clear(r.chunks)
	}
	if !r.suspect || r.inFlight > 0 || r.renewing || r.claiming || !r.journal.clean() || now.Before(r.claimAfter) {
		return
	}
	r.claiming = true
	go func() {
		begun := r.Now()
		err := r.Ledger.Release(r.ctx, r.alert.ID, r.Node)
		r.in.call(func() {
			r.claiming = false
			if err != nil {
				r.claimAfter = r.Now().Add(pollEvery)
				r.ledgerIsAway(err)
				return
			}
			r.suspect, r.renewed, r.exhausted = false, begun, false
		})
	}()
}

// claim leases more chunks when there is room to send and too little to fill it.
func (r *run) claim(now time.Time) {
	const atOnce, enough = 32, 4096
	if r.claiming || r.suspect || r.over || now.Before(r.claimAfter) || now.Before(r.paceAt) ||
		r.sendable >= enough || (r.free() <= 0 && !r.expired) || (len(r.chunks) == 0 && !r.journal.clean()) {
		return
	}
	r.claiming = true
	most := atOnce
	if len(r.lanes) == 0 {
		most = 4 // the first message should not wait for thousands
	}
	go func() {
		chunks, left, err := r.Ledger.Claim(r.ctx, r.alert.ID, r.Node, most)
		var lanes []Lane
		var numbers []uint32
		if err == nil {
			for _, c := range chunks {
				numbers = c.AppendTo(numbers)
			}
			lanes = make([]Lane, len(numbers))
			r.Subscriptions.Lanes(numbers, lanes)
		}
		r.in.call(func() {
			r.claiming = false
			switch {
			case errors.Is(err, news.ErrAlertStopped):
				r.cancel(news.ErrAlertStopped)
			case err != nil:
				r.claimAfter = r.Now().Add(pollEvery)
				r.ledgerIsAway(err)
			default:
				r.claimed(chunks, left, numbers, lanes)
			}
		})
	}()
}

func (r *run) claimed(chunks []news.DeliveryChunk, left int, numbers []uint32, lanes []Lane) {
	r.exhausted = len(chunks) == 0
	if r.exhausted {
		r.claimAfter = r.Now().Add(pollEvery)
		r.over = left == 0
		return
	}
	for _, c := range chunks {
		if old := r.chunks[c.N]; old != nil { // cannot be, unless the ledger breaks its word
			r.fatal = fmt.Errorf("the ledger leased chunk %d twice to one node", c.N)
			return
		}
		r.chunks[c.N] = &chunk{left: c.Todo.Count()}
	}
	var last *lane
	for i, n := range numbers {
		if last == nil || last.Lane != lanes[i] {
			last = r.laneOf(lanes[i])
		}
		switch {
		case last == nil: // unsubscribed since
			r.settle(n, webpush.Gone)
		case last.signer == nil || last.service.stopped || r.expired:
			r.settle(n, webpush.Rejected)
		default:
			last.push(item{n: n})
			if last.where != ready {
				r.rouse(last)
			}
		}
	}
}

// laneOf is nil for nobody's lane.
func (r *run) laneOf(k Lane) *lane {
	if k.Origin == "" {
		return nil
	}
	if l := r.lanes[k]; l != nil {
		return l
	}
	s := r.services[k.Origin]
	if s == nil {
		s = newService(k.Origin, r.Limit(k.Origin)/float64(max(r.Nodes(), 1)), r.Now())
		r.services[k.Origin] = s
	}
	l := &lane{Lane: k, service: s}
	var err error
	if l.signer, err = r.Signers.ByID(k.KeyID); err != nil {
		l.signer = nil
		r.tell(s, NoticeNoKey, nil)
	}
	r.lanes[k] = l
	return l
}
