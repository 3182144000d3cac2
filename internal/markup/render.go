package markup

import (
	"slices"
	"strconv"
	"strings"
)

// RenderOptions say what a rendering needs to know beside the document.
type RenderOptions struct {
	// Dateline ("KABUL", "BERLIN (dpa)") begins the first paragraph when set.
	Dateline string
	// Lang is the story's language (BCP 47). Words in a language of the other
	// direction get a dir of their own.
	Lang string
}

// Render turns a document into safe HTML with slots.
//
// Headings keep their level but never skip one. Links of the newsroom carry no
// rel: they open in the same window, and they are its own recommendation.
// There is no style attribute, no frame and no script. Empty paragraphs, as
// editors leave them, are not shown.
func Render(d Document, opts RenderOptions) Body {
	r := &rendering{lang: opts.Lang, level: 1}
	dateline := oneLine(opts.Dateline)
	first := slices.IndexFunc(d.nodes(), func(n node) bool { return n.kind == kindParagraph && visible(n) })
	if dateline != "" && first < 0 {
		r.raw("<p>", datelineHTML(dateline), "</p>\n")
	}
	for i, n := range d.nodes() {
		if i == first && dateline != "" {
			r.dateline = dateline
		}
		r.node(n)
	}
	r.endPiece()
	return r.body
}

type rendering struct {
	body     Body
	b        strings.Builder
	lang     string
	level    int    // of the last heading; the headline is 1
	dateline string // waiting for its paragraph
	exact    bool   // spans say what the document says and no more
}

func (r *rendering) raw(parts ...string) {
	for _, s := range parts {
		r.b.WriteString(s)
	}
}

func (r *rendering) text(s string) { r.b.WriteString(EscapeText(s)) }

func (r *rendering) endPiece() {
	if r.b.Len() > 0 {
		r.body = append(r.body, Piece{HTML: r.b.String()})
		r.b.Reset()
	}
}

func (r *rendering) slot(s Slot) {
	r.endPiece()
	r.body = append(r.body, Piece{Slot: &s})
}

func (r *rendering) node(n node) {
	switch n.kind {
	case kindPicture:
		p := pictureOf(n)
		r.slot(Slot{Kind: SlotPicture, Media: p.Media, Alt: p.Alt, Caption: p.Caption, Credit: p.Credit})
		return
	case kindRelated:
		r.slot(Slot{Kind: SlotRelated, Story: n.attr("story")})
		return
	case kindRule:
		r.raw("<hr>\n")
		return
	}
	if !visible(n) {
		return
	}
	switch n.kind {
	case kindParagraph:
		r.textBlock("p", n)
	case kindHeading:
		level, _ := strconv.Atoi(n.attr("level")) // the schema has checked it
		r.level = min(level, r.level+1)
		r.textBlock("h"+strconv.Itoa(r.level), n)
	case kindBulletList:
		r.list("<ul>", "</ul>\n", n)
	case kindOrderedList:
		open := "<ol>"
		if order := n.attr("order"); order != "1" {
			open = `<ol start="` + order + `">`
		}
		r.list(open, "</ol>\n", n)
	case kindBlockquote:
		r.quotation(n)
	case kindLinkCard:
		r.linkCard(n)
	case kindTable:
		r.table(n)
	case kindCodeBlock:
		r.raw(`<pre tabindex="0"><code>`)
		r.text(n.words())
		r.raw("</code></pre>\n")
	}
}

// textBlock writes an element of inline content. Where all of it is in one
// foreign language or direction, the element says so rather than a span, so
// that its lines run from the right side.
func (r *rendering) textBlock(tag string, n node) {
	content, attrs := n.content, ""
	if r.dateline == "" {
		if m, ok := wholeSpan(content); ok {
			attrs = r.spanAttrs(m)
			content = n.unmark(func(x mark) bool { return x.kind == markSpan }).content
		}
	}
	r.raw("<", tag, attrs, ">")
	if r.dateline != "" {
		r.raw(datelineHTML(r.dateline))
		if !strings.HasSuffix(r.dateline, "—") && !strings.HasSuffix(r.dateline, "–") {
			r.raw(" —")
		}
		r.raw(" ")
		r.dateline = ""
	}
	r.inline(content)
	r.raw("</", tag, ">\n")
}

func datelineHTML(s string) string {
	return `<span data-part="dateline"><bdi>` + EscapeText(s) + `</bdi></span>`
}

func wholeSpan(content []node) (mark, bool) {
	if len(content) == 0 {
		return mark{}, false
	}
	first, ok := content[0].markOf(markSpan)
	for _, n := range content {
		m, has := n.markOf(markSpan)
		ok = ok && (n.kind == kindHardBreak || has && m.equal(first))
	}
	return first, ok
}

// inline writes text with its marks, opening and closing no more than needed.
func (r *rendering) inline(content []node) {
	var open []mark
	shut := func(keep int) {
		for i := len(open) - 1; i >= keep; i-- {
			r.raw("</", markTags[open[i].kind], ">")
		}
		open = open[:keep]
	}
	for _, n := range content {
		keep := 0
		for keep < len(open) && keep < len(n.marks) && open[keep].equal(n.marks[keep]) {
			keep++
		}
		shut(keep)
		for _, m := range n.marks[keep:] {
			r.raw("<", markTags[m.kind])
			switch m.kind {
			case markLink:
				r.raw(` href="`, EscapeText(m.attr("href")), `"`)
			case markSpan:
				r.raw(r.spanAttrs(m))
			}
			r.raw(">")
			open = append(open, m)
		}
		if n.kind == kindHardBreak {
			r.raw("<br>")
		}
		r.text(n.text)
	}
	shut(0)
}

var markTags = map[kind]string{markLink: "a", markSpan: "span", markStrong: "strong", markEm: "em"}

func (r *rendering) spanAttrs(m mark) string {
	lang, dir := m.attr("lang"), m.attr("dir")
	if !r.exact && dir == "" && lang != "" && Dir(lang) != Dir(r.lang) {
		dir = Dir(lang)
	}
	out := ""
	if lang != "" {
		out += ` lang="` + EscapeText(lang) + `"`
	}
	if dir != "" {
		out += ` dir="` + EscapeText(dir) + `"`
	}
	return out
}
