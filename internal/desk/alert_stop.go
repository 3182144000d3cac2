package desk

import (
	"context"
	"time"

	"dateline/internal/news"
)

const (
	// stopAnswer is how long after its commit a stop may take to be answered.
	stopAnswer = time.Second
	// stopCommit bounds the commit itself.
	stopCommit = 20 * time.Second
)

// errCounting tells that an alert is stopped though its numbers are not known yet.
var errCounting = &news.Error{Kind: news.Busy, Message: "The alert is stopped. How many it had reached is not known yet: look again shortly."}

// StopAlert keeps what has not gone out from going out, and says with the alert's Tally
// how many did. Stopping what is stopped counts again. If the numbers cannot be had
// within a second the alert comes with an error of kind news.Busy; it is stopped all
// the same.
func (d *Desk) StopAlert(ctx context.Context, who news.Actor, id news.AlertID) (*news.Alert, error) {
	ctx, cancel := decisive(ctx)
	defer cancel()
	a, _, n, err := d.updateAlert(ctx, who, id, func(a *news.Alert, _ *news.Story, _ news.AlertHouse, now time.Time) (news.AlertOutcome, error) {
		was := a.State
		err := a.Stop(who, now)
		return news.AlertOutcome{Step: news.Stop, Quiet: err == nil && a.State == was}, err
	})
	if err != nil {
		return nil, err
	}
	return a, d.halt(ctx, a, n)
}

// decisive is a context for what has to happen even if the browser that asked has gone:
// whoever presses Stop and closes the lid means it.
func decisive(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), stopCommit)
}

// halt lets the courier know that a was stopped by change n, and fills in how many went
// out. It has a second for all of it. Other nodes learn of the stop by the change feed;
// one that lags must not keep the editor waiting to hear that the alert is stopped, so
// whether every node shows it yet is no part of the answer.
func (d *Desk) halt(ctx context.Context, a *news.Alert, n int64) error {
	ctx, cancel := context.WithTimeout(ctx, stopAnswer)
	defer cancel()
	var counted error
	if !a.Started.IsZero() {
		t, err := d.o.Courier.Stop(ctx, a.ID)
		if err != nil {
			d.o.Log.Error("an alert is stopped, but how many it had reached is not known yet", "alert", a.ID, "error", err)
			counted = errCounting
		} else {
			a.Tally = t
		}
	}
	if _, err := d.o.Live.Wait(ctx, n, nil); err != nil {
		d.o.Log.Warn("not every node shows yet that an alert was stopped", "alert", a.ID, "error", err)
	}
	return counted
}
