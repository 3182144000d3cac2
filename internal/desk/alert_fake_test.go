package desk_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"dateline/internal/desk"
	"dateline/internal/news"
)

// A book keeps alerts in memory as the store does.
type book struct {
	stories map[news.StoryID]*news.Story
	alerts  []*news.Alert // oldest first
	kept    map[news.AlertID][]byte
	devices []news.StaffDevice
	editors int
	at      time.Time
	n       int64
	jobs    []news.Job
	steps   []news.Step
}

func (b *book) CreateAlert(_ context.Context, _ news.Actor, id news.StoryID, compose func(*news.Story, int, time.Time) (*news.Alert, news.AlertOutcome, error)) (*news.Alert, int64, error) {
	s := b.stories[id]
	if s == nil {
		return nil, 0, news.Missing("story")
	}
	compose(s, b.editors, b.at) // PostgreSQL may make a rule run twice
	a, o, err := compose(s, b.editors, b.at)
	if err != nil {
		return nil, 0, err
	}
	b.note(o)
	b.alerts = append(b.alerts, a)
	c := *a
	return &c, b.n, nil
}

func (b *book) note(o news.AlertOutcome) {
	b.n++
	b.jobs, b.steps = append(b.jobs, o.Jobs...), append(b.steps, o.Step)
}

func (b *book) UpdateAlert(_ context.Context, _ news.Actor, id news.AlertID, rule func(*news.Alert, *news.Story, int, time.Time) (news.AlertOutcome, error)) (after, next *news.Alert, n int64, err error) {
	for _, a := range b.alerts {
		if a.ID != id {
			continue
		}
		c := *a
		rule(&c, b.stories[a.Story], b.editors, b.at)
		c = *a
		o, err := rule(&c, b.stories[a.Story], b.editors, b.at)
		if err != nil || o.Quiet {
			return &c, nil, 0, err
		}
		*a = c
		b.note(o)
		if o.Next != nil {
			b.alerts = append(b.alerts, o.Next)
		}
		return &c, o.Next, b.n, nil
	}
	return nil, nil, 0, news.Missing("alert")
}

func (b *book) Alert(_ context.Context, id news.AlertID) (*news.Alert, error) {
	for _, a := range b.alerts {
		if a.ID == id {
			c := *a
			return &c, nil
		}
	}
	return nil, news.Missing("alert")
}

func (b *book) Alerts(_ context.Context, l news.AlertList) (out []news.Alert, next string, err error) {
	for _, a := range slices.Backward(b.alerts) {
		if (l.Story == "" || a.Story == l.Story) && (l.Original == "" || a.Original == l.Original) && !a.Composed.Before(l.Since) {
			out = append(out, *a)
		}
	}
	return out, "", nil
}

func (b *book) KeptDelivery(_ context.Context, id news.AlertID) ([]byte, error) {
	if b.kept[id] == nil {
		return nil, news.Missing("record")
	}
	return b.kept[id], nil
}

func (b *book) StaffDevices(_ context.Context, people ...news.PersonID) (out []news.StaffDevice, err error) {
	for _, d := range b.devices {
		if len(people) == 0 || slices.Contains(people, d.Person) {
			out = append(out, d)
		}
	}
	return out, nil
}

// start does what the courier does once an alert is due.
func (b *book) start(id news.AlertID, t news.Tally) {
	for _, a := range b.alerts {
		if a.ID == id {
			a.State = news.AlertQueued
			a.Begin(b.at)
			a.Tally = t
		}
	}
}

// A courier that counts.
type courier struct {
	reach   int
	long    bool
	tally   news.Tally
	hangs   bool
	stopped []news.AlertID
	tested  []news.StaffDevice
}

func (c *courier) Reach(*news.Alert) int { return c.reach }

func (c *courier) Message(a *news.Alert) ([]byte, error) {
	if c.long {
		return nil, news.Wrong("body", "This is too long for push services.")
	}
	return []byte(a.Title + a.Body), nil
}

func (c *courier) Stop(ctx context.Context, id news.AlertID) (news.Tally, error) {
	if c.hangs {
		<-ctx.Done()
		return news.Tally{}, ctx.Err()
	}
	c.stopped = append(c.stopped, id)
	return c.tally, ctx.Err()
}

func (c *courier) Progress(context.Context, news.AlertID) (news.AlertProgress, error) {
	return news.AlertProgress{Tally: c.tally, PerSecond: 7}, nil
}

func (c *courier) Test(_ context.Context, _ *news.Alert, to []news.StaffDevice) (int, error) {
	c.tested = append(c.tested, to...)
	return len(to), nil
}

// lagging is a node that never shows anything.
type lagging struct{}

func (lagging) Wait(ctx context.Context, n int64, _ []string) (news.Timing, error) {
	if n > 0 {
		<-ctx.Done()
	}
	return news.Timing{}, ctx.Err()
}

func room(t *testing.T, o desk.Options) (*desk.Desk, *book, *courier) {
	t.Helper()
	live := func(lang string) *news.Version { return &news.Version{Content: news.Content{Language: lang}} }
	b := &book{at: clock0, editors: 1, kept: map[news.AlertID][]byte{}, stories: map[news.StoryID]*news.Story{
		"out":    {ID: "out", Status: news.Published, Address: "/2026/11/25/out", Live: live("en")},
		"arabic": {ID: "arabic", Status: news.Published, Address: "/2026/11/25/arabic", Live: live("ar")},
		"draft":  {ID: "draft", Status: news.Draft},
		"killed": {ID: "killed", Status: news.Killed},
	}}
	c := &courier{reach: 1000}
	o.Alerts, o.Courier = b, c
	if o.Live == nil {
		o.Live = shower{}
	}
	return desk.New(o), b, c
}
