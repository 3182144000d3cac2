package desk

import (
	"context"
	"time"

	"dateline/internal/news"
)

// alertRule is a rule about one alert; house has the editors of this moment.
type alertRule func(a *news.Alert, s *news.Story, house news.AlertHouse, now time.Time) (news.AlertOutcome, error)

// ApproveAlert is the second person's yes.
func (d *Desk) ApproveAlert(ctx context.Context, who news.Actor, id news.AlertID) (*news.Alert, error) {
	return d.letGo(ctx, who, id, func(a *news.Alert, s *news.Story, h news.AlertHouse, now time.Time) (news.AlertOutcome, error) {
		return news.AlertOutcome{Step: news.Approve}, a.Approve(who, s, h, now)
	})
}

// SendAlertAlone lets an alert go that nobody answered, after a fresh sign-in; signedIn
// is when who signed in. All editors are told.
func (d *Desk) SendAlertAlone(ctx context.Context, who news.Actor, signedIn time.Time, id news.AlertID) (*news.Alert, error) {
	return d.letGo(ctx, who, id, func(a *news.Alert, s *news.Story, h news.AlertHouse, now time.Time) (news.AlertOutcome, error) {
		return news.AlertOutcome{Step: news.SendAlone, Jobs: []news.Job{tellEditors(AloneJob, id)}}, a.SendAlone(who, signedIn, s, h, now)
	})
}

// letGo runs a rule that starts a countdown, and waits until it is shown.
func (d *Desk) letGo(ctx context.Context, who news.Actor, id news.AlertID, rule alertRule) (*news.Alert, error) {
	a, _, n, err := d.updateAlert(ctx, who, id, rule)
	if err != nil {
		return nil, err
	}
	_, err = d.o.Live.Wait(ctx, n, nil)
	return a, err
}

func (d *Desk) updateAlert(ctx context.Context, who news.Actor, id news.AlertID, rule alertRule) (after, next *news.Alert, change int64, err error) {
	if err := d.mayAlert(who); err != nil {
		return nil, nil, 0, err
	}
	return d.o.Alerts.UpdateAlert(ctx, who, id, func(a *news.Alert, s *news.Story, editors int, now time.Time) (news.AlertOutcome, error) {
		return rule(a, s, d.house(editors), now)
	})
}
