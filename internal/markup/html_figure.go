package markup

import (
	"net/url"
	"strconv"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// figure converts what is in a figure, and hangs its caption on it.
func (f *flow) figure(n *html.Node, st style) {
	caption, credit := takeCaption(n)
	f.flush()
	start := len(f.blocks)
	if start > 0 && has(n, atom.Img) && f.blocks[start-1].kind == kindPicture {
		start-- // the same picture may stand right before, without its caption
	}
	f.children(n, st)
	f.flush()
	if caption == "" && credit == "" {
		return
	}
	for i := len(f.blocks) - 1; i >= start; i-- {
		b := &f.blocks[i]
		switch {
		case b.kind == kindPicture && b.attr("caption") == "" && b.attr("credit") == "":
			*b = b.with("caption", caption).with("credit", credit)
		case b.kind == kindTable && b.attr("caption") == "":
			*b = b.with("caption", joinLine(caption, credit))
		case b.kind == kindBlockquote && b.attr("attribution") == "":
			*b = b.with("attribution", trimDash(joinLine(caption, credit)))
		case b.kind == kindLinkCard && b.attr("description") == "":
			*b = b.with("description", joinLine(caption, credit))
		default:
			continue
		}
		return
	}
	f.c.report.note("caption without a picture", joinLine(caption, credit))
}

// takeCaption takes the figcaption out of a figure and reads the credit in it.
func takeCaption(figure *html.Node) (caption, credit string) {
	var cap *html.Node
	for _, e := range elementsIn(figure) {
		if e.DataAtom == atom.Figcaption {
			cap = e
			break
		}
	}
	if cap == nil || cap.Parent == nil || inner(cap, figure) {
		return "", ""
	}
	cap.Parent.RemoveChild(cap)
	mark := func(e *html.Node) bool {
		part, _ := attrOf(e, "data-part")
		return part == "credit" || hasClass(e, "credit", "copyright", "photographer")
	}
	plain := func(e *html.Node) bool { return e.DataAtom == atom.Cite || e.DataAtom == atom.Small }
	for _, is := range []func(*html.Node) bool{mark, plain} {
		for _, e := range elementsIn(cap) {
			if is(e) && e.Parent != nil {
				credit = textOf(e)
				e.Parent.RemoveChild(e)
				return strings.Trim(textOf(cap), " |·/–—"), credit
			}
		}
	}
	return textOf(cap), ""
}

// inner says whether a caption belongs to a figure inside this one.
func inner(cap, figure *html.Node) bool {
	for p := cap.Parent; p != figure; p = p.Parent {
		if p.DataAtom == atom.Figure {
			return true
		}
	}
	return false
}

func joinLine(a, b string) string { return oneLine(a + " " + b) }

// img makes a picture, or says why it cannot.
func (f *flow) img(n *html.Node, st style) {
	if alt := lineOf(n, "alt"); alt != "" && hasClass(n, "emoji", "wp-smiley") {
		f.text(alt, st)
		return
	}
	if tiny(n) {
		f.c.report.note("tracking pixel", example(n))
		return
	}
	src := f.source(n)
	if src == "" {
		f.c.report.note("picture without a usable address", lineOf(n, "alt"))
		return
	}
	if m, ok := (node{marks: st.marks}).markOf(markLink); ok {
		f.c.report.note("link around a picture", m.attrs[0])
	}
	p := newNode(kindPicture).with("media", src).with("alt", lineOf(n, "alt"))
	if title, _ := attrOf(n, "title"); f.c.markdown {
		// Elsewhere a title is mostly the name of a file.
		caption, credit, _ := strings.Cut(title, barSign)
		p = p.with("caption", oneLine(caption)).with("credit", oneLine(credit))
	}
	f.picture(p)
}

// source finds a picture's address, also where scripts would have put it in
// later.
func (f *flow) source(n *html.Node) string {
	for _, key := range []string{"src", "data-src", "data-lazy-src", "data-original", "data-srcset", "srcset"} {
		raw, _ := attrOf(n, key)
		if strings.HasSuffix(key, "srcset") {
			raw, _, _ = strings.Cut(strings.TrimSpace(raw), " ")
		}
		raw = strings.ReplaceAll(strings.TrimSpace(raw), " ", "%20")
		for strings.HasPrefix(raw, "media:") {
			raw = strings.TrimPrefix(raw, "media:")
		}
		if f.c.markdown {
			raw = escapeAddress(raw) // Markdown writes addresses so
		}
		scheme, _, _ := strings.Cut(strings.ToLower(raw), ":")
		if scheme == "data" || scheme == "javascript" || scheme == "blob" {
			f.c.report.note("picture packed into the text", raw)
			continue
		}
		if name, err := mediaName(raw); err == nil {
			return name
		}
	}
	return ""
}

func tiny(n *html.Node) bool {
	for _, key := range []string{"width", "height"} {
		v, _ := attrOf(n, key)
		if size, err := strconv.Atoi(strings.TrimSuffix(v, "px")); err == nil && size <= 3 {
			return true
		}
	}
	return false
}

// embed makes a link card of what would have been a frame or a player.
func (f *flow) embed(n *html.Node, st style) {
	if tiny(n) {
		f.c.report.note("tracking frame", example(n))
		return
	}
	raw := ""
	for _, e := range append([]*html.Node{n}, elementsIn(n)...) {
		for _, key := range []string{"src", "data-src", "data"} {
			if v, ok := attrOf(e, key); ok && raw == "" && e.DataAtom != atom.Img {
				raw = strings.TrimSpace(v)
			}
		}
	}
	if strings.HasPrefix(raw, "//") {
		raw = "https:" + raw
	}
	address, err := cardURL(watchable(raw))
	if err != nil {
		f.c.report.note("embedded frame, video or audio without a usable address", raw)
		f.flush()
		if n.DataAtom == atom.Object {
			f.children(n, st)
		}
		return
	}
	f.c.report.note("embedded frame, video or audio: kept as a link card", address)
	f.block(newNode(kindLinkCard).with("url", address).with("title", lineOf(n, "title")))
}

// watchable turns the address of a player into the page that it plays.
func watchable(raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		return raw
	}
	host := strings.TrimPrefix(strings.ToLower(u.Host), "www.")
	id, isEmbed := strings.CutPrefix(u.Path, "/embed/")
	if isEmbed && (host == "youtube.com" || host == "youtube-nocookie.com") && id != "" && !strings.Contains(id, "/") {
		return "https://www.youtube.com/watch?v=" + url.QueryEscape(id)
	}
	if id, ok := strings.CutPrefix(u.Path, "/video/"); ok && host == "player.vimeo.com" {
		return "https://vimeo.com/" + id
	}
	return raw
}

// card makes the cards that Markdown's own signs stand for; see markdown_card.go.
func (f *flow) card(n *html.Node) bool {
	if id, ok := attrOf(n, "data-story"); ok {
		if id, err := storyID(id); err == nil {
			f.block(newNode(kindRelated).with("story", id))
			return true
		}
	}
	if raw, ok := attrOf(n, "data-card"); ok {
		if address, err := cardURL(raw); err == nil {
			f.block(newNode(kindLinkCard).with("url", address).with("title", lineOf(n, "data-title")).
				with("description", lineOf(n, "data-description")))
			return true
		}
		f.c.report.note("link card to an address that a story may not have", raw)
	}
	if hasClass(n, "link-card") {
		return f.renderedCard(n)
	}
	if caption := lineOf(n, "data-table-caption"); caption != "" {
		f.flush()
		if last := len(f.blocks) - 1; last >= 0 && f.blocks[last].kind == kindTable {
			f.blocks[last] = f.blocks[last].with("caption", caption)
		} else {
			f.c.report.note("caption without a table", caption)
		}
		return true
	}
	return false
}

// renderedCard reads back what Render writes, when a page of ours is pasted.
func (f *flow) renderedCard(n *html.Node) bool {
	card := newNode(kindLinkCard)
	for _, e := range elementsIn(n) {
		switch {
		case e.DataAtom == atom.A && card.attr("url") == "":
			href, _ := attrOf(e, "href")
			address, err := cardURL(href)
			if err != nil {
				return false
			}
			card = card.with("url", address).with("title", textOf(e))
		case hasClass(e, "link-card-text"):
			card = card.with("description", textOf(e))
		}
	}
	if card.attr("url") == "" {
		return false
	}
	f.block(card)
	return true
}
