package newsroom

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"dateline/internal/news"
	"dateline/internal/web"
)

// An alertForm is the composing form as it stands on the screen: what was typed, as it
// was typed.
type alertForm struct {
	ID         news.AlertID // made with the form, so that sending it twice is one alert
	Story      news.StoryID
	Title      string
	Body       string
	Picture    bool
	Audience   string // all, topics or followers
	Topics     []string
	Importance string
	Paced      bool
	Minutes    string
	Planned    bool
	SendAt     string // in the site's zone
	Seen       string // to whom the preview on the screen goes
}

// alertFormOf begins an alert about a story in its own words.
func alertFormOf(s *news.Story) alertForm {
	c := &s.Live.Content
	f := alertForm{
		ID: news.NewID[news.AlertID](), Story: s.ID,
		Title: cmp.Or(c.ShortHeadline, c.Headline), Body: c.Standfirst,
		Audience: "all", Importance: string(news.Breaking), Minutes: "10",
	}
	for _, t := range c.Topics {
		f.Topics = append(f.Topics, t.Slug)
	}
	return f
}

// typedAlert reads the form as it was sent.
func typedAlert(in web.Form) alertForm {
	f := alertForm{
		ID: news.AlertID(in.Get("id")), Story: news.StoryID(in.Get("story")),
		Title: in.Text("title"), Body: in.Text("body"), Picture: in.Get("picture") == "yes",
		Audience: in.Get("audience"), Topics: in.Values["topic"], Importance: in.Get("importance"),
		Paced: in.Get("pace") == "over", Minutes: in.Get("minutes"),
		Planned: in.Get("when") == "at", SendAt: in.Get("send_at"), Seen: in.Get("seen"),
	}
	if !news.IsID(string(f.ID)) {
		f.ID = news.NewID[news.AlertID]()
	}
	return f
}

// Chose tells whether a topic is ticked.
func (f alertForm) Chose(slug string) bool { return slices.Contains(f.Topics, slug) }

// Whom names what the form addresses, to compare with what its preview counted.
func (f alertForm) Whom() string {
	if f.Audience != "topics" {
		return f.Audience
	}
	topics := slices.Sorted(slices.Values(f.Topics))
	return "topics:" + strings.Join(slices.Compact(topics), ",")
}

// alert makes the alert of the form, and says what cannot be read of it.
func (f alertForm) alert(s *news.Story, zone *time.Location) (news.Alert, error) {
	a := news.Alert{
		ID: f.ID, Story: f.Story, Title: strings.TrimSpace(f.Title), Body: strings.TrimSpace(f.Body),
		Importance: news.Importance(f.Importance),
	}
	if p := s.Live.Content.Picture; f.Picture && p != nil {
		a.Picture = p.Media
	}
	var faults news.Faults
	switch f.Audience {
	case "all":
		a.Audience.All = true
	case "followers":
		a.Audience.Followers = true
	case "topics":
		a.Audience.Topics = slices.Clone(f.Topics)
		if len(f.Topics) == 0 {
			faults.Add("audience", "Tick at least one topic, or choose somebody else.")
		}
	default:
		faults.Add("audience", "Choose to whom this goes.")
	}
	if f.Paced {
		m, err := strconv.Atoi(strings.TrimSpace(f.Minutes))
		if most := int(news.MaxPace / time.Minute); err != nil || m < 1 || m > most {
			faults.Add("pace", "Use a whole number of minutes, from 1 to %d.", most)
		} else {
			a.Pace = time.Duration(m) * time.Minute
		}
	}
	if f.Planned {
		at, err := parseLocal("send_at", f.SendAt, zone, time.Time{})
		switch {
		case err != nil:
			faults = append(faults, web.Explain(err).Fields...)
		case at.IsZero():
			faults.Add("send_at", "Choose the time, or send it now.")
		}
		a.SendAt = at
	}
	return a, faults.Err()
}

// seenOn finds the story of an alert, which readers have to see.
func (n *Newsroom) seenOn(ctx context.Context, id news.StoryID) (*news.Story, error) {
	if !news.IsID(string(id)) {
		return nil, news.Missing("story")
	}
	s, err := n.o.Stories.Story(ctx, id)
	if err != nil {
		return nil, err
	}
	if !s.Visible(n.o.Now()) {
		return nil, news.Refuse(news.Conflict, "Readers cannot see this story. Publish it first: an alert never leaves before its story.")
	}
	return s, nil
}
