package markup

import (
	"strings"
	"unicode"

	"golang.org/x/net/html"
	"golang.org/x/text/unicode/norm"
)

// A flow turns a run of HTML into blocks: it collects a line of inline
// content, and whatever is a block ends the line. Stray text so becomes a
// paragraph, and a block inside a paragraph splits it, as browsers show it.
type flow struct {
	c      *converter
	blocks []node
	line   []node
	after  []node // pictures met in the middle of a line: placed below it
	spaced bool   // the line ends with white space, or is empty
}

// style is what an element hands down to the text inside it.
type style struct {
	marks []mark
}

func (c *converter) flow() *flow { return &flow{c: c, spaced: true} }

// finish returns all blocks met.
func (f *flow) finish() []node {
	f.flush()
	return f.blocks
}

// block ends the line and adds a finished block.
func (f *flow) block(n node) {
	f.flush()
	if last := len(f.blocks) - 1; last >= 0 && n.kind == kindPicture && f.blocks[last].kind == kindPicture &&
		f.blocks[last].attr("media") == n.attr("media") {
		f.c.report.note("the same picture twice in a row left out once", n.attr("media"))
		return
	}
	f.blocks = append(f.blocks, n)
}

// flush ends the line: one paragraph for each run of text between double
// line breaks.
func (f *flow) flush() {
	for _, line := range finishLine(f.line) {
		f.blocks = append(f.blocks, newNode(kindParagraph, line...))
	}
	after := f.after
	f.line, f.after, f.spaced = nil, nil, true
	for _, p := range after {
		f.block(p)
	}
}

// picture adds a picture: on its own when no words came before it on the
// line, else below the line, so that no sentence is torn.
func (f *flow) picture(n node) {
	if len(f.line) == 0 {
		f.block(n)
		return
	}
	f.after = append(f.after, n)
}

// text adds words to the line.
func (f *flow) text(s string, st style) {
	s = norm.NFC.String(keepText(s, "\t\n\r\f"))
	var b strings.Builder
	for _, r := range s {
		switch {
		case r == ' ' || r == '\t' || r == '\n' || r == '\r' || r == '\f':
			if !f.spaced {
				b.WriteByte(' ')
			}
			f.spaced = true
		default:
			f.spaced = false
			b.WriteRune(r)
		}
	}
	if b.Len() > 0 && !f.c.full(s) {
		f.line = append(f.line, textNode(b.String(), st.marks))
	}
}

// lineBreak adds a forced line end inside the paragraph.
func (f *flow) lineBreak() {
	if len(f.line) > 0 && !f.c.full("") { // one that begins a line breaks nothing
		f.line = append(f.line, newNode(kindHardBreak))
	}
	f.spaced = true
}

func (f *flow) children(n *html.Node, st style) {
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		f.node(c, st)
	}
}

// inside converts an element's children on their own, one nesting deeper.
// It says no when that would be too deep; the children then belong here.
func (f *flow) inside(n *html.Node, st style) ([]node, bool) {
	if f.c.nesting >= maxNesting {
		f.c.report.note("lists, quotations or tables nested too deeply: kept one level up", textOf(n))
		f.flush()
		f.children(n, st)
		f.flush()
		return nil, false
	}
	f.c.nesting++
	defer func() { f.c.nesting-- }()
	inner := f.c.flow()
	inner.children(n, st)
	return inner.finish(), true
}

// finishLine makes inline content canonical and cuts it at double breaks.
func finishLine(in []node) [][]node {
	var lines [][]node
	var cur []node
	end := func() {
		if cur = trimLine(cur); len(cur) > 0 {
			lines = append(lines, cur)
		}
		cur = nil
	}
	for _, n := range in {
		if n.kind == kindHardBreak {
			cur = trimRight(cur)
			if len(cur) == 0 || cur[len(cur)-1].kind == kindHardBreak {
				end()
				continue
			}
		}
		cur = append(cur, n)
	}
	end()
	return lines
}

// trimLine takes white space and breaks off both ends, in place, and joins
// texts. White space where two styles meet keeps only the styles of both
// sides, so that "<b>Word </b>next" is a strong word and not a strong space.
func trimLine(in []node) []node {
	in = trimRight(in)
	for len(in) > 0 && in[len(in)-1].kind == kindHardBreak {
		in = trimRight(in[:len(in)-1])
	}
	for len(in) > 0 {
		if in[0].text = strings.TrimLeftFunc(in[0].text, unicode.IsSpace); in[0].text != "" {
			break
		}
		in = in[1:] // a break, or nothing but space
	}
	return joinText(settleSpaces(joinText(in)))
}

// trimRight takes white space off the end, in place: spaces of every kind,
// no-break ones too, which old editors leave to move text about.
func trimRight(in []node) []node {
	for len(in) > 0 && in[len(in)-1].kind == kindText {
		last := &in[len(in)-1]
		if last.text = strings.TrimRightFunc(last.text, unicode.IsSpace); last.text != "" {
			break
		}
		in = in[:len(in)-1]
	}
	return in
}

func settleSpaces(in []node) []node {
	var out []node
	for i, n := range in {
		if n.kind != kindText {
			out = append(out, n)
			continue
		}
		core := strings.Trim(n.text, " ")
		left := n.text[:len(n.text)-len(strings.TrimLeft(n.text, " "))]
		right := n.text[len(left)+len(core):]
		before, later := n.marks, n.marks
		if i > 0 && in[i-1].kind == kindText {
			before = commonMarks(n.marks, in[i-1].marks)
		}
		if i+1 < len(in) && in[i+1].kind == kindText {
			later = commonMarks(n.marks, in[i+1].marks)
		}
		if core == "" {
			out = append(out, textNode(left, commonMarks(before, later)))
			continue
		}
		out = append(out, textNode(left, before), textNode(core, n.marks), textNode(right, later))
	}
	return out
}

// inlineOf gathers the words of blocks into one line, for places that hold no
// blocks (headings, table cells): between two blocks stands sep. What is no
// text comes back as rest.
func inlineOf(blocks []node, sep node) (line, rest []node) {
	for _, b := range blocks {
		switch row := schema.node(b.kind); {
		case row.marks:
			if len(line) > 0 && len(b.content) > 0 {
				line = append(line, sep)
			}
			line = append(line, b.content...)
		case b.kind == kindCodeBlock:
			for text := range strings.SplitSeq(b.content[0].text, "\n") {
				if len(line) > 0 {
					line = append(line, sep)
				}
				line = append(line, textNode(strings.Trim(text, " "), nil))
			}
		case b.kind == kindBulletList, b.kind == kindOrderedList, b.kind == kindListItem, b.kind == kindBlockquote:
			inner, more := inlineOf(b.content, sep)
			if len(line) > 0 && len(inner) > 0 {
				line = append(line, sep)
			}
			line, rest = append(line, inner...), append(rest, more...)
		case b.kind == kindRule:
		default:
			rest = append(rest, b)
		}
	}
	return joinText(line), rest
}

// keepText drops the characters that no text may hold but for those in
// except, and the hidden ones that only turn text round.
func keepText(s, except string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case strings.ContainsRune(except, r):
			return r
		case r == '\u0085' || r == '\u2028' || r == '\u2029':
			return ' '
		case badRune(r):
			return -1
		}
		return r
	}, s)
	return dropHidden(s)
}
