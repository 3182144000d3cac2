package site

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"dateline/internal/markup"
	"dateline/internal/news"
)

// relatedStories is how many an article offers under "Read more".
const relatedStories = 6

// dated tells whether the path's first parts can be a day. Four parts of anything
// else reach the same pattern.
func dated(r *http.Request) bool {
	digits := func(s string, n int) bool { return len(s) == n && strings.Trim(s, "0123456789") == "" }
	return digits(r.PathValue("yyyy"), 4) && digits(r.PathValue("mm"), 2) && digits(r.PathValue("dd"), 2)
}

func (s *Site) serveArticle(w http.ResponseWriter, r *http.Request) error {
	path := r.URL.Path
	if !dated(r) {
		return s.serveOld(w, r, path)
	}
	if article, ok := strings.CutSuffix(path, ".ninjs"); ok {
		return s.serveNinjs(w, r, article)
	}
	return s.page(w, r, func(ctx context.Context) (Page, []string, error) { return s.article(ctx, path) })
}

func (s *Site) article(ctx context.Context, path string) (Page, []string, error) {
	st, err := s.c.Stories.ShownAt(ctx, path)
	if err != nil {
		return nil, nil, err
	}
	if st.Kind != news.Article {
		return nil, nil, news.Missing("page")
	}
	c := &st.Live.Content
	chrome, err := s.chrome(ctx, href(st.Address), c.Section.Slug)
	if err != nil {
		return nil, nil, err
	}
	parts, err := s.parts(ctx, st)
	if err != nil {
		return nil, nil, err
	}
	p := &ArticlePage{
		Chrome: chrome, Kicker: c.Kicker, Headline: c.Headline, Standfirst: c.Standfirst, Lang: s.langOf(c.Language, c.Headline),
		Section: section(c.Section), Byline: byline(c.Byline), Published: st.FirstPublished,
		Updated: updated(st.FirstPublished, st.Updated), Body: parts.body, External: c.ExternalURL,
		Corrections: corrections(st), HistoryURL: href(st.Address) + "/history", Versions: st.Version,
		Topics: parts.topics, Related: parts.related, Picture: parts.lead,
	}
	card := news.CardOf(st)
	talk, talkTags, err := s.talk(ctx, &card, news.ThreadList{Order: news.BestComments, Page: 1, Threads: threadsInPage, Answers: answersInPage})
	if err != nil {
		return nil, nil, err
	}
	p.Talk = talk
	s.follow(p, st)
	s.describeArticle(p, st, parts)
	tags := append(parts.tags, news.StoryTag(st.ID), news.PathTag(st.Address), news.SectionTag(c.Section.Slug))
	return p, append(tags, talkTags...), nil
}

// articleParts are what an article shows beside its own text.
type articleParts struct {
	pictures map[news.MediaID]news.Picture
	named    map[string]news.Topic      // the story's topics by slug
	cards    map[news.StoryID]news.Card // of the stories in its text
	body     []BodyPiece
	lead     *Picture
	topics   []NavItem
	related  []StoryCard
	tags     []string
}

func (s *Site) parts(ctx context.Context, st *news.Story) (parts articleParts, err error) {
	c := &st.Live.Content
	slugs := make([]string, len(c.Topics))
	for i, t := range c.Topics {
		slugs[i] = t.Slug
		parts.tags = append(parts.tags, news.TopicTag(t.Slug))
	}
	if parts.named, err = s.c.Shelf.Topics(ctx, slugs); err != nil {
		return parts, err
	}
	for _, slug := range slugs {
		if t, ok := parts.named[slug]; ok {
			parts.topics = append(parts.topics, NavItem{Name: t.Name, URL: topicHref(slug)})
		}
	}
	for _, a := range c.Byline {
		parts.tags = append(parts.tags, news.AuthorTag(a.Slug))
	}

	related, err := s.more.Under(ctx, st, relatedStories)
	if err != nil {
		return parts, err
	}
	cardsUnder := make([]news.Card, len(related))
	for i, x := range related {
		cardsUnder[i] = x.Card
	}
	// A pin too is carried whether it can be shown or not.
	for _, id := range c.ReadMore.Pins {
		parts.tags = append(parts.tags, news.StoryTag(id))
	}
	var inText []news.StoryID
	for _, slot := range st.Live.Body.Slots() {
		if slot.Kind == markup.SlotRelated {
			inText = append(inText, news.StoryID(slot.Story))
			// Carried whether it can be shown or not: it may be published later.
			parts.tags = append(parts.tags, news.StoryTag(news.StoryID(slot.Story)))
		}
	}
	pinned, err := s.c.Stories.CardsByID(ctx, inText)
	if err != nil {
		return parts, err
	}
	h, err := s.shelf(ctx, cardsUnder, pinned)
	if err != nil {
		return parts, err
	}
	own, err := s.c.Pictures.Pictures(ctx, st.Live.Pictures())
	if err != nil {
		return parts, err
	}
	parts.pictures = own
	for id := range own {
		parts.tags = append(parts.tags, news.PictureTag(id))
	}
	for _, x := range related {
		out := h.card(x.Card)
		if len(x.Topics) > 0 {
			out.Reason = x.Topics[0].Name
		}
		parts.related = append(parts.related, out)
	}
	parts.tags = append(parts.tags, cardTags(cardsUnder)...)
	if c.Picture != nil {
		if p, ok := own[c.Picture.Media]; ok {
			parts.lead = picture(p, *c.Picture, c.Language)
		}
	}
	cards := cardMap(pinned)
	parts.cards = cards
	parts.body = Pieces(st.Live.Body, func(slot markup.Slot) BodyPiece {
		switch slot.Kind {
		case markup.SlotPicture:
			if p, ok := own[news.MediaID(slot.Media)]; ok {
				use := news.PictureUse{Media: p.ID, Caption: slot.Caption, Credit: slot.Credit, Alt: slot.Alt}
				return BodyPiece{Picture: picture(p, use, c.Language)}
			}
		case markup.SlotRelated:
			if card, ok := cards[news.StoryID(slot.Story)]; ok {
				out := h.card(card)
				return BodyPiece{Card: &out}
			}
		}
		return BodyPiece{}
	})
	return parts, nil
}

func corrections(st *news.Story) []Correction {
	var out []Correction
	for _, c := range st.Corrections {
		out = append(out, Correction{Kind: string(c.Kind), At: c.At, Text: c.Text})
	}
	return out
}

// describeArticle fills in what the page says of itself to machines.
func (s *Site) describeArticle(p *ArticlePage, st *news.Story, parts articleParts) {
	c := &st.Live.Content
	p.Description = st.Live.Summary(300)
	p.Social = Social{Type: "article", Published: st.FirstPublished, Modified: st.Updated, Section: c.Section.Name, ContentLanguage: c.Language}
	for _, t := range p.Topics {
		p.Social.Tags = append(p.Social.Tags, t.Name)
	}
	for _, a := range p.Byline {
		p.Social.AuthorNames = append(p.Social.AuthorNames, a.Name)
	}
	if p.Picture != nil {
		for _, f := range p.Picture.Sources {
			if f.Type == "image/jpeg" && f.Width >= p.Social.ImageWidth {
				p.Social.Image, p.Social.ImageWidth, p.Social.ImageHeight = f.URL, f.Width, f.Height
			}
		}
		p.Social.ImageAlt = first(p.Picture.Alt, p.Picture.Caption)
	}
	p.JSONLD = s.jsonLD(st, parts)
}

func (s *Site) serveStanding(w http.ResponseWriter, r *http.Request) error {
	path := r.URL.Path
	return s.page(w, r, func(ctx context.Context) (Page, []string, error) { return s.standing(ctx, path) })
}

func (s *Site) standing(ctx context.Context, path string) (Page, []string, error) {
	st, err := s.lookUp(ctx, path)
	if err != nil {
		return nil, nil, err
	}
	chrome, err := s.chrome(ctx, href(st.Address), "")
	if err != nil {
		return nil, nil, err
	}
	parts, err := s.parts(ctx, st)
	if err != nil {
		return nil, nil, err
	}
	c := &st.Live.Content
	p := &StandingPage{Chrome: chrome, Headline: c.Headline, Lang: s.langOf(c.Language, c.Headline), Body: parts.body, Updated: st.Updated}
	p.Description = st.Live.Summary(300)
	return p, append(parts.tags, news.StoryTag(st.ID), news.PathTag(st.Address)), nil
}

// serveOther answers every path without a pattern: other systems' addresses that an
// import brought, with and without a slash at the end.
func (s *Site) serveOther(w http.ResponseWriter, r *http.Request) error {
	return s.serveOld(w, r, r.URL.Path)
}

func (s *Site) serveOld(w http.ResponseWriter, r *http.Request, address string) error {
	at := news.PathTag(address) // with its query, which the request's path has not
	return s.page(w, r, func(ctx context.Context) (Page, []string, error) {
		st, err := s.lookUp(ctx, address)
		if news.KindOf(err) == news.NotFound && movedTo(err) == "" {
			p, tags, err := s.oldList(ctx, address, err)
			return p, append(tags, at), err
		}
		if err != nil {
			return nil, []string{at}, err
		}
		e := news.Missing("page")
		e.Moved = st.Address
		return nil, []string{at}, e
	})
}

// oldList leads from the lists and feeds that WordPress has to ours of the same name,
// if there is one; else missing stands.
func (s *Site) oldList(ctx context.Context, address string, missing error) (Page, []string, error) {
	parts := strings.Split(strings.Trim(address, "/"), "/")
	moved := news.Missing("page")
	if address == "/feed" || address == "/feed/" {
		moved.Moved = "/feed.rss"
		return nil, nil, moved
	}
	if trimmed := strings.TrimRight(address, "/"); trimmed != address && ours(parts) {
		moved.Moved = trimmed
		return nil, nil, moved
	}
	if len(parts) < 2 {
		return nil, nil, missing
	}
	slug := news.Slug(parts[len(parts)-1])
	var tags []string
	for _, l := range map[string][]listKind{"category": {sectionList, topicList}, "tag": {topicList}, "author": {authorList}}[parts[0]] {
		tags = append(tags, l.tag(slug))
		_, err := s.head(ctx, l, slug)
		if err == nil {
			moved.Moved = "/" + l.path + "/" + slug
			return nil, tags, moved
		}
		if news.KindOf(err) != news.NotFound {
			return nil, tags, err
		}
	}
	return nil, tags, missing
}

// ours tells whether an address is of a kind that we have, only with a slash at its end.
func ours(parts []string) bool {
	switch parts[0] {
	case "sections", "topics", "authors":
		return len(parts) == 2
	case "search", "alerts":
		return len(parts) == 1
	}
	return len(parts) == 5 && parts[4] == "history"
}

// lookUp finds what an address shows, trying it with and without a slash at the end:
// other systems have one.
func (s *Site) lookUp(ctx context.Context, address string) (*news.Story, error) {
	st, err := s.c.Stories.ShownAt(ctx, address)
	if news.KindOf(err) != news.NotFound || movedTo(err) != "" || strings.Contains(address, "?") {
		return st, err
	}
	other := otherForm(address)
	if other == "" {
		return nil, err
	}
	st, err = s.c.Stories.ShownAt(ctx, other)
	if err == nil {
		e := news.Missing("page")
		e.Moved = st.Address
		return nil, e
	}
	return nil, err
}

// otherForm is an address without the slash at its end, or with one if it has none.
func otherForm(address string) string {
	if other := strings.TrimRight(address, "/"); other != address {
		return other
	}
	return address + "/"
}

func movedTo(err error) string {
	var e *news.Error
	if errors.As(err, &e) {
		return e.Moved
	}
	return ""
}
