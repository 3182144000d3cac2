package syndication

import (
	"strconv"
	"strings"

	"dateline/internal/markup"
)

// RSS writes the feed as RSS 2.0 (application/rss+xml). Full texts are in
// content:encoded, authors in dc:creator (RSS's own author is a mail address),
// the lead picture in media:content and as enclosure. An item's guid is permanent.
func RSS(f Feed) []byte {
	w := newXML(4096 + 4096*len(f.Items))
	w.open("rss", "version", "2.0",
		"xmlns:atom", "http://www.w3.org/2005/Atom",
		"xmlns:content", "http://purl.org/rss/1.0/modules/content/",
		"xmlns:dc", "http://purl.org/dc/elements/1.1/",
		"xmlns:media", "http://search.yahoo.com/mrss/")
	w.open("channel")
	w.element("title", f.title())
	w.element("link", f.page())
	w.element("description", f.description())
	w.element("language", f.language())
	w.element("lastBuildDate", rfc822(f.updated()))
	w.element("generator", "Dateline")
	w.empty("atom:link", "rel", "self", "type", "application/rss+xml", "href", f.self("feed.rss"))
	if icon := f.Site.Icon; icon.Path != "" {
		w.open("image")
		w.element("url", f.Site.abs(icon.Path))
		w.element("title", f.title()) // the rules want the channel's own
		w.element("link", f.page())
		w.end("image")
	}
	const tail = "</channel>\n</rss>\n"
	n := 0
	for e := range f.entries() {
		was := len(w.b)
		f.rssItem(w, &e)
		if n++; n > 1 && len(w.b)+len(tail) > MaxFeed {
			w.b = w.b[:was]
			break
		}
	}
	w.raw(tail)
	return w.b
}

func (f *Feed) rssItem(w *xmlWriter, e *entry) {
	lang := ""
	if e.lang != f.language() {
		lang = e.lang
	}
	w.open("item", "xml:lang", lang)
	w.element("title", e.headline)
	w.element("link", e.link)
	w.element("guid", e.id, "isPermaLink", "false")
	w.element("pubDate", rfc822(e.published))
	if e.updated.After(e.published) {
		w.element("atom:updated", rfc3339(e.updated))
	}
	// All names in one element: several are allowed, but many readers show the first.
	w.element("dc:creator", joined(e.authors))
	for _, t := range e.tags {
		w.element("category", t.name)
	}
	w.element("description", htmlSummary(e))
	w.html("content:encoded", e.content)
	if p := e.picture; p != nil {
		r, address := p.middle()
		length := ""
		if r.Bytes > 0 {
			length = strconv.FormatInt(r.Bytes, 10)
			w.empty("enclosure", "url", address, "length", length, "type", r.Type)
		}
		big, address := p.largest()
		if length != "" {
			length = strconv.FormatInt(big.Bytes, 10)
		}
		w.open("media:content", "url", address, "fileSize", length, "type", big.Type, "medium", "image",
			"width", strconv.Itoa(big.Width), "height", strconv.Itoa(big.Height))
		w.element("media:description", first(p.caption, p.alt), "type", "plain")
		w.element("media:credit", p.credit)
		w.end("media:content")
	}
	w.end("item")
}

func joined(list []named) string {
	var names []string
	for _, n := range list {
		names = append(names, n.name)
	}
	return strings.Join(names, ", ")
}

// htmlSummary is the summary as HTML, which is what readers take a description
// for; words of the other direction say so, as lists are often shown alone.
func htmlSummary(e *entry) string {
	html := strings.ReplaceAll(markup.EscapeText(e.summary), "\n", "<br>")
	if html == "" || markup.Dir(e.lang) == "ltr" {
		return html
	}
	return `<p lang="` + markup.EscapeText(e.lang) + `" dir="rtl">` + html + "</p>"
}
