package search

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// A token is one term made of a text.
type token struct {
	term       string
	start, end int // bytes of the text it stands for
	word       int // tokens with the same number were written together, as COVID-19 or O'Brien
	kind       kind
	stop       bool
	language   *language // whose word it is; nil for numbers, pairs and other forms
	pair       int       // for two characters of a script without blanks, where the first ends; else 0
	key        string    // how the lexicon knows the word; empty if it does not
	last       bool      // it is the last of such a run, one character alone
}

// A kind says how a token relates to the text's words.
type kind uint8

const (
	place  kind = iota // stands at the next place in the text
	also               // another form of the token before it, without a place
	joined             // the parts of its word written as one, without a place
)

// analyse hands every token of text to emit, in order. text must be valid UTF-8.
//
// A hyphen, dot, ampersand or apostrophe between letters or digits keeps a word together, and a letter beside a
// digit begins a new part: COVID-19, Covid19 and covid 19 are the same two places.
func analyse(text string, by *speaker, emit func(token)) {
	a := analysis{text: text, by: by, emit: emit}
	parts := make([]part, 0, maxParts)
	for i := 0; i < len(text); {
		parts, i = scanWord(text, i, parts[:0])
		if len(parts) > 0 {
			a.wordParts(parts)
			a.word++
		}
	}
}

// An analysis is one run over a text.
type analysis struct {
	text string
	by   *speaker
	emit func(token)
	word int
}

func (a *analysis) wordParts(parts []part) {
	for i := 0; i < len(parts); {
		switch p := parts[i]; p.class {
		case unit:
			a.pairs(p)
			i++
		case digit:
			i += a.number(parts[i:])
		default:
			i += a.letters(parts[i:])
		}
	}
	a.hyphenated(parts)
}

func (a *analysis) language(p part) *language {
	r, _ := utf8.DecodeRuneInString(a.text[p.start:])
	return a.by[scriptOf(r)]
}

func (a *analysis) put(l *language, f forms, start, end int) {
	if f.term == "" {
		return
	}
	a.emit(token{term: f.term, start: start, end: end, word: a.word, stop: f.stop, language: l, key: f.key})
	for _, other := range f.also {
		a.emit(token{term: other, start: start, end: end, word: a.word, kind: also})
	}
}

// number makes one term of 1,000,000 (also 1.000.000 and 1'000'000) and says how many parts it took.
func (a *analysis) number(parts []part) int {
	n := 1
	if first := parts[0]; first.end-first.start <= 3 {
		for n < len(parts) && parts[n].class == digit && parts[n].end-parts[n].start == 3 &&
			(parts[n].link == ',' || parts[n].link == '.' || isApostrophe(parts[n].link)) {
			n++
		}
	}
	a.put(nil, forms{term: lower(a.raw(parts[:n]), false)}, parts[0].start, parts[n-1].end)
	return n
}

// letters makes one term of the parts that are one word to a reader, and says how many it took.
func (a *analysis) letters(parts []part) int {
	l := a.language(parts[0])
	start := parts[0].start
	n := 1
	if a.single(parts[0]) {
		if f, end := a.sign(parts); f.term != "" {
			a.put(l, f, start, end)
			return 1
		}
		// U.S. is US
		for n < len(parts) && parts[n].link == '.' && a.single(parts[n]) {
			n++
		}
	}
	var tail string // what may be the word itself after d' or l'
	end := parts[n-1].end
	taken := n
	for taken < len(parts) && parts[taken].class == letter {
		next := parts[taken]
		switch {
		case next.link == '"', next.link == '״', next.link == '׳': // צה"ל
		case !isApostrophe(next.link):
			return a.putLetters(l, parts[:n], tail, start, end, taken)
		case l.elisions != nil:
			if n == 1 && slices.Contains(l.elisions, strings.ToLower(a.raw(parts[:1]))) {
				return 1 // the elided word has no place; the rest begins anew
			}
		case l.suffixing, isS(a.raw(parts[taken : taken+1])):
			return a.putLetters(l, parts[:n], tail, start, end, taken+1)
		case n == 1 && isArticle(a.raw(parts[:1])):
			tail = a.raw(parts[taken : taken+1])
		}
		taken++
		n = taken
		end = next.end
	}
	return a.putLetters(l, parts[:n], tail, start, end, taken)
}

// sign makes one term of C++ or C#, which are also written cpp and csharp, and says where it ends.
func (a *analysis) sign(parts []part) (f forms, end int) {
	p := parts[0]
	rest := a.text[p.end:]
	name, n := "", 0
	switch {
	case len(parts) > 1:
	case strings.HasPrefix(rest, "++"):
		name, n = "pp", 2
	case strings.HasPrefix(rest, "#"):
		name, n = "sharp", 1
	}
	if next, _ := utf8.DecodeRuneInString(rest[n:]); n == 0 || classOf(next) != none {
		return f, 0
	}
	return forms{term: fold(lower(a.raw(parts), false)) + name}, p.end + n
}

func (a *analysis) putLetters(l *language, parts []part, tail string, start, end, taken int) int {
	f := l.forms(a.raw(parts))
	if tail != "" {
		f.also = append(slices.Clip(f.also), l.forms(tail).term)
	}
	a.put(l, f, start, end)
	return taken
}

// raw is the parts' text without what stands between them.
func (a *analysis) raw(parts []part) string {
	if len(parts) == 1 {
		return a.text[parts[0].start:parts[0].end]
	}
	var b strings.Builder
	for _, p := range parts {
		b.WriteString(a.text[p.start:p.end])
	}
	return b.String()
}

func (a *analysis) single(p part) bool {
	return p.class == letter && utf8.RuneCountInString(a.text[p.start:p.end]) == 1
}

func isS(s string) bool { return s == "s" || s == "S" }

func isArticle(s string) bool { return s == "d" || s == "l" || s == "D" || s == "L" }

// hyphenated also makes one term of e-mail or vice-president, for those who write it so.
func (a *analysis) hyphenated(parts []part) {
	for i := 1; i < len(parts); i++ {
		first := i - 1
		for i < len(parts) && isHyphen(parts[i].link) && parts[i-1].class == letter && parts[i].class == letter {
			i++
		}
		if n := i - first; n < 2 || n > 3 || parts[i-1].end-parts[first].start > longest {
			continue
		}
		l := a.language(parts[first])
		f := l.forms(a.raw(parts[first:i]))
		if f.term != "" {
			a.emit(token{term: f.term, start: parts[first].start, end: parts[i-1].end, word: a.word, kind: joined, language: l, key: f.key})
		}
	}
}

// pairs makes a term of every two neighbours in a script without blanks, and one of the last character alone, so
// that every character begins exactly one term and a single one can be found as the beginning of a term.
func (a *analysis) pairs(p part) {
	prev, prevAt, prevEnd := "", 0, 0
	for i := p.start; i < p.end; {
		start := i
		_, n := utf8.DecodeRuneInString(a.text[i:])
		i += n
		for i < p.end {
			r, n := utf8.DecodeRuneInString(a.text[i:])
			if classOf(r) != mark {
				break
			}
			i += n
		}
		char := fold(lower(a.text[start:i], false))
		if char == "" {
			continue
		}
		if prev != "" {
			a.emit(token{term: prev + char, start: prevAt, end: i, word: a.word, pair: prevEnd})
		}
		prev, prevAt, prevEnd = char, start, i
	}
	if prev != "" {
		a.emit(token{term: prev, start: prevAt, end: prevEnd, word: a.word, pair: prevEnd, last: true})
	}
}
