package newsroom

import (
	"context"
	"net/url"
	"slices"
	"strings"
	"testing"

	"dateline/internal/news"
	"dateline/internal/readmore"
)

// likes finds every story that it was told of alike, in that order; choosing is the chooser's own
// business, see packages readmore and api.
type likes struct {
	h   *house
	ids []news.StoryID
}

func (l *likes) UnderDraft(ctx context.Context, s *news.Story, n int) (items []readmore.Item, err error) {
	m := s.Content.ReadMore
	for _, id := range append(slices.Clone(m.Pins), l.ids...) {
		cards, err := l.h.store.CardsByID(ctx, []news.StoryID{id})
		if err != nil {
			return nil, err
		}
		pinned := slices.Contains(m.Pins, id)
		for _, c := range cards {
			switch {
			case pinned && !slices.ContainsFunc(items, func(x readmore.Item) bool { return x.Card.ID == id }):
				items = append(items, readmore.Item{Card: c, Reason: readmore.Pinned})
			case !pinned && !slices.Contains(m.Exclusions, id):
				items = append(items, readmore.Item{Card: c, Reason: readmore.Words, Words: []string{"tugs", "pilots"}})
			}
		}
	}
	return items, nil
}

func (l *likes) SuggestTopics(context.Context, *news.Story, int) ([]readmore.Suggestion, error) {
	return []readmore.Suggestion{{Topic: "harbours", Score: 1}, {Topic: "ald", Times: 2}, {Topic: "gone"}}, nil
}

func TestChoosingWhatToReadMore(t *testing.T) {
	h := open(t)
	b := h.as(news.Editor)
	l := &likes{h: h}
	h.rooms.o.ReadMore = l
	var ids []string
	for _, headline := range []string{"Dredger towed", "Tugs at work", "Cup final"} {
		path := h.draft(b, headline, "Text.")
		v := b.get(path).is(200).form()
		v.Set("do", "publish")
		b.post(path, v).is(303)
		ids = append(ids, strings.TrimPrefix(path, "/desk/stories/"))
	}
	l.ids = []news.StoryID{news.StoryID(ids[0]), news.StoryID(ids[1])}
	for _, name := range []string{"Harbours", "Ald"} {
		b.post("/desk/topics", url.Values{"name": {name}, "kind": {"place"}}).is(303)
	}
	path := h.draft(b, "Inquiry", "Text.")
	save := func(change map[string]string) *answer {
		v := b.get(path).is(200).form()
		for k, s := range change {
			v.Set(k, s)
		}
		return b.post(path, v)
	}
	b.get(path).is(200).says("Dredger towed", "Words: tugs, pilots", "Harbours", "Ald named 2 times")

	cup := h.kept("/desk/stories/" + ids[2]).Address
	save(map[string]string{"more-" + ids[1]: "first", "more-" + ids[0]: "never", "pin_address": "http://news.example.org" + cup, "topic-ald": "Ald"}).is(303)
	c := h.kept(path).Content
	want := news.ReadMore{Pins: []news.StoryID{news.StoryID(ids[1]), news.StoryID(ids[2])}, Exclusions: []news.StoryID{news.StoryID(ids[0])}}
	if !slices.Equal(c.ReadMore.Pins, want.Pins) || !slices.Equal(c.ReadMore.Exclusions, want.Exclusions) || names(c.Topics) != "Ald" {
		t.Errorf("kept: %+v, %s", c.ReadMore, names(c.Topics))
	}
	b.get(path).is(200).says("Tugs at work", "Cup final", "Dredger towed")
	n := h.kept(path).Revision
	save(nil).is(303)
	if got := h.kept(path).Revision; got != n {
		t.Error("a form that nobody touched made a revision")
	}
	save(map[string]string{"more-" + ids[2]: "", "pin_address": "/desk/stories/" + ids[0]}).is(303)
	if c := h.kept(path).Content.ReadMore; len(c.Pins) != 2 || string(c.Pins[1]) != ids[0] || len(c.Exclusions) != 0 {
		t.Errorf("pinned what was left out: %+v", c)
	}
	for _, strange := range []string{"https://elsewhere.example" + cup, "/2026/01/01/nothing", "Cup final", "javascript:alert(1)"} {
		save(map[string]string{"pin_address": strange, "headline": "Kept as typed"}).is(422).says("There is no story of ours at this address", "Kept as typed")
	}
	// Who comes with an older form, or a program's, loses nothing that was chosen.
	v := b.get(path).is(200).form()
	v.Del("more_rows")
	v.Set("headline", "Another")
	b.post(path, v).is(303)
	if c := h.kept(path).Content; len(c.ReadMore.Pins) != 2 || c.Headline != "Another" {
		t.Errorf("lost: %+v", c.ReadMore)
	}
}
