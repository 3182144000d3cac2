package markup

import (
	"slices"
	"strings"
)

// node is one part of a document. Attributes stand in the order of the kind's
// row in the schema table, always complete, so that equal documents are equal
// in memory and in JSON.
type node struct {
	kind    kind
	attrs   []string
	marks   []mark
	text    string
	content []node
}

// mark is a style or link on text, its attributes ordered as in the table.
type mark struct {
	kind  kind
	attrs []string
}

// newNode returns a node of a kind with its attributes at their fallbacks.
func newNode(k kind, content ...node) node {
	row := schema.node(k)
	n := node{kind: k, content: content}
	for _, a := range row.attrs {
		n.attrs = append(n.attrs, a.fallback)
	}
	return n
}

// with returns the node with one attribute set. It panics on an attribute the
// table does not have: that is a slip in this package, not in a document.
func (n node) with(name, value string) node {
	i := schema.node(n.kind).attr(name)
	n.attrs = slices.Clone(n.attrs)
	n.attrs[i] = value
	return n
}

// attr returns an attribute's value.
func (n node) attr(name string) string {
	return n.attrs[schema.node(n.kind).attr(name)]
}

func newMark(k kind, attrs ...string) mark { return mark{kind: k, attrs: attrs} }

func (m mark) attr(name string) string {
	return m.attrs[schema.mark(m.kind).attr(name)]
}

func textNode(s string, marks []mark) node {
	return node{kind: kindText, text: s, marks: marks}
}

func (n node) equal(o node) bool {
	return n.kind == o.kind && n.text == o.text && slices.Equal(n.attrs, o.attrs) &&
		equalMarks(n.marks, o.marks) && slices.EqualFunc(n.content, o.content, node.equal)
}

func equalMarks(a, b []mark) bool { return slices.EqualFunc(a, b, mark.equal) }

func (m mark) equal(o mark) bool { return m.kind == o.kind && slices.Equal(m.attrs, o.attrs) }

// addMark returns marks with m, in the table's order; a mark of the same kind
// gives way, since of two links or two languages the inner one is meant.
func addMark(marks []mark, m mark) []mark {
	out := make([]mark, 0, len(marks)+1)
	placed := false
	for _, old := range marks {
		if old.kind == m.kind {
			continue
		}
		if !placed && schema.rank(m.kind) < schema.rank(old.kind) {
			out, placed = append(out, m), true
		}
		out = append(out, old)
	}
	if !placed {
		out = append(out, m)
	}
	return out
}

// commonMarks returns the marks that both have, in order.
func commonMarks(a, b []mark) []mark {
	var out []mark
	for _, m := range a {
		if slices.ContainsFunc(b, m.equal) {
			out = append(out, m)
		}
	}
	return out
}

// markOf returns the mark of a kind, if the node has one.
func (n node) markOf(k kind) (mark, bool) {
	for _, m := range n.marks {
		if m.kind == k {
			return m, true
		}
	}
	return mark{}, false
}

// joinText merges neighbouring texts with the same marks, as the editor does,
// and drops empty ones.
func joinText(in []node) []node {
	settled := true
	for i, n := range in {
		settled = settled && !(n.kind == kindText && (n.text == "" ||
			i > 0 && in[i-1].kind == kindText && equalMarks(in[i-1].marks, n.marks)))
	}
	if settled {
		return in
	}
	in = slices.DeleteFunc(slices.Clone(in), func(n node) bool { return n.kind == kindText && n.text == "" })
	var out []node
	for start := 0; start < len(in); {
		n := in[start]
		end := start + 1
		for n.kind == kindText && end < len(in) && in[end].kind == kindText && equalMarks(n.marks, in[end].marks) {
			end++
		}
		if end > start+1 {
			var b strings.Builder // adding string to string would be quadratic
			for _, part := range in[start:end] {
				b.WriteString(part.text)
			}
			n.text = b.String()
		}
		out = append(out, n)
		start = end
	}
	return out
}

// walk calls visit for every node below and including n, in reading order.
func (n node) walk(visit func(node)) {
	visit(n)
	for _, c := range n.content {
		c.walk(visit)
	}
}
