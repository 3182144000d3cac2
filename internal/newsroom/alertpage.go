package newsroom

import (
	"context"
	"net/http"

	"dateline/internal/news"
	"dateline/internal/web"
)

// An alertPage is one alert, from waiting for a yes to its record.
type alertPage struct {
	frame
	Stand  alertLive
	Alert  *news.Alert
	Steps  []news.Step // what this person may do now
	Mine   bool        // composed by this person
	Phone  phone
	Second []news.Person // who may say yes
	Chain  []news.Alert  // what replaced what, the oldest first; one if nothing did
	Newer  *news.Alert   // that took this one's place
	Record []news.Entry
}

// alertEntries is how much of an alert's record its page shows; the export has as much.
const alertEntries = 100

func (n *Newsroom) alert(w http.ResponseWriter, r *http.Request, who news.Actor) error {
	return n.showAlert(w, r, who, nil)
}

// showAlert shows the alert that the address names, with what was refused about it.
func (n *Newsroom) showAlert(w http.ResponseWriter, r *http.Request, who news.Actor, refused error) error {
	ctx := r.Context()
	live, err := n.liveOf(ctx, who, r.PathValue("id"))
	if err != nil {
		return err
	}
	a := live.Alert
	view := alertPage{
		frame: n.frame(r, who, "alerts", live.Word()+": "+a.Title),
		Stand: live, Alert: a, Steps: a.Steps(who), Mine: a.Composer.ID == who.ID,
	}
	status := http.StatusOK
	if refused != nil {
		status = view.failed(refused)
	}
	if a.State == news.AlertAwaiting {
		if view.Second, err = n.others(ctx, a.Composer.ID); err != nil {
			return err
		}
	}
	if view.Phone, err = n.phoneOf(ctx, *a, a.Language); err != nil {
		return err
	}
	if view.Record, err = n.o.Stories.Entries(ctx, alertSubject(a.ID), alertEntries); err != nil {
		return err
	}
	if view.Chain, err = n.chain(ctx, who, a); err != nil {
		return err
	}
	for i := range view.Chain {
		if x := &view.Chain[i]; x.ID != a.ID && x.Composed.After(a.Composed) {
			view.Newer = x
		}
	}
	return n.render(w, status, "alert", view)
}

// alertSubject names an alert in the record.
func alertSubject(id news.AlertID) string { return "alert:" + string(id) }

// chain lists an alert and all that replaced it or that it replaces, the oldest first.
func (n *Newsroom) chain(ctx context.Context, who news.Actor, a *news.Alert) ([]news.Alert, error) {
	items, _, err := n.o.Alerting.Alerts(ctx, who, news.AlertList{Original: a.Original, Limit: 100})
	for i, j := 0, len(items)-1; i < j; i, j = i+1, j-1 {
		items[i], items[j] = items[j], items[i]
	}
	return items, err
}

// decide takes a step with the alert that the address names and shows what became of
// it. A refusal stands on the alert's own page, since what it needs stands there too.
func (n *Newsroom) decide(w http.ResponseWriter, r *http.Request, who news.Actor, step func(news.AlertID) (*news.Alert, error)) error {
	if !news.IsID(r.PathValue("id")) {
		return news.Missing("alert")
	}
	a, err := step(news.AlertID(r.PathValue("id")))
	if err == nil {
		return seeOther(w, r, alertPath(a.ID), "")
	}
	switch x := web.Explain(err); x.Status {
	case http.StatusConflict, http.StatusForbidden, http.StatusUnprocessableEntity:
		return n.showAlert(w, r, who, err)
	}
	return err
}

// approveAlert is the second person's yes. Saying it twice is saying it once.
func (n *Newsroom) approveAlert(w http.ResponseWriter, r *http.Request, who news.Actor) error {
	return n.decide(w, r, who, func(id news.AlertID) (*news.Alert, error) {
		a, err := n.o.Alerting.ApproveAlert(r.Context(), who, id)
		if news.KindOf(err) == news.Conflict {
			if is, _, lookErr := n.o.Alerting.Alert(r.Context(), who, id); lookErr == nil && is.Approver.ID == who.ID && is.State != news.AlertStopped {
				return is, nil
			}
		}
		return a, err
	})
}

// stopAlert keeps what has not gone out from going out. It is stopped even if how many
// it had reached is not known yet: the page asks again.
func (n *Newsroom) stopAlert(w http.ResponseWriter, r *http.Request, who news.Actor) error {
	return n.decide(w, r, who, func(id news.AlertID) (*news.Alert, error) {
		a, err := n.o.Alerting.StopAlert(r.Context(), who, id)
		if a != nil && news.KindOf(err) == news.Busy {
			err = nil
		}
		return a, err
	})
}
