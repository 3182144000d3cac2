package search

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	maxQuery  = 4096 // bytes of a query that are read
	maxWants  = 32   // words and phrases of it that count
	maxPhrase = 32   // words of a phrase
)

// An ask is what a query's text wants.
type ask struct {
	words    []want // any of them; with all of them first
	needed   []want // phrases
	unwanted []want
}

func (a *ask) empty() bool { return len(a.words)+len(a.needed)+len(a.unwanted) == 0 }

// parseQuery reads any text at all. A query does not say its language, so a word is wanted as each of by would make
// it; whether it may be left out, the first of them decides.
func parseQuery(text string, by []speaker) ask {
	var a ask
	for _, s := range split(strings.ToValidUTF8(clipTo(text, maxQuery), " ")) {
		switch {
		case s.phrase:
			if w, ok := phraseWant(s.text, by); ok {
				a.add(w, s.unwanted, true)
			}
		default:
			for _, w := range wordWants(s.text, by) {
				a.add(w, s.unwanted, false)
			}
		}
	}
	if all := slices.Clone(a.words); len(all) > 0 {
		a.words = slices.DeleteFunc(a.words, func(w want) bool { return w.stop })
		if len(a.words)+len(a.needed) == 0 { // "The Who"
			a.words = all
		}
	}
	return a
}

func (a *ask) add(w want, unwanted, phrase bool) {
	list := &a.words
	switch {
	case unwanted:
		list = &a.unwanted
	case phrase:
		list = &a.needed
	}
	if len(a.words)+len(a.needed)+len(a.unwanted) < maxWants && !slices.ContainsFunc(*list, w.equal) {
		*list = append(*list, w)
	}
}

// A stretch is a part of a query without blanks, or between quotation marks.
type stretch struct {
	text             string
	phrase, unwanted bool
}

func split(text string) []stretch {
	var found []stretch
	for i := 0; i < len(text); {
		r, n := utf8.DecodeRuneInString(text[i:])
		if unicode.IsSpace(r) {
			i += n
			continue
		}
		var s stretch
		if r == '-' && i+1 < len(text) && (i == 0 || endsInSpace(text[:i])) {
			s.unwanted = true
			i++
			r, n = utf8.DecodeRuneInString(text[i:])
		}
		if isQuote(r) {
			i += n
			end, after := quoteEnd(text, i)
			if end < 0 { // never closed: no quotation mark at all
				continue
			}
			s.text, s.phrase = text[i:end], true
			i = after
		} else {
			end := i
			for end < len(text) {
				r, n := utf8.DecodeRuneInString(text[end:])
				if unicode.IsSpace(r) || isQuote(r) && !insideHebrew(text, end, n) {
					break
				}
				end += n
			}
			s.text = text[i:end]
			i = end
		}
		if s.text != "" {
			found = append(found, s)
		}
	}
	return found
}

func endsInSpace(s string) bool {
	r, _ := utf8.DecodeLastRuneInString(s)
	return unicode.IsSpace(r)
}

// quoteEnd finds the mark that closes what begins at i, and where the text goes on after it.
func quoteEnd(text string, i int) (end, after int) {
	for at, r := range text[i:] {
		if n := utf8.RuneLen(r); isQuote(r) && !insideHebrew(text, i+at, n) {
			return i + at, i + at + n
		}
	}
	return -1, -1
}

// insideHebrew: in צה"ל the mark belongs to the word.
func insideHebrew(text string, at, n int) bool {
	prev, _ := utf8.DecodeLastRuneInString(text[:at])
	next, _ := utf8.DecodeRuneInString(text[at+n:])
	return isHebrewLetter(prev) && isHebrewLetter(next)
}
