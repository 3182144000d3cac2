package site

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"dateline/internal/news"
)

const (
	listPage = 20
	maxPages = 500 // a list is no way through an archive: search is
)

// A listKind is one of the three lists that share a shape.
type listKind struct {
	path    string // the first segment
	listing func(slug string) news.Listing
	tag     func(slug string) string
	// head names the list and says what it is.
	head func(ctx context.Context, s *Site, slug string) (listHead, error)
}

type listHead struct {
	kind  ListingKind
	name  string
	intro string
	topic news.Topic // of a topic's
}

// head looks the list up. A topic or an author without a visible story does not
// exist for readers: the first may be a draft's, and its name a secret.
func (s *Site) head(ctx context.Context, l listKind, slug string) (listHead, error) {
	h, err := l.head(ctx, s, slug)
	if err != nil {
		return h, err
	}
	if l.path == topicList.path || l.path == authorList.path {
		ask := l.listing(slug)
		ask.Limit = 1
		cards, _, err := s.c.Stories.Cards(ctx, ask)
		if err != nil {
			return h, err
		}
		if len(cards) == 0 {
			return h, news.Missing("page")
		}
	}
	return h, nil
}

var (
	sectionList = listKind{"sections", func(slug string) news.Listing { return news.Listing{Section: slug} }, news.SectionTag,
		func(ctx context.Context, s *Site, slug string) (listHead, error) {
			x, err := s.c.Shelf.Section(ctx, slug)
			return listHead{kind: ListSection, name: x.Name}, err
		}}
	topicList = listKind{"topics", func(slug string) news.Listing { return news.Listing{Topic: slug} }, news.TopicTag,
		func(ctx context.Context, s *Site, slug string) (listHead, error) {
			x, err := s.c.Shelf.Topic(ctx, slug)
			return listHead{kind: ListingKind(x.Kind), name: x.Name, topic: x}, err
		}}
	authorList = listKind{"authors", func(slug string) news.Listing { return news.Listing{Author: slug} }, news.AuthorTag,
		func(ctx context.Context, s *Site, slug string) (listHead, error) {
			x, err := s.c.Shelf.Author(ctx, slug)
			return listHead{kind: ListAuthor, name: x.Name, intro: x.Bio}, err
		}}
	// siteList is the whole site, for its feeds.
	siteList = listKind{"", func(string) news.Listing { return news.Listing{} }, nil,
		func(_ context.Context, s *Site, _ string) (listHead, error) { return listHead{name: s.c.Name}, nil }}
)

// page is the list's address; the site's own is the front.
func (l listKind) page(slug string) string {
	if l.path == "" {
		return "/"
	}
	return "/" + l.path + "/" + url.PathEscape(slug)
}

func (s *Site) serveListing(l listKind) func(http.ResponseWriter, *http.Request) error {
	return func(w http.ResponseWriter, r *http.Request) error {
		slug := r.PathValue("slug")
		n := 1
		if q := s.c.Cache.Query(r).Get("page"); q != "" {
			var err error
			if n, err = strconv.Atoi(q); err != nil || n < 1 || n > maxPages || strconv.Itoa(n) != q {
				n = 0 // answered like any page that is not there; 007 too, or one page had no end of addresses
			}
		}
		return s.page(w, r, func(ctx context.Context) (Page, []string, error) { return s.listing(ctx, l, slug, n) })
	}
}

func (s *Site) listing(ctx context.Context, l listKind, slug string, n int) (Page, []string, error) {
	if n == 0 {
		return nil, nil, news.Missing("page")
	}
	tags := []string{l.tag(slug)}
	head, err := s.head(ctx, l, slug)
	if err != nil {
		return nil, tags, err
	}
	ask := l.listing(slug)
	total, err := s.c.Stories.CountCards(ctx, ask)
	if err != nil {
		return nil, tags, err
	}
	ask.Limit, ask.Offset = listPage, (n-1)*listPage
	cards, more, err := s.c.Stories.Cards(ctx, ask)
	if err != nil {
		return nil, nil, err
	}
	if n > 1 && len(cards) == 0 {
		return nil, tags, news.Missing("page")
	}
	path := l.page(slug)
	own := path
	if n > 1 {
		own += "?page=" + strconv.Itoa(n)
	}
	sectionSlug := ""
	if head.kind == ListSection {
		sectionSlug = slug
	}
	c, err := s.chrome(ctx, own, sectionSlug)
	if err != nil {
		return nil, nil, err
	}
	c.Feeds = FeedsAt(path, s.c.Name+": "+head.name)
	h, err := s.shelf(ctx, cards)
	if err == nil {
		err = h.countComments(ctx, cards)
	}
	if err != nil {
		return nil, nil, err
	}
	p := &ListingPage{Chrome: c, Kind: head.kind, Name: head.name, Total: total, Stories: h.cards(cards),
		Pager: pager(path+"?", n, total, more)}
	if n == 1 {
		p.Intro, p.Aliases = head.intro, head.topic.Aliases
		s.coming(p, &head.topic)
	}
	return p, append(tags, cardTags(cards)...), nil
}

// coming puts the topic's dates to come on its page, which says so until the day is over.
func (s *Site) coming(p *ListingPage, t *news.Topic) {
	now := s.c.Now().In(s.c.Zone)
	for _, d := range t.Coming(now.Format(time.DateOnly)) {
		if day, err := time.ParseInLocation(time.DateOnly, d.On, s.c.Zone); err == nil {
			p.Coming = append(p.Coming, ComingDate{day, d.Title})
		}
	}
	if len(p.Coming) > 0 {
		p.until = p.Coming[0].Day.AddDate(0, 0, 1)
	}
}

// pager leads through pages of listPage; before ends with "?" or "&".
func pager(before string, n, total int, more bool) Pager {
	p := Pager{Number: n, Total: min(maxPages, max(1, (total+listPage-1)/listPage))}
	at := func(n int) string {
		if n == 1 {
			return before[:len(before)-1]
		}
		return before + "page=" + strconv.Itoa(n)
	}
	if n > 1 {
		p.NewerURL = at(n - 1)
	}
	if more && n < maxPages {
		p.OlderURL = at(n + 1)
	}
	return p
}
