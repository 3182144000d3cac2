package search

import (
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestEditCost(t *testing.T) {
	for _, tt := range []struct {
		a, b string
		want int
	}{
		{"parliament", "parliament", 0},
		{"parliment", "parliament", slip},
		{"parlliament", "parliament", doubledSlip},
		{"comittee", "committee", doubledSlip},
		{"gooverment", "government", doubledSlip + slip},
		{"parilament", "parliament", swapSlip},
		{"perliament", "parliament", vowelSlip},
		{"parkiament", "parliament", slip},
		{"aprliament", "parliament", swapSlip},
		{"barliament", "parliament", slip + firstSlip},
		{"arliament", "parliament", slip + firstSlip},
		{"barlament", "parliament", tooFar},
		{"abcdef", "uvwxyz", tooFar},
		{"правительтсво", "правительство", swapSlip},
		{"a", "", tooFar},
	} {
		if got := editCost([]rune(tt.a), []rune(tt.b), 2); got != tt.want {
			t.Errorf("%s to %s costs %d, want %d", tt.a, tt.b, got, tt.want)
		}
	}
}

// The band and the masks leave nothing out that a comparison of everything with everything finds.
func TestCorrectionsAreTheNearest(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	x := newLexicon()
	var all []string
	for range 3000 {
		w := randomWord(r, 4+r.IntN(6))
		x.add([]heard{{key: w, low: true}}, false)
		all = append(all, w)
	}
	slices.Sort(all)
	all = slices.Compact(all)
	for range 300 {
		w := all[r.IntN(len(all))]
		slipped, wrong := withSlip(r, []string{w})
		if wrong == "" || len(wrong) < 4 || slices.Contains(all, wrong) {
			continue
		}
		least := tooFar
		for _, b := range all {
			least = min(least, editCost([]rune(slipped), []rune(b), editsAllowed(len(slipped))))
		}
		got := tooFar
		for _, p := range x.respell(wrong) {
			got = min(got, p.cost)
		}
		if got != least && least < slip+firstSlip {
			t.Errorf("%s (of %s): %d away, want %d", wrong, w, got, least)
		}
	}
}

// withSlip makes a slip in one of the words with four letters or more, and says which came of it; "" when none did.
func withSlip(r *rand.Rand, words []string) (text, wrong string) {
	list := slices.Clone(words)
	for _, i := range r.Perm(len(list)) {
		w := []rune(strings.ToLower(list[i]))
		if len(w) < 4 {
			continue
		}
		at := r.IntN(len(w))
		switch r.IntN(4) {
		case 0:
			w = append(w[:at], w[at+1:]...)
		case 1:
			w = slices.Insert(w, at, w[at])
		case 2:
			at = min(at, len(w)-2)
			w[at], w[at+1] = w[at+1], w[at]
		default:
			w[at] = rune('a' + r.IntN(26))
		}
		if slipped := string(w); !strings.EqualFold(slipped, list[i]) {
			list[i] = slipped
			return strings.Join(list, " "), slipped
		}
	}
	return "", ""
}

func randomWord(r *rand.Rand, n int) string {
	var b strings.Builder
	for i := range n {
		letters := "bcdfghklmnprstvwz"
		if i%2 == 1 {
			letters = "aeiou"
		}
		b.WriteByte(letters[r.IntN(len(letters))])
	}
	return b.String()
}

// A hundred thousand words: what they take, and how long one is looked for.
func BenchmarkRespell(b *testing.B) {
	r := rand.New(rand.NewPCG(5, 6))
	runtime.GC()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	x := newLexicon()
	for len(x.words) < 100_000 {
		w := randomWord(r, 5+r.IntN(7))
		x.add([]heard{{key: w, low: r.IntN(3) > 0}}, false)
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	var asked []string
	for len(asked) < 1000 {
		if _, wrong := withSlip(r, []string{x.key(&x.words[r.IntN(len(x.words))])}); wrong != "" {
			asked = append(asked, wrong)
		}
	}
	var took []time.Duration
	b.ResetTimer()
	for i := 0; b.Loop(); i++ {
		began := time.Now()
		x.respell(asked[i%len(asked)])
		took = append(took, time.Since(began))
	}
	slices.Sort(took)
	b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/1e6, "MB")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds()), "p99-µs")
}
