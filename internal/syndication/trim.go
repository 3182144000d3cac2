package syndication

import "strings"

// A trimmer makes of a page's HTML, as package markup writes it, HTML for feeds:
// whole addresses instead of root-relative ones, and without the classes and marks
// that mean something only on our own pages. HTML of any other shape is refused
// (bad), so nothing that markup would not write gets into a feed this way.
type trimmer struct {
	site *Site
	b    strings.Builder
	open []bool // for every open div and span, whether it was written
	bad  bool
}

// carried are the elements that markup writes, with the attributes that are kept.
var carried = map[string]string{
	"p": "lang dir", "h2": "lang dir", "h3": "lang dir", "h4": "lang dir", "h5": "lang dir", "h6": "lang dir",
	"ul": "", "ol": "start", "li": "lang dir", "blockquote": "", "figure": "", "figcaption": "",
	"a": "href", "span": "lang dir", "strong": "", "em": "", "bdi": "", "br": "", "hr": "",
	"pre": "", "code": "", "table": "", "caption": "", "thead": "", "tbody": "", "tr": "",
	"th": "scope", "td": "", "div": "lang dir",
}

// add appends one piece; a piece may end inside an element that a later one closes.
func (t *trimmer) add(html string) {
	for !t.bad {
		i := strings.IndexByte(html, '<')
		if i < 0 {
			t.b.WriteString(html)
			return
		}
		t.b.WriteString(html[:i])
		html = html[i+1:]
		if strings.HasPrefix(html, "/") {
			html = t.end(html[1:])
		} else {
			html = t.start(html)
		}
	}
}

// end takes what follows "</".
func (t *trimmer) end(s string) string {
	name, rest, found := strings.Cut(s, ">")
	if _, known := carried[name]; !known || !found {
		t.bad = true
		return ""
	}
	if name == "div" || name == "span" {
		if len(t.open) == 0 {
			t.bad = true
			return ""
		}
		written := t.open[len(t.open)-1]
		t.open = t.open[:len(t.open)-1]
		if !written {
			return rest
		}
	}
	t.b.WriteString("</")
	t.b.WriteString(name)
	t.b.WriteByte('>')
	return rest
}

// start takes what follows "<".
func (t *trimmer) start(s string) string {
	n := strings.IndexAny(s, " >")
	if n < 0 {
		t.bad = true
		return ""
	}
	name := s[:n]
	keep, known := carried[name]
	if !known {
		t.bad = true
		return ""
	}
	attrs := ""
	for s = s[n:]; !strings.HasPrefix(s, ">"); {
		key, rest, found := strings.Cut(strings.TrimPrefix(s, " "), `="`)
		value, after, closed := strings.Cut(rest, `"`)
		if !found || !closed || strings.ContainsAny(key, " <>'\"/") || strings.ContainsAny(value, "<>") {
			t.bad = true
			return ""
		}
		s = after
		if !hasWord(keep, key) {
			continue
		}
		if key == "href" {
			if value = t.address(value); value == "" {
				continue
			}
		}
		attrs += " " + key + `="` + value + `"`
	}
	s = s[1:]
	if name == "div" || name == "span" {
		t.open = append(t.open, attrs != "")
		if attrs == "" {
			return s
		}
	}
	t.b.WriteByte('<')
	t.b.WriteString(name)
	t.b.WriteString(attrs)
	t.b.WriteByte('>')
	return s
}

// address makes an escaped address whole; anything that is none goes.
func (t *trimmer) address(s string) string {
	switch {
	case strings.HasPrefix(s, "//"):
		return ""
	case strings.HasPrefix(s, "/"):
		return t.site.abs("") + s
	}
	for _, scheme := range []string{"https://", "http://", "mailto:", "tel:"} {
		if strings.HasPrefix(s, scheme) {
			return s
		}
	}
	return ""
}

func hasWord(list, word string) bool {
	for len(list) > 0 {
		var w string
		if w, list, _ = strings.Cut(list, " "); w == word {
			return true
		}
	}
	return false
}

// html is the whole, or nothing if some of it was refused.
func (t *trimmer) html() string {
	if t.bad || len(t.open) > 0 {
		return ""
	}
	return t.b.String()
}
