package store_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"dateline/internal/markup"
	"dateline/internal/news"
	"dateline/internal/store"
	"dateline/internal/store/pgtest"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }

// clock is a clock that tests move.
type clock struct {
	mu sync.Mutex
	t  time.Time
}

func (c *clock) now() time.Time { c.mu.Lock(); defer c.mu.Unlock(); return c.t }
func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = c.t.Add(d)
}

// onBoth runs one test on both engines; open opens the same empty database each time.
func onBoth(t *testing.T, test func(t *testing.T, open func() *store.Store)) {
	for _, engine := range []string{"sqlite", "postgres"} {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			address := "sqlite:" + filepath.Join(t.TempDir(), "news.db")
			if engine == "postgres" {
				address = pgtest.Database(t)
			}
			test(t, func() *store.Store {
				s, err := store.Open(t.Context(), address, store.Options{})
				if err != nil {
					t.Fatal(err)
				}
				t.Cleanup(func() { s.Close() })
				return s
			})
		})
	}
}

var (
	editor   = news.Actor{ID: "e", Name: "Eda Editor", Role: news.Editor, Via: "desk"}
	reporter = news.Actor{ID: "r", Name: "Ren Reporter", Role: news.Reporter, Via: "desk"}
)

func content(headline string) news.Content {
	body, _ := markup.FromMarkdown("First paragraph.\n\nSecond paragraph.")
	return news.Content{
		Headline: headline, Standfirst: "A standfirst.", Dateline: "HARBOUR", Language: "en",
		Section: news.Ref{Name: "world"}, Topics: []news.Ref{{Name: "Harbours"}},
		Byline: []news.Ref{{Name: "Ren Reporter"}}, Body: body,
	}
}

func draft(t *testing.T, s *store.Store, c news.Content) *news.Story {
	t.Helper()
	st, _, err := s.CreateStory(t.Context(), editor, func(now time.Time) (*news.Story, news.Outcome, error) {
		return news.NewStory(news.NewID[news.StoryID](), news.Article, editor, c, news.Plan{}, "", now)
	})
	if err != nil {
		t.Fatal(err)
	}
	return st
}

func publish(t *testing.T, s *store.Store, id news.StoryID) *news.Story {
	t.Helper()
	st, n, err := s.UpdateStory(t.Context(), editor, id, func(st *news.Story, now time.Time) (news.Outcome, error) {
		return st.Publish(editor, "", "", time.UTC, now)
	})
	if err != nil {
		t.Fatal(err)
	}
	if n == 0 {
		t.Fatal("a publication made no change")
	}
	return st
}

func TestStoryLife(t *testing.T) {
	onBoth(t, func(t *testing.T, open func() *store.Store) {
		s, ctx := open(), t.Context()
		d := draft(t, s, content("Harbour opens"))
		if d.Content.Section.Slug != "world" || d.Content.Topics[0].Slug != "harbours" || d.Content.Byline[0].Slug != "ren-reporter" {
			t.Errorf("names were not resolved: %+v", d.Content)
		}
		if _, err := s.Shown(ctx, d.ID); news.KindOf(err) != news.NotFound {
			t.Errorf("a draft is shown: %v", err)
		}
		p := publish(t, s, d.ID)
		want := p.FirstPublished.Format("/2006/01/02/") + "harbour-opens"
		if p.Address != want {
			t.Errorf("address %q, want %q", p.Address, want)
		}
		got, err := s.ShownAt(ctx, p.Address)
		if err != nil || got.Live == nil || got.Live.Content.Headline != "Harbour opens" {
			t.Fatalf("ShownAt(%s) = %+v, %v", p.Address, got, err)
		}

		// A revision that no reader sees.
		c := got.Content
		c.Headline = "Harbour opens at last"
		if _, n, err := s.UpdateStory(ctx, reporter, d.ID, func(st *news.Story, now time.Time) (news.Outcome, error) {
			return st.Revise(reporter, 1, c, news.Plan{}, "", now)
		}); err != nil || n == 0 {
			// Live is set, so its lists are written again; that is a change, and harmless.
			t.Fatalf("revise: change %d, %v", n, err)
		}
		if got, _ := s.ShownAt(ctx, p.Address); got.Live.Content.Headline != "Harbour opens" {
			t.Errorf("readers see an unpublished revision: %q", got.Live.Content.Headline)
		}
		if _, _, err := s.UpdateStory(ctx, reporter, d.ID, func(st *news.Story, now time.Time) (news.Outcome, error) {
			return st.Revise(reporter, 1, c, news.Plan{}, "", now)
		}); news.KindOf(err) != news.Stale {
			t.Errorf("saving over somebody's revision: %v, want Stale", err)
		}
		p2 := publish(t, s, d.ID)
		if p2.Version != 2 || p2.Address != p.Address || !p2.FirstPublished.Equal(p.FirstPublished) {
			t.Errorf("second version: %d at %s", p2.Version, p2.Address)
		}
		vs, err := s.ShownVersions(ctx, d.ID, 0, 10)
		if err != nil || len(vs) != 2 || vs[0].N != 2 {
			t.Errorf("versions: %v, %v", vs, err)
		}

		// Taken down: 410 with the notice; killed: as if it had never been.
		if _, _, err := s.UpdateStory(ctx, editor, d.ID, func(st *news.Story, now time.Time) (news.Outcome, error) {
			return st.TakeDown(editor, "Withdrawn on legal advice.", "", now)
		}); err != nil {
			t.Fatal(err)
		}
		_, err = s.ShownAt(ctx, p.Address)
		if e, ok := asNews(err); !ok || e.Kind != news.Gone || e.Notice != "Withdrawn on legal advice." {
			t.Errorf("taken down: %v", err)
		}
		if cards, _, _ := s.Cards(ctx, news.Listing{Section: "world", Limit: 10}); len(cards) != 0 {
			t.Errorf("a taken-down story is listed: %v", cards)
		}
		if _, n, err := s.UpdateStory(ctx, editor, d.ID, func(st *news.Story, now time.Time) (news.Outcome, error) {
			return st.Kill(editor, "", now)
		}); err != nil || n == 0 {
			t.Fatalf("kill: %d, %v", n, err)
		}
		if _, err := s.ShownAt(ctx, p.Address); news.KindOf(err) != news.NotFound {
			t.Errorf("killed: %v, want NotFound", err)
		}
		if rec, err := s.Entries(ctx, string(d.ID), 10); err != nil || len(rec) != 6 {
			t.Errorf("the record has %d entries, want 6: %v %v", len(rec), rec, err)
		}
	})
}

func asNews(err error) (*news.Error, bool) {
	var e *news.Error
	ok := errors.As(err, &e)
	return e, ok
}

func TestUnknownNames(t *testing.T) {
	onBoth(t, func(t *testing.T, open func() *store.Store) {
		s := open()
		c := content("Nowhere")
		c.Section = news.Ref{Name: "Gardening"}
		_, _, err := s.CreateStory(t.Context(), reporter, func(now time.Time) (*news.Story, news.Outcome, error) {
			return news.NewStory(news.NewID[news.StoryID](), news.Article, reporter, c, news.Plan{}, "", now)
		})
		e, ok := asNews(err)
		if !ok || e.Kind != news.Invalid || len(e.Fields) != 2 || e.Fields[0].Field != "section" || e.Fields[1].Field != "topics" {
			t.Errorf("unknown section and, for a reporter, topic: %v", err)
		}
		if all, _, _ := s.Stories(t.Context(), news.StoryList{}); len(all) != 0 {
			t.Errorf("a refused story was kept")
		}
		if _, err := s.Author(t.Context(), "ren-reporter"); news.KindOf(err) != news.NotFound {
			t.Errorf("a refused story left an author behind: %v", err)
		}
	})
}

// TestTopicByOtherName: a topic's other names lead to it, in any case, and make no
// second topic; a topic's own name comes before another's other name.
func TestTopicByOtherName(t *testing.T) {
	onBoth(t, func(t *testing.T, open func() *store.Store) {
		s := open()
		for _, x := range []news.Topic{
			{Slug: "unitary-nations", Name: "Unitary Nations", Kind: "organisation", Aliases: []string{"UN", "Vereinte  Nationen", "Øst", "Ferries"}},
			{Slug: "ferries", Name: "Ferries", Kind: "subject"},
		} {
			if _, err := s.SaveTopic(t.Context(), editor, x); err != nil {
				t.Fatal(err)
			}
		}
		for typed, want := range map[string]string{
			"un": "unitary-nations", "VEREINTE nationen": "unitary-nations", "øst": "unitary-nations",
			"Unitary nations": "unitary-nations", "ferries": "ferries",
		} {
			c := content("About " + typed)
			c.Topics = []news.Ref{{Name: typed}}
			st, _, err := s.CreateStory(t.Context(), reporter, func(now time.Time) (*news.Story, news.Outcome, error) {
				return news.NewStory(news.NewID[news.StoryID](), news.Article, reporter, c, news.Plan{}, "", now)
			})
			if err != nil || len(st.Content.Topics) != 1 || st.Content.Topics[0].Slug != want {
				t.Errorf("topic %q: %v, %v, want %s", typed, st, err, want)
			}
		}
	})
}

func TestAddressesAreNeverReused(t *testing.T) {
	onBoth(t, func(t *testing.T, open func() *store.Store) {
		s, ctx := open(), t.Context()
		a := publish(t, s, draft(t, s, content("Same words")).ID)
		b := publish(t, s, draft(t, s, content("Same words")).ID)
		if b.Address != a.Address+"-2" {
			t.Errorf("second story with the same headline is at %s", b.Address)
		}
		// a moves; its old address leads on and is not given to anybody.
		c := a.Content
		c.Slug = "other-words"
		if _, _, err := s.UpdateStory(ctx, editor, a.ID, func(st *news.Story, now time.Time) (news.Outcome, error) {
			return st.Revise(editor, 1, c, news.Plan{}, "", now)
		}); err != nil {
			t.Fatal(err)
		}
		moved := publish(t, s, a.ID)
		_, err := s.ShownAt(ctx, a.Address)
		if e, ok := asNews(err); !ok || e.Moved != moved.Address {
			t.Errorf("old address: %v, want moved to %s", err, moved.Address)
		}
		third := publish(t, s, draft(t, s, content("Same words")).ID)
		if third.Address != a.Address+"-3" {
			t.Errorf("an address was given again: %s", third.Address)
		}
		if _, err := s.ShownAt(ctx, b.Address); err != nil {
			t.Errorf("b: %v", err)
		}
	})
}

func TestEmbargoIsAPredicate(t *testing.T) {
	c := &clock{t: time.Date(2026, 11, 25, 8, 0, 0, 0, time.UTC)}
	for _, engine := range []string{"sqlite", "postgres"} {
		t.Run(engine, func(t *testing.T) {
			address := "sqlite:" + filepath.Join(t.TempDir(), "news.db")
			if engine == "postgres" {
				address = pgtest.Database(t)
			}
			s, err := store.Open(t.Context(), address, store.Options{Now: c.now})
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			in := content("Secret until later")
			in.EmbargoUntil = s.Now().Add(time.Hour)
			d := draft(t, s, in)
			_, _, err = s.UpdateStory(t.Context(), editor, d.ID, func(st *news.Story, now time.Time) (news.Outcome, error) {
				return st.Publish(editor, "", "", time.UTC, now)
			})
			e, ok := asNews(err)
			if !ok || e.Kind != news.Conflict || len(e.Allowed) == 0 {
				t.Fatalf("publishing before the embargo: %v, want Conflict with what is allowed", err)
			}
			for _, a := range e.Allowed {
				if a == news.Publish {
					t.Error("publish is offered before the embargo ends")
				}
			}
			if _, _, err := s.UpdateStory(t.Context(), editor, d.ID, func(st *news.Story, now time.Time) (news.Outcome, error) {
				return st.Schedule(editor, news.Plan{}, "", now)
			}); err != nil {
				t.Fatal(err)
			}
			if due, _ := s.Due(t.Context()); len(due) != 0 {
				t.Errorf("due before its second: %v", due)
			}
			c.pass(time.Hour)
			if due, _ := s.Due(t.Context()); len(due) != 1 || due[0] != d.ID {
				t.Fatalf("due at its second: %v", due)
			}
			if p := publish(t, s, d.ID); p.FirstPublished.Before(in.EmbargoUntil) {
				t.Errorf("published at %v, embargo %v", p.FirstPublished, in.EmbargoUntil)
			}
			// The predicate is a lock of its own: set the clock back and it is gone.
			c.pass(-time.Minute)
			if _, err := s.Shown(t.Context(), d.ID); news.KindOf(err) != news.NotFound {
				t.Errorf("shown a minute before its embargo: %v", err)
			}
			if cards, _, _ := s.Cards(t.Context(), news.Listing{Limit: 10}); len(cards) != 0 {
				t.Errorf("listed a minute before its embargo: %v", cards)
			}
			c.pass(time.Minute)
		})
	}
}

// A follower that remembers the last number it saw misses nothing, however many write.
func TestChangesHaveNoGap(t *testing.T) {
	onBoth(t, func(t *testing.T, open func() *store.Store) {
		s, ctx := open(), t.Context()
		begin, err := s.LastChange(ctx)
		if err != nil {
			t.Fatal(err)
		}
		const writers, each = 8, 12
		stop := make(chan struct{})
		seen := make(chan []int64, 1)
		go func() {
			var got []int64
			at := begin
			for {
				last := false // whether everything had been written before this look
				select {
				case <-stop:
					last = true
				default:
				}
				cs, err := s.Changes(ctx, at, 50)
				if err != nil {
					t.Error(err)
				}
				for _, c := range cs {
					got = append(got, c.N)
					at = c.N
				}
				if len(cs) == 0 && last {
					seen <- got
					return
				}
			}
		}()
		var wg sync.WaitGroup
		for w := range writers {
			wg.Go(func() {
				for i := range each {
					if _, err := s.SetSetting(ctx, editor, fmt.Sprintf("k%d", w), fmt.Sprint(i)); err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		close(stop)
		got := <-seen
		if len(got) != writers*each {
			t.Errorf("the follower saw %d of %d changes", len(got), writers*each)
		}
		for i, n := range got {
			if n != begin+int64(i)+1 {
				t.Fatalf("change %d came as number %d, want %d", i, n, begin+int64(i)+1)
			}
		}
	})
}

func TestFrontIsNotOverwritten(t *testing.T) {
	onBoth(t, func(t *testing.T, open func() *store.Store) {
		s, ctx := open(), t.Context()
		id := news.NewID[news.StoryID]()
		f, n, err := s.SetFront(ctx, editor, news.Front{Lead: id})
		if err != nil || f.Revision != 1 || n == 0 {
			t.Fatalf("SetFront = %+v, %d, %v", f, n, err)
		}
		if _, _, err := s.SetFront(ctx, editor, news.Front{Lead: id}); news.KindOf(err) != news.Stale {
			t.Errorf("arranging from an old front: %v, want Stale", err)
		}
		if got, _ := s.Front(ctx); got.Lead != id {
			t.Errorf("lead %q", got.Lead)
		}
	})
}

func TestLinkIsSpentOnce(t *testing.T) {
	onBoth(t, func(t *testing.T, open func() *store.Store) {
		s, ctx := open(), t.Context()
		p := news.Person{ID: news.NewID[news.PersonID](), Email: "A@Example.org", Name: "A", Role: news.Editor}
		if err := s.AddPerson(ctx, editor, p); err != nil {
			t.Fatal(err)
		}
		if err := s.AddPerson(ctx, editor, news.Person{ID: news.NewID[news.PersonID](), Email: "a@example.org", Role: news.Editor}); news.KindOf(err) != news.Invalid {
			t.Errorf("the same address twice: %v", err)
		}
		if err := s.AddSignInLink(ctx, news.SignInLink{Hash: "h", Person: p.ID, Expires: s.Now().Add(time.Hour)}); err != nil {
			t.Fatal(err)
		}
		var wg sync.WaitGroup
		var mu sync.Mutex
		won := 0
		for range 8 {
			wg.Go(func() {
				if l, err := s.SpendSignInLink(ctx, "h"); err == nil && l.Person == p.ID {
					mu.Lock()
					won++
					mu.Unlock()
				}
			})
		}
		wg.Wait()
		if won != 1 {
			t.Errorf("%d of 8 spent the same link", won)
		}
		if err := s.AddSession(ctx, news.Session{Hash: "s", Person: p, Created: s.Now(), Expires: s.Now().Add(time.Hour)}); err != nil {
			t.Fatal(err)
		}
		if x, err := s.Session(ctx, "s"); err != nil || x.Person.Name != "A" {
			t.Errorf("session: %+v %v", x, err)
		}
		if err := s.SetDisabled(ctx, editor, p.ID, true); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Session(ctx, "s"); news.KindOf(err) != news.Unauthenticated {
			t.Errorf("a disabled person's session works: %v", err)
		}
	})
}

func TestIdempotencyKeys(t *testing.T) {
	onBoth(t, func(t *testing.T, open func() *store.Store) {
		s, ctx := open(), t.Context()
		if done, _, err := s.ClaimKey(ctx, "t", "k", "body"); done || err != nil {
			t.Fatal(done, err)
		}
		if _, _, err := s.ClaimKey(ctx, "t", "k", "body"); news.KindOf(err) != news.Conflict {
			t.Errorf("while under way: %v, want Conflict", err)
		}
		if err := s.AnswerKey(ctx, "t", "k", news.Replay{Status: 201, Body: "{}"}); err != nil {
			t.Fatal(err)
		}
		if done, r, err := s.ClaimKey(ctx, "t", "k", "body"); !done || r.Status != 201 || err != nil {
			t.Errorf("again: %v %+v %v", done, r, err)
		}
		if _, _, err := s.ClaimKey(ctx, "t", "k", "other"); news.KindOf(err) != news.Invalid {
			t.Errorf("another body: %v, want Invalid", err)
		}
		if done, _, err := s.ClaimKey(ctx, "t2", "k", "other"); done || err != nil {
			t.Errorf("another token's key: %v %v", done, err)
		}
	})
}

func TestImportIsIdempotent(t *testing.T) {
	onBoth(t, func(t *testing.T, open func() *store.Store) {
		s, ctx := open(), t.Context()
		old := time.Date(2012, 3, 4, 5, 6, 7, 0, time.UTC)
		batch := func(headline string) []news.Imported {
			c := content(headline)
			return []news.Imported{{Source: "wordpress:x", OldID: "1", Kind: news.Article, Status: news.Published,
				Content: c, FirstPublished: old, Old: []string{"/?p=1", "/2012/old-words/"}, Fingerprint: headline, Original: []byte("a\x00b")}}
		}
		r, n, err := s.ImportStories(ctx, editor, batch("Old words"), false)
		if err != nil || r[0].What != store.Brought || n == 0 {
			t.Fatalf("first: %+v %d %v", r, n, err)
		}
		if _, err := s.ShownAt(ctx, "/?p=1"); func() bool { e, ok := asNews(err); return !ok || e.Moved != "/2012/03/04/old-words" }() {
			t.Errorf("old query form: %v", err)
		}
		if r, n, err := s.ImportStories(ctx, editor, batch("Old words"), false); err != nil || r[0].What != store.Unchanged || n != 0 {
			t.Errorf("second: %+v %d %v", r, n, err)
		}
		if r, _, err := s.ImportStories(ctx, editor, batch("New words"), false); err != nil || r[0].What != store.Kept {
			t.Errorf("changed there: %+v %v", r, err)
		}
		if r, _, err := s.ImportStories(ctx, editor, batch("New words"), true); err != nil || r[0].What != store.Renewed {
			t.Errorf("asked for again: %+v %v", r, err)
		}
		st, err := s.ShownAt(ctx, "/2012/03/04/old-words")
		if err != nil || st.Live.Content.Headline != "New words" || !st.FirstPublished.Equal(old) || !st.Updated.Equal(old) {
			t.Errorf("after renewal: %+v %v", st, err)
		}
	})
}

func TestReopenKeepsEverything(t *testing.T) {
	onBoth(t, func(t *testing.T, open func() *store.Store) {
		s := open()
		st := publish(t, s, draft(t, s, content("Kept")).ID)
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		s = open()
		if got, err := s.ShownAt(t.Context(), st.Address); err != nil || got.Live.N != 1 {
			t.Errorf("after reopening: %v %v", got, err)
		}
	})
}

func TestNewerSchemaIsRefused(t *testing.T) {
	onBoth(t, func(t *testing.T, open func() *store.Store) {
		s := open()
		store.ForceSchema(t, s, 99)
		s.Close()
		address := s.Address()
		_, err := store.Open(context.Background(), address, store.Options{})
		if err == nil || !strings.Contains(err.Error(), "newer Dateline") {
			t.Errorf("a newer schema: %v", err)
		}
	})
}

// A copy goes its own way: what was derived from the original must not pass for it.
func TestRestoredDatabaseIsAnotherTimeline(t *testing.T) {
	onBoth(t, func(t *testing.T, open func() *store.Store) {
		s, ctx := open(), t.Context()
		was, err := s.Timeline(ctx)
		if err != nil || was == "" {
			t.Fatalf("timeline %q, %v", was, err)
		}
		s.Close()
		s = open()
		if again, _ := s.Timeline(ctx); again != was {
			t.Errorf("opening it again made timeline %q of %q", again, was)
		}
		if err := s.Load(ctx, func(func(string, []string, []any) error) error { return nil }); err != nil {
			t.Fatal(err)
		}
		if after, _ := s.Timeline(ctx); after == was || after == "" {
			t.Errorf("after a restore the timeline is %q, before %q", after, was)
		}
	})
}
