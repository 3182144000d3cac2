package fanout

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"dateline/internal/news"
)

// An AlertStore keeps alerts.
type AlertStore interface {
	Alerts(ctx context.Context, l news.AlertList) (items []news.Alert, next string, err error)
	// UpdateAlert runs rule on the alert as it is now, perhaps twice.
	UpdateAlert(ctx context.Context, who news.Actor, id news.AlertID, rule func(a *news.Alert, s *news.Story, editors int, now time.Time) (news.AlertOutcome, error)) (after, next *news.Alert, change int64, err error)
	// KeepDelivery keeps the record by push service, which the database itself cannot
	// tell once the subscriptions that were gone are deleted.
	KeepDelivery(ctx context.Context, id news.AlertID, record []byte) error
	PruneSubscriptions(ctx context.Context, gone news.Recipients) (int, error)
	// DropRecipients forgets who got the alerts that were over before a moment.
	DropRecipients(ctx context.Context, before time.Time) (alerts int, err error)
	Hints() (c <-chan struct{}, stop func())
}

// CourierConfig is what a Courier works with.
type CourierConfig struct {
	Engine *Engine
	Roll   *Roll
	Alerts AlertStore
	House  news.AlertHouse
	// Ready is called before each alert is sent, to take in keys added meanwhile; may be
	// nil. An alert goes out even if it fails.
	Ready func(ctx context.Context) error
	// Jobs are enqueued with the first message, such as the same alert by mail; may be nil.
	Jobs func(a *news.Alert) []news.Job
	// Hurry is called when somebody counts the readers of an alert, who will send one
	// soon; may be nil.
	Hurry func()
	Now   func() time.Time // the database's clock
	Log   *slog.Logger
}

// A Courier finds the alerts that are due, in this process and after a restart, begins
// and finishes them. Several nodes may run one; each takes its part of every alert. The
// alert's own row is all that it goes by, so nothing that was let go is forgotten.
type Courier struct {
	CourierConfig

	mu      sync.Mutex
	running map[news.AlertID]bool
	frozen  map[news.AlertID]bool
	pruner  pruner
	work    sync.WaitGroup
}

// NewCourier gives a courier; Run runs it.
func NewCourier(c CourierConfig) *Courier {
	return &Courier{CourierConfig: c, running: map[news.AlertID]bool{}, frozen: map[news.AlertID]bool{}}
}

const (
	lookEvery = time.Second // for alerts, when every hint is lost
	// readyBefore is how long before the countdown's end the audience is fixed, so that
	// the first message leaves at its end and not when a million rows are written.
	readyBefore = 2 * time.Second
	againAfter  = 2 * time.Second // an alert that could not be begun or finished
	forgetEvery = 24 * time.Hour
)

// Run sends what is due until ctx ends, then lets what is under way be written down.
func (c *Courier) Run(ctx context.Context) {
	defer c.work.Wait()
	hints, stop := c.Alerts.Hints()
	defer stop()
	if !c.today(ctx) {
		return
	}
	c.work.Go(func() { c.forget(ctx) })
	timer := time.NewTimer(0)
	defer timer.Stop()
	troubled := false
	for {
		wait, err := c.look(ctx)
		if err != nil && ctx.Err() == nil && !troubled {
			c.Log.Warn("alerts cannot be read; it is tried again", "error", err)
		}
		troubled = err != nil
		wake := hints
		if troubled {
			wake = nil // an error would come back as fast as hints do
		}
		timer.Reset(wait)
		select {
		case <-ctx.Done():
			return
		case <-wake:
		case <-timer.C:
		}
	}
}

// forget drops, once a day, who got alerts that can be corrected no more. It waits a
// day longer than the rule that refuses such a correction, for nodes whose clocks differ.
func (c *Courier) forget(ctx context.Context) {
	tick := time.NewTicker(forgetEvery)
	defer tick.Stop()
	for {
		n, err := c.Alerts.DropRecipients(ctx, c.Now().Add(-news.RecipientsKept-24*time.Hour))
		switch {
		case err != nil && ctx.Err() == nil:
			c.Log.Warn("who got old alerts could not be forgotten; it is tried again tomorrow", "error", err)
		case n > 0:
			c.Log.Info("forgot who got alerts of more than a month ago", "alerts", n)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// today counts what went out today towards the readers' daily limits.
func (c *Courier) today(ctx context.Context) bool {
	for ctx.Err() == nil {
		err := c.Roll.CatchUp(ctx)
		if err == nil {
			err = c.countToday(ctx)
		}
		if err == nil {
			return true
		}
		select {
		case <-ctx.Done():
		case <-time.After(againAfter):
		}
	}
	return false
}

func (c *Courier) countToday(ctx context.Context) error {
	// Lists go by when alerts were composed, and one may be planned a year ahead.
	now := c.Now()
	l := news.AlertList{Since: now.AddDate(-1, 0, -1), Limit: 100}
	for {
		alerts, next, err := c.Alerts.Alerts(ctx, l)
		if err != nil {
			return err
		}
		for i := range alerts {
			a := &alerts[i]
			if a.Kind != news.NewsAlert || !a.State.Over() || a.Started.Before(now.AddDate(0, 0, -1)) {
				continue
			}
			rec, err := c.Engine.Ledger.Record(ctx, a.ID)
			if err != nil {
				return err
			}
			if rec != nil {
				c.Roll.Index.Delivered(rec.Audience, a.Started)
			}
		}
		if l.Cursor = next; next == "" {
			return nil
		}
	}
}

// look begins all that is due and says when to look again.
func (c *Courier) look(ctx context.Context) (time.Duration, error) {
	next := c.Now().Add(lookEvery)
	// All pages: however many alerts wait for a second person, those planned before them
	// have to leave.
	for l := (news.AlertList{Open: true, Limit: 100}); ; {
		open, more, err := c.Alerts.Alerts(ctx, l)
		if err != nil {
			return lookEvery, err
		}
		for i := range open {
			if due := c.take(ctx, &open[i]); !due.IsZero() && due.Before(next) {
				next = due
			}
		}
		if l.Cursor = more; more == "" {
			return max(next.Sub(c.Now()), 0), nil
		}
	}
}

// take begins an alert if it is due, else it says when to look at it again; zero for
// when it changes.
func (c *Courier) take(ctx context.Context, a *news.Alert) time.Time {
	now, due := c.Now(), a.Due(c.House)
	if a.State == news.AlertQueued || a.State == news.AlertSending || (!due.IsZero() && !now.Before(due)) {
		c.start(ctx, a)
		return time.Time{}
	}
	if a.State == news.AlertCounting {
		if ready := due.Add(-readyBefore); now.Before(ready) {
			return ready
		}
		if err := c.freeze(ctx, a); err != nil {
			c.Log.Warn("the audience of an alert could not be fixed ahead; it will be when it leaves", "alert", a.ID, "error", err)
		}
	}
	return due
}

// freeze fixes the audience of an alert in its countdown, as it will be at its end.
func (c *Courier) freeze(ctx context.Context, a *news.Alert) error {
	if a.Replaces != "" || c.frozen[a.ID] {
		return nil
	}
	c.frozen[a.ID] = true // tried once; what fails here is done when it leaves
	if err := c.Roll.CatchUp(ctx); err != nil {
		return err
	}
	return c.Engine.Ledger.Freeze(ctx, a.ID, c.Roll.Index.Freeze(a, a.Leaves))
}

func (c *Courier) start(ctx context.Context, a *news.Alert) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.running[a.ID] {
		return
	}
	c.running[a.ID] = true
	c.work.Go(func() {
		again := c.carry(ctx, a.ID)
		if again {
			select {
			case <-ctx.Done():
			case <-time.After(againAfter):
			}
		}
		c.mu.Lock()
		defer c.mu.Unlock()
		delete(c.running, a.ID)
	})
}

// carry takes one alert as far as it goes, and says whether to come back to it.
func (c *Courier) carry(ctx context.Context, id news.AlertID) (again bool) {
	a, err := c.advance(ctx, id)
	if err != nil {
		return c.later(ctx, id, "begun", err)
	}
	if a.State != news.AlertSending {
		return false // into its countdown, or another node or an editor was faster
	}
	if c.Ready != nil {
		if err := c.Ready(ctx); err != nil {
			c.Log.Warn("push keys could not be read anew before an alert", "alert", id, "error", err)
		}
	}
	if a.Replaces == "" {
		if err := c.Roll.CatchUp(ctx); err != nil {
			return c.later(ctx, id, "begun", err)
		}
	}
	tally, err := c.Engine.Run(ctx, a)
	switch {
	case errors.Is(err, ErrRunning):
		return false
	case ctx.Err() != nil:
		return false // the next start goes on
	case err == nil || errors.Is(err, news.ErrAlertStopped):
	case news.KindOf(err) == news.Conflict || news.KindOf(err) == news.Invalid:
		// The story went away between the yes and the fence, or the message cannot be made.
		if err := c.giveUp(ctx, id, err); err != nil {
			return c.later(ctx, id, "given up", err)
		}
		return false
	default:
		return c.later(ctx, id, "sent", err)
	}
	if err := c.finish(ctx, a, tally); err != nil {
		return c.later(ctx, id, "finished", err)
	}
	return false
}

func (c *Courier) later(ctx context.Context, id news.AlertID, what string, err error) bool {
	if ctx.Err() == nil {
		c.Log.Error("an alert could not be "+what+"; it is tried again", "alert", id, "error", err)
	}
	return true
}

// advance moves the alert on as time has, and begins it when its countdown is over.
func (c *Courier) advance(ctx context.Context, id news.AlertID) (*news.Alert, error) {
	a, _, _, err := c.Alerts.UpdateAlert(ctx, news.System, id, func(a *news.Alert, s *news.Story, _ int, now time.Time) (news.AlertOutcome, error) {
		moved := a.Advance(s, c.House, now)
		began := a.State == news.AlertQueued && a.Begin(now)
		o := news.AlertOutcome{Quiet: !moved && !began, Note: a.Reason}
		switch {
		case began:
			o.Step = "begin"
			if c.Jobs != nil {
				o.Jobs = c.Jobs(a)
			}
		case a.State == news.AlertStopped:
			o.Step = news.Stop
		default:
			o.Step = "count-down"
		}
		return o, nil
	})
	return a, err
}

// giveUp stops an alert that cannot be sent.
func (c *Courier) giveUp(ctx context.Context, id news.AlertID, why error) error {
	_, _, _, err := c.Alerts.UpdateAlert(ctx, news.System, id, func(a *news.Alert, _ *news.Story, _ int, now time.Time) (news.AlertOutcome, error) {
		if a.State.Over() {
			return news.AlertOutcome{Quiet: true}, nil
		}
		if err := a.Stop(news.System, now); err != nil {
			return news.AlertOutcome{}, err
		}
		a.Reason = "It could not be sent."
		var e *news.Error
		if errors.As(why, &e) {
			a.Reason = e.Error()
		}
		return news.AlertOutcome{Step: news.Stop, Note: a.Reason}, nil
	})
	return err
}

// finish writes down what became of an alert, then drops the subscriptions that their
// push services said are gone. Every node does it; the last one has the whole numbers.
func (c *Courier) finish(ctx context.Context, a *news.Alert, tally news.Tally) error {
	rec, err := c.Engine.Ledger.Record(ctx, a.ID)
	if err != nil {
		return err
	}
	var services []news.ServiceProgress
	if rec != nil {
		services = ByService(rec, c.Roll.Book)
		text, err := json.Marshal(services)
		if err != nil {
			return fmt.Errorf("write the record of alert %s: %w", a.ID, err)
		}
		if err := c.Alerts.KeepDelivery(ctx, a.ID, text); err != nil {
			return err
		}
		if a.Kind == news.NewsAlert {
			c.Roll.Index.Delivered(rec.Audience, a.Started)
		}
	}
	_, _, _, err = c.Alerts.UpdateAlert(ctx, news.System, a.ID, func(a *news.Alert, _ *news.Story, _ int, now time.Time) (news.AlertOutcome, error) {
		if a.State.Over() && a.Tally == tally {
			return news.AlertOutcome{Quiet: true}, nil
		}
		a.Finish(tally, now)
		return news.AlertOutcome{Step: "finish"}, nil
	})
	if err != nil || rec == nil || rec.Gone.Count() == 0 {
		return err
	}
	c.mu.Lock()
	drop, held := c.pruner.allowed(rec, services, c.Roll.Book, c.Now())
	c.mu.Unlock()
	for _, origin := range held {
		if c.Engine.Tell != nil {
			c.Engine.Tell(stormNotice(a.ID, origin))
		}
	}
	if drop.Count() == 0 {
		return nil
	}
	n, err := c.Alerts.PruneSubscriptions(ctx, drop)
	if err != nil {
		return err
	}
	c.Log.Info("subscriptions dropped that their push services said are gone", "alert", a.ID, "number", n)
	return nil
}
