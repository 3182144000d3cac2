package site

import (
	"context"
	"html/template"
	"net/http"
	"strconv"
	"strings"
	"time"

	"dateline/internal/news"
	"dateline/internal/pagecache"
	"dateline/internal/syndication"
)

const (
	feedItems   = 30
	sitemapPart = 10_000 // addresses in one part of a large sitemap
)

// about is the site as feeds and descriptions for machines name it.
func (s *Site) about() syndication.Site {
	w := s.c.Renderer.Words()
	return syndication.Site{Origin: s.origin, Name: s.c.Name, Description: plain(w.SiteDescription, "site", s.c.Name), Language: s.c.Lang,
		Icon: syndication.Image{Path: s.c.Renderer.assets.Path("icon-512.png"), Width: 512, Height: 512}, Note: s.noteHeading}
}

// noteHeading heads a correction where no page of ours stands round it, in the
// story's language as far as we speak it.
func (s *Site) noteHeading(c news.Correction, lang string) string {
	w, err := WordsFor(lang)
	if err != nil {
		w = s.c.Renderer.Words()
	}
	kind := map[news.CorrectionKind]string{news.CorrectionNote: w.KindCorrection, news.ClarificationNote: w.KindClarification, news.UpdateNote: w.KindUpdate}[c.Kind]
	return kind + ", " + w.date(c.At.In(s.c.Zone))
}

// machine answers with what another machine reads, from the cache if it is there.
func (s *Site) machine(w http.ResponseWriter, r *http.Request, contentType string, make func(ctx context.Context) ([]byte, []string, error)) error {
	path := r.URL.Path
	return s.c.Cache.Serve(w, r, "", func(ctx context.Context) (pagecache.Response, error) {
		body, tags, err := make(ctx)
		if err != nil {
			return s.refusal(ctx, path, tags, err)
		}
		return pagecache.Response{ContentType: contentType, Body: body, Tags: append(tags, news.SiteTag)}, nil
	})
}

var feedFormats = map[string]struct {
	contentType string
	write       func(syndication.Feed) []byte
}{
	"rss":  {"application/rss+xml; charset=utf-8", syndication.RSS},
	"atom": {"application/atom+xml; charset=utf-8", syndication.Atom},
	"json": {"application/feed+json; charset=utf-8", syndication.JSONFeed},
}

func (s *Site) serveFeed(l listKind, format string) func(http.ResponseWriter, *http.Request) error {
	f := feedFormats[format]
	return func(w http.ResponseWriter, r *http.Request) error {
		slug := r.PathValue("slug")
		return s.machine(w, r, f.contentType, func(ctx context.Context) ([]byte, []string, error) {
			feed, tags, err := s.feed(ctx, l, slug)
			return f.write(feed), tags, err
		})
	}
}

func (s *Site) feed(ctx context.Context, l listKind, slug string) (feed syndication.Feed, tags []string, err error) {
	feed = syndication.Feed{Site: s.about(), Page: l.page(slug)}
	tags = []string{news.LatestTag}
	if l.path != "" {
		tags = []string{l.tag(slug)}
	}
	head, err := s.head(ctx, l, slug)
	if err != nil {
		return feed, tags, err
	}
	if l.path != "" {
		feed.Title = s.c.Name + ": " + head.name
		feed.Description = first(head.intro, plain(s.c.Renderer.Words().ListingAbout, "name", head.name, "site", s.c.Name))
	}
	ask := l.listing(slug)
	ask.Limit = feedItems
	cards, _, err := s.c.Stories.Cards(ctx, ask)
	if err != nil {
		return feed, nil, err
	}
	for _, c := range cards {
		st, err := s.full.story(ctx, s.c.Stories, c)
		if err != nil {
			return feed, nil, err
		}
		if st == nil {
			continue
		}
		feed.Items = append(feed.Items, syndication.Item{Card: c, Story: st})
	}
	pictures, related := feed.Needs()
	if feed.Pictures, err = s.c.Pictures.Pictures(ctx, pictures); err != nil {
		return feed, nil, err
	}
	inText, err := s.c.Stories.CardsByID(ctx, related)
	if err != nil {
		return feed, nil, err
	}
	feed.Cards = cardMap(inText)
	for _, id := range related {
		tags = append(tags, news.StoryTag(id))
	}
	return feed, append(tags, cardTags(cards)...), nil
}

func cardMap(cards []news.Card) map[news.StoryID]news.Card {
	m := make(map[news.StoryID]news.Card, len(cards))
	for _, c := range cards {
		m[c.ID] = c
	}
	return m
}

// machineArticle is a story with all that its descriptions for machines need.
func (s *Site) machineArticle(ctx context.Context, st *news.Story) (syndication.Article, error) {
	a := syndication.Article{Site: s.about(), Story: st}
	pictures, topics, cards := a.Needs()
	var err error
	if a.Pictures, err = s.c.Pictures.Pictures(ctx, pictures); err != nil {
		return a, err
	}
	if a.Topics, err = s.c.Shelf.Topics(ctx, topics); err != nil {
		return a, err
	}
	found, err := s.c.Stories.CardsByID(ctx, cards)
	a.Cards = cardMap(found)
	return a, err
}

// jsonLD is the article's description in its page's head.
func (s *Site) jsonLD(st *news.Story, parts articleParts) template.JS {
	return template.JS(syndication.JSONLD(syndication.Article{Site: s.about(), Story: st, Pictures: parts.pictures, Topics: parts.named, Cards: parts.cards}))
}

func (s *Site) serveNinjs(w http.ResponseWriter, r *http.Request, path string) error {
	return s.machine(w, r, "application/json", func(ctx context.Context) ([]byte, []string, error) {
		// Carried by a refusal, too: it ends when the article is published.
		at := []string{news.PathTag(path)}
		st, err := s.c.Stories.ShownAt(ctx, path)
		if to := movedTo(err); to != "" {
			e := news.Missing("page")
			e.Moved = to + ".ninjs"
			return nil, append(at, news.PathTag(to)), e
		}
		if err != nil {
			return nil, at, err
		}
		a, err := s.machineArticle(ctx, st)
		if err != nil {
			return nil, nil, err
		}
		tags := append(at, news.StoryTag(st.ID))
		_, topics, cards := a.Needs()
		for _, t := range topics {
			tags = append(tags, news.TopicTag(t))
		}
		for _, id := range cards {
			tags = append(tags, news.StoryTag(id))
		}
		return syndication.Ninjs(a), tags, nil
	})
}

func (s *Site) serveSitemap(w http.ResponseWriter, r *http.Request) error {
	return s.machine(w, r, "application/xml", func(ctx context.Context) ([]byte, []string, error) {
		n, err := s.c.Stories.CountShown(ctx)
		if err != nil {
			return nil, nil, err
		}
		tags := []string{news.LatestTag}
		if n+1 > syndication.MaxSitemap {
			var parts []syndication.Entry
			for i := 0; i*sitemapPart < n; i++ {
				parts = append(parts, syndication.Entry{Path: "/sitemap/" + strconv.Itoa(i+1) + ".xml"})
			}
			return syndication.SitemapIndex(s.origin, parts), tags, nil
		}
		entries, err := s.addresses(ctx, 0, syndication.MaxSitemap)
		return syndication.Sitemap(s.origin, append([]syndication.Entry{{Path: "/"}}, entries...)), tags, err
	})
}

func (s *Site) serveSitemapPart(w http.ResponseWriter, r *http.Request) error {
	name, ok := strings.CutSuffix(r.PathValue("n"), ".xml")
	n, err := strconv.Atoi(name)
	if !ok || err != nil || n < 1 || n > syndication.MaxSitemapIndex {
		return s.serveOld(w, r, r.URL.Path)
	}
	return s.machine(w, r, "application/xml", func(ctx context.Context) ([]byte, []string, error) {
		entries, err := s.addresses(ctx, (n-1)*sitemapPart, sitemapPart)
		if err == nil && len(entries) == 0 {
			err = news.Missing("page")
		}
		return syndication.Sitemap(s.origin, entries), []string{news.LatestTag}, err
	})
}

// addresses reads what a sitemap names, some thousands at a time.
func (s *Site) addresses(ctx context.Context, from, n int) ([]syndication.Entry, error) {
	var out []syndication.Entry
	for len(out) < n {
		cards, err := s.c.Stories.ShownAddresses(ctx, min(5000, n-len(out)), from+len(out))
		if err != nil {
			return nil, err
		}
		for _, c := range cards {
			out = append(out, syndication.Entry{Path: href(c.Address), Modified: c.Updated})
		}
		if len(cards) < 5000 {
			break
		}
	}
	return out, nil
}

func (s *Site) serveNewsSitemap(w http.ResponseWriter, r *http.Request) error {
	return s.c.Cache.Serve(w, r, "", func(ctx context.Context) (pagecache.Response, error) {
		now := s.c.Now()
		cards, _, err := s.c.Stories.Cards(ctx, news.Listing{Since: now.Add(-syndication.NewsWindow), Limit: syndication.MaxNewsSitemap})
		if err != nil {
			return pagecache.Response{}, err
		}
		resp := pagecache.Response{ContentType: "application/xml", Body: syndication.NewsSitemap(s.about(), cards, now),
			Tags: []string{news.LatestTag, news.SiteTag}}
		// It changes by itself when its oldest story is two days old.
		resp.Until = now.Add(time.Hour)
		if n := len(cards); n > 0 {
			if ends := cards[n-1].FirstPublished.Add(syndication.NewsWindow); ends.Before(resp.Until) && ends.After(now) {
				resp.Until = ends
			}
		}
		return resp, nil
	})
}

func (s *Site) serveRobots(w http.ResponseWriter, r *http.Request) error {
	return s.machine(w, r, "text/plain; charset=utf-8", func(context.Context) ([]byte, []string, error) {
		return syndication.Robots(s.origin), []string{news.SiteTag}, nil
	})
}

func (s *Site) serveManifest(w http.ResponseWriter, r *http.Request) error {
	return s.machine(w, r, "application/manifest+json", func(context.Context) ([]byte, []string, error) {
		return s.c.Renderer.Manifest(), []string{news.SiteTag}, nil
	})
}
