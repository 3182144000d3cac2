package news

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// alikes are the scripts whose letters pass for one another's, with those that do:
// as small letters or, since a slip of the keyboard shows as little, as capitals.
var alikes = []struct {
	script  *unicode.RangeTable
	asLatin map[rune]rune
}{
	{unicode.Latin, nil},
	{unicode.Cyrillic, map[rune]rune{
		'а': 'a', 'в': 'b', 'е': 'e', 'к': 'k', 'м': 'm', 'н': 'h', 'о': 'o', 'р': 'p', 'с': 'c', 'т': 't', 'у': 'y', 'х': 'x',
		'і': 'i', 'ј': 'j', 'ѕ': 's', 'ԁ': 'd', 'һ': 'h', 'ԛ': 'q', 'ԝ': 'w', 'ӏ': 'l',
	}},
	{unicode.Greek, map[rune]rune{
		'α': 'a', 'β': 'b', 'ε': 'e', 'η': 'n', 'ι': 'i', 'κ': 'k', 'ν': 'v', 'ο': 'o', 'ρ': 'p', 'τ': 't', 'υ': 'u', 'χ': 'x', 'γ': 'y', 'ζ': 'z', 'μ': 'm',
	}},
	{unicode.Armenian, map[rune]rune{'օ': 'o', 'ս': 'u', 'հ': 'h', 'ո': 'n', 'ց': 'g', 'յ': 'j'}},
	{unicode.Cherokee, nil},
	{unicode.Coptic, nil},
}

// oneScript makes every word of a slug one of a single script, as far as letters of
// another pass for its own: an address with a Cyrillic "а" in a Latin word reads as
// another site's story and is not it. Letters that only look so become what they look
// like; where that does not do (covidный), the word is parted. Words wholly in a script
// stay, and so does what is written together without passing for one another
// (使用ai技术).
func oneScript(slug string) string {
	words := strings.Split(slug, "-")
	for i, w := range words {
		if mixed(w) {
			words[i] = unmix(w)
		}
	}
	parted := strings.Join(words, "-")
	for len(parted) > len(slug) && utf8.RuneCountInString(parted) > MaxSlug { // parting made it longer
		at := strings.LastIndexByte(parted, '-')
		if at < 0 {
			break
		}
		parted = parted[:at]
	}
	return parted
}

// scriptOf numbers the script of a letter, -1 for all that pass for nothing.
func scriptOf(r rune) int {
	for i, a := range alikes {
		if unicode.Is(a.script, r) {
			return i
		}
	}
	return -1
}

func mixed(word string) bool {
	first := -1
	for _, r := range word {
		switch s := scriptOf(r); {
		case s < 0 || s == first:
		case first >= 0:
			return true
		default:
			first = s
		}
	}
	return false
}

func unmix(word string) string {
	latin := strings.Map(func(r rune) rune {
		if s := scriptOf(r); s > 0 {
			if l, ok := alikes[s].asLatin[r]; ok {
				return l
			}
		}
		return r
	}, word)
	if !mixed(latin) {
		return latin
	}
	for _, a := range alikes {
		back := map[rune]rune{}
		for own, l := range a.asLatin {
			back[l] = own
		}
		delete(back, 'h') // of two that look so, neither is the one meant
		own := strings.Map(func(r rune) rune {
			if o, ok := back[r]; ok {
				return o
			}
			return r
		}, word)
		if len(back) > 0 && !mixed(own) {
			return own
		}
	}
	var b strings.Builder
	last := -1
	for _, r := range word {
		s := scriptOf(r)
		if s >= 0 && last >= 0 && s != last {
			b.WriteByte('-')
		}
		if s >= 0 {
			last = s
		}
		b.WriteRune(r)
	}
	return b.String()
}
