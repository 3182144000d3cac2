package newsroom

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"dateline/internal/news"
)

// An alertsPage is what waits, what is on its way, and what went out.
type alertsPage struct {
	frame
	Waiting []alertRow
	Open    []alertRow
	Past    []news.Alert
	Next    string // address of the next page
	Paged   bool
	Today   int
	Budget  int
	Devices bool // browsers can be registered
}

// An alertRow is an alert that is not over.
type alertRow struct {
	Stand   alertLive
	Mine    bool
	Approve bool // by this person
}

// alerts shows what waits for somebody first: on a phone that is what it is opened for.
func (n *Newsroom) alerts(w http.ResponseWriter, r *http.Request, who news.Actor) error {
	ctx, q := r.Context(), r.URL.Query()
	view := alertsPage{frame: n.frame(r, who, "alerts", "Alerts"), Budget: n.o.AlertBudget, Paged: q.Get("cursor") != "", Devices: n.devicesOn()}
	var err error
	if view.Today, err = n.toEveryoneToday(ctx, who); err != nil {
		return err
	}
	if !view.Paged {
		open, _, err := n.o.Alerting.Alerts(ctx, who, news.AlertList{Open: true, Limit: 50})
		if err != nil {
			return err
		}
		for _, a := range open {
			row, err := n.alertRow(ctx, who, a.ID)
			switch {
			case err != nil:
				return err
			case row.Stand.Alert.State == news.AlertAwaiting:
				view.Waiting = append(view.Waiting, row)
			case !row.Stand.Alert.State.Over():
				view.Open = append(view.Open, row)
			}
		}
	}
	items, next, err := n.o.Alerting.Alerts(ctx, who, news.AlertList{Cursor: q.Get("cursor"), Limit: listLength})
	if err != nil {
		return err
	}
	for _, a := range items {
		if a.State.Over() {
			view.Past = append(view.Past, a)
		}
	}
	if next != "" {
		view.Next = "/desk/alerts?" + url.Values{"cursor": {next}}.Encode()
	}
	return n.render(w, http.StatusOK, "alerts", view)
}

func (n *Newsroom) alertRow(ctx context.Context, who news.Actor, id news.AlertID) (alertRow, error) {
	live, err := n.liveOf(ctx, who, string(id))
	if err != nil {
		return alertRow{}, err
	}
	row := alertRow{Stand: live, Mine: live.Alert.Composer.ID == who.ID}
	for _, s := range live.Alert.Steps(who) {
		row.Approve = row.Approve || s == news.Approve
	}
	return row, nil
}

// toEveryoneToday counts the alerts to everyone that went out on the site's day or are
// leaving, as the desk's own preview does. Those planned more than a week ahead are missed.
func (n *Newsroom) toEveryoneToday(ctx context.Context, who news.Actor) (int, error) {
	now := n.o.Now().In(n.o.Zone)
	day := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, n.o.Zone)
	items, _, err := n.o.Alerting.Alerts(ctx, who, news.AlertList{Since: day.AddDate(0, 0, -7), Limit: 100})
	today := 0
	for _, a := range items {
		leaving := a.State == news.AlertCounting || a.State == news.AlertQueued
		if a.Kind == news.NewsAlert && a.Audience.All && (leaving || !a.Started.Before(day)) {
			today++
		}
	}
	return today, err
}
