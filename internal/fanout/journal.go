package fanout

import (
	"context"
	"errors"
	"time"

	"dateline/internal/news"
	"dateline/internal/webpush"
)

// journalMost is how many settled messages are written down together, at most; about,
// since answers come in bunches.
const journalMost = 4096

// A journal collects what became of messages until it is written down.
type journal struct {
	marks   []news.DeliveryMark
	settled int       // in marks
	since   time.Time // of the first mark
	unsafe  int       // settled, and not known to be in the ledger: in marks or being written
	writing bool
	retryAt time.Time // after a failure
}

func (j *journal) clean() bool { return len(j.marks) == 0 && !j.writing }

// mark is the mark of n's chunk; it holds until the next one is asked for.
func (j *journal) mark(r *run, n uint32) *news.DeliveryMark {
	c := r.chunks[n/news.ChunkSize]
	if c == nil { // no longer ours, and still a fact
		c = new(chunk)
	}
	if len(j.marks) == 0 {
		j.since = r.Now()
	}
	if c.mark == 0 {
		j.marks = append(j.marks, news.DeliveryMark{N: n / news.ChunkSize})
		c.mark = len(j.marks)
	}
	return &j.marks[c.mark-1]
}

// settle notes the end of one message.
func (r *run) settle(n uint32, as webpush.Class) {
	m := r.journal.mark(r, n)
	switch i := n % news.ChunkSize; as {
	case webpush.Accepted:
		m.Accepted.Add(i)
	case webpush.Gone:
		m.Gone.Add(i)
	default:
		m.Failed.Add(i)
	}
	r.journal.settled++
	r.journal.unsafe++
	if c := r.chunks[n/news.ChunkSize]; c != nil {
		if c.left--; c.left == 0 {
			delete(r.chunks, n/news.ChunkSize)
		}
	}
}

// flush writes down what was collected, every 100 ms or 4,096 messages, and at once
// when nothing is under way.
func (r *run) flush(now time.Time) {
	j := &r.journal
	if j.writing || len(j.marks) == 0 || now.Before(j.retryAt) {
		return
	}
	idle := r.inFlight == 0 && (len(r.chunks) == 0 || r.suspect)
	if !idle && j.settled < min(journalMost, r.Window/2) && now.Sub(j.since) < journalEvery {
		return
	}
	marks, settled := r.cutMarks()
	j.writing = true
	go func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(r.ctx), lastWords)
		defer cancel()
		err := r.Ledger.Settle(ctx, r.alert.ID, marks)
		r.in.call(func() {
			j.writing = false
			if err != nil {
				r.putBack(marks, settled)
				j.retryAt = r.Now().Add(4 * journalEvery)
				r.tell(nil, NoticeLedger, err)
				return
			}
			j.unsafe -= settled
			if len(r.chunks) == 0 {
				r.claimAfter = time.Time{} // ask at once whether all is done
			}
		})
	}()
}

func (r *run) cutMarks() ([]news.DeliveryMark, int) {
	j := &r.journal
	marks, settled := j.marks, j.settled
	for i := range marks {
		if c := r.chunks[marks[i].N]; c != nil {
			c.mark = 0
		}
	}
	j.marks, j.settled = make([]news.DeliveryMark, 0, len(marks)), 0
	return marks, settled
}

func (r *run) putBack(marks []news.DeliveryMark, settled int) {
	j := &r.journal
	if len(j.marks) == 0 {
		j.since = r.Now()
	}
	for i := range marks {
		c := r.chunks[marks[i].N]
		if c != nil && c.mark > 0 {
			j.marks[c.mark-1].Merge(&marks[i])
			continue
		}
		j.marks = append(j.marks, marks[i])
		if c != nil {
			c.mark = len(j.marks)
		}
	}
	j.settled += settled
}

// writeLast writes down all there is, trying until ctx ends.
func (r *run) writeLast(ctx context.Context) error {
	for len(r.journal.marks) > 0 {
		marks, settled := r.cutMarks()
		err := r.Ledger.Settle(ctx, r.alert.ID, marks)
		if err == nil {
			r.journal.unsafe -= settled
			continue
		}
		r.putBack(marks, settled)
		select {
		case <-time.After(4 * journalEvery):
		case <-ctx.Done():
			return err
		}
	}
	return nil
}

// renew keeps the leases, hears of a stop, and counts.
func (r *run) renew(now time.Time) {
	if r.renewing || now.Before(r.renewAt) || r.suspect {
		return
	}
	r.renewing = true
	go func() {
		begun := r.Now()
		t, err := r.Ledger.Renew(r.ctx, r.alert.ID, r.Node)
		r.in.call(func() {
			r.renewing = false
			r.renewAt = r.Now().Add(renewEvery)
			switch {
			case errors.Is(err, news.ErrAlertStopped):
				r.cancel(news.ErrAlertStopped)
			case err != nil:
				if r.Now().Sub(r.renewed) > 2*time.Second { // one slip is nothing
					r.ledgerIsAway(err)
				}
			case !r.suspect && begun.Sub(r.renewed) <= leaseSafe:
				r.renewed = begun
				r.view.count(t, begun)
			}
		})
	}()
}

// next is when something is to be done if no word comes before. What was due by now was
// tried just now: if it could not be done, word will come of what it waits for.
func (r *run) next(now time.Time) time.Time {
	next := now.Add(pollEvery)
	sooner := func(t time.Time) {
		if t.After(now) && t.Before(next) {
			next = t
		}
	}
	if !r.renewing && !r.suspect {
		sooner(r.renewAt)
	}
	sooner(r.paceAt)
	if len(r.asleep) > 0 {
		sooner(r.asleep[0].at)
	}
	if !r.claiming && (r.exhausted || r.suspect) {
		sooner(r.claimAfter)
	}
	if !r.journal.writing && len(r.journal.marks) > 0 {
		at := r.journal.since.Add(journalEvery)
		if r.journal.retryAt.After(at) {
			at = r.journal.retryAt
		}
		sooner(at)
	}
	if !r.expired {
		sooner(r.limit)
	}
	return next
}
