package markup

import (
	"strconv"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// table makes a table, or lets through what only used one for its layout.
func (f *flow) table(n *html.Node, st style) {
	rows := rowsOf(n)
	if isLayout(n, rows) {
		f.flush()
		f.children(n, st)
		f.flush()
		return
	}
	if f.c.nesting >= maxNesting {
		f.inside(n, st)
		return
	}
	f.c.nesting++
	defer func() { f.c.nesting-- }()
	f.flush()
	table := newNode(kindTable)
	for _, c := range elementsIn(n) {
		if c.DataAtom == atom.Caption {
			table = table.with("caption", textOf(c))
			break
		}
	}
	content, rest := f.rows(rows, st)
	if table.content = content; len(content) > 0 {
		f.block(table)
	}
	f.blocks = append(f.blocks, rest...)
}

// rowsOf lists the rows of a table, not those of tables inside it.
func rowsOf(n *html.Node) []*html.Node {
	var out []*html.Node
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		switch c.DataAtom {
		case atom.Tr:
			out = append(out, c)
		case atom.Thead, atom.Tbody, atom.Tfoot:
			out = append(out, rowsOf(c)...)
		}
	}
	return out
}

func cellsOf(row *html.Node) []*html.Node {
	var out []*html.Node
	for c := row.FirstChild; c != nil; c = c.NextSibling {
		if c.DataAtom == atom.Td || c.DataAtom == atom.Th {
			out = append(out, c)
		}
	}
	return out
}

// isLayout says whether a table is there for looks: it says so, holds other
// tables, or has a single column.
func isLayout(n *html.Node, rows []*html.Node) bool {
	role, _ := attrOf(n, "role")
	if role == "presentation" || role == "none" || has(n, atom.Table) {
		return true
	}
	for _, r := range rows {
		if cells := cellsOf(r); len(cells) > 1 || len(cells) == 1 && spanned(cells[0], "colspan") > 1 {
			return false
		}
	}
	return !has(n, atom.Th)
}

// rows makes rows of equal length: merged cells are taken apart, missing ones
// filled in. Pictures and cards found in cells come back as rest.
func (f *flow) rows(rows []*html.Node, st style) (out, rest []node) {
	width := 0
	below := map[int]int{} // column → rows that a cell above still covers
	for _, r := range rows {
		row := newNode(kindTableRow)
		fill := func() {
			for below[len(row.content)] > 0 {
				below[len(row.content)]--
				row.content = append(row.content, newNode(kindTableCell))
			}
		}
		for _, c := range cellsOf(r) {
			fill()
			if len(row.content) >= maxColumns {
				f.c.report.note("table columns beyond the "+strconv.Itoa(maxColumns)+"th", textOf(c))
				break
			}
			cell, more := f.cell(c, st)
			rest = append(rest, more...)
			across, down := spanned(c, "colspan"), spanned(c, "rowspan")
			if across > 1 || down > 1 {
				f.c.report.note("merged table cells taken apart", textOf(c))
			}
			for i := 0; i < across && len(row.content) < maxColumns; i++ {
				below[len(row.content)] = down - 1
				row.content = append(row.content, cell)
				cell = newNode(cell.kind)
			}
		}
		fill()
		if len(row.content) == 0 {
			continue
		}
		width = max(width, len(row.content))
		if f.c.cells+width*(len(out)+1) > maxCells {
			f.c.report.note("table rows beyond "+strconv.Itoa(maxCells)+" cells", textOf(r))
			break
		}
		out = append(out, row)
	}
	out = square(out, width, maxCells-f.c.cells)
	f.c.cells += len(out) * width
	return out, rest
}

// square fills rows up to the width and leaves out what is empty: a first row
// of empty headers (Markdown's way to have none), or all of it.
func square(rows []node, width, cells int) []node {
	for len(rows) > 0 && len(rows)*width > cells {
		rows = rows[:len(rows)-1] // a late wide row made them too many
	}
	for i := range rows {
		k := kindTableCell
		if rows[i].content[0].kind == kindTableHeader && allKind(rows[i].content, kindTableHeader) {
			k = kindTableHeader
		}
		for len(rows[i].content) < width {
			rows[i].content = append(rows[i].content, newNode(k))
		}
		for j, c := range rows[i].content {
			if len(c.content) == 0 { // nothing to align: as its column begins
				rows[i].content[j] = c.with("align", rows[0].content[j].attr("align"))
			}
		}
	}
	any := false
	for _, r := range rows {
		any = any || visible(r)
	}
	if !any {
		return nil
	}
	if !visible(rows[0]) && allKind(rows[0].content, kindTableHeader) {
		rows = rows[1:]
	}
	return rows
}

func allKind(content []node, k kind) bool {
	for _, n := range content {
		if n.kind != k {
			return false
		}
	}
	return true
}

func (f *flow) cell(n *html.Node, st style) (cell node, rest []node) {
	inner := f.c.flow()
	if m, ok := spanOf(n, st); ok {
		st.marks = addMark(st.marks, m)
	}
	inner.children(n, st)
	line, rest := inlineOf(inner.finish(), newNode(kindHardBreak))
	k := kindTableCell
	if n.DataAtom == atom.Th || f.inHead(n) {
		k = kindTableHeader
	}
	return newNode(k, line...).with("align", alignOf(n)), rest
}

func (f *flow) inHead(cell *html.Node) bool {
	return cell.Parent.Parent != nil && cell.Parent.Parent.DataAtom == atom.Thead
}

// alignOf keeps what helps to read figures: which side a column stands on.
func alignOf(n *html.Node) string {
	v, _ := attrOf(n, "align")
	if style, ok := attrOf(n, "style"); ok {
		if _, after, ok := strings.Cut(strings.ToLower(style), "text-align:"); ok {
			v, _, _ = strings.Cut(after, ";")
		}
	}
	switch strings.ToLower(strings.TrimSpace(v)) {
	case "left", "start":
		return "start"
	case "center", "middle":
		return "center"
	case "right", "end":
		return "end"
	}
	return ""
}

func spanned(n *html.Node, key string) int {
	v, _ := attrOf(n, key)
	size, err := strconv.Atoi(v)
	if err != nil {
		return 1
	}
	return min(max(size, 1), 1000)
}
