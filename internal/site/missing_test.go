package site

import (
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"

	"dateline/internal/desk"
	"dateline/internal/markup"
	"dateline/internal/news"
)

// A counted shelf tells how often what stands round a page was read.
type counted struct {
	Shelf
	pages atomic.Int64
}

func (c *counted) Pages(ctx context.Context) ([]news.Card, error) {
	c.pages.Add(1)
	return c.Shelf.Pages(ctx)
}

func askPacked(s http.Handler, path string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	r := httptest.NewRequest(http.MethodGet, path, nil)
	r.Header.Set("Accept-Encoding", "gzip")
	s.ServeHTTP(w, r)
	return w
}

// unpack gives an answer's body as it was before gzip.
func unpack(t *testing.T, w *httptest.ResponseRecorder) string {
	t.Helper()
	if w.Header().Get("Content-Encoding") != "gzip" {
		return w.Body.String()
	}
	z, err := gzip.NewReader(w.Body)
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

// A scanner's thousand addresses cost one page, not a thousand, and leave nothing in
// memory that articles could have had.
func TestMissingPagesAreMadeOnce(t *testing.T) {
	shelf := &counted{}
	s := newHouse().site(t, "en", func(c *Config) { shelf.Shelf, c.Shelf = c.Shelf, shelf })
	for i := range 300 {
		for _, path := range []string{"/wp-login-%d.php", "/a/b/%d/", "/2026/11/25/nothing-%d", "/2026/11/25/nothing-%d/history", "/topics/none-%d", "/topics/none-%d/feed.rss", "/tag/none-%d"} {
			w := askPacked(s, fmt.Sprintf(path, i))
			if w.Code != http.StatusNotFound || w.Header().Get("Cache-Control") != "no-store" || w.Header().Get("Content-Encoding") != "gzip" {
				t.Fatalf("GET %s = %d %v, want 404, packed and kept by nobody", fmt.Sprintf(path, i), w.Code, w.Header())
			}
		}
	}
	if n := shelf.pages.Load(); n != 1 {
		t.Errorf("what stands round the page for missing ones was read %d times, want once", n)
	}
	if st := s.c.Cache.Stats(); st.Pages+st.Others != 1 {
		t.Errorf("%d pages are held after asking for missing ones only, want 1", st.Pages+st.Others)
	}
}

// Whoever asked for an address before a story stood there has it as soon as Publish
// answers, and no longer than until Kill does, however many ask meanwhile.
func TestMissingPageIsNeverStale(t *testing.T) {
	n := newNight(t, "en")
	ctx, stop := context.WithCancel(t.Context())
	var strangers sync.WaitGroup
	defer strangers.Wait()
	defer stop()
	var to atomic.Value
	to.Store("/nothing")
	for range 8 {
		strangers.Go(func() {
			for ctx.Err() == nil {
				askPacked(n.site, to.Load().(string))
			}
		})
	}
	for i := range 30 {
		body, _ := markup.FromMarkdown("Words.")
		st, err := n.desk.Create(ctx, vera, desk.Draft{Content: news.Content{Headline: fmt.Sprintf("Found %d", i), Body: body}})
		if err != nil {
			t.Fatal(err)
		}
		address := n.store.Now().UTC().Format("/2006/01/02/") + fmt.Sprintf("found-%d", i)
		to.Store(address)
		if w := askPacked(n.site, address); w.Code != http.StatusNotFound {
			t.Fatalf("GET %s before it is published = %d, want 404", address, w.Code)
		}
		p, err := n.desk.Publish(ctx, vera, st.ID, "", "")
		if err != nil {
			t.Fatal(err)
		}
		if w := askPacked(n.site, address); p.Story.Address != address || w.Code != http.StatusOK {
			t.Fatalf("GET %s right after Publish answered (at %s) = %d, want 200", address, p.Story.Address, w.Code)
		}
		if _, err := n.desk.Kill(ctx, vera, st.ID, ""); err != nil {
			t.Fatal(err)
		}
		if w := askPacked(n.site, address); w.Code != http.StatusNotFound {
			t.Fatalf("GET %s right after Kill answered = %d, want 404", address, w.Code)
		}
	}
}
