package markup

import (
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// maxLine is how many bytes a one-line attribute (a caption, say) may have.
const maxLine = 8192

var errUTF8 = errors.New("is not valid UTF-8")

// CleanLine returns s as one line of text, fit for a headline or a name:
// NFC, white space collapsed (no-break spaces stay) and trimmed. Invalid
// UTF-8 and control characters are refused. Characters that only hide or turn
// text round are taken out: zero-width spaces outside the scripts that need
// them, direction overrides, direction marks without their partner. The
// joiners of Persian and of emoji stay.
func CleanLine(s string) (string, error) {
	if !utf8.ValidString(s) {
		return "", errUTF8
	}
	if r, bad := firstBad(s, "\t\n\r\v\f\u0085\u2028\u2029"); bad {
		return "", fmt.Errorf("holds the control character U+%04X", r)
	}
	s = norm.NFC.String(dropHidden(s))
	var b strings.Builder
	space := false
	for _, r := range s {
		if isSpace(r) {
			space = true
			continue
		}
		if space && b.Len() > 0 {
			b.WriteByte(' ')
		}
		space = false
		b.WriteRune(r)
	}
	return strings.TrimFunc(b.String(), unicode.IsSpace), nil
}

// CleanText is [CleanLine] for text of several lines, such as a comment: line
// ends become "\n", spaces at line ends go, and of several empty lines one is
// left.
func CleanText(s string) (string, error) {
	if !utf8.ValidString(s) {
		return "", errUTF8
	}
	s = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\v", "\n", "\f", "\n",
		"\u0085", "\n", "\u2028", "\n", "\u2029", "\n\n").Replace(s)
	if r, bad := firstBad(s, "\t\n"); bad {
		return "", fmt.Errorf("holds the control character U+%04X", r)
	}
	var out []string
	for line := range strings.SplitSeq(norm.NFC.String(dropHidden(s)), "\n") {
		line = strings.TrimRightFunc(line, unicode.IsSpace)
		if line == "" && (len(out) == 0 || out[len(out)-1] == "") {
			continue
		}
		out = append(out, line)
	}
	return strings.TrimRight(strings.Join(out, "\n"), "\n"), nil
}

// attrLine is CleanLine with a bound, for attributes of a document.
func attrLine(s string) (string, error) {
	if len(s) > maxLine {
		return "", fmt.Errorf("is longer than %d bytes", maxLine)
	}
	return CleanLine(s)
}

// badRune says whether a character has no place in any text: controls and
// what Unicode promises never to assign. Line separators count, since text
// has its own ways to break a line.
func badRune(r rune) bool {
	return unicode.IsControl(r) || r == '\u2028' || r == '\u2029' ||
		r&0xFFFE == 0xFFFE || 0xFDD0 <= r && r <= 0xFDEF
}

func firstBad(s, except string) (rune, bool) {
	for _, r := range s {
		if badRune(r) && !strings.ContainsRune(except, r) {
			return r, true
		}
	}
	return 0, false
}

// isSpace is white space that may be collapsed; the no-break spaces that
// French and numbers need are not.
func isSpace(r rune) bool {
	return unicode.IsSpace(r) && r != '\u00A0' && r != '\u202F' && r != '\u3000'
}

// dropHidden takes out characters that show nothing but change how text is
// read. See CleanLine.
func dropHidden(s string) string {
	if !strings.ContainsFunc(s, suspect) {
		return s
	}
	keepMarks := balanced(s)
	var b strings.Builder
	prev, flag := rune(0), false
	for _, r := range s {
		keep := true
		switch {
		case r == '\u202D' || r == '\u202E' || r == '\uFEFF' || r == '\u2060' || r == '\u180E':
			keep = false
		case isBidiMark(r):
			keep = keepMarks
		case r == '\u200B':
			keep = unicode.In(prev, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar)
		case 0xE0000 <= r && r <= 0xE007F:
			keep = flag // the flags of England, Scotland and Wales are spelt so
		}
		if !keep {
			continue
		}
		flag = r == 0x1F3F4 || flag && 0xE0000 <= r && r <= 0xE007F
		b.WriteRune(r)
		prev = r
	}
	return b.String()
}

func suspect(r rune) bool {
	return isBidiMark(r) || r == '\uFEFF' || r == '\u2060' || r == '\u180E' || r == '\u200B' ||
		0xE0000 <= r && r <= 0xE007F
}

func isBidiMark(r rune) bool {
	return '\u202A' <= r && r <= '\u202E' || '\u2066' <= r && r <= '\u2069'
}

// balanced says whether every embedding and isolate in each line is closed in
// order. Overrides make it unbalanced: they are never kept, so their ends
// must go too.
func balanced(s string) bool {
	var open []rune
	for _, r := range s {
		switch r {
		case '\u202A', '\u202B':
			open = append(open, '\u202C')
		case '\u2066', '\u2067', '\u2068':
			open = append(open, '\u2069')
		case '\u202C', '\u2069':
			if len(open) == 0 || open[len(open)-1] != r {
				return false
			}
			open = open[:len(open)-1]
		case '\u202D', '\u202E':
			return false
		case '\n':
			if len(open) > 0 {
				return false
			}
		}
	}
	return len(open) == 0
}
