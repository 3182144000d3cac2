package archive

import "bytes"

// tag reads <name attr="value">, </name> or <name/>.
func (s *scanner) tag() (token, bool) {
	n, cut := s.tagLength()
	if n == 0 {
		if cut {
			s.advance(s.end - s.pos)
			s.cut = true
			return token{}, false
		}
		s.mend("a bare < kept as text", s.rest()[:min(20, s.end-s.pos)])
		return s.literal(), true
	}
	raw := s.buf[s.pos : s.pos+n]
	s.advance(n)
	t := token{kind: tokenStart, text: raw}
	in := raw[1 : n-1]
	if in[0] == '/' {
		t.kind, in = tokenEnd, in[1:]
	} else if in[len(in)-1] == '/' {
		t.empty, in = true, in[:len(in)-1]
	}
	i := nameLength(in)
	t.name = s.intern(in[:i])
	if t.kind == tokenStart {
		t.attrs = s.attributes(in[i:])
	}
	return t, true
}

// tagLength finds the '>' that ends the tag at hand, minding quotes; where the
// quotes do not match, the first one. 0: there is none within maxTag, or (cut) the
// file ends before it.
func (s *scanner) tagLength() (n int, cut bool) {
	var quote byte
	first := 0
	for i := 1; i < maxTag; i++ {
		if s.pos+i >= s.end && !s.ensure(i+1) {
			return first, first == 0
		}
		switch c := s.buf[s.pos+i]; {
		case quote != 0:
			if c == quote {
				quote = 0
			} else if c == '>' && first == 0 {
				first = i + 1
			}
		case c == '"' || c == '\'':
			quote = c
		case c == '>':
			return i + 1, false
		case c == '<':
			return first, false
		}
	}
	return first, false
}

func (s *scanner) attributes(b []byte) []attr {
	s.attrs = s.attrs[:0]
	for len(s.attrs) < maxAttrs {
		b = bytes.TrimLeft(b, " \t\r\n/")
		n := nameLength(b)
		if n == 0 {
			break
		}
		a := attr{name: s.intern(b[:n])}
		b = bytes.TrimLeft(b[n:], " \t\r\n")
		if len(b) > 0 && b[0] == '=' {
			var value []byte
			value, b = attributeValue(bytes.TrimLeft(b[1:], " \t\r\n"))
			a.value = string(s.repair(value, true))
		}
		s.attrs = append(s.attrs, a)
	}
	return s.attrs
}

func attributeValue(b []byte) (value, rest []byte) {
	if len(b) > 0 && (b[0] == '"' || b[0] == '\'') {
		if i := bytes.IndexByte(b[1:], b[0]); i >= 0 {
			return b[1 : i+1], b[i+2:]
		}
		return b[1:], nil
	}
	if i := bytes.IndexAny(b, " \t\r\n"); i >= 0 {
		return b[:i], b[i:]
	}
	return b, nil
}

// intern keeps one string per name, for the first few hundred names.
func (s *scanner) intern(b []byte) string {
	if name, ok := s.names[string(b)]; ok {
		return name
	}
	name := string(b)
	if len(s.names) < 512 && len(name) < 128 {
		s.names[name] = name
	}
	return name
}

func nameLength(b []byte) int {
	for i, c := range b {
		if !isNameStart(c) && c != '-' && c != '.' && (c < '0' || c > '9') {
			return i
		}
	}
	return len(b)
}

func isNameStart(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_' || c == ':' || c >= 0x80
}
