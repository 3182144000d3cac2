package web

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"unicode/utf8"

	"dateline/internal/news"
)

// A scanner walks JSON once beside the Go type it is meant for, checks what
// encoding/json lets pass, and knows the path of every value. Errors it returns are
// broken JSON; mistakes in readable JSON are collected.
type scanner struct {
	data   []byte
	pos    int
	faults news.Faults
}

func (s *scanner) broken(what string) error {
	return Malformed(fmt.Sprintf("This is not valid JSON: %s at byte %d.", what, s.pos))
}

func (s *scanner) space() {
	for s.pos < len(s.data) {
		switch s.data[s.pos] {
		case ' ', '\t', '\r', '\n':
			s.pos++
		default:
			return
		}
	}
}

func (s *scanner) peek() byte {
	if s.pos < len(s.data) {
		return s.data[s.pos]
	}
	return 0
}

// value reads one value; t is nil where the type does not matter.
func (s *scanner) value(path string, t reflect.Type, depth int) error {
	if depth > MaxDepth {
		return Malformed(fmt.Sprintf("The JSON nests deeper than %d levels.", MaxDepth))
	}
	for t != nil && t.Kind() == reflect.Pointer && !opaque(t) {
		t = t.Elem()
	}
	start, inner := s.pos, t
	whole := t // checked as one value when it has no fields of ours
	var err error
	switch c := s.peek(); {
	case c == '{':
		if t != nil && (t.Kind() != reflect.Struct && t.Kind() != reflect.Map || opaque(t)) {
			inner = nil
		}
		if inner != nil {
			whole = nil
		}
		err = s.object(path, inner, depth)
	case c == '[':
		if t != nil && (t.Kind() != reflect.Slice || opaque(t)) {
			inner = nil
		}
		if inner != nil {
			inner, whole = inner.Elem(), nil
		}
		err = s.array(path, inner, depth)
	case c == '"':
		_, err = s.text(path)
	default:
		err = s.word()
	}
	if err != nil {
		return err
	}
	s.leaf(path, s.data[start:s.pos], whole)
	return nil
}

func (s *scanner) object(path string, t reflect.Type, depth int) error {
	s.pos++
	seen := map[string]bool{}
	for first := true; ; first = false {
		s.space()
		if s.peek() == '}' && first {
			s.pos++
			return nil
		}
		if s.peek() != '"' {
			return s.broken("a name in quotes is missing")
		}
		name, err := s.text(path)
		if err != nil {
			return err
		}
		here := join(path, name)
		if folded := strings.ToLower(name); seen[folded] {
			s.fault(here, "This field is given twice.")
		} else {
			seen[folded] = true
		}
		var ft reflect.Type
		if t != nil && t.Kind() == reflect.Map {
			ft = t.Elem()
		} else if t != nil {
			known := false
			if ft, known = fieldOf(t, name); !known {
				s.fault(here, "There is no such field.")
			}
		}
		if s.space(); s.peek() != ':' {
			return s.broken("a colon is missing")
		}
		s.pos++
		s.space()
		if err := s.value(here, ft, depth+1); err != nil {
			return err
		}
		s.space()
		switch s.peek() {
		case ',':
			s.pos++
		case '}':
			s.pos++
			return nil
		default:
			return s.broken("a comma or closing brace is missing")
		}
	}
}

func (s *scanner) array(path string, t reflect.Type, depth int) error {
	s.pos++
	for i := 0; ; i++ {
		s.space()
		if s.peek() == ']' && i == 0 {
			s.pos++
			return nil
		}
		if err := s.value(at(path, i), t, depth+1); err != nil {
			return err
		}
		s.space()
		switch s.peek() {
		case ',':
			s.pos++
		case ']':
			s.pos++
			return nil
		default:
			return s.broken("a comma or closing bracket is missing")
		}
	}
}

// text reads a string. Bytes that are no UTF-8, and escapes that are half a
// character, are mistakes in the field at path: encoding/json would replace them. So
// are control characters: JSON has none, but whoever sent one wants to know where.
func (s *scanner) text(path string) (string, error) {
	start, control := s.pos, false
	for s.pos++; ; s.pos++ {
		switch c := s.peek(); {
		case s.pos >= len(s.data):
			return "", s.broken("a closing quote is missing")
		case c == '\\':
			s.pos++
		case c < 0x20:
			if !control {
				s.fault(path, "This holds a raw control character (U+%04X). JSON wants it escaped.", c)
			}
			control = true
		case c == '"':
			s.pos++
			if control {
				return "", nil
			}
			raw := s.data[start:s.pos]
			var v string
			if err := json.Unmarshal(raw, &v); err != nil {
				return "", s.broken("a text has a wrong escape")
			}
			if !utf8.Valid(raw) || strings.Count(v, "\uFFFD") != replacements(raw) {
				s.fault(path, "This is not valid text (Unicode, as UTF-8).")
			}
			return v, nil
		}
	}
}

// replacements counts the U+FFFD that really stand in a string.
func replacements(raw []byte) int {
	t := string(raw)
	return strings.Count(t, "\uFFFD") + strings.Count(strings.ToLower(t), `\ufffd`)
}

// word reads a number, true, false or null.
func (s *scanner) word() error {
	start := s.pos
	for s.pos < len(s.data) && strings.IndexByte("+-.0123456789abcdefghijklmnopqrstuvwxyzE", s.data[s.pos]) >= 0 {
		s.pos++
	}
	if start == s.pos {
		return s.broken("a value is missing")
	}
	if !json.Valid(s.data[start:s.pos]) {
		return s.broken("a value is neither a number nor true, false or null")
	}
	return nil
}
