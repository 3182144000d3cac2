package search

import (
	"cmp"
	"math"
	"slices"
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

var tellingWeight = [fields]float64{inHeadline: 3, inStandfirst: 2, inBody: 1}

func (t *teller) hear(field int, tok token, text string) {
	weight := tellingWeight[field]
	if tok.kind != place || tok.stop || tok.last || weight == 0 || len(tok.term) < 3 {
		return
	}
	if tok.language == nil && tok.pair == 0 { // a number
		return
	}
	if field == inBody {
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

// packWeight makes a byte of a telling word's weight, which is between 1 and 8.
func packWeight(w float64) uint8 { return uint8(min(255, math.Round(w*weightUnit))) }

const weightUnit = 32
