package site

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"dateline/internal/news"
	"dateline/internal/pagecache"
)

// addresses answers ShownAt; nothing else is on this site.
type addresses struct {
	Stories
	Shelf
	at map[string]error
}

func (a *addresses) ShownAt(_ context.Context, path string) (*news.Story, error) {
	if err, ok := a.at[path]; ok {
		return nil, err
	}
	return nil, news.Missing("page")
}
func (a *addresses) Sections(context.Context) ([]news.Section, error) { return nil, nil }
func (a *addresses) Pages(context.Context) ([]news.Card, error)       { return nil, nil }
func (a *addresses) Breaking(context.Context) (news.BreakingBar, *news.Card, error) {
	return news.BreakingBar{}, nil, nil
}

func siteOf(r *Renderer, a *addresses) *Site {
	return New(Config{
		Stories: a, Shelf: a, Cache: pagecache.New(pagecache.Options{Params: Params}), Renderer: r, Name: "Dateline", Lang: "en",
		Origin: &url.URL{Scheme: "https", Host: "news.example"}, Zone: time.UTC, Log: slog.New(slog.DiscardHandler), Now: time.Now,
	})
}

// What an address that moved answers ends when a change names either address: after a
// kill a kept redirect would go on to say what the story was called.
func TestRedirectsEndWithTheirStory(t *testing.T) {
	const was, is = "/2026/11/25/harbour-opens", "/2026/11/25/harbour-stays-shut"
	sample := newSample(t, "en")
	moved := news.Missing("page")
	moved.Moved = is
	for _, purged := range []string{was, is} {
		for _, asked := range []string{was, was + "/history", was + ".ninjs"} {
			a := &addresses{at: map[string]error{was: moved}}
			s := siteOf(sample.r, a)
			expect := func(when string, want int) {
				t.Helper()
				w := httptest.NewRecorder()
				s.ServeHTTP(w, httptest.NewRequest(http.MethodGet, asked, nil))
				if w.Code != want {
					t.Errorf("GET %s %s = %d to %q, want %d", asked, when, w.Code, w.Header().Get("Location"), want)
				}
			}
			expect("after the move", http.StatusMovedPermanently)
			a.at = nil
			s.c.Cache.Purge(news.PathTag(purged))
			expect("after a change of "+purged, http.StatusNotFound)
		}
	}
}

// What was not found is found once it is published, whatever form of the address was asked.
func TestNotFoundEndsWithPublication(t *testing.T) {
	sample := newSample(t, "en")
	for asked, published := range map[string]string{"/?p=12": "/?p=12", "/old/story/": "/old/story", "/old/story": "/old/story/", "/old/tale": "/old/tale"} {
		a := &addresses{}
		s := siteOf(sample.r, a)
		get := func() int {
			w := httptest.NewRecorder()
			s.ServeHTTP(w, httptest.NewRequest(http.MethodGet, asked, nil))
			return w.Code
		}
		if code := get(); code != http.StatusNotFound {
			t.Errorf("GET %s = %d, want 404", asked, code)
		}
		gone := news.Refuse(news.Gone, "This story was taken down.")
		a.at = map[string]error{published: gone}
		s.c.Cache.Purge(news.PathTag(published))
		if code := get(); code == http.StatusNotFound {
			t.Errorf("GET %s = %d after %s changed, want what it answers now", asked, code, published)
		}
	}
}
