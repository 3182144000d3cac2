package syndication

import (
	"strings"
	"unicode/utf8"
)

// An xmlWriter appends XML. Not encoding/xml (which is as fast): that cannot write
// the references below, lets characters that XML cannot hold into CDATA, and leaves
// an item that does not fit no way back. This cannot fail: what XML cannot hold
// becomes U+FFFD.
type xmlWriter struct{ b []byte }

func newXML(capacity int) *xmlWriter {
	w := &xmlWriter{make([]byte, 0, capacity)}
	w.raw(`<?xml version="1.0" encoding="UTF-8"?>` + "\n")
	return w
}

func (w *xmlWriter) raw(s string) { w.b = append(w.b, s...) }

// text writes s as character data or the inside of a quoted attribute. Numeric
// references for & and < are what the RSS profile found most readers to show
// rightly in titles; to an XML parser they are the same.
func (w *xmlWriter) text(s string) {
	from := 0
	for i := 0; i < len(s); {
		c, size := s[i], 1
		ref := ""
		switch {
		case c == '&':
			ref = "&#x26;"
		case c == '<':
			ref = "&#x3C;"
		case c == '>':
			ref = "&#x3E;"
		case c == '"':
			ref = "&#x22;"
		case c == '\t':
			ref = "&#x9;"
		case c == '\n':
			ref = "&#xA;"
		case c < ' ':
			ref = "\uFFFD"
		case c >= utf8.RuneSelf:
			var r rune
			if r, size = utf8.DecodeRuneInString(s[i:]); !inXML(r, size) {
				ref = "\uFFFD"
			}
		}
		if ref != "" {
			w.raw(s[from:i])
			w.raw(ref)
			from = i + size
		}
		i += size
	}
	w.raw(s[from:])
}

// inXML tells whether XML 1.0 has the rune, decoded from size bytes.
func inXML(r rune, size int) bool {
	return (r != utf8.RuneError || size != 1) && r != 0xFFFE && r != 0xFFFF
}

// cdata writes HTML as it is, but for what XML cannot hold.
func (w *xmlWriter) cdata(s string) {
	w.raw("<![CDATA[")
	from := 0
	for i := 0; i < len(s); {
		c, size := s[i], 1
		instead := ""
		switch {
		case c == ']' && strings.HasPrefix(s[i:], "]]>"):
			instead, size = "]]]]><![CDATA[>", 3
		case c < ' ' && c != '\n' && c != '\t':
			instead = "\uFFFD"
		case c >= utf8.RuneSelf:
			var r rune
			if r, size = utf8.DecodeRuneInString(s[i:]); !inXML(r, size) {
				instead = "\uFFFD"
			}
		}
		if instead != "" {
			w.raw(s[from:i])
			w.raw(instead)
			from = i + size
		}
		i += size
	}
	w.raw(s[from:])
	w.raw("]]>")
}

// element writes <name attrs>text</name> and a line end; nothing if text is empty.
// attrs are pairs of name and value; a pair without value is left out.
func (w *xmlWriter) element(name, text string, attrs ...string) {
	if text == "" {
		return
	}
	w.start(name, attrs...)
	w.raw(">")
	w.text(text)
	w.end(name)
}

// html is element for HTML.
func (w *xmlWriter) html(name, html string, attrs ...string) {
	if html == "" {
		return
	}
	w.start(name, attrs...)
	w.raw(">")
	w.cdata(html)
	w.end(name)
}

// empty writes <name attrs/>.
func (w *xmlWriter) empty(name string, attrs ...string) {
	w.start(name, attrs...)
	w.raw("/>\n")
}

// open writes <name attrs> and a line end.
func (w *xmlWriter) open(name string, attrs ...string) {
	w.start(name, attrs...)
	w.raw(">\n")
}

func (w *xmlWriter) start(name string, attrs ...string) {
	w.raw("<")
	w.raw(name)
	for i := 0; i+1 < len(attrs); i += 2 {
		if attrs[i+1] == "" {
			continue
		}
		w.raw(" ")
		w.raw(attrs[i])
		w.raw(`="`)
		w.text(attrs[i+1])
		w.raw(`"`)
	}
}

func (w *xmlWriter) end(name string) {
	w.raw("</")
	w.raw(name)
	w.raw(">\n")
}
