package search

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestRanking(t *testing.T) {
	day := 24 * time.Hour
	x := newIndex(t,
		Document{ID: "body", Headline: "Council meets", Body: "The harbour was discussed at length by the council.", Published: monday},
		Document{ID: "headline", Headline: "Harbour closes", Body: "Ships wait outside the city for the second day.", Published: monday},
		Document{ID: "standfirst", Headline: "Ships wait", Standfirst: "Harbour stays shut", Body: "Crews wait for the second day now.", Published: monday},
		Document{ID: "old", Headline: "Harbour closes", Body: "Ships wait outside the city for the second day.", Published: monday.Add(-900 * day)},
		Document{ID: "neither", Headline: "Rain", Body: "It rained.", Published: monday},
		Document{ID: "neither too", Headline: "Sun", Body: "It shone.", Published: monday},
		Document{ID: "neither again", Headline: "Snow", Body: "It fell.", Published: monday},
		Document{ID: "nor this", Headline: "Wind", Body: "It blew.", Published: monday},
		Document{ID: "nor that", Headline: "Fog", Body: "It hung.", Published: monday},
	)
	for _, tt := range []struct{ name, text, want string }{
		{"headline before standfirst before body, new before old", "harbour", "headline standfirst body old"},
		{"stems", "harbours closing", "headline old standfirst body"},
		{"all words first", "harbour council", "body headline standfirst old"},
		{"any case", "HARBOUR", "headline standfirst body old"},
		{"needless words", "the harbour is", "headline standfirst body old"},
		{"only needless words", "for the", "headline standfirst old body"},
		{"a phrase", `"second day"`, "headline standfirst old"},
		{"a phrase is needed", `"harbour closes" council`, "headline old"},
		{"a phrase across fields is none", `"closes ships"`, ""},
		{"without", "harbour -council", "headline standfirst old"},
		{"without a phrase", `harbour -"harbour closes"`, "standfirst body"},
		{"a hyphen between blanks is none", "harbour - council", "body headline standfirst old"},
		{"an open quotation mark is none", `harbour "council`, "body headline standfirst old"},
		{"nothing there", "zeppelin", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			res := find(t, x, Query{Text: tt.text})
			if got := ids(res.Hits); got != tt.want {
				t.Errorf("%s finds %q, want %q", tt.text, got, tt.want)
			}
			if res.Total != len(res.Hits) {
				t.Errorf("total = %d of %d hits", res.Total, len(res.Hits))
			}
			newest := find(t, x, Query{Text: tt.text, Sort: Newest})
			if newest.Total != res.Total || newest.AllWords != res.AllWords {
				t.Errorf("newest finds %d (%d with all words), relevance %d (%d)", newest.Total, newest.AllWords, res.Total, res.AllWords)
			}
		})
	}
}

func TestFiltersAndFacets(t *testing.T) {
	at := func(y int, m time.Month, d int) time.Time { return time.Date(y, m, d, 12, 0, 0, 0, time.UTC) }
	x := newIndex(t,
		Document{ID: "a", Headline: "Budget vote", Section: "politics", Topics: []string{"budget", "taxes"}, Authors: []string{"ada"}, Published: at(2025, 3, 1)},
		Document{ID: "b", Headline: "Budget row", Section: "politics", Topics: []string{"budget"}, Authors: []string{"ben"}, Published: at(2025, 9, 1)},
		Document{ID: "c", Headline: "Budget of a film", Section: "culture", Authors: []string{"ada", "ben"}, Published: at(2026, 1, 1)},
		Document{ID: "d", Headline: "Concert", Section: "culture", Authors: []string{"ben"}, Published: at(2026, 2, 1)},
		Document{ID: "e", Headline: "Undated"},
	)
	for _, tt := range []struct {
		name string
		q    Query
		want string
	}{
		{"nothing asked is everything, newest first", Query{}, "d c b a e"},
		{"section", Query{Section: "politics"}, "b a"},
		{"topic", Query{Topic: "taxes"}, "a"},
		{"author", Query{Author: "ada"}, "c a"},
		{"author and words", Query{Author: "ada", Text: "budget", Sort: Newest}, "c a"},
		{"from is inside", Query{From: at(2026, 1, 1)}, "d c"},
		{"to is outside", Query{To: at(2026, 1, 1)}, "b a e"},
		{"between", Query{From: at(2025, 9, 1), To: at(2026, 1, 1)}, "b"},
		{"unknown section", Query{Section: "sport"}, ""},
		{"keys are exact", Query{Section: "Politics"}, ""},
		{"no keys of another kind", Query{Section: "ada"}, ""},
		{"newest with words", Query{Text: "budget", Sort: Newest}, "c b a"},
		{"newest: all words first", Query{Text: "budget vote", Sort: Newest}, "a c b"},
		{"unwanted words alone", Query{Text: "-budget"}, "d e"},
		{"page", Query{Offset: 1, Limit: 2}, "c b"},
		{"behind the last page", Query{Offset: 7}, ""},
		{"negative page", Query{Offset: -7, Limit: -1}, "d c b a e"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := ids(find(t, x, tt.q).Hits); got != tt.want {
				t.Errorf("found %q, want %q", got, tt.want)
			}
		})
	}

	got := find(t, x, Query{Text: "budget concert", Limit: 1})
	want := Facets{
		Sections: []Count{{"culture", 2}, {"politics", 2}},
		Topics:   []Count{{"budget", 2}, {"taxes", 1}},
		Authors:  []Count{{"ben", 3}, {"ada", 2}},
		Years:    []Count{{"2026", 2}, {"2025", 2}},
	}
	if diff := cmp.Diff(want, got.Facets); diff != "" {
		t.Errorf("facets of the whole list (-want +got):\n%s", diff)
	}
	if got.Total != 4 || got.AllWords != 0 {
		t.Errorf("total = %d, with all words %d, want 4 and 0", got.Total, got.AllWords)
	}
}

// What a reader types is never an error and never takes long.
func TestAnyQuery(t *testing.T) {
	x := newIndex(t, Document{ID: "a", Headline: "Near miss", Body: "The plane AND the tower OR NOT."})
	for _, tt := range []struct{ name, text, want string }{
		{"punctuation", "?!… ,;:()[]{}", ""},
		{"blanks are nothing asked", " \t\u00a0\n", "a"},
		{"quotation marks", `"""" " "`, ""},
		{"operators", "AND OR NOT NEAR(miss, 2)", "a"},
		{"a star", "mis* *", ""},
		{"a column", "headline:miss", "a"},
		{"a caret", "^near + miss", "a"},
		{"an injection", `miss" OR "1`, "a"},
		{"another", `x') OR 1=1 --`, ""},
		{"NUL", "near\x00miss", "a"},
		{"invalid UTF-8", "near \xff\xfe miss\xc3", "a"},
		{"half a mark", "near \"", "a"},
		{"emoji", "🙂", ""},
		{"marks without letters", "\u0301\u0301 \u05b0", ""},
		{"directions", "\u202enear\u202c", "a"},
		{"long", strings.Repeat("near ", 2000), "a"},
		{"one long word", strings.Repeat("x", 100_000), ""},
		{"a long chain", strings.Repeat("a-", 5000), ""},
		{"a thousand words", "near " + manyWords(1000), "a"},
		{"accents without end", "e" + strings.Repeat("\u0301", 3000), ""},
		{"unwanted without end", strings.Repeat("-a ", 1000), "a"},
		{"hyphens", "----", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := ids(find(t, x, Query{Text: tt.text}).Hits); got != tt.want {
				t.Errorf("found %q, want %q", got, tt.want)
			}
			Highlight("A near miss", "en", tt.text, 3)
		})
	}
}

func manyWords(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString("w")
		for ; i > 0; i /= 20 {
			b.WriteByte(byte('b' + i%20))
		}
		b.WriteByte(' ')
	}
	return b.String()
}
