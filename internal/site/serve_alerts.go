package site

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"dateline/internal/news"
	"dateline/internal/pagecache"
	"dateline/internal/search"
	"dateline/internal/syndication"
)

// shownAlerts is how many alerts the page and its feed list.
const shownAlerts = 50

// serveAlerts answers with the page of alerts. What a link asks for (a topic, a story,
// something to stop) is filled in; such pages are not kept, since there is no end of
// them.
func (s *Site) serveAlerts(w http.ResponseWriter, r *http.Request) error {
	q := s.c.Cache.Query(r)
	if len(q) == 0 {
		return s.page(w, r, func(ctx context.Context) (Page, []string, error) { return s.alerts(ctx, q) })
	}
	return s.c.Cache.Serve(w, r, "", func(ctx context.Context) (pagecache.Response, error) {
		wait, cancel := context.WithTimeout(ctx, searchWait)
		defer cancel()
		leave, err := s.asking.Enter(wait)
		if err != nil {
			return pagecache.Response{}, err
		}
		defer leave()
		p, tags, err := s.alerts(ctx, q)
		if err != nil {
			return pagecache.Response{}, err
		}
		resp, err := s.response(http.StatusOK, p, append(tags, news.SiteTag))
		resp.Unkept = true
		return resp, err
	})
}

func (s *Site) alerts(ctx context.Context, q url.Values) (Page, []string, error) {
	c, err := s.chrome(ctx, news.AlertsAddress, "")
	if err != nil {
		return nil, nil, err
	}
	c.NoIndex = len(q) > 0
	p := &AlertsPage{Chrome: c, Mail: s.mails()}
	// Which topics are used most, and which stories readers can see, changes with every
	// publication; both lists go with it.
	tags := []string{news.AlertsTag, news.LatestTag}
	shown, err := s.shownAlerts(ctx)
	if err != nil {
		return nil, tags, err
	}
	for _, a := range shown {
		p.Shown = append(p.Shown, alertEntry(a))
	}
	if !p.Possible() {
		return p, tags, nil
	}
	if p.Topics, err = s.alertTopics(ctx, q.Get("topic")); err != nil {
		return nil, tags, err
	}
	for _, t := range p.Topics {
		tags = append(tags, news.TopicTag(t.ID))
	}
	if p.Stories, err = s.alertStories(ctx, q.Get("story")); err != nil {
		return nil, tags, err
	}
	p.Stop, err = s.alertStop(ctx, q.Get("stop"))
	return p, tags, err
}

// shownAlerts are the last alerts; none where this server has no list of them.
func (s *Site) shownAlerts(ctx context.Context) ([]news.ShownAlert, error) {
	if s.c.Alerts == nil {
		return nil, nil
	}
	return s.c.Alerts.ShownAlerts(ctx, shownAlerts)
}

// mails tells whether readers can have alerts by mail.
func (s *Site) mails() bool { return s.c.Mail && s.c.Mailing != nil }

func alertEntry(a news.ShownAlert) AlertEntry {
	e := AlertEntry{ID: string(a.ID), Title: a.Title, Body: a.Body, Lang: a.Language, At: a.At, Changed: a.Corrected,
		Withdrawn: a.Kind == news.WithdrawalAlert, Was: a.Was}
	if a.Address != news.AlertsAddress && a.Address != "" {
		e.URL = href(a.Address)
	}
	return e
}

// alertTopics are the topics that most stories have, with the one that was asked for.
func (s *Site) alertTopics(ctx context.Context, asked string) ([]AlertChoice, error) {
	var out []AlertChoice
	if asked != "" {
		switch h, err := s.head(ctx, topicList, asked); {
		case err == nil:
			out = append(out, AlertChoice{ID: asked, Name: h.name, On: true})
		case news.KindOf(err) != news.NotFound:
			return nil, err
		}
	}
	found, err := s.c.Finder.Search(ctx, search.Query{Sort: search.Newest, Limit: 1})
	if err != nil {
		// Without them there is still the choice of all or the most important.
		s.c.Log.Error("the most used topics could not be found", "err", err)
		return out, nil
	}
	var slugs []string
	for _, c := range found.Facets.Topics {
		slugs = append(slugs, c.Key)
	}
	named, err := s.c.Shelf.Topics(ctx, slugs)
	if err != nil {
		return nil, err
	}
	for _, slug := range slugs {
		if t, ok := named[slug]; ok && slug != asked {
			out = append(out, AlertChoice{ID: slug, Name: t.Name})
		}
	}
	return out, nil
}

func (s *Site) alertStories(ctx context.Context, asked string) ([]AlertChoice, error) {
	st, err := s.followed(ctx, asked)
	if st == nil || err != nil {
		return nil, err
	}
	c := &st.Live.Content
	return []AlertChoice{{ID: asked, Name: c.Headline, Lang: s.langOf(c.Language, c.Headline), On: true}}, nil
}

// followed is a story that readers can see, nil if there is none of that name.
func (s *Site) followed(ctx context.Context, id string) (*news.Story, error) {
	if !news.IsID(id) {
		return nil, nil
	}
	st, err := s.c.Stories.Shown(ctx, news.StoryID(id))
	if news.KindOf(err) == news.NotFound || news.KindOf(err) == news.Gone {
		return nil, nil
	}
	if err == nil && st.Kind != news.Article {
		return nil, nil
	}
	return st, err
}

// alertStop reads what a notification's button wants stopped. A topic or a story that
// readers cannot see any more can be stopped, too: it just has no name.
func (s *Site) alertStop(ctx context.Context, asked string) (*AlertStop, error) {
	what, id, _ := strings.Cut(asked, ":")
	switch what {
	case "topic":
		if id == "" || news.Slug(id) != id {
			return nil, nil
		}
		h, err := s.head(ctx, topicList, id)
		if err != nil && news.KindOf(err) != news.NotFound {
			return nil, err
		}
		return &AlertStop{What: asked, Name: first(h.name, id)}, nil
	case "story":
		st, err := s.followed(ctx, id)
		if err != nil || !news.IsID(id) {
			return nil, err
		}
		stop := &AlertStop{What: asked, Name: s.c.Renderer.Words().ThisStory}
		if st != nil {
			stop.Name = st.Live.Content.Headline
		}
		return stop, nil
	}
	return nil, nil
}

// serveAlertsFeed is the same list for feed readers: who cannot have notifications has
// this, and nobody has to ask for it.
func (s *Site) serveAlertsFeed(w http.ResponseWriter, r *http.Request) error {
	return s.machine(w, r, feedFormats["rss"].contentType, func(ctx context.Context) ([]byte, []string, error) {
		tags := []string{news.AlertsTag, news.LatestTag}
		shown, err := s.shownAlerts(ctx)
		if err != nil {
			return nil, tags, err
		}
		words := s.c.Renderer.Words()
		f := syndication.AlertFeed{Site: s.about(), Title: plain(words.AlertsFeedTitle, "site", s.c.Name), Description: words.AlertsOffer}
		for _, a := range shown {
			f.Items = append(f.Items, s.alertItem(a))
		}
		return syndication.AlertRSS(f), tags, nil
	})
}

// alertItem is one alert for a feed, in the words of its language as far as we speak it.
func (s *Site) alertItem(a news.ShownAlert) syndication.AlertItem {
	w, err := WordsFor(first(a.Language, s.c.Lang))
	if err != nil {
		w = s.c.Renderer.Words()
	}
	it := syndication.AlertItem{ID: a.ID, Title: a.Title, Body: a.Body, Language: a.Language, Address: a.Address, At: a.At, Changed: a.Corrected}
	if a.Kind == news.CorrectionAlert && !strings.HasPrefix(a.Title, plain(w.CorrectionTitle, "title", "")) {
		it.Title = plain(w.CorrectionTitle, "title", a.Title)
	}
	if a.Was != "" {
		it.Body = strings.TrimSpace(a.Body + "\n" + plain(w.AlertWas, "title", a.Was))
	}
	return it
}

// follow fills in where an article's offers lead.
func (s *Site) follow(p *ArticlePage, st *news.Story) {
	if p.PushKey == "" && !s.mails() {
		return
	}
	p.FollowURL = news.AlertsAddress + "?story=" + string(st.ID)
	if len(p.Topics) > 0 {
		slug := strings.TrimPrefix(p.Topics[0].URL, topicHref(""))
		p.FollowTopic = p.Topics[0]
		p.FollowTopic.URL = news.AlertsAddress + "?topic=" + slug + "&story=" + string(st.ID)
	}
}
