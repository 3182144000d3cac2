//go:build !race

package search

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"
)

// TestOneSlip looks for real stories by their headlines, and by three words of them in a row, with one slip in one of
// the words, as a reader makes it: a letter left out, doubled, swapped with the next, or hit wrong.
func TestOneSlip(t *testing.T) {
	docs := realNews(t, 28272)
	x := newIndex(t, docs...)
	for _, tt := range []struct {
		name  string
		words int // 0 is all
		want  float64
	}{{"headlines", 0, 0.91}, {"three words", 3, 0.7}} {
		r := rand.New(rand.NewPCG(1, 2))
		asked := 0
		first := make(map[string]int)
		var took time.Duration
		for _, i := range r.Perm(len(docs)) {
			if asked == 500 {
				break
			}
			// Agencies' shouted headlines are the same for a hundred stories.
			words := strings.FieldsFunc(docs[i].Headline, func(r rune) bool { return !unicode.IsLetter(r) && r != '\'' })
			if len(words) < 4 || strings.ToUpper(docs[i].Headline) == docs[i].Headline {
				continue
			}
			if tt.words > 0 {
				from := r.IntN(len(words) - tt.words + 1)
				words = words[from : from+tt.words]
				if slices.ContainsFunc(words, func(w string) bool { return len(w) < 4 }) {
					continue
				}
			}
			slipped, wrong := withSlip(r, words)
			if wrong == "" {
				continue
			}
			asked++
			clean := strings.Join(words, " ")
			for name, q := range map[string]Query{
				"clean": {Text: clean}, "clean, exact": {Text: clean, Exact: true},
				"a slip": {Text: slipped}, "a slip, exact": {Text: slipped, Exact: true},
			} {
				q.Limit = 1
				if res := find(t, x, q); len(res.Hits) > 0 && res.Hits[0].ID == docs[i].ID {
					first[name]++
				}
			}
			began := time.Now()
			x.lexicon().respell(wrong)
			took += time.Since(began)
		}
		for _, name := range []string{"clean", "clean, exact", "a slip", "a slip, exact"} {
			t.Logf("%s, %s: %d of %d first (%.3f)", tt.name, name, first[name], asked, float64(first[name])/float64(asked))
		}
		t.Logf("%d words known, %v to find what was meant", len(x.lexicon().words), took/time.Duration(asked))
		if got := float64(first["a slip"]) / float64(asked); got < tt.want {
			t.Errorf("%s: %.3f found first in spite of a slip, want %.2f", tt.name, got, tt.want)
		}
	}
}
