package markup

import (
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// list makes a list. What stands in it without being an item becomes one, and
// a list right inside a list belongs to the item before it, as old editors
// write it.
func (f *flow) list(n *html.Node, st style, list node) {
	if f.c.nesting >= maxNesting {
		f.inside(n, st)
		return
	}
	f.c.nesting++
	defer func() { f.c.nesting-- }()
	f.flush()
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		inner := f.c.flow()
		inner.node(c, st)
		blocks := inner.finish()
		if len(blocks) == 0 {
			continue
		}
		isList := c.DataAtom == atom.Ul || c.DataAtom == atom.Ol
		if last := len(list.content) - 1; isList && last >= 0 {
			list.content[last].content = append(list.content[last].content, blocks...)
			continue
		}
		if blocks[0].kind != kindParagraph {
			blocks = append([]node{newNode(kindParagraph)}, blocks...)
		}
		list.content = append(list.content, newNode(kindListItem, blocks...))
	}
	if len(list.content) > 0 {
		f.block(list)
	}
}

func orderedList(n *html.Node) node {
	list := newNode(kindOrderedList)
	if v, ok := attrOf(n, "start"); ok {
		if start, err := listStart(v); err == nil {
			return list.with("order", start)
		}
	}
	return list
}

// quotation makes a blockquote and finds who said it: in a footer or cite, or
// in a last line that begins with a dash.
func (f *flow) quotation(n *html.Node, st style) {
	said := lineOf(n, "data-attribution")
	if said == "" {
		said = takeCite(n)
	}
	blocks, ok := f.inside(n, st)
	if !ok {
		return
	}
	if said == "" && !f.c.markdown {
		blocks, said = takeDash(blocks)
	}
	if len(blocks) == 0 {
		if said = trimDash(said); said != "" {
			f.flush()
			f.text(said, st)
			f.flush()
		}
		return
	}
	f.block(newNode(kindBlockquote, blocks...).with("attribution", trimDash(said)))
}

// takeCite takes a footer, or a cite at the end, out of a quotation.
func takeCite(n *html.Node) string {
	for c := n.LastChild; c != nil; c = c.PrevSibling {
		switch {
		case c.Type == html.TextNode && strings.TrimSpace(c.Data) == "", c.Type == html.CommentNode:
			continue
		case c.DataAtom == atom.Footer, c.DataAtom == atom.Cite:
			said := textOf(c)
			n.RemoveChild(c)
			return said
		case c.DataAtom == atom.P && c.FirstChild != nil && c.FirstChild == c.LastChild && c.FirstChild.DataAtom == atom.Cite:
			said := textOf(c)
			n.RemoveChild(c)
			return said
		}
		break
	}
	return ""
}

// takeDash takes a last line like "— Name" out of a quotation's blocks.
func takeDash(blocks []node) ([]node, string) {
	last := len(blocks) - 1
	if last < 0 || blocks[last].kind != kindParagraph {
		return blocks, ""
	}
	line := blocks[last].content
	start := 0
	for i, n := range line {
		if n.kind == kindHardBreak {
			start = i + 1
		}
	}
	said := plainLine(line[start:])
	if trimDash(said) == said || len(said) > 200 || start == 0 && last == 0 {
		return blocks, ""
	}
	if start == 0 {
		return blocks[:last], said
	}
	blocks = slices.Clone(blocks)
	blocks[last].content = trimLine(slices.Clone(line[:start]))
	return blocks, said
}

// trimDash takes the dash before a name away: the page sets its own.
func trimDash(s string) string {
	for _, dash := range []string{"—", "―", "–", "--"} {
		if rest, ok := strings.CutPrefix(s, dash); ok && strings.TrimSpace(rest) != "" {
			return strings.TrimSpace(rest)
		}
	}
	return s
}

// plainLine is inline content as one line of text.
func plainLine(in []node) string {
	var b strings.Builder
	for _, n := range in {
		if n.kind == kindHardBreak {
			b.WriteByte(' ')
		}
		b.WriteString(n.text)
	}
	return oneLine(b.String())
}
