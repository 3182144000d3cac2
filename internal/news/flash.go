package news

import (
	"encoding/json"
	"slices"
	"time"
)

// A Flash is the news of the worst night as an editor typed it: a headline and one
// line. It is published at once, leads the front page and stands on every page.
type Flash struct {
	ID       StoryID // made with the form, so that sending it twice is one story
	Headline string
	Text     string // becomes the standfirst: cards, feeds and the alert show it, too
	Section  Ref
	Language string // BCP 47; empty means the site's
}

// A FlashOutcome is all that a flash changes; the store writes it in one transaction.
type FlashOutcome struct {
	Story   *Story
	Outcome Outcome
	Front   Front
	Bar     BreakingBar
}

// flashNote marks a flash in its story's history and in the record.
const flashNote = "Flash"

// Publish makes the story of a flash, published, with its comments closed; the front
// page that it leads; and the breaking bar.
func (f Flash) Publish(who Actor, front Front, zone *time.Location, now time.Time) (FlashOutcome, error) {
	if !who.Role.Publishes() {
		return FlashOutcome{}, Refuse(Denied, "This needs an editor.")
	}
	c := Content{Headline: f.Headline, Standfirst: f.Text, Section: f.Section, Language: f.Language, CommentsShut: true}
	s, o, err := NewStory(f.ID, Article, who, c, Plan{}, flashNote, now)
	if err != nil {
		return FlashOutcome{}, err
	}
	p, err := s.Publish(who, Substance, flashNote, zone, now)
	if err != nil {
		return FlashOutcome{}, err
	}
	o.Published, o.Step = p.Published, p.Step
	return FlashOutcome{Story: s, Outcome: o, Front: front.LedBy(s.ID), Bar: BreakingBar{s.ID, now.Add(BreakingFor).UTC()}}, nil
}

// LedBy gives the arrangement with another lead. The one before becomes the first pin
// and the pins keep their order; of too many the last falls out.
func (f Front) LedBy(id StoryID) Front {
	pins := make([]StoryID, 0, MaxPins+1)
	for _, p := range append([]StoryID{f.Lead}, f.Pins...) {
		if p != "" && p != id && !slices.Contains(pins, p) {
			pins = append(pins, p)
		}
	}
	f.Lead, f.Pins = id, pins[:min(len(pins), MaxPins)]
	return f
}

// BreakingFor is how long the breaking bar stands unless somebody takes it down.
const BreakingFor = 6 * time.Hour

// A BreakingBar is the line above every reader's page that leads to one story. Readers
// see it only while they may see the story. The zero one is none.
type BreakingBar struct {
	Story StoryID   `json:"story"`
	Until time.Time `json:"until"`
}

// Setting is the bar as a setting keeps it.
func (b BreakingBar) Setting() string {
	text, err := json.Marshal(b)
	if err != nil {
		panic("news: write a breaking bar: " + err.Error()) // a year beyond 9999
	}
	return string(text)
}

// ReadBreakingBar reads what Setting wrote. What it cannot read is no bar: readers'
// pages must not fail of it.
func ReadBreakingBar(setting string) BreakingBar {
	var b BreakingBar
	if json.Unmarshal([]byte(setting), &b) != nil || !IsID(string(b.Story)) {
		return BreakingBar{}
	}
	return b
}
