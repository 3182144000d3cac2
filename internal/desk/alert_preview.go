package desk

import (
	"context"
	"errors"
	"time"

	"dateline/internal/news"
)

// maxMessage is the longest message that all push services take, in bytes before
// encryption; package webpush refuses longer ones.
const maxMessage = 2048

// errPreview ends the transaction in which an alert is only tried.
var errPreview = errors.New("this was only a preview")

// PreviewAlert tells what would be sent, to how many, and what an editor should know
// before. Nothing of its warnings keeps an alert from being sent.
func (d *Desk) PreviewAlert(ctx context.Context, who news.Actor, a news.Alert) (news.AlertPreview, error) {
	made, message, now, err := d.tryAlert(ctx, who, a)
	if err != nil {
		return news.AlertPreview{}, err
	}
	p := news.AlertPreview{
		Alert: made, Size: len(message), MaxSize: maxMessage, Reach: d.o.Courier.Reach(made),
		Needs: made.State == news.AlertAwaiting, Budget: d.o.AlertBudget,
	}
	if p.Today, err = d.alertsToday(ctx, now); err != nil {
		return news.AlertPreview{}, err
	}
	if p.Earlier, err = d.lastAbout(ctx, made.Story); err != nil {
		return news.AlertPreview{}, err
	}
	p.Warnings = d.warn(&p)
	return p, nil
}

// TestAlert sends an alert to the browsers of who alone, and counts those whose push
// services took it. What goes this way cannot go to readers.
func (d *Desk) TestAlert(ctx context.Context, who news.Actor, a news.Alert) (devices int, err error) {
	made, _, _, err := d.tryAlert(ctx, who, a)
	if err != nil {
		return 0, err
	}
	var mine []news.StaffDevice
	if who.ID != "" {
		if mine, err = d.o.Alerts.StaffDevices(ctx, news.PersonID(who.ID)); err != nil {
			return 0, err
		}
	}
	if len(mine) == 0 {
		return 0, news.Refuse(news.Conflict, "None of your browsers takes tests yet. Turn them on in this browser first.")
	}
	return d.o.Courier.Test(ctx, made, mine)
}

// tryAlert makes an alert by the very rule that would send it, keeps nothing, and says
// what time it was by the database's clock.
func (d *Desk) tryAlert(ctx context.Context, who news.Actor, a news.Alert) (made *news.Alert, message []byte, now time.Time, err error) {
	if err := d.mayAlert(who); err != nil {
		return nil, nil, now, err
	}
	a.ID = newAlertID("")
	_, _, err = d.o.Alerts.CreateAlert(ctx, who, a.Story, func(s *news.Story, editors int, at time.Time) (*news.Alert, news.AlertOutcome, error) {
		var err error
		now = at
		if made, message, err = d.compose(a, who, s, editors, at); err == nil {
			err = errPreview
		}
		return nil, news.AlertOutcome{}, err
	})
	if !errors.Is(err, errPreview) {
		return nil, nil, now, err
	}
	return made, message, now, nil
}

// plannedAhead is how long before its day an alert counts that was planned for it:
// lists are by the moment of composing.
const plannedAhead = 7 * 24 * time.Hour

// alertsToday counts the alerts to everyone that went out on the site's day, or are on
// their way. A correction is no alert more: it takes another's place.
func (d *Desk) alertsToday(ctx context.Context, now time.Time) (int, error) {
	y, m, day := now.In(d.o.Zone).Date()
	midnight := time.Date(y, m, day, 0, 0, 0, 0, d.o.Zone)
	l := news.AlertList{Since: midnight.Add(-plannedAhead), Limit: 100}
	for n := 0; ; {
		items, next, err := d.o.Alerts.Alerts(ctx, l)
		if err != nil {
			return 0, err
		}
		for i := range items {
			a := &items[i]
			leaving := a.State == news.AlertCounting || a.State == news.AlertQueued
			if a.Kind == news.NewsAlert && a.Audience.All && (leaving || !a.Started.Before(midnight)) {
				n++
			}
		}
		if l.Cursor = next; next == "" {
			return n, nil
		}
	}
}

// lastAbout gives the last alert about a story that went out or will, or nil.
func (d *Desk) lastAbout(ctx context.Context, story news.StoryID) (*news.Alert, error) {
	items, _, err := d.o.Alerts.Alerts(ctx, news.AlertList{Story: story, Limit: 100})
	if err != nil {
		return nil, err
	}
	for i := range items {
		a := &items[i]
		if a.Kind == news.NewsAlert && (!a.Started.IsZero() || !a.State.Over()) {
			return a, nil
		}
	}
	return nil, nil
}
