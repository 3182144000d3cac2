package site

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/net/html"

	"dateline/internal/desk"
	"dateline/internal/live"
	"dateline/internal/markup"
	"dateline/internal/news"
	"dateline/internal/pagecache"
	"dateline/internal/search"
	"dateline/internal/store"
)

// A night is a whole site over a database, whose clock a test moves.
type night struct {
	t     *testing.T
	store *store.Store
	desk  *desk.Desk
	site  *Site
	ahead atomic.Int64
	stood news.StoryID // an ordinary story
	pages []string     // one of every kind, and none
}

var vera = news.Actor{ID: "v", Name: "Vera", Role: news.Editor, Via: "desk"}

func newNight(t *testing.T, lang string) *night {
	t.Helper()
	n := &night{t: t}
	now := func() time.Time { return time.Now().Add(time.Duration(n.ahead.Load())) }
	var err error
	if n.store, err = store.Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "n.db"), store.Options{Now: now}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { n.store.Close() })
	index, err := search.Open(filepath.Join(t.TempDir(), "index"), search.Options{Now: now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { index.Close() })
	cache := pagecache.New(pagecache.Options{Params: Params})
	node, err := live.Start(t.Context(), live.Options{Feed: n.store, Stories: n.store, Index: index, Cache: cache, Name: "a"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { node.Close() })
	n.desk = desk.New(desk.Options{Stories: n.store, Pictures: n.store, Live: node, Flashes: n.store})
	n.site = New(Config{Stories: n.store, Shelf: n.store, Pictures: n.store, Finder: index, Cache: cache, Renderer: newSample(t, lang).r, Name: "Dateline", Lang: lang,
		Origin: &url.URL{Scheme: "https", Host: "news.example"}, Zone: time.UTC, Log: slog.New(slog.DiscardHandler), Now: now, Alerts: n.store, Mailing: n.store})

	stood := n.publish(news.Article, "The bridge opens")
	n.stood = stood.ID
	about := n.publish(news.Page, "About us")
	gone := n.publish(news.Article, "Not here any more")
	if _, err := n.desk.TakeDown(t.Context(), vera, gone.ID, "", ""); err != nil {
		t.Fatal(err)
	}
	n.pages = []string{"/", stood.Address, stood.Address + "/history", about.Address, gone.Address, "/nothing-here", "/sections/world", "/topics/bridges",
		"/authors/ann-writer", "/alerts", "/search?q=bridge", "/search"}
	return n
}

func (n *night) publish(kind news.StoryKind, headline string) *news.Story {
	n.t.Helper()
	body, _ := markup.FromMarkdown("Words.")
	s, err := n.desk.Create(n.t.Context(), vera, desk.Draft{Kind: kind, Content: news.Content{Headline: headline, Language: "en", Body: body,
		Section: news.Ref{Slug: "world"}, Topics: []news.Ref{{Name: "Bridges"}}, Byline: []news.Ref{{Name: "Ann Writer"}}}})
	if err == nil {
		_, err = n.desk.Publish(n.t.Context(), vera, s.ID, "", "")
	}
	if err != nil {
		n.t.Fatal(err)
	}
	if s, err = n.store.Story(n.t.Context(), s.ID); err != nil {
		n.t.Fatal(err)
	}
	return s
}

func (n *night) flash(headline string) *news.Story {
	n.t.Helper()
	p, err := n.desk.Flash(n.t.Context(), vera, news.Flash{Headline: headline, Text: "Stay away from the port.", Section: news.Ref{Slug: "world"}, Language: "en"})
	if err != nil {
		n.t.Fatal(err)
	}
	return p.Story
}

func (n *night) retitle(id news.StoryID, headline string) {
	n.t.Helper()
	s, err := n.store.Story(n.t.Context(), id)
	if err == nil {
		_, err = n.desk.Revise(n.t.Context(), vera, id, s.Revision, func(c *news.Content, _ *news.Plan) error { c.Headline = headline; return nil }, "")
	}
	if err == nil {
		_, err = n.desk.Publish(n.t.Context(), vera, id, news.Minor, "")
	}
	if err != nil {
		n.t.Fatal(err)
	}
}

// bar is what the breaking bar of a page says, and where it leads.
func (n *night) bar(path string) (says, leads string) {
	n.t.Helper()
	w := httptest.NewRecorder()
	n.site.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "https://news.example"+path, nil))
	doc, err := html.Parse(w.Body)
	if err != nil {
		n.t.Fatal(err)
	}
	if w.Code >= 500 {
		n.t.Fatalf("GET %s = %d", path, w.Code)
	}
	before := true // of the site's name
	for _, e := range elements(doc) {
		if attr(e, "class") == "name" {
			before = false
		}
		if attr(e, "data-part") == "breaking" {
			if !before {
				n.t.Errorf("%s: the bar does not come first", path)
			}
			for _, a := range elements(e) {
				if a.Data == "a" {
					leads = attr(a, "href")
				}
			}
			return textOf(e), leads
		}
	}
	return "", ""
}

// says looks at every page.
func (n *night) says(when, headline, address string) {
	n.t.Helper()
	want := ""
	if headline != "" {
		want = n.site.c.Renderer.Words().Breaking + " " + headline
	}
	for _, p := range n.pages {
		if says, leads := n.bar(p); says != want || leads != address {
			n.t.Errorf("%s, the bar of %s says %q and leads to %q; want %q to %q", when, p, says, leads, want, address)
		}
	}
}

func TestBreakingBarStandsOnEveryPage(t *testing.T) {
	for _, lang := range []string{"en", "ar"} {
		t.Run(lang, func(t *testing.T) {
			n := newNight(t, lang)
			ctx := t.Context()
			n.says("before anything", "", "")
			one := n.flash("Explosion in the harbour")
			n.says("after the flash", "Explosion in the harbour", one.Address)
			if says, leads := n.bar(one.Address); says != n.site.c.Renderer.Words().Breaking || leads != "" {
				t.Errorf("on its own page the bar says %q and leads to %q", says, leads)
			}
			n.retitle(one.ID, "Explosion in the port")
			n.says("after another headline", "Explosion in the port", one.Address)
			two := n.flash("Second explosion")
			n.says("after another flash", "Second explosion", two.Address)
			n.retitle(one.ID, "An old explosion")
			n.says("after a change of the old one", "Second explosion", two.Address)
			if err := n.desk.EndBreaking(ctx, vera, one.ID); err != nil {
				t.Fatal(err)
			}
			n.says("after an old button", "Second explosion", two.Address)
			if _, err := n.desk.TakeDown(ctx, vera, two.ID, "", ""); err != nil {
				t.Fatal(err)
			}
			n.says("after it was taken down", "", "")
			if _, err := n.desk.Publish(ctx, vera, two.ID, "", ""); err != nil {
				t.Fatal(err)
			}
			n.says("after it came back", "Second explosion", two.Address)
			if err := n.desk.EndBreaking(ctx, vera, two.ID); err != nil {
				t.Fatal(err)
			}
			n.says("after Take the bar down", "", "")
			three := n.flash("Third explosion")
			if _, err := n.desk.Kill(ctx, vera, three.ID, ""); err != nil {
				t.Fatal(err)
			}
			n.says("after it was killed", "", "")
		})
	}
}

// Nobody has to take the bar down: not after its time, not after its story.
func TestBreakingBarEndsByItself(t *testing.T) {
	n := newNight(t, "en")
	ctx, stop := context.WithCancel(t.Context())
	released := make(chan struct{})
	go func() { defer close(released); n.desk.Release(ctx) }()
	t.Cleanup(func() { stop(); <-released })
	ended := func(why string) {
		t.Helper()
		for deadline := time.Now().Add(10 * time.Second); ; {
			bar, _, err := n.store.Breaking(ctx)
			if err != nil {
				t.Fatal(err)
			}
			if says, _ := n.bar("/sections/world"); bar == (news.BreakingBar{}) && says == "" {
				n.says(why, "", "")
				return
			}
			if time.Now().After(deadline) {
				t.Fatalf("%s the bar still stands: %+v", why, bar)
			}
			<-time.After(5 * time.Millisecond)
		}
	}
	s := n.flash("Explosion in the harbour")
	n.ahead.Add(int64(news.BreakingFor - time.Minute))
	n.says("a minute before its end", "Explosion in the harbour", s.Address)
	n.ahead.Add(int64(time.Minute))
	ended("after its time")
	if got, err := n.store.Shown(ctx, s.ID); err != nil || got.Status != news.Published {
		t.Errorf("the story went with its bar: %v", err)
	}
	if _, err := n.desk.Kill(ctx, vera, n.flash("Second explosion").ID, ""); err != nil {
		t.Fatal(err)
	}
	ended("after the kill")
}

// However many ask while it changes: once a decision has answered, no page says what was
// before.
func TestBreakingBarIsNeverStale(t *testing.T) {
	n := newNight(t, "en")
	var asked atomic.Int64
	var readers sync.WaitGroup
	stop := make(chan struct{})
	for i := range 4 {
		readers.Go(func() {
			for k := i; ; k++ {
				select {
				case <-stop:
					return
				default:
				}
				r := httptest.NewRequest(http.MethodGet, "https://news.example"+n.pages[k%len(n.pages)], nil)
				n.site.ServeHTTP(httptest.NewRecorder(), r)
				asked.Add(1)
			}
		})
	}
	defer readers.Wait()
	defer close(stop)
	rounds := 40
	if testing.Short() {
		rounds = 5
	}
	for range rounds {
		s := n.flash("First words")
		n.says("after the flash", "First words", s.Address)
		n.retitle(s.ID, "Better words")
		n.says("after another headline", "Better words", s.Address)
		if _, err := n.desk.Kill(t.Context(), vera, s.ID, ""); err != nil {
			t.Fatal(err)
		}
		n.says("after the kill", "", "")
		if t.Failed() {
			return
		}
	}
	t.Logf("%d pages were asked for meanwhile", asked.Load())
}
