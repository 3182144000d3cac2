package mail

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/language"
)

// line makes one line of s: no controls, no line breaks of any kind, nothing that
// turns the direction of what stands around it, no runs of spaces, and at most most
// characters. So a headline can be a subject, and no subject can begin a header.
func line(s string, most int) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsControl(r) || unicode.IsSpace(r): // with U+0085, 2028 and 2029
			return ' '
		case turns(r) || r == utf8.RuneError:
			return -1
		}
		return r
	}, s)
	s = strings.Join(strings.Fields(s), " ")
	if utf8.RuneCountInString(s) > most {
		s = strings.TrimRight(string([]rune(s)[:most-1]), " ") + "…"
	}
	return s
}

// lines makes plain text of s: its lines end in \n, the last one too, tabs stay and
// other controls go, and so do overrides of direction. Isolates and marks stay: right
// to left text uses them honestly, and cannot reach out of its paragraph.
func lines(s string) string {
	s = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\u2028", "\n", "\u2029", "\n\n", "\u0085", "\n").Replace(s)
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return r
		case unicode.IsControl(r) || r == '\u202d' || r == '\u202e' || r == utf8.RuneError:
			return -1
		}
		return r
	}, s)
	return strings.TrimRight(s, "\n\t ") + "\n"
}

// turns says whether r opens or closes an embedding, an override or an isolate.
func turns(r rune) bool { return r >= '\u202a' && r <= '\u202e' || r >= '\u2066' && r <= '\u2069' }

// languageTag is s in canonical form, or nothing if it is no language.
func languageTag(s string) string {
	if s == "" || len(s) > 35 { // the longest RFC 5646 asks programs to take
		return ""
	}
	tag, err := language.Parse(s)
	if err != nil || tag == language.Und {
		return ""
	}
	return tag.String()
}

// rightToLeft says whether a language is written from right to left; a script named
// in the tag decides (az-Arab).
func rightToLeft(tag string) bool {
	script, _ := language.Make(tag).Script()
	switch script.String() {
	case "Arab", "Aran", "Hebr", "Syrc", "Thaa", "Nkoo", "Adlm", "Rohg", "Mand", "Samr", "Mend", "Yezi":
		return tag != ""
	}
	return false
}
