package search

import (
	"context"
	"strings"
	"testing"
	"time"
)

func suggested(t testing.TB, x *Index, text string) string {
	t.Helper()
	list, err := x.Suggest(context.Background(), text, 5)
	if err != nil {
		t.Fatal(err)
	}
	var parts []string
	for _, s := range list {
		switch s.Kind {
		case SuggestTopic:
			parts = append(parts, "#"+s.Topic)
		case SuggestStory:
			parts = append(parts, s.ID)
		case SuggestWord:
			parts = append(parts, `"`+s.Text+`"`)
		}
	}
	return strings.Join(parts, " ")
}

func TestSuggest(t *testing.T) {
	x := newsroomIndex(t)
	for _, tt := range []struct{ text, want string }{
		{"", ""},
		{"k", "#mustafa-al-kadhimi"},
		{"ka", `#mustafa-al-kadhimi "Kadhimi" "Kazemi"`},
		{"KAD", `#mustafa-al-kadhimi kadhimi kadhimi' "Kadhimi"`},
		{"mustafa al-k", `#mustafa-al-kadhimi`},
		{"parl", `vote vote' vote'' "parliament"`},
		{"erdoğ", `erdogan "Erdoğan"`},
		{"the white ho", `"the white house"`}, // not the house in Sudan's story
		{"european ce", `#ecb "european Central"`},
		{"zep", ""},
		{"parliament", `vote vote' vote''`},
		{`"parl`, ""},
		{"vote -parl", ""},
		{"الكا", `#mustafa-al-kadhimi "الكاظمي"`},
		{"الكاظ", `#mustafa-al-kadhimi persian "الكاظمي"`},
		{strings.Repeat("x", 5000), ""},
		{"\xff\xfe", ""},
	} {
		if got := suggested(t, x, tt.text); got != tt.want {
			t.Errorf("%.20q suggests %s, want %s", tt.text, got, tt.want)
		}
	}
	apply(t, x, 1, nil, "kadhimi", "kadhimi'")
	if got := suggested(t, x, "kad"); got != "" {
		t.Errorf("when the stories are taken down: %s", got)
	}
}

func TestCompletes(t *testing.T) {
	for _, tt := range []struct {
		headline, text string
		want           bool
	}{
		{"Parliament votes on the budget", "parl", true},
		{"Parliament votes on the budget", "budget vo", true},
		{"Parliament votes on the budget", "vote budget", true},
		{"Parliament votes on the budget", "arl", false},
		{"Erdoğan'ın konuşması", "ERDOGAN kon", true},
		{"东京都知事选举", "知事", true},
		{"", "a", false},
	} {
		if got := Completes(tt.headline, tt.text); got != tt.want {
			t.Errorf("Completes(%q, %q) = %v", tt.headline, tt.text, got)
		}
	}
}

func FuzzSuggest(f *testing.F) {
	for _, s := range seeds {
		f.Add(s)
	}
	x := newsroomIndex(f)
	f.Fuzz(func(t *testing.T, text string) {
		suggested(t, x, text)
		Completes(text, text)
		res, err := x.Search(context.Background(), Query{Text: text})
		if err != nil {
			t.Fatal(err)
		}
		if c := res.Corrected; c != nil {
			at := 0
			for _, r := range c.Changed {
				if r.Start < at || r.End <= r.Start || r.End > len(c.Text) {
					t.Fatalf("%q is corrected to %q, changed %v", text, c.Text, c.Changed)
				}
				at = r.End
			}
		}
	})
}

// TestSuggestQuickly: among real words, letter by letter.
func TestSuggestQuickly(t *testing.T) {
	x := newIndex(t, realNews(t, 5000)...)
	var took []time.Duration
	for _, word := range []string{"parliament", "president", "minister", "saudi oil", "bank of england", "olympic"} {
		for i := 1; i <= len(word); i++ {
			best := time.Hour // others use the machine too
			for range 5 {
				began := time.Now()
				suggested(t, x, word[:i])
				best = min(best, time.Since(began))
			}
			took = append(took, best)
			if best > 2*time.Millisecond {
				t.Logf("%s: %v", word[:i], best)
			}
		}
	}
	var sum, most time.Duration
	for _, d := range took {
		sum += d
		most = max(most, d)
	}
	t.Logf("%d letters: mean %v, longest %v", len(took), sum/time.Duration(len(took)), most)
}
