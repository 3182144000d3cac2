package fanout

import (
	"context"
	"errors"
	"fmt"
	"time"

	"dateline/internal/news"
	"dateline/internal/webpush"
)

const (
	journalEvery = 100 * time.Millisecond
	renewEvery   = 250 * time.Millisecond
	pollEvery    = time.Second // for chunks that a dead node held
	// leaseSafe is how long after the last renewal this node still sends.
	leaseSafe = LeaseTime - 2*time.Second
	// lastWords is how long the ledger may take when a run ends.
	lastWords = 5 * time.Second
)

// A run is one node's part in sending one alert. All but the inbox and the view belong
// to the goroutine of all.
type run struct {
	*Engine
	alert  *news.Alert
	ctx    context.Context // ends when nothing more may leave
	cancel context.CancelCauseFunc
	ended  chan struct{}
	in     inbox
	spare  []event
	fatal  error

	payload []byte
	limit   time.Time
	expired bool

	services map[string]*service
	lanes    map[Lane]*lane
	ready    []*lane
	round    []*lane // as ready was when its turn began
	served   []*lane // in this turn
	asleep   lanesAsleep
	flights  int // batches under way
	inFlight int // messages
	sendable int // waits in lanes that may send now
	pace     *service
	paceAt   time.Time // when the pace allows more

	chunks     map[uint32]*chunk // leased, not done
	claiming   bool
	claimAfter time.Time
	exhausted  bool // the last claim brought nothing
	over       bool // and nobody has anything left

	journal journal

	renewing bool
	renewed  time.Time // leases are good from
	renewAt  time.Time
	suspect  bool // leases may be lost: nothing is sent until all is claimed anew

	told    map[NoticeKind]bool
	notices int
	view    view
}

// A chunk is leased until nothing of it is left to do.
type chunk struct {
	left int
	mark int // 1 + its place among the marks to be written; 0 for none
}

func newRun(ctx context.Context, e *Engine, a *news.Alert) *run {
	ctx, cancel := context.WithCancelCause(ctx)
	now := e.Now()
	return &run{
		Engine: e, alert: a, ctx: ctx, cancel: cancel, ended: make(chan struct{}), in: inbox{wake: make(chan struct{}, 1)},
		services: map[string]*service{}, lanes: map[Lane]*lane{}, chunks: map[uint32]*chunk{}, told: map[NoticeKind]bool{},
		limit: a.Limit(), renewed: now, renewAt: now.Add(renewEvery), view: view{services: map[string]serviceView{}},
	}
}

// all is the whole run.
func (r *run) all() error {
	if err := r.prepare(); err != nil {
		if r.ctx.Err() != nil {
			return context.Cause(r.ctx)
		}
		return err
	}
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		r.drain()
		now := r.Now()
		if r.ctx.Err() != nil || r.fatal != nil {
			return r.end()
		}
		r.expire(now)
		r.guard(now)
		r.dispatch(now)
		r.claim(now)
		r.flush(now)
		r.renew(now)
		r.show(now)
		if r.over && r.flights == 0 && len(r.chunks) == 0 && r.journal.clean() {
			return r.end()
		}
		timer.Reset(max(r.next(now).Sub(r.Now()), 0))
		select {
		case <-r.in.wake:
		case <-timer.C:
		case <-r.ctx.Done():
		}
	}
}

// prepare does what comes before the first message: the fence, the audience.
func (r *run) prepare() (err error) {
	switch r.alert.State {
	case news.AlertSending:
	case news.AlertStopped:
		return ErrStopped
	default:
		return fmt.Errorf("it is %s and has not begun", r.alert.State)
	}
	if r.payload, err = r.Config.Payload(r.alert); err != nil {
		return err
	}
	if r.alert.Kind != news.WithdrawalAlert {
		if err := r.Fence.Shown(r.ctx, r.alert.Story); err != nil {
			return fmt.Errorf("wait for its story: %w", err)
		}
	}
	rec, err := r.Ledger.Record(r.ctx, r.alert.ID)
	if err != nil {
		return err
	}
	if rec == nil {
		audience, err := r.audience()
		if err != nil {
			return err
		}
		if err := r.Ledger.Freeze(r.ctx, r.alert.ID, audience); err != nil {
			return err
		}
		if rec, err = r.Ledger.Record(r.ctx, r.alert.ID); err != nil || rec == nil {
			return errors.Join(errors.New("the ledger lost the audience"), err)
		}
	}
	if r.alert.Pace > 0 {
		rate := float64(rec.Audience.Count()) / r.alert.Pace.Seconds() / float64(max(r.Nodes(), 1))
		r.pace = newService("", max(rate, 0.01), r.Now())
		r.pace.first, r.pace.taken = firstAnswers, r.Window
	}
	// What a crash of this node left leased is free again.
	if err := r.Ledger.Release(r.ctx, r.alert.ID, r.Node); err != nil {
		return err
	}
	r.renewed = r.Now()
	return nil
}

// audience is who wants the alert; for one that replaces another, who accepted the
// original, once nothing of what it replaces is on its way any more.
func (r *run) audience() (Set, error) {
	if r.alert.Replaces == "" {
		return r.Audience.Freeze(r.alert, r.Now()), nil
	}
	for _, id := range []news.AlertID{r.alert.Replaces, r.alert.Original} {
		if _, err := r.Engine.Stop(r.ctx, id); err != nil {
			return nil, err
		}
		for {
			rec, err := r.Ledger.Record(r.ctx, id)
			if err != nil {
				return nil, err
			}
			if rec == nil || rec.Leased == 0 {
				if id == r.alert.Original && rec != nil {
					return rec.Accepted, nil
				}
				break
			}
			select {
			case <-time.After(50 * time.Millisecond):
			case <-r.ctx.Done():
				return nil, context.Cause(r.ctx)
			}
		}
	}
	return nil, nil // nothing of the original ever left
}

// end lets what is under way finish, writes all down and frees the leases.
func (r *run) end() error {
	cause := r.fatal
	if cause == nil {
		cause = context.Cause(r.ctx)
	}
	r.cancel(cause)
	for r.flights > 0 || r.claiming || r.renewing || r.journal.writing {
		<-r.in.wake
		r.drain()
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.ctx), lastWords)
	defer cancel()
	err := r.writeLast(ctx)
	err = errors.Join(err, r.Ledger.Release(ctx, r.alert.ID, r.Node))
	r.show(r.Now())
	if cause != nil {
		return errors.Join(cause, err)
	}
	return err
}

// expire gives up what waits when the alert's time is over.
func (r *run) expire(now time.Time) {
	if r.expired || now.Before(r.limit) {
		return
	}
	r.expired = true
	for _, l := range r.lanes {
		r.giveUp(l)
	}
}

func (r *run) giveUp(l *lane) {
	for _, i := range l.take() {
		r.settle(i.n, webpush.Rejected)
	}
}

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
				r.tell(nil, NoticeLedger, err)
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
				numbers = c.appendTo(numbers)
			}
			lanes = make([]Lane, len(numbers))
			r.Subscriptions.Lanes(numbers, lanes)
		}
		r.in.call(func() {
			r.claiming = false
			switch {
			case errors.Is(err, ErrStopped):
				r.cancel(ErrStopped)
			case err != nil:
				r.claimAfter = r.Now().Add(pollEvery)
				r.tell(nil, NoticeLedger, err)
			default:
				r.claimed(chunks, left, numbers, lanes)
			}
		})
	}()
}

func (c *Chunk) appendTo(numbers []uint32) []uint32 {
	for n := range Set(c.Todo[:]).All() {
		numbers = append(numbers, c.N*ChunkSize+n)
	}
	return numbers
}

func (r *run) claimed(chunks []Chunk, left int, numbers []uint32, lanes []Lane) {
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
