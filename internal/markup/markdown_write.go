package markup

import (
	"fmt"
	"strconv"
	"strings"
)

// Markdown writes the document as the Markdown that [FromMarkdown] reads, for
// the plain form. A document that came from Markdown comes back equal; of
// others, only what Markdown cannot say is lost: empty paragraphs and spaces
// that HTML would not show.
func (d Document) Markdown() string {
	lines := blockLines(d.nodes(), false)
	if len(lines) == 0 {
		return ""
	}
	return strings.Join(lines, "\n") + "\n"
}

// blockLines writes blocks with an empty line between them. quoted says that
// they stand in a quotation, where a dash that begins a line has a meaning.
func blockLines(blocks []node, quoted bool) []string {
	var out []string
	other := false // of two lists in a row the second has the other sign
	var before kind
	for _, n := range blocks {
		other = n.kind == before && !other
		lines := n.lines(quoted, other)
		if len(lines) == 0 {
			continue
		}
		if len(out) > 0 && !(before == kindParagraph && joinsParagraph(n)) {
			out = append(out, "")
		}
		out = append(out, lines...)
		before = n.kind
	}
	return out
}

// joinsParagraph says whether a block may follow a paragraph's line at once:
// short lists of lists read better so.
func joinsParagraph(n node) bool {
	return n.kind == kindBulletList || n.kind == kindOrderedList && n.attr("order") == "1"
}

func (n node) lines(quoted, other bool) []string {
	switch n.kind {
	case kindParagraph:
		if !visible(n) {
			return nil
		}
		return strings.Split(inlineMarkdown(n.content, inlinePlace{quoted: quoted}), "\n")
	case kindHeading:
		level, _ := strconv.Atoi(n.attr("level")) // the schema has checked it
		s := inlineMarkdown(n.content, inlinePlace{oneLine: true})
		if s == "" {
			return nil
		}
		return []string{strings.Repeat("#", level) + " " + s}
	case kindBulletList:
		return n.bullets(other)
	case kindOrderedList:
		return n.numbers(other)
	case kindBlockquote:
		return n.quote()
	case kindPicture:
		return []string{pictureMarkdown(pictureOf(n))}
	case kindRelated:
		return []string{"[[story:" + n.attr("story") + "]]"}
	case kindLinkCard:
		return []string{cardMarkdown(n)}
	case kindTable:
		return n.tableLines()
	case kindRule:
		return []string{"___"} // dashes or stars would join the sign of a list item
	case kindCodeBlock:
		text := n.words()
		fence := strings.Repeat("`", max(3, longestRun(text, '`')+1))
		return append(append([]string{fence}, strings.Split(text, "\n")...), fence)
	}
	return nil
}

func (n node) bullets(other bool) []string {
	sign := "- "
	if other {
		sign = "* "
	}
	return n.items(func(int) string { return sign })
}

func (n node) numbers(other bool) []string {
	start, _ := strconv.Atoi(n.attr("order")) // the schema has checked it
	sign := "."
	if other {
		sign = ")"
	}
	return n.items(func(i int) string {
		return strconv.Itoa(min(start+i, 999_999_999)) + sign + " "
	})
}

func (n node) items(sign func(int) string) []string {
	var out []string
	// Long lists get empty lines too: guard takes what stands between two as
	// one paragraph, and bounds it.
	loose := len(n.content) > 100
	for _, item := range n.content {
		for i, b := range item.content {
			loose = loose || i > 0 && !joinsParagraph(b)
		}
	}
	for i, item := range n.content {
		lines := blockLines(item.content, false)
		if len(lines) == 0 {
			continue
		}
		if loose && len(out) > 0 {
			out = append(out, "")
		}
		mark := sign(i)
		for j, l := range lines {
			switch {
			case j == 0:
				out = append(out, mark+l)
			case l == "":
				out = append(out, "")
			default:
				out = append(out, strings.Repeat(" ", len(mark))+l)
			}
		}
	}
	return out
}

func (n node) quote() []string {
	lines := blockLines(n.content, true)
	if len(lines) == 0 {
		return nil
	}
	if said := n.attr("attribution"); said != "" {
		if n.content[len(n.content)-1].kind != kindParagraph {
			lines = append(lines, "")
		}
		lines = append(lines, "— "+escapeMarkdown(said, false))
	}
	for i, l := range lines {
		lines[i] = strings.TrimRight("> "+l, " ")
	}
	return lines
}

func pictureMarkdown(p Picture) string {
	dest := p.Media
	if !p.Foreign() {
		dest = "media:" + dest
	}
	title := escapeTitle(p.Caption)
	if p.Credit != "" {
		title = strings.TrimSpace(title + " | " + escapeTitle(p.Credit))
	}
	if title != "" {
		title = ` "` + title + `"`
	}
	return "![" + escapeMarkdown(p.Alt, false) + "](" + destination(dest) + title + ")"
}

func cardMarkdown(n node) string {
	s := "{{card:" + n.attr("url")
	title, description := n.attr("title"), n.attr("description")
	if title != "" || description != "" {
		s += ` "` + quoter.Replace(title) + `"`
	}
	if description != "" {
		s += ` "` + quoter.Replace(description) + `"`
	}
	return s + "}}"
}

// tableLines writes a table with pipes, or as HTML when pipes cannot say it:
// headers of rows, or a column whose cells stand on different sides.
func (n node) tableLines() []string {
	rows := n.content
	head := rows[0]
	if allKind(head.content, kindTableHeader) {
		rows = rows[1:]
	} else {
		var empty []node
		for _, c := range head.content {
			empty = append(empty, newNode(kindTableHeader).with("align", c.attr("align")))
		}
		head = newNode(kindTableRow, empty...)
	}
	for _, r := range rows {
		for j, c := range r.content {
			if c.kind != kindTableCell || c.attr("align") != head.content[j].attr("align") {
				return n.tableHTML()
			}
		}
	}
	signs := map[string]string{"": "---", "start": ":--", "center": ":-:", "end": "--:"}
	var under []string
	for _, c := range head.content {
		under = append(under, signs[c.attr("align")])
	}
	out := []string{pipes(head), "| " + strings.Join(under, " | ") + " |"}
	for _, r := range rows {
		out = append(out, pipes(r))
	}
	if caption := n.attr("caption"); caption != "" {
		out = append(out, "{{caption: "+caption+"}}")
	}
	return out
}

func pipes(row node) string {
	var cells []string
	for _, c := range row.content {
		cells = append(cells, inlineMarkdown(c.content, inlinePlace{oneLine: true}))
	}
	return "| " + strings.Join(cells, " | ") + " |"
}

func (n node) tableHTML() []string {
	first := "<table>"
	if caption := n.attr("caption"); caption != "" {
		first += "<caption>" + EscapeText(caption) + "</caption>"
	}
	out := []string{first}
	for _, row := range n.content {
		r := &rendering{exact: true}
		for _, c := range row.content {
			tag, align := "td", ""
			if c.kind == kindTableHeader {
				tag = "th"
			}
			if a := c.attr("align"); a != "" {
				align = ` align="` + a + `"`
			}
			r.raw("<", tag, align, ">")
			r.inline(c.content)
			r.raw("</", tag, ">")
		}
		out = append(out, fmt.Sprintf("<tr>%s</tr>", r.b.String()))
	}
	return append(out, "</table>")
}

func longestRun(s string, c byte) int {
	longest, run := 0, 0
	for i := range len(s) {
		if run++; s[i] != c {
			run = 0
		}
		longest = max(longest, run)
	}
	return longest
}
