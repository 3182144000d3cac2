package search

import (
	"cmp"
	"slices"
	"strings"
)

// A Fragment is a piece of plain text with the marked ranges of it, in order and apart from each other.
// Blanks and line ends in a row have become one blank; where text was left out it has an ellipsis.
type Fragment struct {
	Text  string
	Marks []Range
}

// A Range is the bytes from Start up to End.
type Range struct{ Start, End int }

const (
	maxMarked     = 256 << 10 // bytes of a text that are looked at
	fragmentRunes = 180
	leadRunes     = 50 // before the first mark
)

// Highlight gives the at most max fragments of text that show best why q found it, in the text's order; none when
// nothing in it did. language is the document's, which must be the same as in the index.
func Highlight(text, language, q string, max int) []Fragment {
	text = strings.ToValidUTF8(clipTo(text, maxMarked), " ")
	marks := marksIn(text, language, q)
	var found []Fragment
	for _, s := range bestSpans(text, marks, max) {
		found = append(found, s.fragment(text, marks))
	}
	return found
}

// Mark gives the whole of a short text, such as a headline, with what q found in it marked.
func Mark(text, language, q string) Fragment {
	text = strings.ToValidUTF8(clipTo(text, maxMarked), " ")
	return span{0, len(text), 0}.fragment(text, marksIn(text, language, q))
}

// A markedWord is a place in a text that is one of a query's words or phrases.
type markedWord struct {
	start, end int
	want       int
}

func marksIn(text, language, q string) []markedWord {
	by := speakerOf(language)
	a := parseQuery(q, []speaker{by})
	type start struct {
		want int
		way  way
	}
	begins := make(map[string][]start) // ways by their first term
	prefixes := make(map[string]int)
	for i, w := range append(a.words, a.needed...) {
		for _, v := range w.ways {
			if len(v.terms) == 1 && v.prefix {
				prefixes[v.terms[0]] = i
				continue
			}
			begins[v.terms[0]] = append(begins[v.terms[0]], start{i, v})
		}
	}
	if len(begins)+len(prefixes) == 0 {
		return nil
	}
	var places, others []token
	analyse(text, &by, func(t token) {
		if t.kind == place {
			places = append(places, t)
		} else if begins[t.term] != nil {
			others = append(others, t)
		}
	})
	var marks []markedWord
	for i, t := range places {
		for _, s := range begins[t.term] {
			if n := len(s.way.terms); i+n <= len(places) && s.way.matches(places[i:i+n]) {
				marks = append(marks, markedWord{t.start, places[i+n-1].end, s.want})
			}
		}
		if t.pair > 0 && len(prefixes) > 0 {
			for prefix, want := range prefixes {
				if strings.HasPrefix(t.term, prefix) {
					marks = append(marks, markedWord{t.start, t.pair, want})
				}
			}
		}
	}
	for _, t := range others {
		for _, s := range begins[t.term] {
			if len(s.way.terms) == 1 {
				marks = append(marks, markedWord{t.start, t.end, s.want})
			}
		}
	}
	slices.SortFunc(marks, func(a, b markedWord) int {
		return cmp.Or(cmp.Compare(a.start, b.start), cmp.Compare(b.end, a.end), cmp.Compare(a.want, b.want))
	})
	return marks
}

func (v way) matches(tokens []token) bool {
	for i, t := range tokens {
		if last := i == len(tokens)-1; t.term != v.terms[i] && !(last && v.prefix && strings.HasPrefix(t.term, v.terms[i])) {
			return false
		}
	}
	return true
}
