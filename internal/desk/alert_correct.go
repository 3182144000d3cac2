package desk

import (
	"context"
	"time"

	"dateline/internal/news"
)

// CorrectAlert sends c in an alert's place, to exactly those who accepted the original,
// and gives the correction. It waits for no second person and no countdown. c needs
// Title and Body; with an ID of the asker's choosing it may be asked again.
func (d *Desk) CorrectAlert(ctx context.Context, who news.Actor, id news.AlertID, c news.Alert) (*news.Alert, error) {
	return d.replace(ctx, who, id, c.ID, func(a *news.Alert, next news.AlertID, s *news.Story, now time.Time) (news.AlertOutcome, error) {
		c.ID = next
		r, err := a.Correct(c, who, s, now)
		if err != nil {
			return news.AlertOutcome{}, err
		}
		_, err = d.fit(r, s)
		return news.AlertOutcome{Step: news.Correct, Next: r}, err
	})
}

// WithdrawAlert tells everybody who accepted an alert that there is nothing to it, and
// gives the withdrawal. If nothing of it had left, it is stopped, and given itself. The
// words are news.Withdrawn unless w has others.
func (d *Desk) WithdrawAlert(ctx context.Context, who news.Actor, id news.AlertID, w news.Alert) (*news.Alert, error) {
	return d.replace(ctx, who, id, w.ID, func(a *news.Alert, next news.AlertID, _ *news.Story, now time.Time) (news.AlertOutcome, error) {
		if a.Kind == news.WithdrawalAlert && !a.State.Over() {
			return news.AlertOutcome{Quiet: true}, nil // pressed twice; the rule would stop it
		}
		w.ID, w.Picture = next, "" // the story's pictures may be gone with it
		r, err := a.Withdraw(w, who, now)
		if err != nil {
			return news.AlertOutcome{}, err
		}
		if r != nil {
			_, err = d.o.Courier.Message(r)
		}
		return news.AlertOutcome{Step: news.Withdraw, Next: r}, err
	})
}

// replace runs a rule that puts another alert in the place of one, whose last form it
// is given.
func (d *Desk) replace(ctx context.Context, who news.Actor, id, wished news.AlertID,
	rule func(a *news.Alert, next news.AlertID, s *news.Story, now time.Time) (news.AlertOutcome, error)) (*news.Alert, error) {
	if err := d.mayAlert(who); err != nil {
		return nil, err
	}
	if old, err := d.earlierTry(ctx, who, wished); err != nil || old != nil {
		return old, err
	}
	ctx, cancel := decisive(ctx)
	defer cancel()
	last, err := d.lastForm(ctx, id)
	if err != nil {
		return nil, err
	}
	fresh, running := newAlertID(wished), false
	after, next, n, err := d.updateAlert(ctx, who, last, func(a *news.Alert, s *news.Story, _ news.AlertHouse, now time.Time) (news.AlertOutcome, error) {
		running = a.State == news.AlertSending
		return rule(a, fresh, s, now)
	})
	switch {
	case err != nil:
		other, err := d.orOther(ctx, who, wished, err)
		if news.KindOf(err) == news.Conflict {
			if newer, lookErr := d.lastForm(ctx, id); lookErr == nil && newer != last {
				return d.replace(ctx, who, id, wished, rule) // somebody was faster: what they sent is the last form
			}
		}
		return other, err
	case next == nil && after.Kind == news.WithdrawalAlert:
		return after, nil
	case next == nil && after.Kind == news.CorrectionAlert:
		// That correction never left, so its original is still to be withdrawn.
		return d.replace(ctx, who, id, wished, rule)
	case next == nil:
		return after, d.halt(ctx, after, n)
	case running:
		// The sooner the rest of the wrong one stays here, the fewer read it. Its numbers
		// are no part of this answer; that they are missing is in the log.
		_ = d.halt(ctx, after, n)
	}
	_, err = d.o.Live.Wait(ctx, n, nil)
	return next, err
}

// lastForm gives what now stands on readers' screens in an alert's place: its last
// correction. A second correction of the first words would leave the one in between on
// its way.
func (d *Desk) lastForm(ctx context.Context, id news.AlertID) (news.AlertID, error) {
	a, err := d.o.Alerts.Alert(ctx, id)
	if err != nil {
		return "", err
	}
	chain, _, err := d.o.Alerts.Alerts(ctx, news.AlertList{Original: a.Original, Limit: 100})
	if err != nil {
		return "", err
	}
	for _, c := range chain {
		if never := c.State.Over() && c.Started.IsZero(); !never {
			return c.ID, nil
		}
	}
	return id, nil
}
