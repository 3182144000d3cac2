package moderation

import (
	"strings"
	"sync"
	"unicode"

	"dateline/internal/news"
)

// A reading is a text as rules read it.
type reading struct {
	text   string
	folded []news.FoldedRune
	words  []span
	spelt  []string // the folded letters of each word
}

// A span is a word of the reading, or several: positions in folded.
type span struct{ from, to int }

// read folds a text and finds its words; letters that stand alone, as in "s p a m", are
// one word too.
func read(text string) *reading {
	r := &reading{text: text, folded: news.FoldLookalikes(text)}
	for i := 0; i < len(r.folded); {
		if r.folded[i].R == ' ' {
			i++
			continue
		}
		from := i
		for i < len(r.folded) && r.folded[i].R != ' ' {
			i++
		}
		r.words = append(r.words, span{from, i})
		r.spelt = append(r.spelt, r.letters(r.words[len(r.words)-1:]))
	}
	return r
}

// letters are the folded letters of some words in a row, written together.
func (r *reading) letters(words []span) string {
	var b strings.Builder
	for _, w := range words {
		for _, f := range r.folded[w.from:w.to] {
			b.WriteRune(f.R)
		}
	}
	return b.String()
}

// quote is what of the text these words are, as it stands there.
func (r *reading) quote(words []span) string {
	first, last := words[0], words[len(words)-1]
	return r.text[r.folded[first.from].From:r.folded[last.to-1].To]
}

// A term is a word or phrase of a rule, folded like texts. One that ends with an asterisk
// is met by every word that begins so.
type term struct {
	words  []string
	joined string
	open   bool
}

func newTerm(s string) term {
	s, open := strings.CutSuffix(strings.TrimSpace(s), "*")
	r := read(s)
	t := term{words: r.spelt, open: open}
	t.joined = strings.Join(t.words, "")
	return t
}

// terms remembers what words of rules are folded, since every comment is read by every rule.
var terms struct {
	sync.RWMutex
	of map[string]term
}

// mostTerms is how many words are remembered; more than that, and all are forgotten.
const mostTerms = 20_000

// termOf is newTerm, remembered.
func termOf(s string) term {
	terms.RLock()
	t, ok := terms.of[s]
	terms.RUnlock()
	if ok {
		return t
	}
	t = newTerm(s)
	terms.Lock()
	defer terms.Unlock()
	if terms.of == nil || len(terms.of) >= mostTerms {
		terms.of = map[string]term{}
	}
	terms.of[s] = t
	return t
}

// find lists where a text has the term, as it stands there, at most three of them.
func (t term) find(r *reading) []string {
	var out []string
	if len(t.words) == 0 {
		return nil
	}
	if unspaced(t.joined) {
		return t.findInside(r)
	}
	for i := 0; i < len(r.words) && len(out) < 3; i++ {
		if n := t.at(r, i); n > 0 {
			out = append(out, r.quote(r.words[i:i+n]))
			i += n - 1
		}
	}
	return out
}

// at tells how many words the term takes from the i-th on, 0 if it does not stand there.
func (t term) at(r *reading, i int) int {
	if i+len(t.words) <= len(r.words) {
		whole := true
		for k, w := range t.words {
			last := k == len(t.words)-1
			if !same(r.spelt[i+k], w, t.open && last) {
				whole = false
				break
			}
		}
		if whole {
			return len(t.words)
		}
	}
	// Spelt out, letter by letter: s p a m, s.p.a.m.
	n := 0
	for i+n < len(r.words) && r.words[i+n].to-r.words[i+n].from == 1 {
		n++
	}
	if n >= 3 && len([]rune(t.joined)) >= 3 {
		have := r.letters(r.words[i : i+n])
		if strings.HasPrefix(have, t.joined) {
			return min(n, len([]rune(t.joined)))
		}
	}
	return 0
}

// same tells whether a word is the term's, also with letters drawn out: "spaaam".
func same(have, want string, open bool) bool {
	if have == want || open && strings.HasPrefix(have, want) {
		return true
	}
	short, drawn := undrawn(have)
	return drawn && (short == want || short == undouble(want) || open && strings.HasPrefix(short, undouble(want)))
}

// undrawn makes every letter of a word single if one of them stands three times in a row.
func undrawn(s string) (string, bool) {
	run, drawn := 0, false
	last := rune(0)
	for _, r := range s {
		if r != last {
			run, last = 0, r
		}
		if run++; run >= 3 {
			drawn = true
		}
	}
	if !drawn {
		return s, false
	}
	return undouble(s), true
}

func undouble(s string) string {
	last := rune(0)
	return strings.Map(func(r rune) rune {
		if r == last {
			return -1
		}
		last = r
		return r
	}, s)
}

// unspaced tells whether a term is of a script that writes no spaces between words.
func unspaced(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool {
		return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar)
	})
}

func (t term) findInside(r *reading) []string {
	var out []string
	want := []rune(t.joined)
	for i := 0; i+len(want) <= len(r.folded) && len(out) < 3; i++ {
		k := 0
		for k < len(want) && r.folded[i+k].R == want[k] {
			k++
		}
		if k == len(want) {
			out = append(out, r.quote([]span{{i, i + k}}))
			i += k - 1
		}
	}
	return out
}
