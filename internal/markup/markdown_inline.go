package markup

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// inlinePlace says what inline content stands in.
type inlinePlace struct {
	oneLine bool // a heading or a cell, where a break is <br>
	quoted  bool
}

// inlineWriter writes text with its marks as Markdown. Where the signs for
// emphasis would not be read as such (inside a word, say), it writes tags.
type inlineWriter struct {
	b     strings.Builder
	place inlinePlace
}

func inlineMarkdown(content []node, place inlinePlace) string {
	w := &inlineWriter{place: place}
	w.marked(content, 0, 0)
	s := w.b.String()
	if place.oneLine && strings.HasSuffix(s, "#") {
		s = s[:len(s)-1] + `\#` // else it would close a heading
	}
	return s
}

// marked writes nodes mark by mark, the outermost first. next is the
// character that follows them; 0 is the end of the block.
func (w *inlineWriter) marked(nodes []node, rank int, next rune) {
	if rank == len(schema.marks) {
		for _, n := range nodes {
			w.plain(n)
		}
		return
	}
	k := schema.marks[rank].name
	for len(nodes) > 0 {
		m, has := nodes[0].markOf(k)
		end := 1
		for end < len(nodes) {
			if o, also := nodes[end].markOf(k); also != has || has && !o.equal(m) {
				break
			}
			end++
		}
		group := nodes[:end]
		nodes = nodes[end:]
		after := next
		if len(nodes) > 0 {
			after = firstRune(nodes[0], rank)
		}
		if !has {
			w.marked(group, rank+1, after)
			continue
		}
		open, shut := w.signs(m, group, after)
		if open == "<" { // a bare address
			w.b.WriteString("<" + group[0].text + ">")
			continue
		}
		w.b.WriteString(open)
		w.marked(group, rank+1, '.')
		w.b.WriteString(shut)
	}
}

func (w *inlineWriter) signs(m mark, group []node, next rune) (open, shut string) {
	switch m.kind {
	case markLink:
		href := m.attr("href")
		if len(group) == 1 && len(group[0].marks) == 1 && group[0].text == href && strings.HasPrefix(href, "http") {
			return "<", ">"
		}
		return "[", "](" + destination(href) + ")"
	case markSpan:
		return "<span" + (&rendering{exact: true}).spanAttrs(m) + ">", "</span>"
	case markStrong:
		if w.takes('*', group, next) {
			return "**", "**"
		}
		return "<strong>", "</strong>"
	default:
		if w.takes('_', group, next) {
			return "_", "_"
		}
		return "<em>", "</em>"
	}
}

// takes says whether emphasis signs round a group would be read as such. It is
// stricter than CommonMark's rule, whose exceptions depend on what else the
// line holds.
func (w *inlineWriter) takes(sign rune, group []node, next rune) bool {
	before, _ := utf8.DecodeLastRuneInString(w.b.String())
	if w.b.Len() == 0 || before == '\n' {
		before = 0
	}
	first, last := group[0], group[len(group)-1]
	head, _ := utf8.DecodeRuneInString(first.text)
	tail, _ := utf8.DecodeLastRuneInString(last.text)
	// A mark further in puts its own sign at the edge.
	if sign == '*' {
		if _, em := first.markOf(markEm); em {
			head = '_'
		}
		if _, em := last.markOf(markEm); em {
			tail = '_'
		}
	}
	return sideTakes(sign, before, head) && sideTakes(sign, next, tail)
}

func sideTakes(sign, outer, inner rune) bool {
	loose := outer == 0 || outer == ' ' || outer < 0x80 && !isAlnum(outer) && outer != sign
	switch {
	case unicode.IsLetter(inner) || unicode.IsDigit(inner):
		return loose || sign == '*' && outer != '*' && (unicode.IsLetter(outer) || unicode.IsDigit(outer))
	case unicode.IsPunct(inner) || unicode.IsSymbol(inner):
		return loose
	}
	return false
}

// firstRune is what the Markdown of a node will begin with, near enough, when
// the marks outside rank are open already.
func firstRune(n node, rank int) rune {
	if n.kind == kindHardBreak {
		return '.'
	}
	for _, m := range n.marks {
		if schema.rank(m.kind) >= rank {
			return '.'
		}
	}
	r, _ := utf8.DecodeRuneInString(n.text)
	return r
}

func (w *inlineWriter) plain(n node) {
	if n.kind == kindHardBreak {
		switch {
		case w.place.oneLine:
			w.b.WriteString("<br>")
		case strings.HasSuffix(w.b.String(), `\`):
			w.b.WriteString("<br>\n") // goldmark takes the third backslash in a row for text
		default:
			w.b.WriteString("\\\n")
		}
		return
	}
	begins := !w.place.oneLine && (w.b.Len() == 0 || strings.HasSuffix(w.b.String(), "\n"))
	s := escapeMarkdown(n.text, begins)
	if begins && w.place.quoted && strings.HasPrefix(s, "— ") {
		s = "&mdash;" + strings.TrimPrefix(s, "—")
	}
	if strings.HasSuffix(s, "!") {
		s = s[:len(s)-1] + `\!` // a link may follow, and must not become a picture
	}
	w.b.WriteString(s)
}
