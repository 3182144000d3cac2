package search

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"strings"
)

const (
	tellingWords  = 24    // kept of each document
	tellingTokens = 1_200 // of the body are listened to: a story says early what it is about
)

// A tellingWord is one of the words that tell what a document is about. Which of them are rare is known only when
// related documents are asked for.
type tellingWord struct {
	term   string
	word   string // as it stood in the text
	weight float64
}

// A teller listens to a document's tokens.
type teller struct {
	heard  map[string]*tellingWord
	tokens int
}

func newTeller() *teller { return &teller{heard: make(map[string]*tellingWord, 256)} }

var tellingWeight = [5]float64{3, 2, 1, 0, 0} // by column

func (t *teller) hear(column int, tok token, text string) {
	weight := tellingWeight[column]
	if tok.kind != place || tok.stop || tok.last || weight == 0 || len(tok.term) < 3 {
		return
	}
	if tok.language == nil && tok.pair == 0 { // a number
		return
	}
	if column == 2 {
		if t.tokens++; t.tokens > tellingTokens {
			return
		}
	}
	w := t.heard[tok.term]
	if w == nil {
		w = &tellingWord{term: tok.term, word: text[tok.start:tok.end]}
		t.heard[tok.term] = w
	}
	w.weight += weight
}

func (t *teller) words() []tellingWord {
	all := make([]tellingWord, 0, len(t.heard))
	for _, w := range t.heard {
		all = append(all, *w)
	}
	slices.SortFunc(all, func(a, b tellingWord) int {
		return cmp.Or(cmp.Compare(b.weight, a.weight), cmp.Compare(a.term, b.term))
	})
	all = slices.Clip(all[:min(len(all), tellingWords)])
	for i := range all {
		all[i].weight = 1 + math.Log(all[i].weight)
		all[i].word = strings.Clone(clip(all[i].word))
	}
	return all
}

// packTelling writes words as lines of weight in hundredths, term, word, which is a quarter of the time JSON takes
// to read when an index is opened.
func packTelling(words []tellingWord) string {
	var b strings.Builder
	for _, w := range words {
		b.WriteString(strconv.Itoa(int(w.weight * 100)))
		b.WriteByte('\t')
		b.WriteString(w.term)
		if w.word != w.term {
			b.WriteByte('\t')
			b.WriteString(strings.NewReplacer("\t", " ", "\n", " ").Replace(w.word))
		}
		b.WriteByte('\n')
	}
	return b.String()
}

func unpackTelling(s string) []tellingWord {
	words := make([]tellingWord, 0, tellingWords)
	for line := range strings.Lines(s) {
		weight, rest, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		n, err := strconv.Atoi(weight)
		if err != nil {
			continue // related documents are not worth failing for
		}
		term, word, ok := strings.Cut(rest, "\t")
		if !ok {
			word = term
		}
		words = append(words, tellingWord{term: term, word: word, weight: float64(n) / 100})
	}
	return words
}
