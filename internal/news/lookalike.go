package news

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// lookalikes are further letters that pass for a Latin one, beside those of alikes.
// Full-width and mathematical letters need no line: NFKD makes them plain.
var lookalikes = map[rune]rune{
	'ё': 'e', 'и': 'u', 'ї': 'i', 'г': 'r', 'п': 'n', 'ω': 'w',
	'ı': 'i', 'ł': 'l', 'ø': 'o', 'đ': 'd', 'ħ': 'h', 'ß': 'b', 'ſ': 's', 'ɑ': 'a', 'ɡ': 'g', 'ɩ': 'i', 'ʟ': 'l', 'ᴏ': 'o', 'ⅼ': 'l', 'ǀ': 'l',
}

// asLatin is the Latin letter that a small letter passes for; else the letter itself.
func asLatin(r rune) rune {
	if r < 0x80 {
		return r
	}
	if l, ok := lookalikes[r]; ok {
		return l
	}
	for _, a := range alikes {
		if l, ok := a.asLatin[r]; ok {
			return l
		}
	}
	return r
}

// leet are digits and signs that stand for a letter inside a word.
var leet = map[rune]rune{'0': 'o', '1': 'i', '3': 'e', '4': 'a', '5': 's', '7': 't', '8': 'b', '@': 'a', '$': 's', '€': 'e', '!': 'i', '|': 'i'}

// A FoldedRune is a letter as it reads, and where in the text it stands.
type FoldedRune struct {
	R        rune
	From, To int // bytes of the text
}

// FoldLookalikes gives a text as it reads to a person in a hurry: lower case, without
// accents and invisible characters, letters of other scripts that pass for Latin ones as
// those, digits and signs inside words as the letters they stand for. A word of another
// script folds the same wherever it stands. What is no letter or digit is a space.
func FoldLookalikes(s string) []FoldedRune {
	out := make([]FoldedRune, 0, len(s))
	for i, r := range s {
		to := i + len(string(r))
		if r == unicode.ReplacementChar {
			to = i + 1
		}
		if unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Mn, r) || r == '\u034F' {
			continue
		}
		plain := norm.NFKD.String(string(r))
		for _, p := range plain {
			if unicode.Is(unicode.Mn, p) {
				continue
			}
			p = asLatin(unicode.ToLower(p))
			if !unicode.IsLetter(p) && !unicode.IsDigit(p) && leet[p] == 0 {
				p = ' '
			}
			out = append(out, FoldedRune{p, i, to})
		}
	}
	unleet(out)
	return out
}

// unleet reads digits and signs as letters in words that have a letter; a number stays
// one, and signs at the end of a word end a sentence.
func unleet(text []FoldedRune) {
	for from := 0; from < len(text); {
		to, last := from, -1
		for to < len(text) && text[to].R != ' ' {
			if unicode.IsLetter(text[to].R) {
				last = to
			}
			to++
		}
		for i := from; i < to; i++ {
			l, digit := leet[text[i].R], unicode.IsDigit(text[i].R)
			switch {
			case l == 0:
			case last >= 0 && (digit || i < last):
				text[i].R = l
			case !digit:
				text[i].R = ' '
			}
		}
		from = to + 1
	}
}

// NameSkeleton is the same for names that look alike: without accents, spaces and signs,
// every letter as the Latin one that it passes for, and letters that are taken for each
// other as one.
func NameSkeleton(name string) string {
	var b strings.Builder
	last := rune(0)
	for _, f := range FoldLookalikes(name) {
		r := f.R
		switch r {
		case ' ':
			continue
		case 'l', '1', '|':
			r = 'i' // l, I and 1 are one stroke
		case '0':
			r = 'o'
		}
		if r == 'n' && last == 'r' {
			s := strings.TrimSuffix(b.String(), "r") + "m" // rn reads as m
			b.Reset()
			b.WriteString(s)
			last = 'm'
			continue
		}
		if r == 'v' && last == 'v' {
			s := strings.TrimSuffix(b.String(), "v") + "w"
			b.Reset()
			b.WriteString(s)
			last = 'w'
			continue
		}
		b.WriteRune(r)
		last = r
	}
	return b.String()
}
