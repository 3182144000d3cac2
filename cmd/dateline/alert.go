package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"dateline/internal/desk"
	"dateline/internal/fanout"
	"dateline/internal/news"
	"dateline/internal/store"
)

type alertCmd struct {
	Send  alertSendCmd  `cmd:"" help:"Send an alert about a story, as the desk's button does."`
	Stop  alertStopCmd  `cmd:"" help:"Stop an alert on its way, and say how many went out."`
	Drill alertDrillCmd `cmd:"" help:"Send a fake alert through the whole way to a hidden subscription, and say how long each part took."`
}

type alertSendCmd struct {
	place
	Story     string   `arg:"" help:"The story's identifier." name:"story-id"`
	Title     string   `help:"What the alert says (default: the story's headline)."`
	Body      string   `help:"Its text."`
	Topics    []string `help:"To the followers of these topics, instead of to everyone." placeholder:"SLUG"`
	Followers bool     `help:"To the followers of the story, instead of to everyone."`

	AlertCountdown time.Duration `help:"How long it can be stopped before anybody has it: 0 to 30 s." default:"10s" env:"DATELINE_ALERT_COUNTDOWN"`
}

func (c *alertSendCmd) Run(ctx context.Context, io *std) error {
	if c.AlertCountdown < 0 || c.AlertCountdown > news.MaxCountdown {
		return wrongUsage("--alert-countdown: %s; use 0s to %s", c.AlertCountdown, news.MaxCountdown)
	}
	if len(c.Topics) > 0 && c.Followers {
		return wrongUsage("give --topics or --followers, not both")
	}
	return c.with(ctx, io, func(s *store.Store) error {
		story, err := s.Story(ctx, news.StoryID(c.Story))
		if err != nil {
			return err
		}
		known, err := s.Topics(ctx, c.Topics)
		if err != nil {
			return err
		}
		for _, slug := range c.Topics {
			if _, ok := known[slug]; !ok {
				return fmt.Errorf("there is no topic %q; give the last part of its page's address", slug)
			}
		}
		title := c.Title
		if title == "" && story.Live != nil {
			title = story.Live.Content.Headline
		}
		served, house := c.served(), news.StandardAlertHouse
		house.Countdown = c.AlertCountdown
		d := alertDesk(s, served, house)
		a, err := d.ComposeAlert(ctx, news.Command("alert send"), news.Alert{
			Story: story.ID, Title: title, Body: c.Body,
			Audience: news.Audience{All: len(c.Topics) == 0 && !c.Followers, Topics: c.Topics, Followers: c.Followers},
		})
		if err != nil {
			return err
		}
		fmt.Fprintf(io.out, "Alert %s is %s.\n", a.ID, a.State)
		switch {
		case a.State == news.AlertAwaiting:
			fmt.Fprintln(io.out, "An alert to everyone needs a second person's yes: at the desk, under Alerts.")
		case !served:
			fmt.Fprintln(io.out, "No server is running on this newsroom; it leaves when one starts.")
		case a.State == news.AlertCounting:
			fmt.Fprintf(io.out, "It leaves in %s. To stop it: dateline alert stop %s\n", time.Until(a.Leaves).Round(time.Second), a.ID)
		}
		return nil
	})
}

type alertStopCmd struct {
	place
	ID string `arg:"" help:"The alert's identifier."`
}

func (c *alertStopCmd) Run(ctx context.Context, io *std) error {
	return c.with(ctx, io, func(s *store.Store) error {
		a, err := alertDesk(s, c.served(), news.StandardAlertHouse).StopAlert(ctx, news.Command("alert stop"), news.AlertID(c.ID))
		if err != nil {
			return err
		}
		if t := a.Tally; t.Open {
			fmt.Fprintf(io.out, "Stopped: nothing more leaves. At least %d of %d went out; the answers to the last messages are still coming in.\n", t.Accepted, t.Audience)
		} else {
			fmt.Fprintf(io.out, "Stopped. %d went out, %d did not.\n", t.Accepted, t.Audience-t.Accepted)
		}
		return nil
	})
}

// alertDesk is a desk for commands: what it decides is carried out by who serves.
func alertDesk(s *store.Store, served bool, house news.AlertHouse) *desk.Desk {
	return desk.New(desk.Options{
		Stories: s, Pictures: s, Live: elsewhere{s, served}, Alerts: s, Courier: distantCourier{s}, House: house,
	})
}

// distantCourier is a command's view of alerts that serving nodes send.
type distantCourier struct{ store *store.Store }

// Reach is not known here: only serving nodes keep who wants what in memory.
func (distantCourier) Reach(*news.Alert) int { return 0 }

// Message is what would be sent, the site's address aside.
func (distantCourier) Message(a *news.Alert) ([]byte, error) {
	return fanout.Payload(a, fanout.Dress{Site: "https://site.invalid"})
}

// Stop waits until no node sends any more, at most a second and a half, and counts.
func (c distantCourier) Stop(ctx context.Context, id news.AlertID) (news.Tally, error) {
	return fanout.LastWord(ctx, c.store.Ledger(), id)
}

// Progress is as far as the ledger knows.
func (c distantCourier) Progress(ctx context.Context, id news.AlertID) (news.AlertProgress, error) {
	rec, err := c.store.Ledger().Record(ctx, id)
	if err != nil || rec == nil {
		return news.AlertProgress{}, err
	}
	return news.AlertProgress{Tally: rec.Tally(), ETA: -1}, nil
}

// Test needs connections to push services.
func (distantCourier) Test(context.Context, *news.Alert, []news.StaffDevice) (int, error) {
	return 0, errors.New("tests are sent from the desk")
}
