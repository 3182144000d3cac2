package archive

import "strings"

// readAuthor reads a wp:author of the head.
func (p *wxr) readAuthor(t token) {
	var a Author
	p.children(t, func(t token) {
		var to *string
		switch t.name {
		case "wp:author_id":
			to = &a.OldID
		case "wp:author_login":
			to = &a.Login
		case "wp:author_email":
			to = &a.Email
		case "wp:author_display_name":
			to = &a.Name
		case "wp:author_first_name":
			to = &a.First
		case "wp:author_last_name":
			to = &a.Last
		default:
			p.skip(t)
			return
		}
		*to = p.field(t)
	})
	a.Name, a.First, a.Last = plainLine(a.Name), plainLine(a.First), plainLine(a.Last)
	if a.Name == "" {
		a.Name = strings.TrimSpace(a.First + " " + a.Last)
	}
	if a.Login == "" {
		a.Login = a.Email
	}
	if a.Name == "" {
		a.Name = a.Login
	}
	if a.Name == "" {
		p.note("an author without a name left out", a.OldID)
		return
	}
	p.known.addAuthor(a)
	p.send(&a)
}

// field reads a short text.
func (p *wxr) field(t token) string { return strings.TrimSpace(p.leaf(t, maxField)) }

// readTerm reads a wp:category, wp:tag or wp:term of the head.
func (p *wxr) readTerm(t token) {
	var term Term
	switch t.name {
	case "wp:category":
		term.Taxonomy = "category"
	case "wp:tag":
		term.Taxonomy = "post_tag"
	}
	p.children(t, func(t token) {
		var to *string
		switch t.name {
		case "wp:term_id":
			to = &term.OldID
		case "wp:term_taxonomy":
			to = &term.Taxonomy
		case "wp:category_nicename", "wp:tag_slug", "wp:term_slug":
			to = &term.Slug
		case "wp:cat_name", "wp:tag_name", "wp:term_name":
			to = &term.Name
		case "wp:category_parent", "wp:term_parent":
			to = &term.Parent
		case "wp:category_description", "wp:tag_description", "wp:term_description":
			to = &term.Description
		default:
			p.skip(t)
			return
		}
		*to = p.field(t)
	})
	term.Kind = termKind(term.Taxonomy)
	term.Slug = decodeSlug(term.Slug)
	term.Parent = decodeSlug(term.Parent)
	term.Name = plainLine(term.Name)
	term.Description = plainLine(term.Description)
	if term.Name == "" {
		term.Name = term.Slug
	}
	if term.Name == "" {
		p.note("a term without a name left out", term.Taxonomy)
		return
	}
	p.send(&term)
}

func termKind(taxonomy string) TermKind {
	switch taxonomy {
	case "category":
		return Category
	case "post_tag", "tag":
		return Tag
	}
	return OtherTerm
}
