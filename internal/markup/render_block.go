package markup

import "strings"

// list writes items without a paragraph around their only text.
func (r *rendering) list(open, shut string, n node) {
	r.raw(open, "\n")
	for _, item := range n.content {
		if !visible(item) {
			continue
		}
		r.raw("<li>")
		paragraphs := 0
		for _, b := range item.content {
			if b.kind == kindParagraph && visible(b) {
				paragraphs++
			}
		}
		for i, b := range item.content {
			if _, foreign := wholeSpan(b.content); i == 0 && paragraphs == 1 && !foreign {
				r.inline(b.content)
				continue
			}
			r.node(b)
		}
		r.raw("</li>\n")
	}
	r.raw(shut)
}

// quotation writes who said it outside the blockquote, since it is not part of
// what was said.
func (r *rendering) quotation(n node) {
	said := n.attr("attribution")
	if said != "" {
		r.raw(`<figure class="quote">`)
	}
	r.raw("<blockquote>\n")
	for _, b := range n.content {
		r.node(b)
	}
	r.raw("</blockquote>")
	if said != "" {
		r.raw("<figcaption>")
		r.text(said)
		r.raw("</figcaption></figure>")
	}
	r.raw("\n")
}

// linkCard is where frames and players of other sites would stand: it leads
// there and loads nothing.
func (r *rendering) linkCard(n node) {
	address, title := n.attr("url"), n.attr("title")
	host := hostOf(address)
	if title == "" {
		title = host + strings.TrimSuffix(pathOf(address), "/")
	}
	r.raw(`<div class="link-card"><p class="link-card-title"><a href="`, EscapeText(address), `"><bdi>`)
	r.text(title)
	r.raw("</bdi></a></p>")
	if text := n.attr("description"); text != "" {
		r.raw(`<p class="link-card-text">`)
		r.text(text)
		r.raw("</p>")
	}
	if host != "" {
		r.raw(`<p class="link-card-host"><bdi>`)
		r.text(host)
		r.raw("</bdi></p>")
	}
	r.raw("</div>\n")
}

// table writes a table in a region that scrolls by keyboard too. The region's
// name comes from the table's own words, since the page's language is not
// known here: its caption, else its headers, else its first row.
func (r *rendering) table(n node) {
	caption := n.attr("caption")
	r.raw(`<div class="table" role="region" tabindex="0" aria-label="`)
	r.text(tableLabel(n))
	r.raw(`"><table>`)
	if caption != "" {
		r.raw("<caption>")
		r.text(caption)
		r.raw("</caption>")
	}
	r.raw("\n")
	rows := n.content
	if allKind(rows[0].content, kindTableHeader) {
		r.raw("<thead>\n")
		r.row(rows[0], "col")
		r.raw("</thead>\n")
		rows = rows[1:]
	}
	if len(rows) > 0 {
		r.raw("<tbody>\n")
		for _, row := range rows {
			r.row(row, "row")
		}
		r.raw("</tbody>\n")
	}
	r.raw("</table></div>\n")
}

func (r *rendering) row(n node, scope string) {
	r.raw("<tr>")
	for _, c := range n.content {
		tag, attrs := "td", ""
		if c.kind == kindTableHeader && visible(c) { // an empty header heads nothing
			tag, attrs = "th", ` scope="`+scope+`"`
		}
		if align := c.attr("align"); align != "" {
			attrs += ` class="align-` + align + `"`
		}
		r.raw("<", tag, attrs, ">")
		r.inline(c.content)
		r.raw("</", tag, ">")
	}
	r.raw("</tr>\n")
}

func tableLabel(n node) string {
	if caption := n.attr("caption"); caption != "" {
		return shorten(caption, maxExample)
	}
	for _, row := range n.content {
		var words []string
		for _, c := range row.content {
			if s := plainLine(c.content); s != "" {
				words = append(words, s)
			}
		}
		if len(words) > 0 {
			return shorten(strings.Join(words, ", "), maxExample)
		}
	}
	return ""
}
