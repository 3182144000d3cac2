// Package readmore chooses what stands under "Read more": an editor's pins first, then what the index finds related;
// never what an editor left out, what readers may not see, or one story twice. It keeps nothing and ranks nothing:
// package search does.
package readmore

import (
	"context"
	"log/slog"
	"slices"
	"strings"

	"dateline/internal/markup"
	"dateline/internal/news"
	"dateline/internal/search"
)

// A Reason says in one word why a story stands there.
type Reason string

// The reasons, the strongest first.
const (
	Pinned Reason = "pinned" // an editor chose it
	Topic  Reason = "topic"  // they share a topic
	Words  Reason = "words"  // they share telling words
)

// An Item is one story under "Read more".
type Item struct {
	Card   news.Card
	Reason Reason
	Topics []news.Ref // in common
	Words  []string   // in common, strongest first
	Score  float64    // of the index; 0 of a pin
}

// A Suggestion is a topic that a story may well stand under.
type Suggestion struct {
	Topic string  // its slug
	Score float64 // what part of the stories most like it stands under the topic, from 0 to 1
	Times int     // how often the story calls it by name
}

// An Index finds visible stories that have much in common.
type Index interface {
	Related(ctx context.Context, id string, n int) ([]search.Related, error)
	RelatedTo(ctx context.Context, d search.Document, n int) ([]search.Related, error)
	SuggestTopics(ctx context.Context, d search.Document, n int) ([]search.SuggestedTopic, error)
}

// Stories are the stories that readers see.
type Stories interface {
	// CardsByID gives those of the stories that readers see, in the order asked for.
	CardsByID(ctx context.Context, ids []news.StoryID) ([]news.Card, error)
}

// A Chooser chooses.
type Chooser struct {
	Index   Index
	Stories Stories
	Log     *slog.Logger
}

// spare is how many more the index is asked for than are shown: some may be hidden since, or stand in the text.
const spare = 6

// Under gives at most n stories under one that readers see.
func (c *Chooser) Under(ctx context.Context, s *news.Story, n int) ([]Item, error) {
	var inText []string
	for _, slot := range s.Live.Body.Slots() {
		if slot.Kind == markup.SlotRelated {
			inText = append(inText, slot.Story)
		}
	}
	return c.choose(ctx, s.ID, &s.Live.Content, inText, n, func(n int) ([]search.Related, error) {
		return c.Index.Related(ctx, string(s.ID), n)
	})
}

// UnderDraft is Under for a story as it stands at the desk, whether readers see any of it or not.
func (c *Chooser) UnderDraft(ctx context.Context, s *news.Story, n int) ([]Item, error) {
	return c.choose(ctx, s.ID, &s.Content, s.Content.Body.Stories(), n, func(n int) ([]search.Related, error) {
		return c.Index.RelatedTo(ctx, document(s), n)
	})
}

// choose fills the list: pins, then what is related but has no card in the text already.
func (c *Chooser) choose(ctx context.Context, id news.StoryID, content *news.Content, inText []string, n int, related func(n int) ([]search.Related, error)) ([]Item, error) {
	more := &content.ReadMore
	found, err := related(n + spare + len(more.Pins) + len(more.Exclusions))
	if err != nil {
		if ctx.Err() != nil {
			return nil, err
		}
		// A story without its related ones is better than none.
		c.Log.Error("related stories could not be found", "story", id, "error", err)
	}
	ids := slices.Clone(more.Pins)
	by := map[news.StoryID]*search.Related{}
	for i := range found {
		if other := news.StoryID(found[i].ID); !slices.Contains(more.Exclusions, other) && !slices.Contains(ids, other) {
			ids = append(ids, other)
			by[other] = &found[i]
		}
	}
	cards, err := c.Stories.CardsByID(ctx, ids)
	if err != nil {
		return nil, err
	}
	var items []Item
	for _, card := range cards {
		x := Item{Card: card, Reason: Pinned}
		if slices.Contains(more.Pins, card.ID) {
			x.Topics = shared(content.Topics, card.Topics)
		} else if f := by[card.ID]; f == nil || slices.Contains(inText, string(card.ID)) {
			continue
		} else {
			x.Reason, x.Words, x.Score = Words, f.Words, f.Score
			if x.Topics = shared(content.Topics, card.Topics); len(x.Topics) > 0 {
				x.Reason = Topic
			}
		}
		if card.Kind == news.Article && card.ID != id && len(items) < n {
			items = append(items, x)
		}
	}
	return items, nil
}

func shared(ours, theirs []news.Ref) (both []news.Ref) {
	for _, t := range ours {
		if slices.ContainsFunc(theirs, func(x news.Ref) bool { return x.Slug == t.Slug }) {
			both = append(both, t)
		}
	}
	return both
}

// SuggestTopics gives at most n topics, by slug, that a story as it stands at the desk may well have besides its own;
// the likeliest first.
func (c *Chooser) SuggestTopics(ctx context.Context, s *news.Story, n int) ([]Suggestion, error) {
	found, err := c.Index.SuggestTopics(ctx, document(s), n)
	if err != nil {
		return nil, err
	}
	out := make([]Suggestion, len(found))
	for i, x := range found {
		out[i] = Suggestion(x)
	}
	return out, nil
}

// document is a story as it stands at the desk.
func document(s *news.Story) search.Document {
	c := &s.Content
	d := search.Document{
		ID: string(s.ID), Language: c.Language, Headline: c.Headline, Standfirst: c.Standfirst, Body: c.Body.Text(),
		Captions: strings.Join(c.Body.Captions(), "\n"), Section: c.Section.Slug, Published: s.FirstPublished,
	}
	for _, t := range c.Topics {
		d.Topics = append(d.Topics, t.Slug)
	}
	return d
}
