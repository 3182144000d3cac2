package archive

import (
	"slices"
	"strings"
)

// sendItem decides what an item is and sends that, then its comments.
func (p *wxr) sendItem(it *item) {
	switch kind := it.kind; {
	case kind == "attachment":
		p.sendAttachment(it)
	case kind == "guest-author":
		p.sendGuest(it)
	case kind == "wp_block":
		p.known.addReusable(it.id, it.content)
		p.skipItem(it, "a reusable block; it is put into the stories that show it")
	case p.surveying:
		return
	case it.status == "auto-draft":
		p.skipItem(it, "an empty draft that WordPress made by itself")
	case kind == "", kind == "post", kind == "page", slices.Contains(p.o.PostTypes, kind):
		s := p.story(it)
		p.send(s)
		p.sendComments(it, s.Key)
		return
	default:
		p.skipItem(it, whyNot(kind))
	}
	p.sendComments(it, "")
}

func (p *wxr) sendComments(it *item, story string) {
	for _, c := range it.comments {
		c.Story, c.On = story, it.id
		p.send(c)
	}
	it.comments = nil
}

// whyNot says why items of a type do not become stories.
func whyNot(kind string) string {
	switch kind {
	case "nav_menu_item":
		return "an entry of a navigation menu; sections and pages make the menus here"
	case "revision":
		return "an older revision of a story"
	case "custom_css", "customize_changeset", "wp_global_styles", "wp_template", "wp_template_part", "wp_navigation", "wp_font_family", "wp_font_face":
		return "part of the site's theme"
	case "oembed_cache", "user_request", "scheduled-action", "jp_pay_order", "feedback":
		return "WordPress's or a plug-in's own record"
	}
	return "of the custom type " + quoted(kind) + "; only posts and pages become stories unless the type is named"
}

func quoted(s string) string { return `"` + clip(plainLine(s), 60) + `"` }

func (p *wxr) sendAttachment(it *item) {
	a := &Attachment{
		OldID:       it.id,
		URL:         it.attachmentURL,
		Title:       plainLine(it.title),
		Caption:     plainLine(it.excerpt),
		Description: plainLine(it.content),
		Alt:         plainLine(it.meta["_wp_attachment_image_alt"]),
		Credit:      credit(it.meta),
		Parent:      noZero(it.parent),
		Author:      it.creator,
		Date:        p.date(it.dateGMT, it.date, "of an attachment"),
	}
	if a.URL == "" {
		// Old exports give the file's own address here.
		a.URL = it.guid
	}
	if a.URL == "" {
		p.skipItem(it, "an attachment without an address")
		return
	}
	p.known.addAttachment(a)
	p.send(a)
	p.fileNotes(it)
}

// fileNotes keeps what was mended in an item that has no report of its own.
func (p *wxr) fileNotes(it *item) {
	for _, n := range it.mended.notes {
		p.notes.addN(n.What, n.Count, n.Example, n.Line)
	}
}

func credit(meta map[string]string) string {
	by, org := plainLine(meta["_media_credit"]), plainLine(meta["_navis_media_credit_org"])
	switch {
	case by == "" && org == "":
		return plainLine(meta["media_credit"])
	case by == "" || org == "":
		return by + org
	}
	return by + "/" + org
}

// sendGuest makes an author of Co-Authors Plus's guest author.
func (p *wxr) sendGuest(it *item) {
	a := Author{
		OldID: it.id,
		Login: it.meta["cap-user_login"],
		Email: it.meta["cap-user_email"],
		Name:  plainLine(it.meta["cap-display_name"]),
		First: plainLine(it.meta["cap-first_name"]),
		Last:  plainLine(it.meta["cap-last_name"]),
		Bio:   plainText(it.meta["cap-description"]),
		Guest: true,
	}
	slug := strings.TrimPrefix(decodeSlug(it.slug), "cap-")
	if a.Login == "" {
		a.Login = slug
	}
	if a.Name == "" {
		a.Name = plainLine(it.title)
	}
	if a.Login == "" || a.Name == "" {
		p.skipItem(it, "a guest author without a name")
		return
	}
	p.known.addAuthor(a)
	p.known.addGuestSlug(slug, a)
	p.send(&a)
	p.fileNotes(it)
}
