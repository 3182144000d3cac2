package search

import "unicode"

// A script is a writing system as far as making words is concerned.
type script uint8

const (
	otherScript script = iota
	latin
	greek
	cyrillic
	arabic
	hebrew
	scripts // how many
)

// scriptOf is exact for letters and only for those.
func scriptOf(r rune) script {
	switch {
	case r < 0x370:
		return latin
	case r < 0x400, r >= 0x1F00 && r < 0x2000:
		return greek
	case r < 0x530, r >= 0x1C80 && r < 0x1C90, r >= 0x2DE0 && r < 0x2E00, r >= 0xA640 && r < 0xA6A0:
		return cyrillic
	case r >= 0x590 && r < 0x600, r >= 0xFB1D && r < 0xFB50:
		return hebrew
	case r >= 0x600 && r < 0x700, r >= 0x750 && r < 0x780, r >= 0x870 && r < 0x900,
		r >= 0xFB50 && r < 0xFE00, r >= 0xFE70 && r < 0xFEFF:
		return arabic
	case r >= 0x1E00 && r < 0x1F00, r >= 0x2C60 && r < 0x2C80, r >= 0xA720 && r < 0xA800, r >= 0xAB30 && r < 0xAB70,
		r >= 0xFB00 && r < 0xFB07, r >= 0xFF21 && r < 0xFF5B:
		return latin
	}
	return otherScript
}

// A class says what a rune does to the word it stands in.
type class uint8

const (
	none   class = iota // ends a word
	letter              // of an alphabet
	digit
	unit // a letter of a script that leaves no blanks between words
	mark // belongs to what stands before it, or is not there at all
)

var asciiClass = func() (c [128]class) {
	for r := 'a'; r <= 'z'; r++ {
		c[r], c[r-'a'+'A'] = letter, letter
	}
	for r := '0'; r <= '9'; r++ {
		c[r] = digit
	}
	return c
}()

func classOf(r rune) class {
	if r < 128 {
		return asciiClass[r]
	}
	switch {
	case r == 0x02BC, r == zwnj: // ʼ joins as an apostrophe does
		return none
	case r == 0xFF9E, r == 0xFF9F: // half-width sound marks
		return mark
	case unicode.IsLetter(r):
		if r >= 0x0E00 && isUnit(r) {
			return unit
		}
		return letter
	case unicode.IsMark(r), unicode.Is(unicode.Cf, r):
		return mark
	case unicode.IsNumber(r):
		return digit
	}
	return none
}

// isUnit: Chinese, Japanese, Korean, Thai, Lao, Burmese and Khmer are indexed as pairs of characters.
// Korean does write blanks, but glues its particles to the words.
func isUnit(r rune) bool {
	switch {
	case r < 0x0F00: // Thai, Lao
		return true
	case r < 0x1000:
		return false
	case r < 0x10A0: // Burmese
		return true
	case r >= 0x1100 && r < 0x1200, r >= 0x1780 && r < 0x1800: // Hangul jamo, Khmer
		return true
	case r >= 0x3005 && r < 0x3190, r >= 0x31A0 && r < 0x3200: // kana, bopomofo, compatibility jamo
		return true
	case r >= 0x3400 && r < 0xA000, r >= 0xA960 && r < 0xA980, r >= 0xAC00 && r < 0xD800:
		return true
	case r >= 0xF900 && r < 0xFB00, r >= 0xFF66 && r < 0xFFDD:
		return true
	}
	return r >= 0x1AFF0 && r < 0x1B300 || r >= 0x20000 && r < 0x40000
}

func isQuote(r rune) bool {
	switch r {
	case '"', '“', '”', '„', '‟', '«', '»', '＂', '「', '」', '『', '』':
		return true
	}
	return false
}
