package site

import (
	"context"
	"net/url"
	"time"

	"dateline/internal/news"
)

// href is an address as it stands in a link: percent-encoded where it must be.
func href(address string) string { return (&url.URL{Path: address}).EscapedPath() }

func sectionHref(slug string) string { return "/sections/" + url.PathEscape(slug) }
func topicHref(slug string) string   { return "/topics/" + url.PathEscape(slug) }
func authorHref(slug string) string  { return "/authors/" + url.PathEscape(slug) }

// bareChrome is what a page has around it when the database cannot be asked.
func (s *Site) bareChrome() Chrome {
	c := Chrome{SiteName: s.c.Name, Origin: s.origin, Feeds: FeedsAt("", s.c.Name)}
	if s.c.Push != nil {
		c.PushKey = s.c.Push.PublicKey()
	}
	return c
}

// chrome is what a page at path (canonical, encoded) has around it; section is the
// slug of the one it belongs to.
func (s *Site) chrome(ctx context.Context, path, section string) (Chrome, error) {
	c := s.bareChrome()
	c.Path = path
	sections, err := s.c.Shelf.Sections(ctx)
	if err != nil {
		return c, err
	}
	for _, x := range sections {
		c.Sections = append(c.Sections, NavItem{Name: x.Name, URL: sectionHref(x.Slug)})
	}
	if section != "" {
		c.SectionURL = sectionHref(section)
	}
	pages, err := s.c.Shelf.Pages(ctx)
	if err != nil {
		return c, err
	}
	for _, p := range pages {
		c.Pages = append(c.Pages, NavItem{Name: p.Headline, URL: href(p.Address), Lang: p.Language})
	}
	return c, s.breaking(ctx, &c)
}

// breaking puts the breaking bar round a page. That there is one, and which, changes with
// the tag that every page carries; what it says, and whether readers may see its story,
// with the story's own, which is carried whether the story can be shown now or not.
func (s *Site) breaking(ctx context.Context, c *Chrome) error {
	bar, card, err := s.c.Shelf.Breaking(ctx)
	if err != nil {
		return err
	}
	if bar.Story != "" {
		c.tags = []string{news.StoryTag(bar.Story)}
	}
	if card != nil {
		c.Breaking = NavItem{Name: card.Headline, URL: href(card.Address), Lang: s.langOf(card.Language, card.Headline)}
	}
	return nil
}

// A cardShelf turns cards into what pages show, with one look for all pictures.
type cardShelf struct {
	s        *Site
	pictures map[news.MediaID]news.Picture
	comments map[news.StoryID]int // where they are counted, see countComments
}

// countComments has the cards say how many comments their stories have. They move with
// the story's tag, which every list carries, at most every five minutes.
func (h *cardShelf) countComments(ctx context.Context, lists ...[]news.Card) error {
	if h.s.c.Comments == nil {
		return nil
	}
	var ids []news.StoryID
	for _, l := range lists {
		for _, c := range l {
			ids = append(ids, c.ID)
		}
	}
	var err error
	h.comments, err = h.s.c.Comments.CommentCounts(ctx, ids)
	return err
}

// shelf loads the pictures of all lists at once.
func (s *Site) shelf(ctx context.Context, lists ...[]news.Card) (*cardShelf, error) {
	var ids []news.MediaID
	for _, l := range lists {
		for _, c := range l {
			if c.Picture != nil {
				ids = append(ids, c.Picture.Media)
			}
		}
	}
	pictures, err := s.c.Pictures.Pictures(ctx, ids)
	return &cardShelf{s: s, pictures: pictures}, err
}

func (h *cardShelf) card(c news.Card) StoryCard {
	out := StoryCard{
		URL: href(c.Address), Kicker: c.Kicker, Headline: c.Headline, Standfirst: c.Standfirst,
		Lang: h.s.langOf(c.Language, c.Headline), Published: c.FirstPublished, Section: section(c.Section), Byline: byline(c.Byline),
	}
	if c.ExternalURL != "" {
		out.URL = c.ExternalURL
	}
	out.Updated, out.Comments = updated(c.FirstPublished, c.Updated), h.comments[c.ID]
	if c.Picture != nil {
		if p, ok := h.pictures[c.Picture.Media]; ok {
			out.Picture = picture(p, *c.Picture, c.Language)
		}
	}
	return out
}

func (h *cardShelf) cards(cs []news.Card) []StoryCard {
	out := make([]StoryCard, len(cs))
	for i, c := range cs {
		out[i] = h.card(c)
	}
	return out
}

// updated is the time readers are told, zero where there is nothing to tell.
func updated(first, last time.Time) time.Time {
	if last.After(first) {
		return last
	}
	return time.Time{}
}

func section(r news.Ref) NavItem {
	if r.Slug == "" {
		return NavItem{}
	}
	return NavItem{Name: r.Name, URL: sectionHref(r.Slug)}
}

func byline(refs []news.Ref) []NavItem {
	var out []NavItem
	for _, r := range refs {
		out = append(out, NavItem{Name: r.Name, URL: authorHref(r.Slug)})
	}
	return out
}

// picture is a picture as a story uses it; nil when it has no file to show.
func picture(p news.Picture, use news.PictureUse, lang string) *Picture {
	out := &Picture{Alt: first(use.Alt, p.Alt), Caption: first(use.Caption, p.Caption), Credit: first(use.Credit, p.Credit), Lang: lang, Colour: p.Colour}
	jpeg := false
	for _, r := range p.Renditions {
		out.Sources = append(out.Sources, Rendition{URL: p.Path(r), Width: r.Width, Height: r.Height, Type: r.Type})
		if r.Width > out.Width {
			out.Width, out.Height = r.Width, r.Height
		}
		jpeg = jpeg || r.Type == "image/jpeg"
	}
	if !jpeg {
		return nil
	}
	return out
}

func first(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// cardTags are carried by a page that shows the cards.
func cardTags(lists ...[]news.Card) []string {
	var tags []string
	for _, l := range lists {
		for _, c := range l {
			tags = append(tags, news.StoryTag(c.ID))
		}
	}
	return tags
}
