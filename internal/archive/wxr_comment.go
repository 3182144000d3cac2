package archive

import "strings"

// readComment reads a comment of an item.
func (p *wxr) readComment(it *item, t token) {
	var c Comment
	var date, dateGMT, kind, approved, text string
	p.children(t, func(t token) {
		if p.budget -= elementOverhead; p.budget <= 0 {
			p.skip(t)
			return
		}
		var to *string
		switch t.name {
		case "wp:comment_content":
			text = p.kept(t)
			return
		case "wp:comment_id":
			to = &c.OldID
		case "wp:comment_author":
			to = &c.Author
		case "wp:comment_author_email":
			to = &c.Email
		case "wp:comment_author_url":
			to = &c.URL
		case "wp:comment_date":
			to = &date
		case "wp:comment_date_gmt":
			to = &dateGMT
		case "wp:comment_approved":
			to = &approved
		case "wp:comment_type":
			to = &kind
		case "wp:comment_parent":
			to = &c.Parent
		case "wp:comment_user_id":
			to = &c.UserID
		default:
			p.skip(t)
			return
		}
		*to = p.short(t)
	})
	if p.surveying {
		return
	}
	c.Author = plainLine(c.Author)
	c.Parent, c.UserID = noZero(c.Parent), noZero(c.UserID)
	c.Date = p.date(dateGMT, date, "of a comment")
	c.Kind = commentKind(kind)
	c.Approval = approval(approved)
	c.Text = plainText(text)
	it.comments = append(it.comments, &c)
}

func commentKind(kind string) CommentKind {
	switch strings.ToLower(kind) {
	case "", "comment":
		return ReaderComment
	case "pingback", "trackback":
		return Ping
	}
	return OtherComment
}

func approval(s string) Approval {
	switch s {
	case "1", "approved":
		return Approved
	case "spam":
		return Spam
	case "trash", "post-trashed":
		return Binned
	}
	return Held
}

// noZero: WordPress writes "none" as 0.
func noZero(id string) string {
	if id == "0" {
		return ""
	}
	return id
}
