package syndication

import (
	"iter"
	"strings"
	"time"

	"dateline/internal/markup"
	"dateline/internal/news"
)

// A Feed is what its three formats have in common. One is written newest item
// first, full texts and all, up to [MaxFeed] bytes: where items are long there are
// fewer of them, so that an item, once sent in full, is never sent shorter later.
type Feed struct {
	Site        Site
	Title       string // "Example Times: World"; empty means the site's name
	Description string // empty means the site's
	Language    string // BCP 47; empty means the site's
	Page        string // root-relative: the page with the same stories, "/" or "/sections/world"; the feed is beside it
	Items       []Item // in the order to be written; the same story a second time is passed over

	Pictures map[news.MediaID]news.Picture // what items show; one that is missing is left out
	Cards    map[news.StoryID]news.Card    // of related stories in texts; one that is missing is left out
}

// An Item is one story in a feed. With Story its full text goes along, which is
// what people who use feed readers want; without, only the summary.
type Item struct {
	Card  news.Card
	Story *news.Story
}

// Needs lists what Pictures and Cards should hold, each once.
func (f *Feed) Needs() (pictures []news.MediaID, cards []news.StoryID) {
	var n needs
	for _, it := range f.Items {
		if it.Card.Picture != nil {
			n.picture(it.Card.Picture.Media)
		}
		n.story(it.Story)
	}
	return n.pictures, n.cards
}

func (f *Feed) title() string       { return first(f.Title, f.Site.Name, f.Site.Origin) }
func (f *Feed) description() string { return first(f.Description, f.Site.Description, f.title()) }
func (f *Feed) language() string    { return first(f.Language, f.Site.Language) }
func (f *Feed) page() string        { return f.Site.abs("/" + strings.Trim(f.Page, "/")) }

// self is the feed's own address: "/sections/world" has "/sections/world/feed.rss".
func (f *Feed) self(name string) string {
	return f.Site.abs(strings.TrimRight(f.Page, "/") + "/" + name)
}

// updated is when an item last changed in substance. A feed with no items says a
// date before any story, as the formats want one and "now" would be no answer.
func (f *Feed) updated() time.Time {
	newest := time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)
	for _, it := range f.Items {
		if u := updatedOf(&it.Card); u.After(newest) {
			newest = u
		}
	}
	return newest
}

// An entry is one item, ready for any format. Strings are plain text unless said.
type entry struct {
	id        string
	here      string // the story's page
	link      string // where it leads: here, or elsewhere
	headline  string
	lang      string
	summary   string
	content   string // HTML
	published time.Time
	updated   time.Time
	authors   []named
	tags      []named
	picture   *shown
}

// A named is an author, or a tag with the list it is from.
type named struct{ slug, name, url, scheme string }

// entries makes the items one after the other, so that those which do not fit
// cost nothing.
func (f *Feed) entries() iter.Seq[entry] {
	return func(yield func(entry) bool) {
		seen := make(map[news.StoryID]bool, len(f.Items))
		for i := range f.Items {
			it := &f.Items[i]
			if seen[it.Card.ID] {
				continue
			}
			seen[it.Card.ID] = true
			if !yield(f.entry(it)) {
				return
			}
		}
	}
}

func (f *Feed) entry(it *Item) entry {
	s, c := &f.Site, &it.Card
	here, link := s.links(c)
	e := entry{
		id: URN(c.ID), here: here, link: link, headline: c.Headline,
		lang: first(c.Language, f.Site.Language), summary: c.Standfirst,
		published: c.FirstPublished, updated: updatedOf(c),
		tags: f.tags(c),
	}
	for _, a := range c.Byline {
		if a.Name != "" {
			e.authors = append(e.authors, named{slug: a.Slug, name: a.Name, url: f.author(a)})
		}
	}
	if c.Picture != nil {
		e.picture = s.show(f.Pictures, *c.Picture)
	}
	if it.Story == nil || it.Story.Live == nil {
		return e
	}
	v := it.Story.Live
	if e.summary == "" {
		e.summary = v.Summary(300)
	}
	text := s.text(v, f.Pictures, f.Cards)
	if text == "" {
		return e
	}
	if e.picture != nil {
		text = e.picture.figure() + text
	}
	if c.Standfirst != "" {
		text = "<p><strong>" + strings.ReplaceAll(markup.EscapeText(c.Standfirst), "\n", "<br>") + "</strong></p>\n" + text
	}
	text = within(text+s.notes(it.Story.Corrections, e.lang), e.lang, f.language())
	if len(text) <= MaxContent {
		e.content = text
	}
	return e
}

func (f *Feed) author(a news.Ref) string {
	if a.Slug == "" {
		return ""
	}
	return f.Site.author(a.Slug)
}

// tags are the section and the topics, each name once.
func (f *Feed) tags(c *news.Card) []named {
	var out []named
	add := func(r news.Ref, list string) {
		for _, t := range out {
			if t.name == r.Name {
				return
			}
		}
		out = append(out, named{slug: r.Slug, name: r.Name, scheme: f.Site.abs(list)})
	}
	if c.Section.Name != "" {
		add(c.Section, "/sections/")
	}
	for _, t := range c.Topics {
		if t.Name != "" {
			add(t, "/topics/")
		}
	}
	return out
}

// updatedOf is the last change of substance, never before the first publication.
func updatedOf(c *news.Card) time.Time {
	if c.Updated.Before(c.FirstPublished) {
		return c.FirstPublished
	}
	return c.Updated
}
