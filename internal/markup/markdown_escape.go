package markup

import "strings"

// escapeMarkdown writes text so that Markdown reads nothing into it. begins
// says that it stands at the beginning of a line, where more has a meaning.
func escapeMarkdown(s string, begins bool) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		c := s[i]
		if special(s, i) || begins && i == 0 && beginsBlock(s) {
			b.WriteByte('\\')
		}
		if begins && (c == '.' || c == ')') && i > 0 && i <= 9 && endsWord(s, i+1) && strings.Trim(s[:i], "0123456789") == "" {
			b.WriteByte('\\') // 12. would number a list
		}
		b.WriteByte(c)
	}
	return b.String()
}

// special says whether the character at i means something wherever it stands.
func special(s string, i int) bool {
	switch s[i] {
	case '\\', '*', '[', ']', '<', '`', '~', '|':
		return true
	case '_':
		// Inside a word an underscore is only that.
		return i == 0 || i+1 == len(s) || !isAlnum(rune(s[i-1])) || !isAlnum(rune(s[i+1]))
	case '&':
		return entityAt(s[i:])
	case ':':
		// What follows would make an address a link that it is not.
		return strings.HasPrefix(s[i:], "://")
	case '.':
		return i >= 3 && strings.EqualFold(s[i-3:i], "www")
	case '@':
		return i > 0 && i+1 < len(s)
	}
	return false
}

func beginsBlock(s string) bool {
	switch s[0] {
	case '>', '=':
		return true
	case '+':
		return endsWord(s, 1)
	case '-':
		return endsWord(s, 1) || s[1] == '-'
	case '#':
		return endsWord(s, len(s)-len(strings.TrimLeft(s, "#")))
	case ':':
		return strings.HasPrefix(s, ":-")
	case '{':
		return strings.HasPrefix(s, "{{")
	}
	return false
}

func endsWord(s string, i int) bool { return i >= len(s) || s[i] == ' ' }

// entityAt says whether s begins like a character reference: &amp; or &#39;.
func entityAt(s string) bool {
	end := strings.IndexByte(s[:min(len(s), 41)], ';') // no further: a text of "&" alone would be read once for each
	if end < 2 {
		return false
	}
	name := strings.TrimPrefix(s[1:end], "#")
	for _, r := range name {
		if !isAlnum(r) {
			return false
		}
	}
	return name != ""
}

// escapeTitle writes a caption or credit for the quotes after an address.
func escapeTitle(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if c := s[i]; c == '\\' || c == '"' || c == '|' || c == '&' && entityAt(s[i:]) {
			b.WriteByte('\\')
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// destination writes an address for the brackets after a link's text.
func destination(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '&' && entityAt(s[i:]) {
			b.WriteString("&amp;")
			continue
		}
		b.WriteByte(s[i])
	}
	if strings.ContainsAny(s, "()") {
		return "<" + b.String() + ">"
	}
	return b.String()
}
