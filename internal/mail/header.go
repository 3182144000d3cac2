package mail

import (
	"bytes"
	"encoding/base64"
	"strings"
	"unicode/utf8"
)

// header writes one header, folded at its spaces so that lines stay within 76 bytes
// where words allow. The value is ASCII; a line break in it becomes a space, so that
// whatever came this far still cannot begin a header of its own.
func header(b *bytes.Buffer, name, value string) {
	b.WriteString(name)
	b.WriteByte(':')
	used := len(name) + 1
	for i, word := range strings.Fields(value) {
		if i > 0 && used+1+len(word) > 76 {
			b.WriteString("\r\n")
			used = 0
		}
		b.WriteByte(' ')
		b.WriteString(word)
		used += 1 + len(word)
	}
	b.WriteString("\r\n")
}

// encoded is s as a header holds unstructured text: as it is if it is ASCII, else as
// encoded-words (RFC 2047) that never part a character. ASCII that looks like an
// encoded-word is encoded too: else it would be read as what it hides.
func encoded(s string) string {
	plain := !strings.Contains(s, "=?")
	for i := 0; i < len(s) && plain; i++ {
		plain = s[i] < utf8.RuneSelf
	}
	if plain {
		return s
	}
	var words []string
	for s != "" {
		n := min(len(s), 39) // 64 bytes with its frame: fits beside the header's name
		for n < len(s) && !utf8.RuneStart(s[n]) {
			n--
		}
		words = append(words, "=?utf-8?B?"+base64.StdEncoding.EncodeToString([]byte(s[:n]))+"?=")
		s = s[n:]
	}
	return strings.Join(words, " ")
}
