package markup

import (
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// element says what becomes of one HTML element. The zero value lets its
// children through as if it were not there.
type element struct {
	block bool   // begins and ends a block
	drop  bool   // goes, with everything in it
	mark  kind   // puts a mark on its text
	lost  string // what the report says was lost; silent when empty
}

// elements lists what is not simply let through. What makes a block of its
// own is in flow.make.
var elements = map[atom.Atom]element{
	atom.P: {block: true}, atom.Div: {block: true}, atom.Section: {block: true}, atom.Article: {block: true},
	atom.Main: {block: true}, atom.Header: {block: true}, atom.Footer: {block: true}, atom.Aside: {block: true},
	atom.Address: {block: true}, atom.Center: {block: true}, atom.Details: {block: true}, atom.Summary: {block: true},
	atom.Dl: {block: true}, atom.Dt: {block: true, mark: markStrong}, atom.Dd: {block: true},
	atom.Figure: {block: true}, atom.Figcaption: {block: true}, atom.Hgroup: {block: true}, atom.Legend: {block: true},
	atom.Fieldset: {block: true}, atom.Ul: {block: true}, atom.Ol: {block: true}, atom.Li: {block: true},
	atom.Menu: {block: true}, atom.Dir: {block: true}, atom.Blockquote: {block: true}, atom.Pre: {block: true},
	atom.Listing: {block: true}, atom.Xmp: {block: true}, atom.Plaintext: {block: true},
	atom.H1: {block: true}, atom.H2: {block: true}, atom.H3: {block: true}, atom.H4: {block: true},
	atom.H5: {block: true}, atom.H6: {block: true}, atom.Hr: {block: true}, atom.Table: {block: true},
	atom.Tr: {block: true}, atom.Td: {block: true}, atom.Th: {block: true}, atom.Tbody: {block: true},
	atom.Thead: {block: true}, atom.Tfoot: {block: true}, atom.Caption: {block: true},
	atom.Html: {block: true}, atom.Body: {block: true}, atom.Search: {block: true},

	atom.Strong: {mark: markStrong}, atom.B: {mark: markStrong},
	atom.Em: {mark: markEm}, atom.I: {mark: markEm}, atom.Dfn: {mark: markEm}, atom.Var: {mark: markEm},

	atom.U: {lost: "underline"}, atom.Ins: {lost: "underline"}, atom.Mark: {lost: "highlighting"},
	atom.S: {lost: "strike-through: the words stay"}, atom.Strike: {lost: "strike-through: the words stay"},
	atom.Del: {lost: "strike-through: the words stay"}, atom.Code: {lost: "code style inside a paragraph"},
	atom.Ruby: {lost: "ruby annotation: kept in brackets"}, atom.Marquee: {lost: "moving text: the words stay"},

	atom.Script: {drop: true, lost: "script"}, atom.Style: {drop: true, lost: "style sheet"},
	atom.Link: {drop: true}, atom.Meta: {drop: true}, atom.Title: {drop: true}, atom.Head: {drop: true},
	atom.Base: {drop: true, lost: "base address"}, atom.Template: {drop: true, lost: "template"},
	atom.Button: {drop: true, lost: "form control"}, atom.Input: {drop: true, lost: "form control"},
	atom.Select: {drop: true, lost: "form control"}, atom.Textarea: {drop: true, lost: "form control"},
	atom.Datalist: {drop: true, lost: "form control"}, atom.Progress: {drop: true}, atom.Meter: {drop: true},
	atom.Nav: {drop: true, lost: "navigation"}, atom.Dialog: {drop: true, lost: "dialogue"},
	atom.Canvas: {drop: true, lost: "canvas"}, atom.Applet: {drop: true, lost: "plug-in"},
	atom.Map: {drop: true, lost: "image map"}, atom.Area: {drop: true}, atom.Noembed: {drop: true},
	atom.Noframes: {drop: true}, atom.Frameset: {drop: true, lost: "frame"}, atom.Rp: {drop: true},
	atom.Svg: {drop: true, lost: "drawing"}, atom.Math: {drop: true, lost: "formula"},
}

// node converts one node of HTML and everything in it.
func (f *flow) node(n *html.Node, st style) {
	switch n.Type {
	case html.TextNode:
		f.text(n.Data, st)
	case html.ElementNode:
		f.element(n, st)
	}
}

func (f *flow) element(n *html.Node, st style) {
	e := elements[n.DataAtom]
	switch {
	case n.Namespace != "":
		e = element{drop: true, lost: "drawing or formula"}
	case n.DataAtom == 0:
		f.c.report.note("unknown element: its words stay", "<"+n.Data+">")
	case hidden(n):
		e = element{drop: true}
		if textOf(n) != "" {
			e.lost = "hidden text"
		}
	}
	if e.lost != "" {
		f.c.report.note(e.lost, example(n))
	}
	if e.drop {
		return
	}
	if m, ok := spanOf(n, st); ok {
		st.marks = addMark(st.marks, m)
	}
	if f.make(n, st) {
		return
	}
	if e.mark != "" {
		st.marks = addMark(st.marks, newMark(e.mark))
	}
	if e.block {
		f.flush()
	}
	f.children(n, st)
	if e.block {
		f.flush()
	}
}

// make handles the elements that become something of their own.
func (f *flow) make(n *html.Node, st style) bool {
	switch n.DataAtom {
	case atom.Br:
		f.lineBreak()
	case atom.Wbr:
	case atom.A:
		f.link(n, st)
	case atom.Q:
		f.text("“", st)
		f.children(n, st)
		f.text("”", st)
	case atom.Sub, atom.Sup:
		f.raised(n, st)
	case atom.Rt:
		f.text(" (", st)
		f.children(n, st)
		f.text(")", st)
	case atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6:
		f.heading(n, st)
	case atom.Ul, atom.Menu, atom.Dir:
		f.list(n, st, newNode(kindBulletList))
	case atom.Ol:
		f.list(n, st, orderedList(n))
	case atom.Blockquote:
		f.quotation(n, st)
	case atom.Pre, atom.Listing, atom.Xmp, atom.Plaintext:
		f.code(n, st)
	case atom.Hr:
		f.block(newNode(kindRule))
	case atom.Img, atom.Image:
		f.img(n, st)
	case atom.Figure:
		f.figure(n, st)
	case atom.Table:
		f.table(n, st)
	case atom.Iframe, atom.Embed, atom.Object, atom.Video, atom.Audio:
		f.embed(n, st)
	case atom.Div:
		return f.card(n)
	default:
		return false
	}
	return true
}

func (f *flow) link(n *html.Node, st style) {
	raw, has := attrOf(n, "href")
	if !has || strings.HasPrefix(strings.TrimSpace(raw), "#") {
		f.children(n, st) // an anchor inside its own page leads nowhere here
		return
	}
	if strings.HasPrefix(raw, "//") {
		raw = "https:" + raw
	}
	href, err := CleanURL(raw)
	if err != nil {
		f.c.report.note("link to an address that a story may not have: its words stay", raw)
	} else {
		st.marks = addMark(st.marks, newMark(markLink, href))
	}
	f.children(n, st)
}

func (f *flow) heading(n *html.Node, st style) {
	level := string(n.Data[1])
	if level < "2" || level > "4" {
		f.c.report.note("heading level changed: a story has levels 2 to 4", textOf(n))
		level = min(max(level, "2"), "4")
	}
	inner := f.c.flow()
	inner.children(n, st)
	line, rest := inlineOf(inner.finish(), textNode(" ", nil))
	f.flush()
	if len(line) > 0 {
		f.block(newNode(kindHeading, line...).with("level", level))
	}
	f.blocks = append(f.blocks, rest...)
}

// raised keeps what a sub- or superscript means where Unicode has the signs:
// CO₂, km².
func (f *flow) raised(n *html.Node, st style) {
	const plain = "0123456789+-=()"
	signs := []rune("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾")
	if n.DataAtom == atom.Sub {
		signs = []rune("₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎")
	}
	s := strings.TrimSpace(textOf(n))
	if s == "" || len(s) > 8 || strings.Trim(s, plain) != "" || has(n, atom.A) {
		if s != "" && strings.Trim(s, plain) != "" {
			f.c.report.note("raised or lowered text", s)
		}
		f.children(n, st)
		return
	}
	f.text(strings.Map(func(r rune) rune { return signs[strings.IndexRune(plain, r)] }, s), st)
}

func (f *flow) code(n *html.Node, st style) {
	var b strings.Builder
	rawText(n, &b, MaxBytes)
	s := strings.ReplaceAll(keepText(strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(b.String()), "\t\n"), "\t", "    ")
	lines := strings.Split(s, "\n")
	for i, l := range lines {
		lines[i] = strings.TrimRight(l, " ")
	}
	s = strings.TrimRight(strings.Join(lines, "\n"), "\n")
	if strings.TrimSpace(s) == "" {
		f.flush()
		return
	}
	f.block(newNode(kindCodeBlock, textNode(s, nil)))
}

// spanOf reads lang and dir, inherited from what stands outside.
func spanOf(n *html.Node, st style) (mark, bool) {
	outer, _ := node{marks: st.marks}.markOf(markSpan)
	lang, dir := "", ""
	if outer.attrs != nil {
		lang, dir = outer.attrs[0], outer.attrs[1]
	}
	was := [2]string{lang, dir}
	if v, ok := attrOf(n, "lang"); ok {
		if tag, err := languageTag(v); err == nil {
			lang = tag
		}
	}
	if v, ok := attrOf(n, "dir"); ok {
		if d, err := direction(strings.ToLower(v)); err == nil {
			dir = d
		}
	}
	return newMark(markSpan, lang, dir), was != [2]string{lang, dir}
}

func hidden(n *html.Node) bool {
	if _, ok := attrOf(n, "hidden"); ok {
		return true
	}
	style, _ := attrOf(n, "style")
	style = strings.ToLower(strings.Join(strings.Fields(style), ""))
	return strings.Contains(style, "display:none") || strings.Contains(style, "visibility:hidden")
}
