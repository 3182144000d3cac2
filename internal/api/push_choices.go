package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"time"

	"dateline/internal/news"
)

// A choicesInput is what a reader chose.
type choicesInput struct {
	Topics     []string         `json:"topics" doc:"Slugs."`
	Stories    []string         `json:"stories" doc:"Ids of stories that are followed."`
	Importance string           `json:"importance" enum:"ordinary,breaking" doc:"breaking: only the most important. If not given: ordinary."`
	OnlyChosen bool             `json:"only_chosen" doc:"No alerts to everyone, only the topics and stories."`
	QuietHours *quietHoursInput `json:"quiet_hours" doc:"null for none."`
	MostPerDay int              `json:"most_per_day" doc:"At most so many alerts a day, up to 50; 0 for as many as there are."`
	Language   string           `json:"language" doc:"BCP 47, of the page it was made on; the site's if not given."`
	Paused     bool             `json:"paused" doc:"Keep the choices, send nothing."`
}

// quietHoursInput are hours without alerts, over midnight if from is the later.
type quietHoursInput struct {
	From     string `json:"from" need:"yes" doc:"A time of the day, like 22:00."`
	To       string `json:"to" need:"yes" doc:"Likewise."`
	TimeZone string `json:"time_zone" doc:"The reader's, like Europe/Berlin; the site's if not given."`
}

func choosesAny(given map[string]json.RawMessage) bool {
	return slices.ContainsFunc(memberNames(reflect.TypeFor[choicesInput]()), func(name string) bool { _, ok := given[name]; return ok })
}

// apply puts a reader's choice into s and says what is wrong with it.
func (c *choicesInput) apply(a *API, f *news.Faults, s *news.Subscription) {
	s.Topics, s.Importance, s.OnlyChosen = c.Topics, news.Importance(c.Importance), c.OnlyChosen
	for _, id := range c.Stories {
		s.Stories = append(s.Stories, news.StoryID(id))
	}
	s.MostPerDay, s.Language = c.MostPerDay, c.Language
	if s.Language == "" {
		s.Language = a.o.Language
	}
	if c.Paused {
		s.State = news.SubscriptionPaused
	}
	if h := c.QuietHours; h != nil {
		s.Quiet = news.QuietHours{From: minute(f, "quiet_hours.from", h.From), To: minute(f, "quiet_hours.to", h.To), Zone: h.TimeZone}
		if h.TimeZone == "" {
			s.Quiet.Zone = a.o.Zone.String()
		}
	}
	var wrong *news.Error
	if err := s.Clean(); errors.As(err, &wrong) {
		*f = append(*f, wrong.Fields...)
	}
}

// rechoose gives is the choices of s.
func rechoose(is, s *news.Subscription) {
	is.Topics, is.Stories, is.Importance, is.OnlyChosen = s.Topics, s.Stories, s.Importance, s.OnlyChosen
	is.Quiet, is.MostPerDay, is.Language = s.Quiet, s.MostPerDay, s.Language
	if is.State != news.SubscriptionWaiting {
		is.State = s.State
	}
}

// minute reads a time of the day, as minutes since midnight.
func minute(f *news.Faults, field, s string) int {
	t, err := time.Parse("15:04", s)
	if err != nil {
		f.Add(field, "Use a time of the day, like 22:00.")
	}
	return t.Hour()*60 + t.Minute()
}

// checkChosen refuses topics and stories that readers cannot see; whether a hidden one
// exists is not told. What was chosen before may stay: a story that was taken down since
// must not keep its follower from changing the rest.
func (a *API) checkChosen(ctx context.Context, s, before *news.Subscription) error {
	var f news.Faults
	for _, slug := range s.Topics {
		if slices.Contains(before.Topics, slug) {
			continue
		}
		// A topic without a visible story may be a draft's, and its name a secret.
		cards, _, err := a.o.Stories.Cards(ctx, news.Listing{Topic: slug, Limit: 1})
		if err != nil {
			return err
		}
		if len(cards) == 0 {
			f.Add("topics", "There is no topic %q.", clip(slug))
		}
	}
	cards, err := a.o.Stories.CardsByID(ctx, s.Stories)
	if err != nil {
		return err
	}
	for _, id := range s.Stories {
		shown := slices.ContainsFunc(cards, func(c news.Card) bool { return c.ID == id })
		if !shown && !slices.Contains(before.Stories, id) {
			f.Add("stories", "There is no story %q.", clip(string(id)))
		}
	}
	return f.Err()
}

// A choicesReply is what a reader chose.
type choicesReply struct {
	State      string           `json:"state" enum:"active,paused,waiting" doc:"waiting: it was made with another site's key, and gets nothing until the browser subscribes anew."`
	Topics     []string         `json:"topics"`
	Stories    []string         `json:"stories"`
	Importance string           `json:"importance" enum:"ordinary,breaking"`
	OnlyChosen bool             `json:"only_chosen"`
	QuietHours *quietHoursReply `json:"quiet_hours"`
	MostPerDay int              `json:"most_per_day"`
	Language   string           `json:"language"`
	Paused     bool             `json:"paused"`
}

type quietHoursReply struct {
	From     string `json:"from"`
	To       string `json:"to"`
	TimeZone string `json:"time_zone"`
}

func choices(s *news.Subscription) choicesReply {
	r := choicesReply{
		State: string(s.State), Topics: append([]string{}, s.Topics...), Stories: []string{}, Importance: string(s.Importance),
		OnlyChosen: s.OnlyChosen, MostPerDay: s.MostPerDay, Language: s.Language, Paused: s.State == news.SubscriptionPaused,
	}
	for _, id := range s.Stories {
		r.Stories = append(r.Stories, string(id))
	}
	if h := s.Quiet; !h.None() {
		clock := func(m int) string { return fmt.Sprintf("%02d:%02d", m/60, m%60) }
		r.QuietHours = &quietHoursReply{clock(h.From), clock(h.To), h.Zone}
	}
	return r
}
