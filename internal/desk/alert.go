package desk

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"dateline/internal/news"
)

// Alerts is the newsroom's memory of its alerts. Rules may run twice.
type Alerts interface {
	// CreateAlert keeps the alert that compose makes of the story as it is now; when
	// compose fails nothing is written. NotFound if there is no such story.
	CreateAlert(ctx context.Context, who news.Actor, story news.StoryID, compose func(s *news.Story, editors int, now time.Time) (*news.Alert, news.AlertOutcome, error)) (*news.Alert, int64, error)
	// UpdateAlert changes an alert by rule, and keeps the one that replaces it, if any.
	UpdateAlert(ctx context.Context, who news.Actor, id news.AlertID, rule func(a *news.Alert, s *news.Story, editors int, now time.Time) (news.AlertOutcome, error)) (after, next *news.Alert, change int64, err error)
	Alert(ctx context.Context, id news.AlertID) (*news.Alert, error)
	Alerts(ctx context.Context, l news.AlertList) (items []news.Alert, next string, err error)
	// KeptDelivery is the record by push service that the courier left when the alert
	// was over, as JSON; empty or NotFound while there is none.
	KeptDelivery(ctx context.Context, id news.AlertID) ([]byte, error)
	StaffDevices(ctx context.Context, people ...news.PersonID) ([]news.StaffDevice, error)
}

// A Courier sends alerts. It finds by itself what is due; the desk only asks it, and
// lets it know that something was stopped.
type Courier interface {
	// Reach is how many would get the alert now.
	Reach(a *news.Alert) int
	// Message is what every browser gets, in bytes before encryption; Invalid if it is
	// too long for push services.
	Message(a *news.Alert) ([]byte, error)
	// Stop returns once nothing of a stopped alert leaves this node any more, with how
	// many went out over all nodes.
	Stop(ctx context.Context, id news.AlertID) (news.Tally, error)
	Progress(ctx context.Context, id news.AlertID) (news.AlertProgress, error)
	// Test sends the alert to these devices alone and counts those whose services took it.
	Test(ctx context.Context, a *news.Alert, to []news.StaffDevice) (accepted int, err error)
}

// The jobs that tell the other editors of an alert; their arguments are {"alert": ID}.
const (
	ApprovalJob = "alert-approval" // an alert waits for a second person
	AloneJob    = "alert-alone"    // one was let go without a second person
)

// composed is the step on the record that begins an alert's life.
const composed news.Step = "compose"

// ComposeAlert begins an alert about a story, as far as who may alone: it starts its
// countdown, or waits for a second person, who is then asked. With an ID of the asker's
// choosing it may be asked again after a crash, and makes one alert all the same.
func (d *Desk) ComposeAlert(ctx context.Context, who news.Actor, a news.Alert) (*news.Alert, error) {
	if err := d.mayAlert(who); err != nil {
		return nil, err
	}
	if old, err := d.earlierTry(ctx, who, a.ID); err != nil || old != nil {
		return old, err
	}
	wished := a.ID
	a.ID = newAlertID(wished)
	made, n, err := d.o.Alerts.CreateAlert(ctx, who, a.Story, func(s *news.Story, editors int, now time.Time) (*news.Alert, news.AlertOutcome, error) {
		made, _, err := d.compose(a, who, s, editors, now)
		if err != nil {
			return nil, news.AlertOutcome{}, err
		}
		o := news.AlertOutcome{Step: composed}
		if made.State == news.AlertAwaiting {
			o.Jobs = []news.Job{tellEditors(ApprovalJob, made.ID)}
		}
		return made, o, nil
	})
	if err != nil {
		return d.orOther(ctx, who, wished, err)
	}
	_, err = d.o.Live.Wait(ctx, n, nil)
	return made, err
}

// compose runs the rule, and makes sure that what it allows can be sent: better now
// than when the countdown is over.
func (d *Desk) compose(a news.Alert, who news.Actor, s *news.Story, editors int, now time.Time) (*news.Alert, []byte, error) {
	a.Audience.Topics = slices.Clone(a.Audience.Topics) // the rule puts them in order, and may run twice
	made, err := news.ComposeAlert(a, who, s, d.house(editors), now)
	if err != nil {
		return nil, nil, err
	}
	message, err := d.fit(made, s)
	return made, message, err
}

// fit makes the message of an alert.
func (d *Desk) fit(a *news.Alert, s *news.Story) ([]byte, error) {
	// Other pictures are not public, or will be so no longer than their own story.
	if a.Picture != "" && !slices.Contains(s.Live.Content.Pictures(), a.Picture) {
		return nil, news.Wrong("picture", "Choose a picture of this story: readers may not see others.")
	}
	return d.o.Courier.Message(a)
}

// house is how this newsroom sends alerts, with as many editors as it has now.
func (d *Desk) house(editors int) news.AlertHouse {
	h := d.o.House
	h.Editors = editors
	return h
}

// mayAlert refuses whoever has nothing to do with alerts, and everybody where there
// are none.
func (d *Desk) mayAlert(who news.Actor) error {
	if d.o.Alerts == nil || d.o.Courier == nil {
		return news.Refuse(news.Busy, "Alerts are not set up on this server.")
	}
	if !who.Role.Publishes() {
		return news.Refuse(news.Denied, "This needs an editor.")
	}
	return nil
}

// earlierTry gives the alert that an earlier try of the same request made, or nil.
func (d *Desk) earlierTry(ctx context.Context, who news.Actor, id news.AlertID) (*news.Alert, error) {
	if id == "" {
		return nil, nil
	}
	a, err := d.o.Alerts.Alert(ctx, id)
	switch {
	case news.KindOf(err) == news.NotFound:
		return nil, nil
	case err != nil:
		return nil, err
	case a.Composer.ID != who.ID:
		return nil, news.Refuse(news.Denied, "This alert is somebody else's.")
	}
	return a, nil
}

// orOther gives the alert that another try of the same request made at this very moment,
// if that is why it came to err.
func (d *Desk) orOther(ctx context.Context, who news.Actor, wished news.AlertID, err error) (*news.Alert, error) {
	if news.KindOf(err) == news.Conflict {
		if other, otherErr := d.earlierTry(ctx, who, wished); other != nil || otherErr != nil {
			return other, otherErr
		}
	}
	return nil, err
}

func newAlertID(wished news.AlertID) news.AlertID {
	if wished != "" {
		return wished
	}
	return news.NewID[news.AlertID]()
}

// tellEditors is a job about an alert; there is one of a kind for each.
func tellEditors(kind string, id news.AlertID) news.Job {
	args, err := json.Marshal(struct {
		Alert news.AlertID `json:"alert"`
	}{id})
	if err != nil {
		panic(fmt.Sprintf("desk: write the arguments of %s: %v", kind, err)) // a string: cannot be
	}
	return news.Job{Kind: kind, Args: args, Unique: string(id)}
}
