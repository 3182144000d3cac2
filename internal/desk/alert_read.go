package desk

import (
	"context"
	"encoding/json"
	"fmt"

	"dateline/internal/news"
)

// Alert gives an alert and how it stands. Of one that has not begun, the progress is
// how many would get it now.
func (d *Desk) Alert(ctx context.Context, who news.Actor, id news.AlertID) (*news.Alert, news.AlertProgress, error) {
	if err := d.mayAlert(who); err != nil {
		return nil, news.AlertProgress{}, err
	}
	a, err := d.o.Alerts.Alert(ctx, id)
	if err != nil {
		return nil, news.AlertProgress{}, err
	}
	p, err := d.progress(ctx, a)
	return a, p, err
}

func (d *Desk) progress(ctx context.Context, a *news.Alert) (news.AlertProgress, error) {
	switch {
	case a.Started.IsZero() && a.State.Over():
		return news.AlertProgress{}, nil
	case a.Started.IsZero():
		n := d.o.Courier.Reach(a)
		return news.AlertProgress{Tally: news.Tally{Audience: n, Waiting: n}}, nil
	case a.State.Over():
		services, err := d.kept(ctx, a.ID)
		if err != nil {
			return news.AlertProgress{}, err
		}
		if services != nil && a.Tally.Audience > 0 { // else the courier has not put down its last word
			return news.AlertProgress{Tally: a.Tally, Services: services}, nil
		}
	}
	return d.o.Courier.Progress(ctx, a.ID)
}

// kept gives the final record by service; nil while there is none.
func (d *Desk) kept(ctx context.Context, id news.AlertID) ([]news.ServiceProgress, error) {
	record, err := d.o.Alerts.KeptDelivery(ctx, id)
	if news.KindOf(err) == news.NotFound || err == nil && len(record) == 0 {
		return nil, nil
	}
	services := []news.ServiceProgress{}
	if err == nil {
		err = json.Unmarshal(record, &services)
	}
	if err != nil {
		return nil, fmt.Errorf("read the delivery record of alert %s: %w", id, err)
	}
	for i := range services {
		services[i].State = "done"
	}
	return services, nil
}

// Alerts lists alerts, newest first.
func (d *Desk) Alerts(ctx context.Context, who news.Actor, l news.AlertList) ([]news.Alert, string, error) {
	if err := d.mayAlert(who); err != nil {
		return nil, "", err
	}
	return d.o.Alerts.Alerts(ctx, l)
}

// AlertDelivery is the record of an alert by push service; their numbers sum up to its
// audience. Nothing of one subscription is in it.
func (d *Desk) AlertDelivery(ctx context.Context, who news.Actor, id news.AlertID) ([]news.ServiceProgress, error) {
	a, p, err := d.Alert(ctx, who, id)
	if err != nil || a.Started.IsZero() {
		return nil, err
	}
	return p.Services, nil
}
