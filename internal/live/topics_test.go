package live_test

import (
	"path/filepath"
	"testing"

	"dateline/internal/desk"
	"dateline/internal/markup"
	"dateline/internal/news"
	"dateline/internal/search"
)

// An editor gives a topic another name; from then on readers find it by that.
func TestTopicsAreFoundByTheirNames(t *testing.T) {
	h := open(t, "sqlite:"+filepath.Join(t.TempDir(), "n.db"), t.TempDir(), "a")
	body, _ := markup.FromMarkdown("The bank kept its rates.")
	st, err := h.desk.Create(t.Context(), editor, desk.Draft{Content: news.Content{Headline: "Rates stay", Body: body,
		Section: news.Ref{Name: "World"}, Topics: []news.Ref{{Name: "European Central Bank"}}}})
	if err != nil {
		t.Fatal(err)
	}
	p, err := h.desk.Publish(t.Context(), editor, st.ID, "", "")
	if err != nil {
		t.Fatal(err)
	}
	slug := p.Story.Live.Content.Topics[0].Slug
	asked := func(q string) []string {
		t.Helper()
		r, err := h.index.Search(t.Context(), search.Query{Text: q})
		if err != nil {
			t.Fatal(err)
		}
		return r.Topics
	}
	if got := asked("European Central Bank"); len(got) != 1 || got[0] != slug {
		t.Errorf("by its name: %q, want %s", got, slug)
	}
	if got := asked("EZB"); got != nil {
		t.Errorf("by a name that it has not: %q", got)
	}
	topic, err := h.store.Topic(t.Context(), slug)
	if err != nil {
		t.Fatal(err)
	}
	topic.Aliases = []string{"EZB"}
	if _, err := h.desk.SaveTopic(t.Context(), editor, topic); err != nil {
		t.Fatal(err)
	}
	if got := asked("ezb"); len(got) != 1 || got[0] != slug {
		t.Errorf("by its new name: %q, want %s", got, slug)
	}
}
