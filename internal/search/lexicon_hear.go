package search

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A listener notes which words a document has, as written.
type listener struct {
	at   map[string]int // by key: place in list
	list []heard
}

func newListener() *listener { return &listener{at: make(map[string]int, 256)} }

func (h *listener) hear(column int, t token, text string) {
	if t.key == "" || t.language == nil {
		return
	}
	raw := text[t.start:t.end]
	n, ok := h.at[t.key]
	if !ok {
		n = len(h.list)
		h.list = append(h.list, heard{key: t.key, shown: shownForm(raw), nouns: t.language.code == "de"})
		h.at[t.key] = n
	}
	w := &h.list[n]
	if ok && len(raw) > len(t.key) { // with accents, perhaps
		if s := shownForm(raw); richness(s) > richness(w.shown) {
			w.shown = s
		}
	}
	first := rune(raw[0])
	if first >= utf8.RuneSelf {
		first, _ = utf8.DecodeRuneInString(raw)
	}
	switch {
	case unicode.IsLower(first), t.kind == joined && smallPart(raw):
		w.low = true
	case w.nouns:
		w.named = w.named || column > 0 && inName(text, t.start, t.end, t.language)
	case column != 0 && t.start > 0 && text[t.start-1] == '-' && !strings.Contains(w.shown, "-"):
		if from := articleBefore(text, t.start); from < t.start {
			w.shown = text[from:t.end]
		}
	}
}

// smallPart: Ahmadi-Nejad is a name, Moscow-backed is none.
func smallPart(raw string) bool {
	for i, r := range raw {
		if isHyphen(r) {
			if next, _ := utf8.DecodeRuneInString(raw[i+utf8.RuneLen(r):]); unicode.IsLower(next) {
				return true
			}
		}
	}
	return false
}

// shownForm of a word as written, without invisible characters, vowel points and dots; empty where its key and a
// capital tell as much.
func shownForm(raw string) string {
	if isASCII(raw) {
		raw = strings.ReplaceAll(raw, ".", "")
	} else {
		raw = strings.Map(func(r rune) rune {
			if r == '.' || unicode.Is(unicode.Cf, r) && r != zwnj || isPoint(r) {
				return -1
			}
			return r
		}, raw)
	}
	if richness(raw) == 0 {
		return ""
	}
	return raw
}

// words are what was heard, apart from the text it stood in.
func (h *listener) words() []heard {
	for i := range h.list {
		w := &h.list[i] // its key is the memo's, and clean of the text
		w.shown = strings.Clone(w.shown)
		w.low = w.low || w.nouns && !w.named
	}
	return h.list
}

// articleBefore gives where the al- in front of a name begins; start when there is none.
func articleBefore(text string, start int) int {
	if start < 3 || text[start-1] != '-' {
		return start
	}
	from := start - 1
	for from > 0 && start-from < 5 && isASCIILetter(text[from-1]) {
		from--
	}
	if isNameArticle(strings.ToLower(text[from : start-1])) {
		return from
	}
	return start
}

func isASCIILetter(b byte) bool { return b|0x20 >= 'a' && b|0x20 <= 'z' }

// isNameArticle: al- as it is written in Latin letters, before letters of the sun as it is spoken.
func isNameArticle(s string) bool {
	switch s {
	case "al", "el", "ul", "as", "ash", "ad", "ar", "az", "at", "an", "es", "esh", "ed", "er", "ez", "et", "en":
		return true
	}
	return false
}

// inName: German writes every noun with a capital, so only one beside another is taken for a name, and not one after
// an article that begins a sentence.
func inName(text string, start, end int, l *language) bool {
	if end+1 < len(text) && text[end] == ' ' {
		if r, _ := utf8.DecodeRuneInString(text[end+1:]); unicode.IsUpper(r) {
			return true
		}
	}
	if start < 2 || text[start-1] != ' ' {
		return false
	}
	before := text[max(0, start-1-longest) : start-1]
	before = before[strings.LastIndexByte(before, ' ')+1:]
	r, _ := utf8.DecodeRuneInString(before)
	_, stop := slices.BinarySearch(l.stop, strings.ToLower(before))
	return unicode.IsUpper(r) && !stop
}
