package search

import (
	"cmp"
	"hash/maphash"
	"slices"
	"strings"
	"unicode/utf8"
)

const (
	maxVariants  = 12
	maxNameChain = 256 // words of one key that are looked at
)

// What a name loses by being read in an unusual way, and by a diphthong of which the other script writes nothing. They
// order variants; only nearName decides.
const (
	rareReading     = 0.02
	unwrittenVowels = 0.1
)

// chains find numbers by the hash of a string, in flat arrays: each slot begins a list.
type chains struct {
	heads []uint32 // 1 + place in links
	links []link
}

type link struct {
	hash, number uint32
	next         uint32 // 1 + place in links
}

func (c *chains) add(hash, number uint32) {
	if 2*len(c.links) >= len(c.heads) {
		c.heads = make([]uint32, max(1024, 2*len(c.heads)))
		for i := range c.links {
			c.hang(i)
		}
	}
	c.links = append(c.links, link{hash: hash, number: number})
	c.hang(len(c.links) - 1)
}

func (c *chains) hang(i int) {
	slot := c.links[i].hash & uint32(len(c.heads)-1)
	c.links[i].next = c.heads[slot]
	c.heads[slot] = uint32(i) + 1
}

// each hands the numbers under a hash to do, the latest first, until do gives false.
func (c *chains) each(hash uint32, do func(number uint32) bool) {
	if len(c.heads) == 0 {
		return
	}
	for i := c.heads[hash&uint32(len(c.heads)-1)]; i > 0; i = c.links[i-1].next {
		if c.links[i-1].hash == hash && !do(c.links[i-1].number) {
			return
		}
	}
}

// nameIfOne gives a word its name keys once it is known to be one; mu is held for writing.
func (x *lexicon) nameIfOne(n uint32) {
	w := &x.words[n]
	if w.keyed || !w.isName() {
		return
	}
	w.keyed = true
	for _, r := range x.readings(w) {
		x.keys.add(x.hash(r.key), n)
	}
}

func (x *lexicon) hash(key string) uint32 { return uint32(maphash.String(x.seed, key)) }

// readings of a word, with its accents where they are known.
func (x *lexicon) readings(w *lexeme) []reading {
	word := x.key(w)
	if form := x.shownForm(w); form != "" {
		word = strings.ToLower(form[strings.LastIndexByte(form, '-')+1:])
	}
	return nameReadings(word)
}

// nameReadings reads a word in small letters, with accents as far as they are known.
func nameReadings(word string) []reading {
	r, _ := utf8.DecodeRuneInString(word)
	s := scriptOf(r)
	if s == otherScript || utf8.RuneCountInString(word) < leastName {
		return nil
	}
	if s == arabic {
		word = arabicSpelling(lower(word, false))
	}
	return readings(word)
}

// A nameVariant is another spelling of a name.
type nameVariant struct {
	number uint32
	near   float64
	docs   uint32
	across bool // in another script
}

// variants of a name as somebody wrote it, in small letters and with accents, as documents write them: those in its
// own script first, the nearest before others. holds is asked whether a variant may be told. The word itself is none.
func (x *lexicon) variants(word string, holds func(form string) bool) (forms []string) {
	for _, v := range x.namesLike(word) {
		if form := x.form(v.number); len(forms) < maxVariants && holds(bareForm(form)) {
			forms = append(forms, form)
		}
	}
	return forms
}

func (x *lexicon) form(n uint32) string {
	x.mu.RLock()
	defer x.mu.RUnlock()
	return x.shown(&x.words[n])
}

// bareForm is a form without its article.
func bareForm(form string) string {
	if article, rest, ok := strings.Cut(form, "-"); ok && isNameArticle(strings.ToLower(article)) {
		return rest
	}
	return form
}

// frequency says how many documents had a word, and whether they write it as a name.
func (x *lexicon) frequency(key string) (docs uint32, name bool) {
	x.mu.RLock()
	defer x.mu.RUnlock()
	n, ok := x.find(key)
	if !ok {
		return 0, false
	}
	return x.words[n].docs, x.words[n].isName()
}

// namesLike are the names that word may be, in order.
func (x *lexicon) namesLike(word string) []nameVariant {
	mine := nameReadings(word)
	if len(mine) == 0 {
		return nil
	}
	first, _ := utf8.DecodeRuneInString(word)
	script := scriptOf(first)
	own := fold(word)
	x.mu.RLock()
	defer x.mu.RUnlock()
	var found []nameVariant
	for _, r := range mine {
		looked := 0
		x.keys.each(x.hash(r.key), func(n uint32) bool {
			looked++
			w := &x.words[n]
			if !w.isName() || x.key(w) == own || slices.ContainsFunc(found, func(v nameVariant) bool { return v.number == n }) {
				return looked < maxNameChain
			}
			first, _ := utf8.DecodeRune(x.keyBytes(w))
			if near := nearness(mine, x.readings(w), script, scriptOf(first)); near > 0 {
				found = append(found, nameVariant{n, near, w.docs, scriptOf(first) != script})
			}
			return looked < maxNameChain
		})
	}
	slices.SortFunc(found, func(a, b nameVariant) int {
		switch {
		case a.across && !b.across:
			return 1
		case b.across && !a.across:
			return -1
		}
		return cmp.Or(cmp.Compare(b.near, a.near), cmp.Compare(b.docs, a.docs), cmp.Compare(a.number, b.number))
	})
	return found
}

// nearness of two names by their readings: 0 when they are not one name.
func nearness(a, b []reading, inA, inB script) (best float64) {
	for _, r := range a {
		for _, s := range b {
			if r.key != s.key {
				continue
			}
			if inA == inB {
				// Without vowels or capitals to go by, every other word would be a name like this one.
				if inA == arabic || inA == hebrew || strings.HasPrefix(r.key, bareKey) {
					continue
				}
			} else if leavesVowels(inA) || leavesVowels(inB) {
				if fit := vowelsFit(r.sound, s.sound, leavesVowels(inA)); fit > 0 {
					best = max(best, fit-rareReading*float64(r.unusual+s.unusual))
				}
				continue
			}
			if near := jaroWinkler(r.sound, s.sound) - rareReading*float64(r.unusual+s.unusual); near >= nearName {
				best = max(best, near)
			}
		}
	}
	return best
}

func leavesVowels(s script) bool { return s == arabic || s == hebrew }

// vowelsFit says how well a name written with a's letters in one script may be the one with b's in the other, one of
// which (aBare says which) writes only long vowels: those must be heard in the other. 0 is not at all.
func vowelsFit(a, b string, aBare bool) float64 {
	if !aBare {
		a, b = b, a
	}
	fit := 1.0
	for first := true; ; first = false {
		i, j := vowelRun(a), vowelRun(b)
		last := i == len(a) && j == len(b)
		switch {
		case first: // an alef may be any vowel
		case i > 0 && !allHeard(a[:i], b[:j], last):
			return 0
		case i == 0 && j > 1: // a long vowel would be written
			fit -= unwrittenVowels
		}
		if a, b = a[i:], b[j:]; a == "" || b == "" {
			if a == b {
				return fit
			}
			return 0
		}
		a, b = a[1:], b[1:] // of one key: the same consonant
	}
}

func vowelRun(s string) (n int) {
	for n < len(s) && vowelBegin(s[n:]) {
		n++
	}
	return n
}

// allHeard says whether each of the written vowels is among those of b, or near one; at the end ي may be an a.
func allHeard(written, b string, last bool) bool {
	for i := range len(written) {
		v := written[i : i+1]
		if !strings.Contains(b, v) && (v == "u" || !strings.Contains(b, "e")) && !(last && strings.Contains(b, "a")) {
			return false
		}
	}
	return true
}
