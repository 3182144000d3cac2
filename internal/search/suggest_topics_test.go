package search

import (
	"slices"
	"testing"
	"time"
)

func TestSuggestTopics(t *testing.T) {
	x := newIndex(t,
		Document{ID: "a", Headline: "Dredger blocks the harbour", Body: "Pilots and tugs worked at the harbour mouth.", Topics: []string{"harbours", "work"}, Published: monday.Add(-time.Hour)},
		Document{ID: "b", Headline: "Harbour pilots strike", Body: "Tugs stayed at the harbour.", Topics: []string{"harbours", "work"}, Published: monday.Add(-time.Hour)},
		Document{ID: "d", Headline: "Rain", Body: "It rained all week.", Published: monday.Add(-time.Hour)}, Document{ID: "e", Headline: "Budget", Body: "Taxes rise.", Published: monday.Add(-time.Hour)},
		Document{ID: "f", Headline: "Opera opens", Body: "Applause for the soprano.", Published: monday.Add(-time.Hour)}, Document{ID: "g", Headline: "Vote", Body: "Parties talk.", Published: monday.Add(-time.Hour)},
		Document{ID: "c", Headline: "Cup final", Body: "A late goal.", Topics: []string{"football"}, Published: monday.Add(-time.Hour)},
	)
	x.Know([]Known{{Topic: "ald", Names: []string{"Ald"}}, {Topic: "football", Names: []string{"Football"}}})
	draft := Document{ID: "draft", Headline: "Tugs and pilots back at the harbour", Body: "In Ald the pilots work again.", Topics: []string{"work"}}
	got, err := x.SuggestTopics(t.Context(), draft, 5)
	if err != nil || len(got) != 2 || got[0].Topic != "harbours" || got[0].Score != 1 || got[1].Topic != "ald" || got[1].Times != 1 {
		t.Errorf("%+v, %v", got, err)
	}
	if got, err := x.SuggestTopics(t.Context(), Document{}, 5); err != nil || len(got) != 0 {
		t.Errorf("of nothing: %+v, %v", got, err)
	}
}

// Topics that editors gave stories which the index does not know, on real ones.
func TestSuggestedTopicsQuality(t *testing.T) {
	var known, asked []Document
	for i, d := range realNews(t, 12000) {
		if i%20 == 0 && len(d.Topics) > 0 {
			asked = append(asked, d)
		} else {
			known = append(known, d)
		}
	}
	x := newIndex(t)
	fill(t, x, known)
	var given, right, all, some int
	for _, d := range asked {
		want := d.Topics
		d.Topics = nil
		got, err := x.SuggestTopics(t.Context(), d, 5)
		if err != nil {
			t.Fatal(err)
		}
		hits := 0
		for _, s := range got {
			if slices.Contains(want, s.Topic) {
				hits++
			}
		}
		given, right, all, some = given+len(got), right+hits, all+len(want), some+min(hits, 1)
	}
	part := func(a, b int) float64 { return float64(a) / float64(b) }
	t.Logf("%d stories: at least one right %.3f, recall %.3f, precision %.3f", len(asked), part(some, len(asked)), part(right, all), part(right, given))
	if part(some, len(asked)) < 0.9 || part(right, all) < 0.75 || part(right, given) < 0.5 {
		t.Error("that is worse than it was")
	}
}
