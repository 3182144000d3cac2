package newsroom

import (
	"context"
	"unicode/utf8"

	"dateline/internal/markup"
	"dateline/internal/news"
)

// A phone is an alert as phones show it. Where they cut a line is left to the
// stylesheet, as it is to them.
type phone struct {
	Title   string
	Body    string
	Lang    string
	Dir     string
	Site    string
	Host    string
	Mark    string // the first letter of the site, where the icon stands
	Picture string // address, or empty
	Topic   bool   // readers can stop the topic from it
}

func (n *Newsroom) phoneOf(ctx context.Context, a news.Alert, lang string) (phone, error) {
	p := phone{Title: a.Title, Body: a.Body, Lang: lang, Dir: markup.Dir(lang), Site: n.o.SiteName, Topic: len(a.Audience.Topics) > 0}
	if n.o.Public != nil {
		p.Host = n.o.Public.Host
	}
	if r, size := utf8.DecodeRuneInString(n.o.SiteName); size > 0 {
		p.Mark = string(r)
	}
	if a.Picture == "" {
		return p, nil
	}
	switch picture, err := n.o.Shelf.Picture(ctx, a.Picture); {
	case err == nil:
		p.Picture = large(&picture)
	case news.KindOf(err) != news.NotFound:
		return p, err
	}
	return p, nil
}
