package archive

import (
	"strconv"
	"strings"
)

// An item as it stands in the file, before it is decided what it is.
type item struct {
	line                                     int
	title, link, guid, pubDate, creator      string
	content, excerpt, description            string
	id, date, dateGMT, modified, modifiedGMT string
	commentStatus, slug, status, parent      string
	menuOrder, kind, password, sticky        string
	attachmentURL                            string
	terms                                    []Term
	coauthors                                []Term
	meta                                     map[string]string
	oldSlugs                                 []string
	fields                                   []string // keys of the site's own custom fields
	comments                                 []*Comment
	closed                                   bool
	mended                                   tally
}

// Limits of one item other than its size.
const (
	maxTerms        = 1000
	maxFields       = 200
	elementOverhead = 64 // bytes that every element counts, so that empty ones are bounded too
)

// readItem reads an item and sends what it is.
func (p *wxr) readItem(t token) {
	it := &item{line: p.line, meta: map[string]string{}}
	p.item = &it.mended
	p.budget = p.o.MaxItem
	it.closed = p.children(t, func(t token) {
		if p.budget -= elementOverhead; p.budget <= 0 {
			p.skip(t)
			return
		}
		p.itemField(it, t)
	})
	p.item = nil
	switch {
	case p.stopped:
	case p.budget <= 0:
		p.skipItem(it, "longer than "+strconv.Itoa(p.o.MaxItem>>20)+" MB")
	case !it.closed && p.cut:
		p.skipItem(it, "the file breaks off inside it")
	default:
		p.sendItem(it)
	}
}

func (p *wxr) skipItem(it *item, why string) {
	kind := it.kind
	if kind == "" {
		kind = "item"
	}
	p.send(&Skipped{Kind: kind, OldID: it.id, Title: plainLine(it.title), Why: why, Line: it.line})
	for _, n := range it.mended.notes {
		p.notes.addN(n.What, n.Count, n.Example, n.Line)
	}
}

// kept reads a text of any length within the item's budget.
func (p *wxr) kept(t token) string {
	limit := p.budget
	if p.surveying {
		limit = min(limit, maxField)
	}
	s := p.leaf(t, limit)
	p.budget -= len(s)
	return s
}

func (p *wxr) short(t token) string {
	s := strings.TrimSpace(p.leaf(t, min(maxField, p.budget)))
	p.budget -= len(s)
	return s
}

func (p *wxr) itemField(it *item, t token) {
	var to *string
	switch t.name {
	case "content:encoded":
		it.content = p.kept(t)
		return
	case "excerpt:encoded":
		it.excerpt = p.kept(t)
		return
	case "category":
		p.itemTerm(it, t)
		return
	case "wp:postmeta":
		p.itemMeta(it, t)
		return
	case "wp:comment":
		p.readComment(it, t)
		return
	case "title":
		to = &it.title
	case "link":
		to = &it.link
	case "guid":
		to = &it.guid
	case "pubDate":
		to = &it.pubDate
	case "dc:creator", "wp:author":
		to = &it.creator
	case "description":
		to = &it.description
	case "wp:post_id":
		to = &it.id
	case "wp:post_date":
		to = &it.date
	case "wp:post_date_gmt":
		to = &it.dateGMT
	case "wp:post_modified":
		to = &it.modified
	case "wp:post_modified_gmt":
		to = &it.modifiedGMT
	case "wp:comment_status":
		to = &it.commentStatus
	case "wp:post_name":
		to = &it.slug
	case "wp:status":
		to = &it.status
	case "wp:post_parent":
		to = &it.parent
	case "wp:menu_order":
		to = &it.menuOrder
	case "wp:post_type":
		to = &it.kind
	case "wp:post_password":
		to = &it.password
	case "wp:is_sticky":
		to = &it.sticky
	case "wp:attachment_url":
		to = &it.attachmentURL
	default:
		p.skip(t)
		return
	}
	text := p.short(t)
	if *to == "" || t.name == "dc:creator" {
		*to = text
	}
}

// itemTerm reads <category domain="…" nicename="…">name</category>. Exports before
// 3.1 say each twice, once without the nicename.
func (p *wxr) itemTerm(it *item, t token) {
	var term Term
	for _, a := range t.attrs {
		switch a.name {
		case "domain":
			term.Taxonomy = a.value
		case "nicename":
			term.Slug = decodeSlug(a.value)
		}
	}
	term.Name = plainLine(p.short(t))
	if term.Name == "" {
		term.Name = term.Slug
	}
	if term.Name == "" || term.Taxonomy == "" && term.Slug == "" {
		return
	}
	if term.Taxonomy == "" {
		term.Taxonomy = "category"
	}
	term.Kind = termKind(term.Taxonomy)
	to := &it.terms
	if term.Taxonomy == "author" {
		to = &it.coauthors
	}
	for i, other := range *to {
		if other.Taxonomy == term.Taxonomy && (other.Name == term.Name && (other.Slug == "" || term.Slug == "") || other.Slug != "" && other.Slug == term.Slug) {
			if other.Slug == "" {
				(*to)[i] = term
			}
			return
		}
	}
	if len(*to) < maxTerms {
		*to = append(*to, term)
	}
}

// itemMeta reads a custom field. Only those with a meaning here are kept.
func (p *wxr) itemMeta(it *item, t token) {
	var key, value string
	p.children(t, func(t token) {
		switch t.name {
		case "wp:meta_key":
			key = p.field(t)
		case "wp:meta_value":
			value = strings.TrimSpace(p.leaf(t, min(maxField, p.budget)))
		default:
			p.skip(t)
		}
	})
	switch {
	case key == "_wp_old_slug":
		if value != "" && len(it.oldSlugs) < maxFields {
			p.budget -= len(value)
			it.oldSlugs = append(it.oldSlugs, value)
		}
	case wantedMeta[key]:
		p.budget -= len(value)
		it.meta[key] = value
	case key != "" && key[0] != '_' && value != "" && len(it.fields) < maxFields:
		p.budget -= len(key)
		it.fields = append(it.fields, key)
	}
}

// wantedMeta are the custom fields that mean something: WordPress's own, those of
// Co-Authors Plus, and the credit and subtitle fields that newsrooms' plug-ins use.
var wantedMeta = map[string]bool{
	"_thumbnail_id":            true,
	"_wp_attachment_image_alt": true,
	"_media_credit":            true,
	"_navis_media_credit_org":  true,
	"media_credit":             true,
	"newspack_post_subtitle":   true,
	"wps_subtitle":             true,
	"secondary_title":          true,
	"cap-display_name":         true,
	"cap-user_login":           true,
	"cap-user_email":           true,
	"cap-first_name":           true,
	"cap-last_name":            true,
	"cap-description":          true,
}
