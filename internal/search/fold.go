package search

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

const (
	zwnj   = 0x200C // zero width non-joiner: Persian's hyphen
	tatwil = 0x0640 // stretches an Arabic word

	longest = 64 // bytes of a term; what is longer is cut
)

// lower gives word in compatibility form and lower case, without vowel points and invisible characters, its digits
// as 0–9, and nothing in it but letters, digits and marks. Accents stay: stemmers need them. dotted is Turkish.
func lower(word string, dotted bool) string {
	if isASCII(word) && !(dotted && strings.Contains(word, "I")) {
		return clip(strings.ToLower(word))
	}
	word = clip(norm.NFKC.String(word))
	var b strings.Builder
	b.Grow(len(word))
	for _, r := range word {
		switch {
		case dotted && r == 'I':
			r = 'ı'
		case r == 'ẞ':
			r = 'ß'
		case r == 0x0307, r == tatwil, r >= 0xFE00 && r < 0xFE10: // the dot that İ leaves; variation selectors
			continue
		case isPoint(r):
			continue
		case unicode.IsDigit(r):
			r = digitOf(r)
		case unicode.IsLetter(r):
			r = unicode.ToLower(r)
		case !unicode.IsMark(r) && !unicode.IsNumber(r):
			continue
		}
		b.WriteRune(r)
	}
	return norm.NFC.String(b.String())
}

// isPoint: vowel points and other signs over and under Hebrew and Arabic letters, which few texts have.
func isPoint(r rune) bool {
	return r >= 0x0591 && r < 0x05C8 || r >= 0x0610 && r < 0x061B || r >= 0x064B && r < 0x0660 || r == 0x0670 ||
		r >= 0x06D6 && r < 0x06EE && unicode.IsMark(r) || r >= 0x08D3 && r < 0x0900
}

// digitOf gives the ASCII digit of any decimal digit: in every script they stand in tens, zero first.
func digitOf(r rune) rune {
	if r < 128 {
		return r
	}
	zero := r
	for unicode.IsDigit(zero-1) && r-zero < 9 {
		zero--
	}
	// Mathematical digits follow each other without a gap; NFKC has made those ASCII before.
	return '0' + r - zero
}

// Letters that are not an accent on another, but are typed as one.
var plainLetter = map[rune]string{
	'ß': "ss", 'æ': "ae", 'œ': "oe", 'ø': "o", 'ł': "l", 'đ': "d", 'ð': "d", 'þ': "th", 'ħ': "h", 'ı': "i",
	'ŋ': "n", 'ŧ': "t", 'ə': "e", 'ĸ': "k", 'ς': "σ", 'ё': "е", 'ѐ': "е", 'ѝ': "и",
}

// fold takes the accents off Latin and Greek letters. Cyrillic й and ї are letters of their own and stay.
func fold(word string) string {
	if isASCII(word) {
		return word
	}
	var b strings.Builder
	b.Grow(len(word))
	for i, r := range word {
		if r < utf8.RuneSelf {
			b.WriteByte(byte(r))
			continue
		}
		if s, ok := plainLetter[r]; ok {
			b.WriteString(s)
			continue
		}
		if r >= 0x0300 && r < 0x0370 {
			continue
		}
		s := scriptOf(r)
		d := norm.NFD.PropertiesString(word[i:]).Decomposition()
		if (s != latin && s != greek) || d == nil {
			b.WriteRune(r)
			continue
		}
		for len(d) > 0 {
			r, n := utf8.DecodeRune(d)
			d = d[n:]
			if unicode.IsMark(r) {
				continue
			}
			if s, ok := plainLetter[r]; ok { // ǿ
				b.WriteString(s)
			} else {
				b.WriteRune(r)
			}
		}
	}
	return b.String()
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// clip cuts s to longest bytes, not inside a rune.
func clip(s string) string { return clipTo(s, longest) }

func clipTo(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}
