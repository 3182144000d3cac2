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
	masks []uint32
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

// letterMask has a bit for each letter that occurs.
func letterMask(key string) (m uint32) {
	for _, r := range key {
		m |= 1 << (uint32(r) & 31)
	}
	return m
}

// apart says whether words with these masks need more than n edits: each edit takes one letter away and brings one.
func apart(a, b uint32, n int) bool {
	return bits.OnesCount32(a&^b) > n || bits.OnesCount32(b&^a) > n
}

// A correction of a word.
type respelt struct {
	number uint32
	cost   int
	score  float64
}

const (
	// How much likelier a word must be, as the logarithm of how many times as many documents have it, for each
	// further slip: a reader makes one slip in some hundred words, and two in one word far less often.
	slipWeight = 4.5
	maxRespelt = 3
)

// slipsAllowed in a word of so many letters: every other word of four letters is one letter away from the next.
func slipsAllowed(runes int) int {
	switch {
	case runes < 3:
		return 0
	case runes < 6:
		return 1
	}
	return 2
}

// respell gives the words that key was most likely meant to be, best first, at most maxRespelt and of its own script.
// holds is asked whether a proposal may be made.
func (x *lexicon) respell(key string, holds func(number uint32) bool) []respelt {
	a := []rune(key)
	slips := slipsAllowed(len(a))
	if slips == 0 || len(a) > mostRunes {
		return nil
	}
	x.mu.RLock()
	defer x.mu.RUnlock()
	best := x.candidates(a, letterMask(key), slips)
	kept := best[:0]
	for _, r := range best {
		if holds(r.number) {
			kept = append(kept, r)
		}
	}
	return kept[:min(len(kept), maxRespelt)]
}

// candidates are looked at in more places than are kept, since some may be held by no document any more.
func (x *lexicon) candidates(a []rune, mask uint32, slips int) []respelt {
	var best []respelt
	look := func(s shape, slips, most int) {
		b := x.lengths[s]
		if b == nil {
			return
		}
		var letters [mostRunes]rune
		for i, m := range b.masks {
			if apart(mask, m, slips) {
				continue
			}
			n := b.words[i]
			w := &x.words[n]
			cost := editCost(a, runesOf(letters[:0], x.keyBytes(w)), most)
			if cost == tooFar || cost == 0 {
				continue
			}
			best = offerRespelt(best, respelt{n, cost, math.Log(float64(w.docs)+0.5) - slipWeight*float64(cost)/slip})
		}
	}
	for runes := len(a) - slips; runes <= len(a)+slips; runes++ {
		look(shape{runes, a[0]}, slips, slips*slip)
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
			look(shape{runes, first}, 1, slip+firstSlip)
		}
	}
	return best
}

// offerRespelt keeps a short list in order.
func offerRespelt(best []respelt, r respelt) []respelt {
	const most = 4 * maxRespelt
	i := len(best)
	for i > 0 && (best[i-1].score < r.score || best[i-1].score == r.score && best[i-1].number > r.number) {
		i--
	}
	if i == most {
		return best
	}
	if len(best) < most {
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
