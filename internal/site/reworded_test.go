package site

import (
	"context"
	"log/slog"
	"net/http/httptest"
	"strings"
	"testing"

	"dateline/internal/news"
	"dateline/internal/search"
)

// forgiving is an index that has made something of every query.
type forgiving struct {
	Finder
	asked search.Query
}

func (f *forgiving) Search(_ context.Context, q search.Query) (search.Results, error) {
	f.asked = q
	if q.Exact {
		return search.Results{Marked: q.Text}, nil
	}
	return search.Results{Total: 1, Hits: []search.Hit{{ID: string(sampleStory)}}, Corrected: &search.Correction{Text: "bridge <b>"},
		Also: []search.Variant{{Word: "brige", Also: []string{"al-Bridge", "جسر"}}}, Topics: []string{"orrin", "gone"}, Marked: "bridge"}, nil
}

func (h *house) CardsByID(_ context.Context, ids []news.StoryID) (cards []news.Card, err error) {
	for _, id := range ids {
		if s := h.stories[id]; s != nil {
			cards = append(cards, news.Card{ID: id, Address: s.Address, Headline: s.Live.Content.Headline, Language: s.Live.Content.Language})
		}
	}
	return cards, nil
}

// unillustrated is a newsroom without pictures.
type unillustrated struct{}

func (unillustrated) PictureByToken(context.Context, string) (news.Picture, bool, error) {
	return news.Picture{}, false, news.Missing("picture")
}

func (unillustrated) Pictures(context.Context, []news.MediaID) (map[news.MediaID]news.Picture, error) {
	return nil, nil
}

// The search page says what it looked for, and offers the query as it was typed.
func TestSearchSaysWhatItDid(t *testing.T) {
	h := newHouse()
	f := &forgiving{}
	s := h.site(t, "en", func(c *Config) {
		c.Finder, c.Pictures = f, unillustrated{}
		c.Log = slog.New(slog.NewTextHandler(t.Output(), nil))
	})
	get := func(address string) string {
		t.Helper()
		w := httptest.NewRecorder()
		s.ServeHTTP(w, httptest.NewRequest("GET", address, nil))
		if w.Code != 200 {
			t.Fatalf("GET %s = %d", address, w.Code)
		}
		return w.Body.String()
	}
	page := get("/search?q=brige&topic=bridges")
	for _, want := range []string{
		" story for “<bdi>bridge &lt;b&gt;</bdi>”", "Showing results for “<bdi>bridge &lt;b&gt;</bdi>”.",
		"Also: <bdi>al-Bridge</bdi> and <bdi>جسر</bdi>.",
		`<a href="/search?exact=1&amp;q=brige&amp;topic=bridges" rel="nofollow">Search only for “<bdi>brige</bdi>”.</a>`,
		`<a href="/topics/orrin"><bdi>Orrin</bdi></a>`, "The <mark>bridge</mark> opens", `value="brige"`,
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page has no %s", want)
		}
	}
	if strings.Contains(page, "/topics/gone") {
		t.Error("a topic that is no more is shown")
	}
	page = get("/search?q=brige&exact=1")
	if !f.asked.Exact || strings.Contains(page, "Showing results") || strings.Contains(page, `class="hint"`) {
		t.Errorf("asked exactly: %+v\n%s", f.asked, page)
	}
}
