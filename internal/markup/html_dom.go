package markup

import (
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// attrOf returns an attribute of an HTML element.
func attrOf(n *html.Node, key string) (string, bool) {
	for _, a := range n.Attr {
		if a.Key == key && a.Namespace == "" {
			return a.Val, true
		}
	}
	return "", false
}

// lineOf returns an attribute as one clean line, or nothing.
func lineOf(n *html.Node, key string) string {
	s, _ := attrOf(n, key)
	return oneLine(s)
}

// oneLine makes any string an attribute's value: clean and not too long.
func oneLine(s string) string {
	s, err := CleanLine(keepText(s, "\t\n\r\f"))
	if err != nil {
		return "" // not reached: keepText leaves nothing to refuse
	}
	return shorten(s, maxLine)
}

// textOf returns an element's words as one line.
func textOf(n *html.Node) string {
	var b strings.Builder
	rawText(n, &b, maxLine)
	return oneLine(b.String())
}

// rawText collects the text below n, and stops after limit bytes: elements
// nested in each other would else make much work of little. Breaks and blocks
// count as line ends.
func rawText(n *html.Node, b *strings.Builder, limit int) {
	if n.Type == html.TextNode {
		b.WriteString(n.Data)
		return
	}
	e := elements[n.DataAtom]
	if n.DataAtom == atom.Br {
		b.WriteByte('\n')
	}
	if e.drop {
		return
	}
	for c := n.FirstChild; c != nil && b.Len() < limit; c = c.NextSibling {
		rawText(c, b, limit)
	}
	if e.block {
		b.WriteByte('\n')
	}
}

// elementsIn lists the elements below n, in order.
func elementsIn(n *html.Node) []*html.Node {
	var out []*html.Node
	for d := range n.Descendants() {
		if d.Type == html.ElementNode {
			out = append(out, d)
		}
	}
	return out
}

// has says whether an element of one of these kinds stands below n.
func has(n *html.Node, kinds ...atom.Atom) bool {
	for d := range n.Descendants() {
		for _, k := range kinds {
			if d.DataAtom == k {
				return true
			}
		}
	}
	return false
}

func hasClass(n *html.Node, words ...string) bool {
	class, _ := attrOf(n, "class")
	for _, c := range strings.Fields(strings.ToLower(class)) {
		for _, w := range words {
			if strings.Contains(c, w) {
				return true
			}
		}
	}
	return false
}

// example shows an element in a report: its words, or its address, or its name.
func example(n *html.Node) string {
	if s := textOf(n); s != "" {
		return s
	}
	for _, key := range []string{"src", "href", "data"} {
		if s, ok := attrOf(n, key); ok && s != "" {
			return s
		}
	}
	return "<" + n.Data + ">"
}
