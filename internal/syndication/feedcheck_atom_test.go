package syndication

import (
	"encoding/base64"
	"strings"
)

func (c *feedChecker) atomFeed(feed *feedNode) {
	c.need(feed, "MissingElement", "id")
	c.need(feed, "MissingElement", "title")
	c.need(feed, "MissingElement", "updated")
	c.once(feed, "id", "title", "updated", "subtitle", "generator", "icon", "logo", "rights")
	c.lang(feed)
	c.noText(feed)
	c.links(feed)
	self := false
	for _, l := range feed.all("link") {
		rel, _ := l.attr("rel")
		self = self || rel == "self" || rel == "http://www.iana.org/assignments/relation/self"
	}
	if !self {
		c.say("MissingSelf", feed, "", "")
	}
	ids, times := map[string]int{}, map[string]bool{}
	for _, n := range feed.kids {
		switch n.name {
		case "entry":
			c.atomEntry(n, feed.child("author") != nil)
			if id := n.child("id"); id != nil {
				if ids[id.text]++; ids[id.text] == 2 {
					c.say("DuplicateEntries", id, "", id.text)
				}
			}
			if u := n.child("updated"); u != nil {
				if times[u.text] {
					c.say("DuplicateUpdated", u, "", u.text)
				}
				times[u.text] = true
			}
		case "icon", "logo":
			c.iri(n, "", n.text)
		default:
			c.atomCommon(n)
		}
	}
}

func (c *feedChecker) atomEntry(e *feedNode, inherits bool) {
	c.need(e, "MissingElement", "id")
	c.need(e, "MissingElement", "title")
	c.need(e, "MissingElement", "updated")
	c.once(e, "id", "title", "updated", "published", "content", "summary", "rights", "source")
	if src := e.child("source"); !inherits && e.child("author") == nil && (src == nil || src.child("author") == nil) {
		c.need(e, "MissingElement", "author")
	}
	c.lang(e)
	c.noText(e)
	c.links(e)
	content := e.child("content")
	if content == nil {
		alternate := false
		for _, l := range e.all("link") {
			rel, given := l.attr("rel")
			alternate = alternate || !given || rel == "alternate"
		}
		if !alternate {
			c.say("MissingContentOrAlternate", e, "", "")
		}
		if e.child("summary") == nil {
			c.say("MissingTextualContent", e, "", "")
		}
	}
	for _, n := range e.kids {
		c.atomCommon(n)
	}
}

// atomCommon checks what may stand in a feed and in an entry.
func (c *feedChecker) atomCommon(n *feedNode) {
	switch n.name {
	case "id":
		if c.notBlank(n) {
			c.iriFull(n, "", n.text)
			c.name(n, n.text)
		} else {
			c.say("InvalidFullLink", n, "", "blank")
		}
	case "updated", "published":
		c.rfc3339(n)
	case "title", "subtitle", "summary":
		c.textConstruct(n)
	case "content":
		c.content(n)
	case "generator":
		c.notBlank(n)
		c.plainText(n)
		if u, ok := n.attr("uri"); ok {
			c.iri(n, "uri", u)
		}
	case "link":
		c.atomLink(n)
	case "author", "contributor":
		c.need(n, "MissingElement", "name")
		c.once(n, "name", "uri", "email")
		for _, k := range n.kids {
			switch k.name {
			case "name":
				c.notBlank(k)
				c.plainText(k)
			case "uri":
				c.iri(k, "", k.text)
			}
		}
	case "category":
		term, ok := n.attr("term")
		switch {
		case !ok:
			c.say("MissingAttribute", n, "term", "")
		case strings.TrimSpace(term) == "":
			c.say("NotBlank", n, "term", "")
		}
		if s, ok := n.attr("scheme"); ok {
			c.iriFull(n, "scheme", s)
		}
		if l, ok := n.attr("label"); ok {
			c.undeclared(n, l)
		}
	}
}

func (c *feedChecker) textConstruct(n *feedNode) {
	c.lang(n)
	typ, given := n.attr("type")
	switch {
	case given && typ == "":
		c.say("AttrNotBlank", n, "type", "")
	case given && mimeType.MatchString(typ):
		c.say("InvalidTextType", n, "type", typ)
	case given && typ != "text" && typ != "html" && typ != "xhtml":
		c.say("InvalidMIMEType", n, "type", typ)
	}
	c.notBlank(n)
	switch typ {
	case "html":
		c.html(n, n.text)
	case "", "text", "text/plain":
		c.undeclared(n, n.text)
	}
}

func (c *feedChecker) content(n *feedNode) {
	typ, given := n.attr("type")
	src, remote := n.attr("src")
	own := typ == "text" || typ == "html" || typ == "xhtml"
	switch {
	case given && typ == "":
		c.say("AttrNotBlank", n, "type", "")
	case given && (!own || remote) && (!mimeType.MatchString(typ) || strings.HasPrefix(typ, "multipart/")):
		c.say("InvalidMIMEType", n, "type", typ)
	}
	if remote {
		c.noText(n)
		c.iri(n, "src", src)
		return
	}
	if !c.notBlank(n) {
		return
	}
	switch {
	case typ == "html":
		c.html(n, n.text)
	case typ == "" || typ == "text" || typ == "text/plain":
		c.undeclared(n, n.text)
	case strings.HasSuffix(typ, "/html"):
		s := n.text
		if raw, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(s), "")); err == nil {
			s = string(raw)
		}
		c.html(n, s)
	}
}

// links finds alternates that nobody could choose between.
func (c *feedChecker) links(n *feedNode) {
	seen := map[string]bool{}
	for _, l := range n.all("link") {
		rel, given := l.attr("rel")
		if given && rel != "alternate" && rel != "self" {
			continue
		}
		typ, _ := l.attr("type")
		lang, _ := l.attr("hreflang")
		key := rel + " " + typ + " " + lang
		if !given {
			key = "alternate" + key
		}
		if seen[key] {
			c.say("DuplicateAtomLink", l, "", key)
		}
		seen[key] = true
	}
}

func (c *feedChecker) atomLink(n *feedNode) {
	if strings.TrimSpace(n.text) != "" {
		c.say("AtomLinkNotEmpty", n, "", "")
	}
	if href, ok := n.attr("href"); !ok {
		c.say("MissingHref", n, "href", "")
		c.say("MissingAttribute", n, "href", "")
	} else {
		c.iri(n, "href", href)
	}
	for _, a := range []string{"rel", "title"} {
		if v, ok := n.attr(a); ok && strings.TrimSpace(v) == "" {
			c.say("AttrNotBlank", n, a, "")
		}
	}
	if v, _ := n.attr("title"); looksLikeHTML(v) {
		c.say("ContainsHTML", n, "title", v)
	}
	if v, ok := n.attr("type"); ok && !mimeType.MatchString(v) {
		c.say("InvalidMIMEType", n, "type", v)
	}
	if v, ok := n.attr("hreflang"); ok {
		c.language(n, "hreflang", v)
	}
	if v, ok := n.attr("length"); ok && !number.MatchString(v) {
		c.say("InvalidNonNegativeInteger", n, "length", v)
	}
}

func (c *feedChecker) lang(n *feedNode) {
	if v, ok := n.attr("lang"); ok && v != "" {
		c.language(n, "xml:lang", v)
	}
}
