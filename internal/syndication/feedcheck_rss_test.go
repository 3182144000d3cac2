package syndication

import (
	"regexp"
	"strings"
)

func (c *feedChecker) rss(root *feedNode) {
	if v, ok := root.attr("version"); !ok {
		c.say("MissingAttribute", root, "version", "")
	} else if v != "2.0" {
		c.say("InvalidRSSVersion", root, "version", v)
	}
	c.need(root, "MissingElement", "channel")
	c.once(root, "channel")
	for _, ch := range root.all("channel") {
		c.channel(ch)
	}
}

func (c *feedChecker) channel(ch *feedNode) {
	c.need(ch, "MissingTitle", "title")
	c.need(ch, "MissingLink", "link")
	c.need(ch, "MissingDescription", "description")
	c.once(ch, "title", "link", "description", "language", "lastBuildDate", "pubDate", "image", "generator")
	c.noText(ch)
	self := false
	guids := map[string]bool{}
	for _, n := range ch.kids {
		switch n.name {
		case "title":
			c.notBlank(n)
			c.plainText(n)
		case "description":
			c.plainText(n)
		case "link":
			c.httpURL(n, "", n.text)
		case "language":
			c.language(n, "", n.text)
		case "lastBuildDate", "pubDate":
			c.rfc822(n)
		case "category":
			c.notBlank(n)
			c.plainText(n)
		case "atom:link":
			rel, _ := n.attr("rel")
			self = self || rel == "self"
			c.atomLink(n)
		case "image":
			c.rssImage(ch, n)
		case "item":
			c.item(n, guids)
		}
	}
	if !self {
		c.say("MissingSelf", ch, "", "")
	}
}

var (
	fileEnding  = regexp.MustCompile(`\.\w{3,4}$`)
	imageFormat = regexp.MustCompile(`(?i)\.(png|gif|jpe?g)$`)
)

func (c *feedChecker) rssImage(ch, img *feedNode) {
	c.noText(img)
	c.need(img, "MissingElement", "url")
	c.need(img, "MissingTitle", "title")
	c.need(img, "MissingLink", "link")
	c.once(img, "url", "title", "link", "width", "height", "description")
	for _, n := range img.kids {
		switch n.name {
		case "url":
			if c.httpURL(n, "", n.text) && fileEnding.MatchString(n.text) && !imageFormat.MatchString(n.text) {
				c.say("ImageUrlFormat", n, "", n.text)
			}
		case "title":
			if c.notBlank(n) {
				if t := ch.child("title"); t != nil && t.text != n.text {
					c.say("ImageTitleDoesntMatch", n, "", n.text)
				}
			}
			c.plainText(n)
		case "description":
			c.plainText(n)
		case "link":
			if c.httpURL(n, "", n.text) {
				if l := ch.child("link"); l != nil && l.text != n.text {
					c.say("ImageLinkDoesntMatch", n, "", n.text)
				}
			}
		}
	}
}

// pairs mean the same and may not both stand in one item.
var pairs = [][2]string{
	{"guid", "atom:id"}, {"pubDate", "atom:published"}, {"author", "dc:creator"},
	{"category", "dc:subject"}, {"pubDate", "dc:date"},
}

func (c *feedChecker) item(it *feedNode, guids map[string]bool) {
	if it.child("title") == nil && it.child("description") == nil {
		c.say("ItemMustContainTitleOrDescription", it, "", "")
	}
	c.noText(it)
	c.once(it, "title", "link", "description", "pubDate", "guid", "author", "content:encoded")
	if len(it.all("enclosure")) > 1 {
		c.say("DuplicateEnclosure", it.child("enclosure"), "", "")
	}
	for _, p := range pairs {
		if it.child(p[0]) != nil && it.child(p[1]) != nil {
			c.say("DuplicateItemSemantics", it, "", p[0]+" and "+p[1])
		}
	}
	if it.child("guid") == nil {
		c.say("MissingGuid", it, "", "")
	}
	described := false
	for _, n := range it.kids {
		switch n.name {
		case "title":
			c.notBlank(n)
			c.plainText(n)
		case "link":
			c.httpURL(n, "", n.text)
		case "description":
			described = true
			c.html(n, n.text)
		case "content:encoded":
			if !described {
				c.say("NeedDescriptionBeforeContent", n, "", "")
			}
			c.html(n, n.text)
		case "pubDate":
			c.rfc822(n)
		case "atom:updated":
			c.rfc3339(n)
		case "category":
			c.notBlank(n)
			c.plainText(n)
		case "dc:creator", "author":
			c.notBlank(n)
			c.plainText(n)
		case "guid":
			c.guid(n, guids)
		case "enclosure":
			c.enclosure(n)
		case "media:content":
			c.mediaContent(n)
		case "atom:link":
			c.atomLink(n)
		}
	}
}

func (c *feedChecker) guid(n *feedNode, guids map[string]bool) {
	perma, given := n.attr("isPermaLink")
	if given && perma != "true" && perma != "false" {
		c.say("InvalidBooleanAttribute", n, "isPermaLink", perma)
	}
	switch {
	case strings.TrimSpace(n.text) == "":
		c.say("InvalidHttpGUID", n, "", "blank")
		return
	case perma == "false":
	case strings.HasPrefix(n.text, "urn:") || strings.HasPrefix(n.text, "tag:"):
		c.say("InvalidPermalink", n, "", n.text)
	case addressFault(n.text) != "":
		c.say("InvalidHttpGUID", n, "", n.text)
	}
	if guids[n.text] {
		c.say("DuplicateValue", n, "", n.text)
	}
	guids[n.text] = true
	c.name(n, n.text)
}

func (c *feedChecker) enclosure(n *feedNode) {
	for _, a := range []string{"url", "length", "type"} {
		v, ok := n.attr(a)
		switch {
		case !ok:
			c.say("MissingAttribute", n, a, "")
		case a == "url" && addressFault(v) != "":
			c.say("InvalidURLAttribute", n, a, v)
		case a == "length" && !number.MatchString(v):
			c.say("InvalidIntegerAttribute", n, a, v)
		case a == "type" && !mimeType.MatchString(v):
			c.say("InvalidMIMEAttribute", n, a, v)
		}
	}
}

// mediaContent follows the Media RSS specification; the validator has no cases.
func (c *feedChecker) mediaContent(n *feedNode) {
	if v, _ := n.attr("url"); addressFault(v) != "" {
		c.say("InvalidURLAttribute", n, "url", v)
	}
	if v, _ := n.attr("type"); !mimeType.MatchString(v) {
		c.say("InvalidMIMEAttribute", n, "type", v)
	}
	for _, a := range []string{"fileSize", "width", "height"} {
		if v, ok := n.attr(a); ok && !number.MatchString(v) {
			c.say("InvalidIntegerAttribute", n, a, v)
		}
	}
}
