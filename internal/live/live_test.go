package live_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"dateline/internal/desk"
	"dateline/internal/live"
	"dateline/internal/markup"
	"dateline/internal/news"
	"dateline/internal/pagecache"
	"dateline/internal/search"
	"dateline/internal/store"
	"dateline/internal/store/pgtest"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }

var editor = news.Actor{ID: "e", Name: "Eda", Role: news.Editor, Via: "desk"}

// a house is one node on a database.
type house struct {
	store *store.Store
	index *search.Index
	cache *pagecache.Cache
	node  *live.Node
	desk  *desk.Desk
}

func open(t *testing.T, address, dir, name string) *house {
	t.Helper()
	h := &house{}
	var err error
	if h.store, err = store.Open(t.Context(), address, store.Options{}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { h.store.Close() })
	if h.index, err = search.Open(filepath.Join(dir, name+".db"), search.Options{}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { h.index.Close() })
	h.cache = pagecache.New(pagecache.Options{})
	if h.node, err = live.Start(t.Context(), live.Options{
		Feed: h.store, Stories: h.store, Topics: h.store, Index: h.index, Cache: h.cache, Name: name, Shared: h.store.Engine() == "postgres",
	}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { h.node.Close() })
	h.desk = desk.New(desk.Options{Stories: h.store, Pictures: h.store, Live: h.node})
	return h
}

func (h *house) publish(t *testing.T, headline string) *news.Story {
	t.Helper()
	body, _ := markup.FromMarkdown("Some words about " + headline + ".")
	st, err := h.desk.Create(t.Context(), editor, desk.Draft{Content: news.Content{Headline: headline, Body: body, Section: news.Ref{Name: "World"}}})
	if err != nil {
		t.Fatal(err)
	}
	p, err := h.desk.Publish(t.Context(), editor, st.ID, "", "")
	if err != nil {
		t.Fatal(err)
	}
	return p.Story
}

func (h *house) finds(t *testing.T, q string) int {
	t.Helper()
	r, err := h.index.Search(t.Context(), search.Query{Text: q})
	if err != nil {
		t.Fatal(err)
	}
	return r.Total
}

func TestPublishedIsFoundWhenPublishAnswers(t *testing.T) {
	h := open(t, "sqlite:"+filepath.Join(t.TempDir(), "n.db"), t.TempDir(), "a")
	for i := range 20 {
		word := fmt.Sprintf("zebra%d", i)
		st := h.publish(t, "About "+word)
		if n := h.finds(t, word); n != 1 {
			t.Fatalf("search finds %d stories right after Publish answered, want 1", n)
		}
		if i%2 == 0 {
			if _, err := h.desk.Kill(t.Context(), editor, st.ID, ""); err != nil {
				t.Fatal(err)
			}
			if n := h.finds(t, word); n != 0 {
				t.Fatalf("search finds %d stories right after Kill answered, want 0", n)
			}
		}
	}
}

// A page kept before a publication is gone when Publish answers, on every node.
func TestEveryNodeShowsItWhenPublishAnswers(t *testing.T) {
	address := pgtest.Database(t)
	dir := t.TempDir()
	a, b := open(t, address, dir, "a"), open(t, address, dir, "b")
	front := func(h *house) string {
		w := &recorder{}
		r := request(t, "/")
		if err := h.cache.Serve(w, r, "", func(ctx context.Context) (pagecache.Response, error) {
			cards, _, err := h.store.Cards(ctx, news.Listing{Limit: 1})
			if err != nil || len(cards) == 0 {
				return pagecache.Response{ContentType: "text/plain", Body: []byte("empty"), Tags: []string{news.FrontTag}}, err
			}
			return pagecache.Response{ContentType: "text/plain", Body: []byte(cards[0].Headline), Tags: []string{news.FrontTag}}, nil
		}); err != nil {
			t.Fatal(err)
		}
		return w.String()
	}
	for i := range 10 {
		front(a)
		front(b) // both hold the old one now
		want := fmt.Sprintf("Number %d", i)
		a.publish(t, want)
		if got := front(b); got != want {
			t.Fatalf("the other node shows %q right after Publish answered, want %q", got, want)
		}
	}
}

// A node that died is waited for no longer than its lease.
func TestADeadNodeHoldsNobodyUp(t *testing.T) {
	address := pgtest.Database(t)
	a := open(t, address, t.TempDir(), "a")
	if _, err := a.store.Beat(t.Context(), "dead", 0, 700*time.Millisecond); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	a.publish(t, "Goes on")
	if took := time.Since(began); took < 300*time.Millisecond || took > 5*time.Second {
		t.Errorf("Publish took %v beside a node that died with 0.7 s of lease left", took)
	}
}

func TestIndexCatchesUpAfterAStop(t *testing.T) {
	for _, ahead := range []bool{false, true} {
		t.Run(fmt.Sprintf("ahead=%v", ahead), func(t *testing.T) {
			dir := t.TempDir()
			address := "sqlite:" + filepath.Join(dir, "n.db")
			s, err := store.Open(t.Context(), address, store.Options{})
			if err != nil {
				t.Fatal(err)
			}
			// Published while no node runs, as a command does.
			d := desk.New(desk.Options{Stories: s, Pictures: s, Live: unseen{}})
			st, err := d.Create(t.Context(), editor, desk.Draft{Content: news.Content{Headline: "Written meanwhile"}})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := d.Publish(t.Context(), editor, st.ID, "", ""); err != nil {
				t.Fatal(err)
			}
			s.Close()
			if ahead { // an index from after the backup that was restored
				x, err := search.Open(filepath.Join(dir, "a.db"), search.Options{})
				if err != nil {
					t.Fatal(err)
				}
				if err := x.Apply(t.Context(), 9999, []search.Document{{ID: "ghost", Headline: "Ghost"}}, nil); err != nil {
					t.Fatal(err)
				}
				x.Close()
			}
			h := open(t, address, dir, "a")
			last, err := h.store.LastChange(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			wait(t, "the index is made", func() bool { return h.node.Shown() >= last })
			if h.finds(t, "meanwhile") != 1 || h.finds(t, "ghost") != 0 {
				t.Errorf("after start search finds %d and %d ghosts", h.finds(t, "meanwhile"), h.finds(t, "ghost"))
			}
			h.publish(t, "And onwards")
			if h.finds(t, "onwards") != 1 {
				t.Error("the next publication is not found")
			}
		})
	}
}

func TestReindexWhileWriting(t *testing.T) {
	h := open(t, "sqlite:"+filepath.Join(t.TempDir(), "n.db"), t.TempDir(), "a")
	for i := range 30 {
		h.publish(t, fmt.Sprintf("Before %d", i))
	}
	var writing sync.WaitGroup
	writing.Go(func() {
		for i := range 20 {
			h.publish(t, fmt.Sprintf("During %d", i))
		}
	})
	for range 3 {
		if err := h.node.Reindex(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	writing.Wait()
	if b, d := h.finds(t, "before"), h.finds(t, "during"); b != 30 || d != 20 {
		t.Errorf("after rebuilding beside writers search finds %d and %d, want 30 and 20", b, d)
	}
}

// While the database cannot be reached, what is held is served; what changed
// meanwhile is not served old once it is back.
func TestOutageIsSeenAndMended(t *testing.T) {
	c := pgtest.Own(t)
	h := open(t, c.Database(t), t.TempDir(), "a")
	h.publish(t, "Before the outage")
	c.Halt()
	wait(t, "the outage is noticed", func() bool { return !h.node.Reachable() && !h.node.Ready() })
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	wait(t, "the end of the outage is noticed", func() bool { return h.node.Reachable() && h.node.Ready() })
	h.publish(t, "After the outage")
	if h.finds(t, "outage") != 2 {
		t.Errorf("search finds %d, want 2", h.finds(t, "outage"))
	}
}

func wait(t *testing.T, what string, true func() bool) {
	t.Helper()
	deadline := time.After(30 * time.Second)
	for !true() {
		select {
		case <-deadline:
			t.Fatalf("not within 30 s: %s", what)
		case <-time.After(10 * time.Millisecond):
		}
	}
}

type unseen struct{}

func (unseen) Wait(context.Context, int64, []string) (news.Timing, error) { return news.Timing{}, nil }
