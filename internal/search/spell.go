package search

import (
	"math"
	"math/bits"
	"unicode/utf8"
)

// Spelling: a word that no document has is taken for the word it was most likely meant to be. Candidates are found by
// looking through the words of like length and first letter with a mask of their letters, which two words that are
// two edits apart can hardly differ in: of 100,000 words some hundred are compared letter by letter. That takes as
// long as a dictionary of deletions would, and a twentieth of its memory.

// A shape is what all words of a bucket have in common.
type shape struct {
	runes int
	first rune
}

// A bucket holds words of one shape, with the mask of each.
type bucket struct {
	words []uint32
	masks []uint64
}

// place puts a new word in its bucket; mu is held for writing.
func (x *lexicon) place(n uint32, key string) {
	first, _ := utf8.DecodeRuneInString(key)
	s := shape{utf8.RuneCountInString(key), first}
	b := x.lengths[s]
	if b == nil {
		b = new(bucket)
		x.lengths[s] = b
		x.firsts[first] = true
	}
	b.words = append(b.words, n)
	b.masks = append(b.masks, letterMask(key))
}

// letterMask has two bits for each letter of the alphabet: one if it occurs, two if it does so again.
func letterMask(key string) (m uint64) {
	for _, r := range key {
		bit := uint64(1) << (2 * (uint32(r) & 31))
		m |= m & bit << 1
		m |= bit
	}
	return m
}

// editsApart is the least number of edits between words with these masks: each takes one letter away and brings one.
func editsApart(a, b uint64) int { return max(bits.OnesCount64(a&^b), bits.OnesCount64(b&^a)) }

// A respelt word is one that may have been meant.
type respelt struct {
	number uint32
	form   string // as shown
	docs   uint32
	cost   int
	score  float64
}

const (
	// How much likelier a word must be, as the logarithm of how many times as many documents have it, for each
	// further slip: a reader makes one slip in some hundred words, and two in one word far less often.
	slipWeight = 5.0
	maxRespelt = 8 // that are kept until the index has said which it holds
)

// editsAllowed in a word of so many letters.
func editsAllowed(runes int) int {
	switch {
	case runes < 3:
		return 0
	case runes < 6:
		return 1
	}
	return 2
}

// doubtful: every other word of three letters is one letter away from the next, so only company tells which was meant.
func (r respelt) doubtful(key string) bool { return len(key) < 4 && r.cost != swapSlip }

// respell gives the words of its own script that key was most likely meant to be, best first.
func (x *lexicon) respell(key string) []respelt {
	a := []rune(key)
	edits := editsAllowed(len(a))
	if edits == 0 || len(a) > mostRunes {
		return nil
	}
	x.mu.RLock()
	defer x.mu.RUnlock()
	best := x.candidates(a, letterMask(key), edits)
	for i := range best {
		best[i].form = bareForm(x.shown(&x.words[best[i].number]))
	}
	return best
}

// candidates are the likeliest words, best first; mu is held.
func (x *lexicon) candidates(a []rune, mask uint64, edits int) []respelt {
	best := make([]respelt, 0, maxRespelt)
	look := func(s shape, most, edits int) {
		b := x.lengths[s]
		if b == nil {
			return
		}
		var letters [mostRunes]rune
		for i, m := range b.masks {
			apart := editsApart(mask, m)
			if apart > most {
				continue
			}
			n := b.words[i]
			w := &x.words[n]
			if len(best) == maxRespelt && likelihood(w.docs, max(apart*vowelSlip, doubledSlip)) < best[maxRespelt-1].score {
				continue // however near it is
			}
			cost := editCost(a, runesOf(letters[:0], x.keyBytes(w)), edits)
			if cost == tooFar || cost == 0 {
				continue
			}
			best = offerRespelt(best, respelt{number: n, docs: w.docs, cost: cost, score: likelihood(w.docs, cost)})
		}
	}
	for runes := len(a) - edits; runes <= len(a)+edits; runes++ {
		look(shape{runes, a[0]}, edits, edits)
	}
	if len(a) < 4 {
		return best
	}
	// One slip in the first letter: swapped, missing, too many, another.
	for first := range x.firsts {
		if first == a[0] || scriptOf(first) != scriptOf(a[0]) {
			continue
		}
		for runes := len(a) - 1; runes <= len(a)+1; runes++ {
			if runes == len(a)-1 && first != a[1] {
				continue
			}
			look(shape{runes, first}, 1, 2)
		}
	}
	return best
}

func likelihood(docs uint32, cost int) float64 {
	return math.Log(float64(docs)+0.5) - slipWeight*float64(cost)/slip
}

// offerRespelt keeps a short list in order.
func offerRespelt(best []respelt, r respelt) []respelt {
	i := len(best)
	for i > 0 && (best[i-1].score < r.score || best[i-1].score == r.score && best[i-1].number > r.number) {
		i--
	}
	if i == maxRespelt {
		return best
	}
	if len(best) < maxRespelt {
		best = append(best, respelt{})
	}
	copy(best[i+1:], best[i:])
	best[i] = r
	return best
}

func runesOf(to []rune, s []byte) []rune {
	for len(s) > 0 {
		r, n := utf8.DecodeRune(s)
		to = append(to, r)
		s = s[n:]
	}
	return to
}
