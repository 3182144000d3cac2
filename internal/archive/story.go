package archive

import (
	"crypto/sha256"
	"encoding/hex"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// story makes a Story of an item.
func (p *wxr) story(it *item) *Story {
	p.item = &it.mended
	defer func() { p.item = nil }()
	s := &Story{
		OldID:        it.id,
		Kind:         Post,
		OldStatus:    it.status,
		Title:        plainLine(it.title),
		Slug:         decodeSlug(it.slug),
		Link:         it.link,
		GUID:         it.guid,
		Date:         p.date(it.dateGMT, it.date, "of publication"),
		Modified:     p.date(it.modifiedGMT, it.modified, "of the last change"),
		Excerpt:      plainLine(it.excerpt),
		Original:     it.content,
		CommentsOpen: it.commentStatus == "open",
		Sticky:       it.sticky == "1",
		Parent:       noZero(it.parent),
		Line:         it.line,
	}
	if it.kind == "page" {
		s.Kind = Page
	}
	for _, key := range []string{"newspack_post_subtitle", "wps_subtitle", "secondary_title"} {
		if s.Subtitle == "" {
			s.Subtitle = plainLine(it.meta[key])
		}
	}
	if s.Date.IsZero() {
		s.Date = pubDate(it.pubDate)
	}
	s.MenuOrder, _ = strconv.Atoi(it.menuOrder)
	s.Status = p.status(it)
	s.Authors = p.authors(it)
	p.sortTerms(s, it.terms)
	s.Addresses = p.known.addresses(it, s)
	s.Key = p.distinct(s, key(s))
	s.Featured = p.featured(it)
	p.body(s)
	for _, field := range it.fields {
		p.note("a custom field left out", field)
	}
	s.Report = it.mended.report(s.Report)
	return s
}

// status never makes more of a story than the export clearly says.
func (p *wxr) status(it *item) Status {
	if it.kind == "" {
		p.note("no type; taken as an article", "")
	}
	if !it.closed {
		p.note("the item is not closed; kept as a draft, its end may be missing", "")
		return Draft
	}
	switch it.status {
	case "publish":
		if it.password != "" {
			return Password
		}
		return Published
	case "draft":
		return Draft
	case "pending":
		return Pending
	case "future":
		return Future
	case "private":
		return Private
	case "trash":
		return Trash
	}
	if it.status == "" {
		p.note("no status; kept as a draft", "")
	} else {
		p.note("a status other than WordPress's own; kept as a draft", it.status)
	}
	return Draft
}

// authors are those of Co-Authors Plus where a story has them, else the one who
// owns it.
func (p *wxr) authors(it *item) []Author {
	var all []Author
	for _, term := range it.coauthors {
		slug := strings.TrimPrefix(term.Slug, "cap-")
		a, known := p.known.authors[term.Name]
		if !known {
			if a, known = p.known.authors[slug]; !known {
				a = Author{Login: slug, Name: term.Name}
			}
		}
		all = append(all, a)
	}
	if len(all) == 0 && it.creator != "" {
		if a := p.known.author(it.creator); a.Name != "" {
			all = append(all, a)
		}
	}
	return all
}

func (p *wxr) sortTerms(s *Story, terms []Term) {
	for _, t := range terms {
		switch {
		case t.Kind == Category:
			s.Categories = append(s.Categories, t)
		case t.Kind == Tag:
			s.Tags = append(s.Tags, t)
		case t.Taxonomy == "post_format":
			s.Format = strings.TrimPrefix(t.Slug, "post-format-")
		default:
			s.OtherTerms = append(s.OtherTerms, t)
			p.note("a term of the taxonomy "+quoted(t.Taxonomy), t.Name)
		}
	}
}

// key is what names a story in every export of its site.
func key(s *Story) string {
	switch {
	case s.OldID != "" && s.OldID != "0":
		return clip(s.OldID, 40)
	case s.GUID != "" && len(s.GUID) < 300:
		return "guid:" + s.GUID
	case len(s.Addresses) > 0:
		return "address:" + s.Addresses[0]
	}
	sum := sha256.Sum256([]byte(s.Slug + "\x00" + s.Title + "\x00" + s.Original))
	return "text:" + hex.EncodeToString(sum[:12])
}

// distinct gives a story a key of its own when an earlier one of this file has key
// and another address: Squarespace gives the same identifier to several pages, and
// the second was taken for a change of the first. The same story twice, as in
// exports that were joined, keeps one key.
func (p *wxr) distinct(s *Story, key string) string {
	own := s.Link
	if own == "" {
		own = s.Slug + "\x00" + s.Title
	}
	sum := sha256.Sum256([]byte(own))
	here := [8]byte(sum[:8])
	first, seen := p.keys[key]
	if !seen && len(p.keys) < maxKnownKeys {
		p.keys[key] = here
	}
	if !seen || first == here {
		return key
	}
	p.note("another story has this identifier too; both were taken", s.OldID)
	return key + " " + hex.EncodeToString(here[:])
}

// addresses are the paths and query forms under which the old site showed a story.
func (k *tables) addresses(it *item, s *Story) []string {
	var all []string
	add := func(a string) {
		if a != "" && a != "/" && !slices.Contains(all, a) && len(all) < 50 {
			all = append(all, a)
		}
	}
	main := k.address(it.link)
	add(main)
	add(k.address(it.guid))
	if id, err := strconv.ParseUint(it.id, 10, 63); err == nil && id > 0 {
		query := "/?p="
		if s.Kind == Page {
			query = "/?page_id="
		}
		add(k.base + query + it.id)
	}
	for _, old := range it.oldSlugs {
		if slug := decodeSlug(old); s.Slug != "" && slug != "" && !strings.Contains(slug, "/") {
			add(k.withSlug(main, s.Slug, slug))
		}
	}
	return all
}

// address gives path and query of an address of the site itself. Of other hosts'
// (a site that has moved keeps its old name in the GUIDs) only WordPress's own
// query forms mean something.
func (k *tables) address(full string) string {
	u, err := url.Parse(full)
	if err != nil || u.Opaque != "" || len(full) > 2000 {
		return ""
	}
	if u.Host != "" && k.host != "" && !strings.EqualFold(strings.TrimPrefix(u.Host, "www."), strings.TrimPrefix(k.host, "www.")) {
		q := u.Query()
		if len(q) != 1 || q.Get("p") == "" && q.Get("page_id") == "" {
			return ""
		}
		u.Path = k.base + "/"
	}
	p := u.Path
	if !strings.HasPrefix(p, "/") || strings.HasPrefix(p, "//") || strings.ContainsAny(p, "?#\\\x00\n\r") || slices.Contains(strings.Split(p, "/"), "..") {
		return ""
	}
	if u.RawQuery != "" {
		p += "?" + u.RawQuery
	}
	return p
}

// withSlug puts another slug in the place of the story's in its address.
func (k *tables) withSlug(address, slug, other string) string {
	i := strings.LastIndex(address, "/"+slug)
	if i < 0 || strings.Contains(address, "?") {
		return ""
	}
	rest := address[i+1+len(slug):]
	if rest != "" && rest[0] != '/' && rest[0] != '.' {
		return ""
	}
	return address[:i+1] + other + rest
}

// featured is the picture that stands above a story.
func (p *wxr) featured(it *item) *Picture {
	id := noZero(it.meta["_thumbnail_id"])
	if id == "" {
		return nil
	}
	m, ok := p.known.attachments[id]
	if !ok {
		p.note("a featured picture that is not in the export so far", "attachment "+id)
	}
	return &Picture{URL: m.url, OldID: id, Alt: m.alt, Caption: m.caption, Credit: m.credit}
}
