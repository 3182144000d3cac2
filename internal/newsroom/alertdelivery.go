package newsroom

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"dateline/internal/news"
)

// A deliveryRecord is what became of one alert, for keeping elsewhere.
type deliveryRecord struct {
	ID       news.AlertID     `json:"id"`
	Kind     news.AlertKind   `json:"kind"`
	State    news.AlertState  `json:"state"`
	Story    news.StoryID     `json:"story"`
	Original news.AlertID     `json:"original"`
	Replaces news.AlertID     `json:"replaces,omitempty"`
	Title    string           `json:"title"`
	Body     string           `json:"body"`
	Whom     string           `json:"audience_is"`
	Composer string           `json:"composed_by"`
	Composed *time.Time       `json:"composed_at"`
	Approver string           `json:"approved_by,omitempty"`
	Approved *time.Time       `json:"approved_at,omitempty"`
	Alone    bool             `json:"without_a_second_person,omitempty"`
	Started  *time.Time       `json:"started_at,omitempty"`
	Ended    *time.Time       `json:"ended_at,omitempty"`
	Stopper  string           `json:"stopped_by,omitempty"`
	Reason   string           `json:"stopped_because,omitempty"`
	Total    deliveryNumbers  `json:"total"`
	Services []deliveryPart   `json:"by_service"`
	Record   []deliveryAction `json:"record"`
}

type deliveryNumbers struct {
	Audience int `json:"audience"`
	Accepted int `json:"accepted"`
	Gone     int `json:"gone"`
	Failed   int `json:"failed"`
	Retrying int `json:"retrying"`
	Waiting  int `json:"waiting"`

	Open bool `json:"open,omitempty"` // answers were still coming in
}

type deliveryPart struct {
	Service string `json:"service"`
	deliveryNumbers
	State string `json:"state,omitempty"`
	Why   string `json:"why,omitempty"`
}

type deliveryAction struct {
	At     time.Time `json:"at"`
	Who    string    `json:"who"`
	Action string    `json:"action"`
	Note   string    `json:"note,omitempty"`
}

// delivery makes the record of the alert that the address names.
func (n *Newsroom) delivery(ctx context.Context, who news.Actor, id string) (*deliveryRecord, error) {
	live, err := n.liveOf(ctx, who, id)
	if err != nil {
		return nil, err
	}
	a := live.Alert
	services, err := n.o.Alerting.AlertDelivery(ctx, who, a.ID)
	if err != nil {
		return nil, err
	}
	entries, err := n.o.Stories.Entries(ctx, alertSubject(a.ID), alertEntries)
	if err != nil {
		return nil, err
	}
	d := &deliveryRecord{
		ID: a.ID, Kind: a.Kind, State: a.State, Story: a.Story, Original: a.Original, Replaces: a.Replaces,
		Title: a.Title, Body: a.Body, Whom: whom(a), Composer: a.Composer.Name, Composed: moment(a.Composed),
		Approver: a.Approver.Name, Approved: moment(a.Approved), Alone: a.Alone, Started: moment(a.Started), Ended: moment(a.Ended),
		Stopper: a.Stopper.Name, Reason: a.Reason, Total: deliveryNumbers(live.Progress.Tally),
		Services: []deliveryPart{}, Record: []deliveryAction{},
	}
	for _, s := range services {
		d.Services = append(d.Services, deliveryPart{Service: s.Origin, deliveryNumbers: deliveryNumbers(s.Tally), State: s.State, Why: s.Why})
	}
	for _, e := range entries {
		d.Record = append(d.Record, deliveryAction{At: e.At.UTC(), Who: e.Who, Action: e.Action, Note: e.Note})
	}
	return d, nil
}

// moment is an instant for JSON; nothing for none.
func moment(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}

func (n *Newsroom) deliveryJSON(w http.ResponseWriter, r *http.Request, who news.Actor) error {
	d, err := n.delivery(r.Context(), who, r.PathValue("id"))
	if err != nil {
		return err
	}
	attach(w, d.ID, "json")
	return writeJSON(w, d)
}

// deliveryCSV is the same numbers by service as a table, the whole in its last line.
func (n *Newsroom) deliveryCSV(w http.ResponseWriter, r *http.Request, who news.Actor) error {
	d, err := n.delivery(r.Context(), who, r.PathValue("id"))
	if err != nil {
		return err
	}
	var b bytes.Buffer
	c := csv.NewWriter(&b)
	line := func(service string, t deliveryNumbers, state, why string) {
		cells := []string{service}
		for _, v := range []int{t.Audience, t.Accepted, t.Gone, t.Failed, t.Retrying, t.Waiting} {
			cells = append(cells, strconv.Itoa(v))
		}
		c.Write(append(cells, state, why)) // its error is asked for below
	}
	c.Write([]string{"service", "audience", "accepted", "gone", "failed", "retrying", "waiting", "state", "why"})
	for _, s := range d.Services {
		line(service(s.Service), s.deliveryNumbers, s.State, s.Why)
	}
	line("all", d.Total, string(d.State), d.Reason)
	if c.Flush(); c.Error() != nil {
		return fmt.Errorf("write delivery of alert %s: %w", d.ID, c.Error())
	}
	attach(w, d.ID, "csv")
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Length", strconv.Itoa(b.Len()))
	_, err = w.Write(b.Bytes())
	return err
}

// attach makes a browser keep the answer as a file.
func attach(w http.ResponseWriter, id news.AlertID, ext string) {
	w.Header().Set("Content-Disposition", `attachment; filename="alert-`+string(id)+"."+ext+`"`)
	w.Header().Set("X-Content-Type-Options", "nosniff")
}
