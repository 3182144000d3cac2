package archive

import (
	"bytes"
	"io"
	"unicode/utf8"
)

// The scanner is a tolerant XML tokenizer. encoding/xml refuses what real exports
// hold (control characters, bare ampersands, undeclared entities, tags that do
// not match) and stops at the first of them; this one goes on, and counts what it
// mended. There is no document type handling at all, so entities cannot grow.

const (
	scanBuffer = 256 << 10
	maxTag     = 64 << 10 // longer "tags" are text with a stray '<'
	maxAttrs   = 64
)

type tokenKind uint8

const (
	tokenEOF tokenKind = iota
	tokenStart
	tokenEnd
	tokenText
)

// A token is valid until the next call of scanner.next.
type token struct {
	kind  tokenKind
	name  string
	attrs []attr
	empty bool   // a start tag that is its own end
	text  []byte // repaired; of a tag: the tag as it stands in the file
	cdata bool
}

type attr struct{ name, value string }

type scanner struct {
	r       io.Reader
	buf     []byte
	pos     int
	end     int
	eof     bool
	err     error // other than io.EOF
	line    int
	inCDATA bool
	cut     bool // the file ended inside a tag, comment or CDATA section
	out     []byte
	attrs   []attr
	names   map[string]string
	mend    func(what string, example []byte)
}

func newScanner(r io.Reader, mend func(what string, example []byte)) *scanner {
	return &scanner{r: r, buf: make([]byte, scanBuffer), line: 1, names: map[string]string{}, mend: mend}
}

// fill reads more; false when nothing more comes or the buffer is full.
func (s *scanner) fill() bool {
	if s.eof {
		return false
	}
	if s.pos > 0 {
		copy(s.buf, s.buf[s.pos:s.end])
		s.end -= s.pos
		s.pos = 0
	}
	if s.end == len(s.buf) {
		return false
	}
	for range 100 {
		n, err := s.r.Read(s.buf[s.end:])
		s.end += n
		if err != nil {
			s.eof = true
			if err != io.EOF {
				s.err = err
			}
		}
		if n > 0 || s.eof {
			return n > 0
		}
	}
	s.eof, s.err = true, io.ErrNoProgress
	return false
}

// ensure tries to have n bytes at hand.
func (s *scanner) ensure(n int) bool {
	for s.end-s.pos < n {
		if !s.fill() {
			return false
		}
	}
	return true
}

func (s *scanner) rest() []byte { return s.buf[s.pos:s.end] }

func (s *scanner) advance(n int) {
	s.line += bytes.Count(s.buf[s.pos:s.pos+n], newline)
	s.pos += n
}

var (
	newline    = []byte("\n")
	cdataStart = []byte("<![CDATA[")
	cdataEnd   = []byte("]]>")
)

func (s *scanner) next() token {
	for {
		if s.inCDATA {
			if t, ok := s.cdata(); ok {
				return t
			}
			continue
		}
		if !s.ensure(1) {
			return token{kind: tokenEOF}
		}
		if s.buf[s.pos] != '<' {
			if t, ok := s.text(); ok {
				return t
			}
			continue
		}
		s.ensure(len(cdataStart))
		b := s.rest()
		switch {
		case bytes.HasPrefix(b, cdataStart):
			s.advance(len(cdataStart))
			s.inCDATA = true
		case bytes.HasPrefix(b, []byte("<!--")):
			s.skipPast("-->", 4)
		case bytes.HasPrefix(b, []byte("<?")):
			s.skipPast("?>", 2)
		case len(b) > 2 && b[1] == '!' && isNameStart(b[2]):
			s.skipDeclaration()
		case len(b) > 1 && isNameStart(b[1]), len(b) > 2 && b[1] == '/' && isNameStart(b[2]):
			if t, ok := s.tag(); ok {
				return t
			}
		default:
			s.mend("a bare < kept as text", b[:min(len(b), 20)])
			return s.literal()
		}
	}
}

// literal gives the '<' at hand as text.
func (s *scanner) literal() token {
	s.advance(1)
	return token{kind: tokenText, text: []byte("<")}
}

// skipPast drops everything up to and with the mark, holding none of it.
func (s *scanner) skipPast(mark string, from int) {
	s.advance(min(from, s.end-s.pos))
	for {
		b := s.rest()
		if i := bytes.Index(b, []byte(mark)); i >= 0 {
			s.advance(i + len(mark))
			return
		}
		s.advance(max(0, len(b)-len(mark)+1))
		if !s.fill() {
			s.advance(s.end - s.pos)
			s.cut = true
			return
		}
	}
}

// skipDeclaration drops a <!DOCTYPE …> with all that it declares.
func (s *scanner) skipDeclaration() {
	s.mend("a document type declaration ignored", s.rest()[:min(20, s.end-s.pos)])
	var quote byte
	depth := 0
	for s.ensure(1) {
		c := s.buf[s.pos]
		s.advance(1)
		switch {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case c == '[':
			depth++
		case c == ']':
			depth--
		case c == '>' && depth <= 0:
			return
		}
	}
	s.cut = true
}

func (s *scanner) text() (token, bool) {
	b := s.rest()
	n := bytes.IndexByte(b, '<')
	if n < 0 {
		if n = len(b); !s.eof {
			n = holdBack(b, true)
		}
		if n == 0 {
			if s.fill() || s.eof && s.end > s.pos {
				return token{}, false
			}
			n = len(s.rest())
		}
	}
	return s.emit(n, 0, false)
}

func (s *scanner) cdata() (token, bool) {
	b := s.rest()
	n := bytes.Index(b, cdataEnd)
	if n >= 0 {
		s.inCDATA = false
		return s.emit(n, len(cdataEnd), true)
	}
	if n = len(b); !s.eof {
		n = holdBack(b, false)
	}
	if n > 0 {
		return s.emit(n, 0, true)
	}
	if !s.fill() && s.eof && s.end == s.pos {
		s.inCDATA, s.cut = false, true
	}
	return token{}, false
}

// holdBack says how much of b can be given out while more may follow: not half a
// reference, half a rune, half a line end, half a "]]>".
func holdBack(b []byte, refs bool) int {
	n := len(b)
	if refs {
		from := max(0, n-maxReference)
		if i := bytes.LastIndexByte(b[from:], '&'); i >= 0 && bytes.IndexByte(b[from+i:], ';') < 0 {
			n = from + i
		}
	}
	for i := n - 1; i >= 0 && i >= n-utf8.UTFMax; i-- {
		if utf8.RuneStart(b[i]) {
			if !utf8.FullRune(b[i:n]) {
				n = i
			}
			break
		}
	}
	for n > 0 && n > len(b)-3 && (b[n-1] == '\r' || b[n-1] == ']') {
		n--
	}
	return n
}

// emit gives out n bytes and drops the skip bytes after them.
func (s *scanner) emit(n, skip int, cdata bool) (token, bool) {
	text := s.repair(s.buf[s.pos:s.pos+n], !cdata)
	s.advance(n + skip)
	return token{kind: tokenText, text: text, cdata: cdata}, len(text) > 0
}
