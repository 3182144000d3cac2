package archive

import (
	"bytes"
	"html"
	"strconv"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// maxReference is the length of the longest character reference there is, with room.
const maxReference = 40

// plainByte is true for bytes that never need a repair by themselves.
var plainByte = func() (t [256]bool) {
	for i := range t {
		t[i] = i >= 0x20 || i == '\t' || i == '\n'
	}
	return t
}()

// repair makes valid UTF-8 without control characters of b, with lines ended by
// "\n", and resolves character references when refs is set. The result is valid
// until the next call.
func (s *scanner) repair(b []byte, refs bool) []byte {
	if utf8.Valid(b) && allPlain(b) && (!refs || bytes.IndexByte(b, '&') < 0) {
		return b
	}
	out := s.out[:0]
	for i := 0; i < len(b); {
		c := b[i]
		switch {
		case c == '&' && refs:
			n, text, ok := reference(b[i:])
			if !ok {
				s.mend("a bare & or an unknown entity kept as text", b[i:min(len(b), i+20)])
			}
			out = append(out, text...)
			i += n
		case c == '\r':
			if i+1 >= len(b) || b[i+1] != '\n' {
				out = append(out, '\n')
			}
			i++
		case c < utf8.RuneSelf:
			if plainByte[c] && c != 0x7f {
				out = append(out, c)
			} else {
				s.mend("control characters dropped", []byte(strconv.QuoteRune(rune(c))))
			}
			i++
		default:
			r, n := utf8.DecodeRune(b[i:])
			switch {
			case r == utf8.RuneError && n == 1:
				r = charmap.Windows1252.DecodeByte(c)
				s.mend("bytes that are not UTF-8 read as windows-1252", b[i:min(len(b), i+10)])
				if r != utf8.RuneError {
					out = utf8.AppendRune(out, r)
				}
			case r == 0xFFFE || r == 0xFFFF:
				s.mend("control characters dropped", []byte(strconv.QuoteRune(r)))
			default:
				out = append(out, b[i:i+n]...)
			}
			i += n
		}
	}
	s.out = out
	return out
}

func allPlain(b []byte) bool {
	for _, c := range b {
		if !plainByte[c] {
			return false
		}
	}
	return true
}

// reference resolves the character reference that b begins with: XML's five, HTML's
// names (exports use them undeclared) and numbers. Unlike in HTML the semicolon is
// needed, else "?a=1&copy=2" in a bare address would turn into a sign.
func reference(b []byte) (n int, text string, ok bool) {
	end := bytes.IndexByte(b[:min(len(b), maxReference)], ';')
	if end < 2 {
		return 1, "&", false
	}
	name := b[1:end]
	if name[0] == '#' {
		if text, ok := numeric(string(name[1:])); ok {
			return end + 1, text, true
		}
		return 1, "&", false
	}
	for _, c := range name {
		if (c|0x20 < 'a' || c|0x20 > 'z') && (c < '0' || c > '9') {
			return 1, "&", false
		}
	}
	whole := string(b[:end+1])
	text = html.UnescapeString(whole)
	if text == whole || len(text) > 1 && text[len(text)-1] == ';' {
		return 1, "&", false
	}
	return end + 1, text, true
}

// numeric resolves "8217" or "x2019". A control character resolves to nothing.
func numeric(digits string) (string, bool) {
	base := 10
	if digits != "" && digits[0]|0x20 == 'x' {
		base, digits = 16, digits[1:]
	}
	u, err := strconv.ParseUint(digits, base, 32)
	if err != nil {
		return "", false
	}
	r := rune(u)
	switch {
	case u >= 0x80 && u < 0xA0:
		r = charmap.Windows1252.DecodeByte(byte(u))
	case u < 0x20 && u != '\t' && u != '\n' && u != '\r', u == 0x7f, u == 0xFFFE, u == 0xFFFF:
		return "", true
	}
	if !utf8.ValidRune(r) || r == utf8.RuneError || u > utf8.MaxRune {
		return "", true
	}
	return string(r), true
}
