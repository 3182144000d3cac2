package search

import (
	"hash/maphash"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

// A Vocabulary says what can be found now. The lexicon only proposes words; nothing of it is shown before the index
// has said that a document which may be seen has it, so that a story taken down leaves nothing behind here.
type Vocabulary interface {
	// Holds says whether any document has the term.
	Holds(term string) bool
}

// A lexicon knows the words of the documents as they are written, for spelling, name variants and suggestions. It
// only grows, and is made anew with the index: how often a word occurs is as good as it need be to choose between two.
//
// Everything is in flat arrays: 100,000 words take some 8 MB, and the collector has nothing to follow.
type lexicon struct {
	mu    sync.RWMutex
	text  []byte   // keys and, where they differ, shown forms
	words []lexeme // by number
	slots []uint32 // open addressing by key: 1 + number; 0 is free
	seed  maphash.Seed

	lengths map[shape]*bucket // for spelling
	firsts  map[rune]bool     // letters that words begin with
	keys    chains            // for names
	sorted  []uint32          // by key, for completing
	recent  []uint32          // not sorted yet
}

// A lexeme is one word. Its key is in lower case without accents, as a reader may type it.
type lexeme struct {
	key, shown       uint32 // where in text
	keyLen, shownLen uint8  // bytes; shownLen is 0 where shown is made of the key
	keyed            bool   // is in keys
	docs             uint32 // in how many documents it was
	low              uint32 // in how many of those it was written small somewhere
}

// heard is a word in one document.
type heard struct {
	key   string
	shown string // as written
	low   bool   // somewhere in the document with a small first letter

	nouns, named bool // in a language that writes nouns with capitals; and beside another capital
}

// Words shorter or longer than this are no words to correct or complete.
const (
	leastRunes = 2
	mostRunes  = 24
	// A newsroom's archive has some 400,000 forms in fifty years; what comes after so many is numbers and noise.
	maxLexemes = 1 << 20
)

func newLexicon() *lexicon {
	return &lexicon{seed: maphash.MakeSeed(), slots: make([]uint32, 1024), lengths: make(map[shape]*bucket), firsts: make(map[rune]bool)}
}

// lexiconKey is key if the lexicon takes it.
func lexiconKey(key string) string {
	if n := utf8.RuneCountInString(key); n < leastRunes || n > mostRunes || len(key) > longest {
		return ""
	}
	return key
}

func (x *lexicon) key(w *lexeme) string { return string(x.keyBytes(w)) }

func (x *lexicon) keyBytes(w *lexeme) []byte { return x.text[w.key : w.key+uint32(w.keyLen)] }

// shown is the word as it is shown to readers: a name with its capital and its accents.
func (x *lexicon) shown(w *lexeme) string {
	s := x.key(w)
	if w.shownLen > 0 {
		s = string(x.text[w.shown : w.shown+uint32(w.shownLen)])
	}
	if w.isName() {
		r, n := utf8.DecodeRuneInString(s)
		if w.shownLen == 0 {
			return string(unicode.ToTitle(r)) + s[n:]
		}
		return s
	}
	return strings.ToLower(s)
}

// isName: a word that is hardly ever written small. Scripts without capitals have nothing but such words.
func (w *lexeme) isName() bool { return w.low*4 < w.docs }

// find gives the number of a key; mu is held.
func (x *lexicon) find(key string) (uint32, bool) {
	mask := uint32(len(x.slots) - 1)
	for i := uint32(maphash.String(x.seed, key)) & mask; ; i = (i + 1) & mask {
		n := x.slots[i]
		if n == 0 {
			return i, false
		}
		if string(x.keyBytes(&x.words[n-1])) == key {
			return n - 1, true
		}
	}
}

// add takes in the words of one document, and gives those whose count is new or has doubled. A document that was
// there already counts only for words that are new: one that is saved thirty times must not make its slips into words.
func (x *lexicon) add(words []heard, again bool) (changed []uint32) {
	x.mu.Lock()
	defer x.mu.Unlock()
	for _, h := range words {
		n, known := x.find(h.key)
		switch {
		case !known && len(x.words) >= maxLexemes, known && again:
			continue
		case !known:
			n = x.insert(n, h)
		default:
			w := &x.words[n]
			w.docs++
			if h.low {
				w.low++
			} else {
				x.show(w, h.shown)
			}
		}
		if docs := x.words[n].docs; docs&(docs-1) == 0 {
			changed = append(changed, n)
		}
		x.nameIfOne(n)
	}
	x.settle()
	return changed
}

// insert puts a word in the free slot.
func (x *lexicon) insert(slot uint32, h heard) uint32 {
	w := lexeme{key: uint32(len(x.text)), keyLen: uint8(len(h.key)), docs: 1}
	x.text = append(x.text, h.key...)
	if h.low {
		w.low = 1
	}
	n := uint32(len(x.words))
	x.words = append(x.words, w)
	x.show(&x.words[n], h.shown)
	x.slots[slot] = n + 1
	x.recent = append(x.recent, n)
	x.place(n, h.key)
	if 4*len(x.words) > 3*len(x.slots) {
		x.grow()
	}
	return n
}

func (x *lexicon) grow() {
	x.slots = make([]uint32, 2*len(x.slots))
	mask := uint32(len(x.slots) - 1)
	for n := range x.words {
		i := uint32(maphash.Bytes(x.seed, x.keyBytes(&x.words[n]))) & mask
		for x.slots[i] != 0 {
			i = (i + 1) & mask
		}
		x.slots[i] = uint32(n) + 1
	}
}

// show keeps the better form: one with an article (al-Kadhimi), with accents (Erdoğan) or with inner capitals
// (McDonald) tells more than one without, and capitals throughout tell nothing.
func (x *lexicon) show(w *lexeme, form string) {
	if len(form) > 2*longest || richness(form) <= richness(x.shownForm(w)) {
		return
	}
	if len(form) <= int(w.shownLen) {
		copy(x.text[w.shown:], form)
	} else {
		w.shown = uint32(len(x.text))
		x.text = append(x.text, form...)
	}
	w.shownLen = uint8(len(form))
}

func (x *lexicon) shownForm(w *lexeme) string {
	if w.shownLen == 0 {
		return ""
	}
	return string(x.text[w.shown : w.shown+uint32(w.shownLen)])
}

// richness of a form beyond what its key tells; 0 is nothing.
func richness(form string) (n int) {
	small := false
	for i, r := range form {
		switch {
		case r == '-':
			n += 4
		case isApostrophe(r): // O'Brien
			n++
		case r >= utf8.RuneSelf && i >= 0:
			n += 2
		case unicode.IsUpper(r) && small:
			n++
		}
		small = small || unicode.IsLower(r)
	}
	return n
}

// settle makes of a sorted list and a tail one list when the tail has become long enough to be worth it.
func (x *lexicon) settle() {
	if len(x.recent) > 256+len(x.sorted)/64 {
		x.sorted = x.merged()
		x.recent = x.recent[:0]
	}
}
