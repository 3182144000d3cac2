package archive

import (
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// A paragrapher makes tidy HTML of what WordPress stores: it makes paragraphs of
// blank lines and breaks of line ends (WordPress keeps classic text without <p> and
// adds them on every view), drops its comments, and makes a link of an address that
// has a line to itself. It is no sanitiser: package markup is.
type paragrapher struct {
	out   strings.Builder
	para  strings.Builder // the run of inline HTML at hand
	fresh bool            // para is at the beginning of a line
	stack []frame
	auto  bool // make paragraphs and breaks
}

// A frame is an open block element.
type frame struct {
	tag  atom.Atom
	mode mode
}

type mode uint8

const (
	flow   mode = iota // text makes paragraphs
	inline             // text stays where it is
	raw                // nothing is changed
)

var blocks = map[atom.Atom]mode{
	atom.Blockquote: flow, atom.Div: flow, atom.Section: flow, atom.Article: flow, atom.Aside: flow,
	atom.Main: flow, atom.Header: flow, atom.Footer: flow, atom.Center: flow, atom.Form: flow, atom.Details: flow,
	atom.P: inline, atom.H1: inline, atom.H2: inline, atom.H3: inline, atom.H4: inline, atom.H5: inline, atom.H6: inline,
	atom.Ul: inline, atom.Ol: inline, atom.Li: inline, atom.Dl: inline, atom.Dt: inline, atom.Dd: inline,
	atom.Table: inline, atom.Thead: inline, atom.Tbody: inline, atom.Tfoot: inline, atom.Tr: inline, atom.Td: inline,
	atom.Th: inline, atom.Caption: inline, atom.Colgroup: inline, atom.Figure: inline, atom.Figcaption: inline,
	atom.Address: inline, atom.Summary: inline, atom.Fieldset: inline, atom.Legend: inline, atom.Nav: inline,
	atom.Pre: raw, atom.Script: raw, atom.Style: raw, atom.Textarea: raw, atom.Svg: raw, atom.Math: raw, atom.Object: raw,
	atom.Iframe: raw, atom.Video: raw, atom.Audio: raw,
}

const maxOpen = 200

func (w *paragrapher) run(s string) string {
	z := html.NewTokenizer(strings.NewReader(s))
	w.fresh = true
	for {
		kind := z.Next()
		if kind == html.ErrorToken {
			break
		}
		rawToken := string(z.Raw())
		if kind == html.CommentToken || kind == html.DoctypeToken {
			if strings.HasPrefix(rawToken, "<!--more") || strings.HasPrefix(rawToken, "<!--nextpage") {
				w.split()
			}
			continue
		}
		if kind == html.TextToken {
			w.text(rawToken)
			continue
		}
		name, _ := z.TagName()
		tag := atom.Lookup(name)
		if w.mode() == raw && (kind != html.EndTagToken || w.stack[len(w.stack)-1].tag != tag) {
			w.out.WriteString(rawToken)
			continue
		}
		if kind == html.EndTagToken {
			w.endTag(tag, rawToken)
		} else {
			w.startTag(tag, rawToken, kind == html.SelfClosingTagToken)
		}
	}
	w.flush()
	return w.out.String()
}

func (w *paragrapher) mode() mode {
	if len(w.stack) == 0 {
		return flow
	}
	return w.stack[len(w.stack)-1].mode
}

func (w *paragrapher) startTag(tag atom.Atom, rawToken string, empty bool) {
	switch tag {
	case atom.Br:
		w.para.WriteString("<br>")
		w.fresh = true
		return
	case atom.Hr:
		w.flush()
		w.out.WriteString("<hr>")
		return
	}
	m, block := blocks[tag]
	if tag == atom.Cite && w.fresh && len(w.stack) > 0 && w.stack[len(w.stack)-1].tag == atom.Blockquote {
		m, block = inline, true // who said it, on a line of its own
	}
	if !block {
		w.fresh = false
		w.para.WriteString(rawToken)
		return
	}
	w.flush()
	w.out.WriteString(rawToken)
	if !empty && len(w.stack) < maxOpen {
		w.stack = append(w.stack, frame{tag, m})
	}
}

func (w *paragrapher) endTag(tag atom.Atom, rawToken string) {
	if _, block := blocks[tag]; !block && !(tag == atom.Cite && len(w.stack) > 0 && w.stack[len(w.stack)-1].tag == tag) {
		w.para.WriteString(rawToken)
		return
	}
	w.flush()
	w.out.WriteString(rawToken)
	for i := len(w.stack) - 1; i >= 0; i-- {
		if w.stack[i].tag == tag {
			w.stack = w.stack[:i]
			break
		}
	}
}

func (w *paragrapher) text(s string) {
	switch {
	case w.mode() == raw:
		w.out.WriteString(s)
	case !w.auto:
		w.para.WriteString(s)
	default:
		for {
			run, rest, found := cutBlankLine(s)
			w.lines(run)
			if !found {
				return
			}
			w.split()
			s = rest
		}
	}
}

// cutBlankLine cuts s at its first empty line, and takes all white space there.
func cutBlankLine(s string) (before, after string, found bool) {
	for i := 0; ; {
		n := strings.IndexByte(s[i:], '\n')
		if n < 0 {
			return s, "", false
		}
		i += n
		rest := strings.TrimLeft(s[i+1:], " \t\r")
		if rest != "" && rest[0] == '\n' {
			return s[:i], strings.TrimLeft(rest, " \t\r\n\f"), true
		}
		i++
	}
}

// split ends a paragraph at a blank line.
func (w *paragrapher) split() {
	switch {
	case w.mode() == flow:
		w.flush()
	case w.stack[len(w.stack)-1].tag == atom.P && strings.TrimSpace(w.para.String()) != "":
		w.flush()
		w.out.WriteString("</p><p>")
	default:
		w.para.WriteString("\n")
	}
	w.fresh = true
}

// lines adds text, with a break for each line end, and an address that has a line
// to itself as a link of its own.
func (w *paragrapher) lines(s string) {
	for {
		line, rest, more := strings.Cut(s, "\n")
		if w.fresh && more && w.mode() == flow && loneAddress(strings.TrimSpace(line)) {
			w.flush()
			w.out.WriteString(linkCard(html.UnescapeString(strings.TrimSpace(line)), ""))
		} else {
			w.para.WriteString(line)
			if strings.TrimSpace(line) != "" {
				w.fresh = false
			}
			if more {
				if !w.fresh {
					w.para.WriteString("<br>")
				}
				w.para.WriteString("\n")
			}
		}
		if !more {
			return
		}
		w.fresh = true
		s = rest
	}
}

// trimEdges takes white space and breaks off both ends of a run.
func trimEdges(s string) string {
	for {
		was := len(s)
		s = strings.TrimSpace(s)
		for _, edge := range []string{"<br>", "&nbsp;"} {
			s = strings.TrimSuffix(strings.TrimPrefix(s, edge), edge)
		}
		if len(s) == was {
			return s
		}
	}
}

func loneAddress(s string) bool {
	return (strings.HasPrefix(s, "https://") || strings.HasPrefix(s, "http://")) && len(s) > 10 && len(s) < 2000 && !strings.ContainsAny(s, " \t\n\r\f\v<>\"")
}

// flush writes the run at hand: as a paragraph where text makes paragraphs.
func (w *paragrapher) flush() {
	if w.para.Len() == 0 {
		return
	}
	run := w.para.String()
	w.para.Reset()
	w.fresh = true
	if w.auto {
		run = trimEdges(run)
	}
	if run == "" {
		return
	}
	inFlow := w.mode() == flow
	paragraph := !inFlow && w.stack[len(w.stack)-1].tag == atom.P
	switch trimmed := strings.TrimSpace(run); {
	case trimmed == "":
		w.out.WriteString(run)
	case inFlow && loneAddress(trimmed):
		w.out.WriteString(linkCard(html.UnescapeString(trimmed), ""))
	case paragraph && loneAddress(trimmed):
		w.out.WriteString("</p>" + linkCard(html.UnescapeString(trimmed), "") + "<p>")
	case inFlow && w.auto && hasText(run):
		w.out.WriteString("<p>" + run + "</p>\n")
	default:
		w.out.WriteString(run)
	}
}

// hasText is false for stray tags alone.
func hasText(run string) bool {
	depth := false
	for i := 0; i < len(run); i++ {
		switch c := run[i]; {
		case c == '<':
			if strings.HasPrefix(run[i:], "<img") {
				return true
			}
			depth = true
		case c == '>' && depth:
			depth = false
		case !depth && c > ' ':
			return true
		}
	}
	return false
}
