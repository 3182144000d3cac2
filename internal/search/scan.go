package search

import "unicode/utf8"

const maxParts = 16 // parts of one word; a longer chain goes on as another word

// A part is a run of characters of one class; link is what stands between it and the part before: 0 is nothing.
type part struct {
	start, end int
	class      class
	link       rune
}

// scanWord reads one word from i on, passing over what precedes it, and says where it stopped.
func scanWord(text string, i int, parts []part) ([]part, int) {
	var link rune
	for i < len(text) {
		r, n := rune(text[i]), 1
		if r >= utf8.RuneSelf {
			r, n = utf8.DecodeRuneInString(text[i:])
		}
		c := classOf(r)
		switch {
		case len(parts) == 0 && (c == none || c == mark):
			i += n
		case c == none:
			if link != 0 || !isLink(r, text[:i], text[i+n:]) || len(parts) == maxParts {
				return parts, i
			}
			link = r
			i += n
		case len(parts) > 0 && link == 0 && (c == mark || c == parts[len(parts)-1].class):
			i += n
			parts[len(parts)-1].end = i
		case len(parts) == maxParts:
			return parts, i
		default:
			if c == mark { // after a link; isLink has seen to it that this cannot be
				c = letter
			}
			parts = append(parts, part{start: i, end: i + n, class: c, link: link})
			link = 0
			i += n
		}
	}
	return parts, i
}

// isLink says whether r, between before and after, keeps a word together.
func isLink(r rune, before, after string) bool {
	next, _ := utf8.DecodeRuneInString(after)
	c := classOf(next)
	if c == none || c == mark {
		return false
	}
	switch r {
	case '-', '‐', '‑', zwnj, '\'', '’', 'ʼ', '＇', '.', '&', '׳':
		return true
	case ',':
		prev, _ := utf8.DecodeLastRuneInString(before)
		return c == digit && classOf(prev) == digit
	case '"', '״':
		prev, _ := utf8.DecodeLastRuneInString(before)
		return isHebrewLetter(prev) && isHebrewLetter(next)
	}
	return false
}

func isHebrewLetter(r rune) bool { return r >= 0x05D0 && r <= 0x05EA }

func isHyphen(r rune) bool { return r == '-' || r == '‐' || r == '‑' || r == zwnj }

func isApostrophe(r rune) bool { return r == '\'' || r == '’' || r == 'ʼ' || r == '＇' }
