package syndication

import "strconv"

// Atom writes the feed as Atom 1.0 (application/atom+xml; RFC 4287).
func Atom(f Feed) []byte {
	w := newXML(4096 + 4096*len(f.Items))
	w.open("feed", "xmlns", "http://www.w3.org/2005/Atom", "xml:lang", f.language())
	w.element("id", f.self("feed.atom"))
	w.element("title", f.title())
	if d := f.description(); d != f.title() {
		w.element("subtitle", d)
	}
	w.element("updated", rfc3339(f.updated()))
	w.empty("link", "rel", "alternate", "type", "text/html", "href", f.page())
	w.empty("link", "rel", "self", "type", "application/atom+xml", "href", f.self("feed.atom"))
	// For stories without a byline: every entry must have an author.
	atomAuthor(w, named{name: first(f.Site.Name, f.title()), url: f.Site.abs("/")})
	w.element("generator", "Dateline")
	if icon := f.Site.Icon; icon.Path != "" {
		w.element("icon", f.Site.abs(icon.Path))
	}
	const tail = "</feed>\n"
	n := 0
	for e := range f.entries() {
		was := len(w.b)
		f.atomEntry(w, &e)
		if n++; n > 1 && len(w.b)+len(tail) > MaxFeed {
			w.b = w.b[:was]
			break
		}
	}
	w.raw(tail)
	return w.b
}

func (f *Feed) atomEntry(w *xmlWriter, e *entry) {
	lang := ""
	if e.lang != f.language() {
		lang = e.lang
	}
	w.open("entry", "xml:lang", lang)
	w.element("id", e.id)
	w.element("title", e.headline)
	w.empty("link", "rel", "alternate", "type", "text/html", "href", e.link)
	if e.link != e.here {
		w.empty("link", "rel", "related", "type", "text/html", "href", e.here)
	}
	w.element("published", rfc3339(e.published))
	w.element("updated", rfc3339(e.updated))
	for _, a := range e.authors {
		atomAuthor(w, a)
	}
	for _, t := range e.tags {
		w.empty("category", "term", first(t.slug, t.name), "scheme", t.scheme, "label", t.name)
	}
	w.element("summary", e.summary)
	w.html("content", e.content, "type", "html")
	if p := e.picture; p != nil {
		r, address := p.largest()
		length := ""
		if r.Bytes > 0 {
			length = strconv.FormatInt(r.Bytes, 10)
		}
		w.empty("link", "rel", "enclosure", "type", r.Type, "length", length, "title", first(p.caption, p.alt), "href", address)
	}
	w.end("entry")
}

func atomAuthor(w *xmlWriter, a named) {
	w.open("author")
	w.element("name", a.name)
	w.element("uri", a.url)
	w.end("author")
}
