package fanout

import (
	"context"
	"errors"
	"fmt"
	"sync"
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

	asked       sync.Mutex // for the progress last counted
	lastAsked   *news.AlertProgress
	lastAskedAt time.Time
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
		return news.ErrAlertStopped
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
func (r *run) audience() (news.Recipients, error) {
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
