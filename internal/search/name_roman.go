package search

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Letters of other scripts in the spelling that readName reads. Capitals are letters that are read in two ways: see
// ambiguous. Vowels that a script leaves out stay out.
var romanLetters = map[rune]string{
	// Latin letters whose accent makes them another consonant.
	'š': "sh", 'ş': "sh", 'ș': "sh", 'ś': "sh", 'č': "tch", 'ć': "tch", 'ž': "zh", 'ż': "zh", 'ź': "zh", 'ç': "C", 'đ': "D",
	'ğ': "G", 'ł': "l", 'ø': "o", 'æ': "a", 'œ': "u", 'ß': "ss", 'ı': "i", 'ñ': "n", 'ř': "r", 'ě': "e", 'ö': "o", 'ü': "u",
	'þ': "th", 'ð': "dh", 'ť': "t", 'ď': "d", 'ň': "n", 'ţ': "ts", 'ț': "ts",

	// Russian, Ukrainian, Belarusian, Bulgarian, Serbian, Macedonian.
	'а': "a", 'б': "b", 'в': "v", 'г': "G", 'ґ': "g", 'д': "d", 'ђ': "dj", 'ѓ': "g", 'е': "e", 'ё': "yo", 'є': "ye", 'ж': "zh",
	'з': "z", 'ѕ': "ts", 'и': "i", 'і': "i", 'ї': "yi", 'й': "y", 'ј': "y", 'к': "k", 'л': "l", 'љ': "l", 'м': "m", 'н': "n",
	'њ': "n", 'о': "o", 'п': "p", 'р': "r", 'с': "s", 'т': "t", 'ћ': "tch", 'ќ': "k", 'у': "u", 'ў': "w", 'ф': "f", 'х': "X",
	'ц': "ts", 'ч': "tch", 'џ': "dj", 'ш': "sh", 'щ': "shch", 'ъ': "", 'ы': "y", 'ь': "", 'э': "e", 'ю': "yu", 'я': "ya",

	'α': "a", 'β': "v", 'γ': "g", 'δ': "d", 'ε': "e", 'ζ': "z", 'η': "i", 'θ': "th", 'ι': "i", 'κ': "k", 'λ': "l", 'μ': "m",
	'ν': "n", 'ξ': "x", 'ο': "o", 'π': "p", 'ρ': "r", 'σ': "s", 'ς': "s", 'τ': "t", 'υ': "i", 'φ': "f", 'χ': "X", 'ψ': "ps", 'ω': "o",

	// Arabic, Persian, Urdu, Sorani, after arabicSpelling.
	'ا': "a", 'ب': "B", 'ت': "t", 'ث': "T", 'ج': "J", 'ح': "H", 'خ': "kh", 'د': "d", 'ذ': "dh", 'ر': "r", 'ز': "z", 'س': "s",
	'ش': "sh", 'ص': "s", 'ض': "dh", 'ط': "t", 'ظ': "dh", 'ع': "a", 'غ': "gh", 'ف': "F", 'ق': "q", 'ك': "k", 'ل': "l",
	'م': "m", 'ن': "n", 'ه': "E", 'و': "W", 'ي': "Y", 'پ': "p", 'چ': "tch", 'ژ': "zh", 'گ': "g", 'ڤ': "v", 'ڨ': "g", 'ٹ': "t",
	'ڈ': "d", 'ڑ': "r", 'ں': "n", 'ے': "e", 'ۆ': "o", 'ێ': "e", 'ڵ': "l", 'ڕ': "r", 'ۋ': "v", 'ڭ': "ng",

	'א': "a", 'ב': "V", 'ג': "g", 'ד': "d", 'ה': "E", 'ו': "W", 'ז': "z", 'ח': "X", 'ט': "t", 'י': "Y", 'כ': "k", 'ך': "k",
	'ל': "l", 'מ': "m", 'ם': "m", 'נ': "n", 'ן': "n", 'ס': "s", 'ע': "a", 'פ': "P", 'ף': "f", 'צ': "ts", 'ץ': "ts", 'ק': "k",
	'ר': "r", 'ש': "S", 'ת': "t",
}

var greekPairs = strings.NewReplacer("ου", "u", "μπ", "b", "ντ", "d", "γκ", "g", "γγ", "ng", "αι", "e", "ει", "i", "οι", "i",
	"αυ", "av", "ευ", "ev", "τζ", "dj", "τσ", "ts")

// How Cyrillic writes sounds that it has no letter for.
var cyrillicPairs = strings.NewReplacer("дх", "dh", "кх", "kh", "гх", "gh")

// roman writes a word of any alphabet in small Latin letters and the capitals above; "" when it has letters of a
// script that it cannot read.
func roman(word string) string {
	if isASCII(word) {
		return strings.Map(func(r rune) rune {
			if r >= 'a' && r <= 'z' {
				return r
			}
			return -1
		}, strings.ToLower(word))
	}
	word = strings.ToLower(norm.NFC.String(word))
	if strings.ContainsFunc(word, func(r rune) bool { return unicode.Is(unicode.Greek, r) }) {
		word = greekPairs.Replace(fold(word))
	}
	word = cyrillicPairs.Replace(word)
	var b strings.Builder
	for _, r := range word {
		if s, ok := romanLetters[r]; ok {
			b.WriteString(s)
			continue
		}
		if r < 128 {
			if r >= 'a' && r <= 'z' {
				b.WriteRune(r)
			}
			continue
		}
		if !unicode.IsLetter(r) {
			continue
		}
		plain := fold(string(r))
		if !isASCII(plain) {
			return ""
		}
		b.WriteString(plain)
	}
	return b.String()
}
