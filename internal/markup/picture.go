package markup

import (
	"slices"
	"strings"
)

// A Picture is a picture in a story. All four are single lines; only Media is
// always set.
type Picture struct {
	Media   string // the picture's identifier, or its address as an importer found it
	Alt     string
	Caption string
	Credit  string
}

// Foreign says whether Media is an address rather than one of our
// identifiers: such a picture must be brought in, or dropped, before the
// story is kept.
func (p Picture) Foreign() bool { return strings.ContainsAny(p.Media, ":/.") }

func pictureOf(n node) Picture {
	return Picture{n.attr("media"), n.attr("alt"), n.attr("caption"), n.attr("credit")}
}

// Pictures lists the pictures of a document in order, each as often as it is
// there.
func (d Document) Pictures() []Picture {
	var out []Picture
	node{kind: kindDoc, content: d.nodes()}.walk(func(n node) {
		if n.kind == kindPicture {
			out = append(out, pictureOf(n))
		}
	})
	return out
}

// Stories lists the related stories that a document shows cards of, in order,
// each once.
func (d Document) Stories() []string {
	var out []string
	node{kind: kindDoc, content: d.nodes()}.walk(func(n node) {
		if n.kind == kindRelated && !slices.Contains(out, n.attr("story")) {
			out = append(out, n.attr("story"))
		}
	})
	return out
}

// MapPictures returns the document with every picture replaced by what to
// returns, or dropped where it returns false or a Media that is not valid.
// Texts are cleaned as [CleanLine] does.
func (d Document) MapPictures(to func(Picture) (Picture, bool)) Document {
	return d.replace(kindPicture, func(n node) (node, bool) {
		p, ok := to(pictureOf(n))
		if !ok {
			return node{}, false
		}
		media, err := mediaName(p.Media)
		if err != nil {
			return node{}, false
		}
		return newNode(kindPicture).with("media", media).with("alt", oneLine(p.Alt)).
			with("caption", oneLine(p.Caption)).with("credit", oneLine(p.Credit)), true
	})
}

// MapStories does the same for related-story cards, by identifier.
func (d Document) MapStories(to func(id string) (string, bool)) Document {
	return d.replace(kindRelated, func(n node) (node, bool) {
		id, ok := to(n.attr("story"))
		if id, err := storyID(id); ok && err == nil {
			return n.with("story", id), true
		}
		return node{}, false
	})
}

// MapLinks returns the document with every link and link card led where to
// says. A link for which it returns false, or an address that a story may not
// have, becomes plain words; such a card goes.
func (d Document) MapLinks(to func(address string) (string, bool)) Document {
	clean := func(old string, ok func(string) (string, error)) string {
		if s, keep := to(old); keep {
			if s, err := ok(s); err == nil {
				return s
			}
		}
		return ""
	}
	d = d.replace(kindLinkCard, func(n node) (node, bool) {
		s := clean(n.attr("url"), cardURL)
		return n.with("url", s), s != ""
	})
	return Document{content: mapLinks(d.nodes(), func(s string) string { return clean(s, CleanURL) })}
}

func mapLinks(in []node, to func(string) string) []node {
	out := slices.Clone(in)
	for i, n := range out {
		out[i].content = joinText(mapLinks(n.content, to))
		if m, ok := n.markOf(markLink); ok {
			out[i].marks = slices.DeleteFunc(slices.Clone(n.marks), m.equal)
			if href := to(m.attrs[0]); href != "" {
				out[i].marks = addMark(n.marks, newMark(markLink, href))
			}
		}
	}
	return out
}

// replace rebuilds the document with nodes of one kind replaced or dropped. A
// quotation left with nothing goes too.
func (d Document) replace(k kind, to func(node) (node, bool)) Document {
	var below func([]node) []node
	below = func(in []node) []node {
		var out []node
		for _, n := range in {
			if n.kind == k {
				if n, ok := to(n); ok {
					out = append(out, n)
				}
				continue
			}
			had := len(n.content) > 0
			n.content = below(n.content)
			if n.kind == kindBlockquote && had && len(n.content) == 0 {
				continue
			}
			out = append(out, n)
		}
		return out
	}
	return Document{content: below(d.nodes())}
}
