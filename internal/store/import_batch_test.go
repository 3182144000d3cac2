package store_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dateline/internal/news"
	"dateline/internal/store"
)

var importer = news.Actor{Name: "import", Role: news.Admin, Via: "command"}

// awkward is an export in which the stories of a batch meet each other and what was
// here before.
func awkward() []news.Imported {
	day := time.Date(2012, 3, 4, 5, 6, 7, 0, time.UTC)
	n := 0
	one := func(headline string, change func(*news.Imported)) news.Imported {
		n++
		in := news.Imported{Source: "wordpress:x", OldID: fmt.Sprint(n), Kind: news.Article, Status: news.Published, Content: content(headline),
			FirstPublished: day, Old: []string{fmt.Sprintf("/?p=%d", n)}, Fingerprint: headline, Original: []byte(headline)}
		if change != nil {
			change(&in)
		}
		return in
	}
	topics := func(names ...string) func(*news.Imported) {
		return func(in *news.Imported) {
			in.Content.Topics = nil
			for _, name := range names {
				in.Content.Topics = append(in.Content.Topics, news.Ref{Name: name})
			}
		}
	}
	return []news.Imported{
		one("Here before", nil), // its address belongs to a story of ours
		one("Same words", nil),
		one("Same words", nil),
		one("Same words", nil),
		one("Old address of the next", func(in *news.Imported) { in.Old = append(in.Old, "/2012/03/04/wanted", "/?p=1") }),
		one("Wanted", nil),
		one("Own old address", func(in *news.Imported) { in.Old = append(in.Old, "/2012/03/04/own-old-address") }),
		one("Here before", func(in *news.Imported) { in.Old = append(in.Old, "/2012/03/04/here-before-3") }),
		one("New topics", topics("Ferries", "ferries", "  FERRIES ", "Ships", "Bridges & Tunnels", "bridges tunnels")),
		one("Known topics", topics("Harbours", "harbours", "Quays", "QUAYS", "Bridges-Tunnels", "Ferries")),
		one("No letters", topics("!!!", "???", "topic")),
		one("Authors", func(in *news.Imported) {
			in.Content.Byline = []news.Ref{{Name: "Ada Author"}, {Name: "ada author"}, {Name: "Ada-Author"}, {Name: "Ren Reporter"}}
		}),
		one("No such section", func(in *news.Imported) { in.Content.Section = news.Ref{Name: "Gardening"} }),
		one("", func(in *news.Imported) { in.Content.Headline = "" }),
		one("Search", func(in *news.Imported) { in.Kind = news.Page }),
		one("A draft", func(in *news.Imported) {
			in.Status, in.FirstPublished = news.Draft, time.Time{}
			in.Old = append(in.Old, "/a-draft/")
		}),
		one("Missing picture", func(in *news.Imported) {
			in.Content.Picture = &news.PictureUse{Media: news.NewID[news.MediaID]()}
		}),
		one("Twice", func(in *news.Imported) { in.OldID = "twice" }),
		one("Twice", func(in *news.Imported) { in.OldID = "twice" }),
		one("Twice and changed", func(in *news.Imported) { in.OldID = "twice" }),
	}
}

// TestABatchIsAsOneByOne: what a batch looks up and writes together must come to the
// same as stories that come alone.
func TestABatchIsAsOneByOne(t *testing.T) {
	onBoth(t, func(t *testing.T, open func() *store.Store) {
		s := open()
		got := broughtIn(t, s, len(awkward()))
		alone, err := store.Open(t.Context(), "sqlite:"+t.TempDir()+"/alone.db", store.Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer alone.Close()
		want := broughtIn(t, alone, 1)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("one by one (-) and as a batch (+) differ:\n%s", diff)
		}
		for _, line := range []string{
			`here-before-2 "Here before"`, `own-old-address "Own old address"`, `same-words-3 "Same words"`, `twice "Twice and changed"`,
		} {
			if !slices.ContainsFunc(got, func(l string) bool { return strings.HasPrefix(l, "/2012/03/04/"+line) }) {
				t.Errorf("nothing begins with %s in\n%s", line, strings.Join(got, "\n"))
			}
		}
	})
}

// broughtIn imports the awkward export, n stories at a time, and gives in lines what
// became of it, without identifiers.
func broughtIn(t *testing.T, s *store.Store, n int) (lines []string) {
	t.Helper()
	ctx := t.Context()
	day := time.Date(2012, 3, 4, 0, 0, 0, 0, time.UTC)
	// What is here before: a story at an address that the export wants, and a topic
	// with another name.
	if _, _, err := s.ImportStories(ctx, importer, []news.Imported{{Source: "here", OldID: "1", Kind: news.Article, Status: news.Published,
		Content: content("Here before"), FirstPublished: day}}, false); err != nil {
		t.Fatal(err)
	}
	if _, err := s.SaveTopic(ctx, importer, news.Topic{Slug: "docks", Name: "Docks", Kind: "subject", Aliases: []string{"Quays", "Ships"}}); err != nil {
		t.Fatal(err)
	}
	addresses := map[string]bool{}
	for round, again := range []bool{false, false, true} {
		var ids []news.StoryID
		for batch := range slices.Chunk(awkward(), n) {
			for _, in := range batch {
				for _, path := range in.Old {
					addresses[path] = true
				}
			}
			results, _, err := s.ImportStories(ctx, importer, batch, again)
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range results {
				lines = append(lines, fmt.Sprintf("round %d: %s %s %v", round, r.OldID, r.What, r.Err))
				if r.Story != "" {
					ids = append(ids, r.Story)
				}
			}
		}
		for _, id := range ids {
			lines = append(lines, told(ctx, t, s, id))
		}
	}
	for path := range addresses {
		_, err := s.ShownAt(ctx, path)
		moved := ""
		if e, ok := asNews(err); ok {
			moved = e.Moved
		}
		lines = append(lines, fmt.Sprintf("%s: %v, moved to %q", path, err, moved))
	}
	all, _, err := s.AllTopics(ctx, "", 1000)
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range all {
		cards, _, err := s.Cards(ctx, news.Listing{Topic: x.Slug, Limit: 100})
		if err != nil {
			t.Fatal(err)
		}
		lines = append(lines, fmt.Sprintf("topic %s %q has %d", x.Slug, x.Name, len(cards)))
	}
	slices.Sort(lines)
	return lines
}

// told is a story in one line.
func told(ctx context.Context, t *testing.T, s *store.Store, id news.StoryID) string {
	t.Helper()
	st, err := s.Story(ctx, id)
	if err != nil {
		t.Fatal(err)
	}
	entries, err := s.Entries(ctx, string(id), 10)
	if err != nil {
		t.Fatal(err)
	}
	revisions, err := s.Revisions(ctx, id)
	if err != nil {
		t.Fatal(err)
	}
	c := st.Content
	line := fmt.Sprintf("%s %q %s %v %v %v %v, %d revisions, record", st.Address, c.Headline, st.Status, c.Section, c.Topics, c.Byline, st.FirstPublished, len(revisions))
	for _, e := range entries {
		line += " " + e.Action
	}
	if st.Live != nil {
		line += fmt.Sprintf(", version %d %v %v", st.Live.N, st.Live.Content.Topics, st.Live.Content.Byline)
	}
	return line
}

// TestAddressesOfABatch: of a story that must step aside and one that wishes to stand
// there, each has an address of its own, and none is given twice.
func TestAddressesOfABatch(t *testing.T) {
	onBoth(t, func(t *testing.T, open func() *store.Store) {
		s, ctx := open(), t.Context()
		var batch []news.Imported
		for i := range 300 { // more than one statement takes
			headline := "Tide"
			if i%3 == 2 {
				headline = "Tide 2"
			}
			batch = append(batch, news.Imported{Source: "x", OldID: fmt.Sprint(i), Kind: news.Article, Status: news.Published,
				Content: content(headline), FirstPublished: time.Date(2012, 3, 4, 0, 0, 0, 0, time.UTC)})
		}
		results, _, err := s.ImportStories(ctx, importer, batch, false)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range results {
			st, err := s.Story(ctx, r.Story)
			if err != nil {
				t.Fatal(err)
			}
			if shown, err := s.ShownAt(ctx, st.Address); err != nil || shown.ID != st.ID {
				t.Fatalf("%s does not show its story: %v", st.Address, err)
			}
		}
	})
}

// TestNewNamesBeside: two imports at once that bring the same new topics, authors and
// addresses both arrive, and each name is made once.
func TestNewNamesBeside(t *testing.T) {
	onBoth(t, func(t *testing.T, open func() *store.Store) {
		s, ctx := open(), t.Context()
		done := make(chan error)
		for source := range 2 {
			go func() {
				for i := range 20 {
					c := content(fmt.Sprintf("Story %d", i))
					c.Topics = []news.Ref{{Name: fmt.Sprintf("Topic %d", i)}, {Name: fmt.Sprintf("Topic %d", i+1)}}
					if source == 1 {
						slices.Reverse(c.Topics)
					}
					c.Byline = []news.Ref{{Name: fmt.Sprintf("Author %d", i/4)}}
					if _, _, err := s.ImportStories(ctx, importer, []news.Imported{{Source: fmt.Sprint(source), OldID: fmt.Sprint(i), Kind: news.Article,
						Status: news.Published, Content: c, FirstPublished: time.Date(2012, 3, 4, 0, 0, 0, 0, time.UTC)}}, false); err != nil {
						done <- err
						return
					}
				}
				done <- nil
			}()
		}
		for range 2 {
			if err := <-done; err != nil {
				t.Error(err)
			}
		}
		all, _, err := s.AllTopics(ctx, "", 1000)
		if err != nil || len(all) != 21 {
			t.Errorf("%d topics, %v; want 21", len(all), err)
		}
		for i := range 20 {
			if cards, _, err := s.Cards(ctx, news.Listing{Topic: fmt.Sprintf("topic-%d", i+1), Limit: 10}); err != nil || len(cards) < 2 {
				t.Errorf("%d stories under topic %d, %v", len(cards), i+1, err)
			}
		}
	})
}

// A story that a rule refuses when it is imported again has its line in the report; it
// stays as it was, and those beside it arrive.
func TestOneRefusedAgainDoesNotUndoItsBatch(t *testing.T) {
	onBoth(t, func(t *testing.T, open func() *store.Store) {
		s, ctx := open(), t.Context()
		batch := func(round string, section news.Ref) []news.Imported {
			var out []news.Imported
			for i := range 5 {
				c := content(fmt.Sprintf("Story %d, %s", i, round))
				c.Topics = []news.Ref{{Name: fmt.Sprintf("Topic %s %d", round, i)}}
				if i == 2 {
					c.Section = section
				}
				if i == 4 && round == "first" {
					continue // it comes with the second round
				}
				out = append(out, news.Imported{Source: "x", OldID: fmt.Sprint(i), Kind: news.Article, Status: news.Published,
					Content: c, FirstPublished: time.Date(2012, 3, 4, 0, 0, 0, 0, time.UTC), Fingerprint: round})
			}
			return out
		}
		first, _, err := s.ImportStories(ctx, importer, batch("first", news.Ref{}), false)
		if err != nil {
			t.Fatal(err)
		}
		before := told(ctx, t, s, first[2].Story)
		results, _, err := s.ImportStories(ctx, importer, batch("second", news.Ref{Name: "Nowhere"}), true)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, r := range results {
			got = append(got, fmt.Sprint(r.OldID, " ", r.What))
		}
		if want := []string{"0 renewed", "1 renewed", "2 refused", "3 renewed", "4 brought"}; !slices.Equal(got, want) {
			t.Fatalf("imported again: %v, want %v", got, want)
		}
		if e, ok := asNews(results[2].Err); !ok || e.Kind != news.Invalid {
			t.Errorf("the refused one says %v, want what is wrong with it", results[2].Err)
		}
		if after := told(ctx, t, s, first[2].Story); after != before {
			t.Errorf("the refused one became\n%s, was\n%s", after, before)
		}
		if _, err := s.Topic(ctx, "topic-second-2"); err == nil {
			t.Error("the refused one's topic was made all the same")
		}
		for _, i := range []int{0, 1, 3, 4} {
			st, err := s.Shown(ctx, results[i].Story)
			if err != nil || st.Content.Headline != fmt.Sprintf("Story %d, second", i) || len(st.Content.Topics) != 1 {
				t.Errorf("story %d: %v %v", i, st, err)
			}
		}
		// Once it is put right at its source it comes in.
		if results, _, err = s.ImportStories(ctx, importer, batch("second", news.Ref{}), true); err != nil || results[2].What != store.Renewed {
			t.Errorf("put right: %v, %v, want it renewed", results, err)
		}
	})
}
