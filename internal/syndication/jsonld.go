package syndication

import (
	"encoding/json"
	"fmt"

	"dateline/internal/markup"
	"dateline/internal/news"
)

// The types are schema.org's, as far as a story has something to say.
type ldArticle struct {
	Context     string         `json:"@context"`
	Type        string         `json:"@type"`
	ID          string         `json:"@id"`
	URL         string         `json:"url"`
	SameAs      string         `json:"sameAs,omitempty"`
	MainEntity  *ldThing       `json:"mainEntityOfPage,omitempty"`
	Headline    string         `json:"headline"`
	Alternative string         `json:"alternativeHeadline,omitempty"`
	Description string         `json:"description,omitempty"`
	Language    string         `json:"inLanguage,omitempty"`
	Published   string         `json:"datePublished"`
	Modified    string         `json:"dateModified"`
	Dateline    string         `json:"dateline,omitempty"`
	Author      []ldThing      `json:"author"`
	Publisher   ldPublisher    `json:"publisher"`
	Image       []ldImage      `json:"image,omitempty"`
	Section     string         `json:"articleSection,omitempty"`
	About       []ldThing      `json:"about,omitempty"`
	Keywords    []string       `json:"keywords,omitempty"`
	WordCount   int            `json:"wordCount,omitempty"`
	Free        bool           `json:"isAccessibleForFree"`
	Correction  []ldCorrection `json:"correction,omitempty"`
}

type ldThing struct {
	Type      string   `json:"@type"`
	ID        string   `json:"@id,omitempty"`
	Name      string   `json:"name,omitempty"`
	URL       string   `json:"url,omitempty"`
	Alternate []string `json:"alternateName,omitempty"`
}

type ldPublisher struct {
	Type string   `json:"@type"`
	Name string   `json:"name"`
	URL  string   `json:"url"`
	Logo *ldImage `json:"logo,omitempty"`
}

type ldImage struct {
	Type      string `json:"@type"`
	URL       string `json:"url"`
	Width     int    `json:"width,omitempty"`
	Height    int    `json:"height,omitempty"`
	Caption   string `json:"caption,omitempty"`
	Credit    string `json:"creditText,omitempty"`
	Copyright string `json:"copyrightNotice,omitempty"`
}

type ldCorrection struct {
	Type      string `json:"@type"`
	Text      string `json:"text"`
	Published string `json:"datePublished"`
}

// ldKinds are schema.org's types of what a story is about.
var ldKinds = map[news.TopicKind]string{
	"person": "Person", "place": "Place", "organisation": "Organization", "event": "Event",
}

// maxAliases bounds the other names of one topic: they stand in every page's head.
const maxAliases = 8

// JSONLD writes the description of an article for its page's head: a schema.org
// NewsArticle, or a WebPage for a standing page. It can stand inside a script
// element: every <, > and & is written as \u003c and so on. The text itself is not
// repeated (articleBody): it stands in the same page, and would double it.
func JSONLD(a Article) []byte {
	s, st, c := &a.Site, a.Story, &a.Story.Live.Content
	here := s.abs(st.Address)
	out := ldArticle{
		Context: "https://schema.org", Type: "NewsArticle", ID: URN(st.ID), URL: here,
		SameAs: elsewhere(c.ExternalURL), MainEntity: &ldThing{Type: "WebPage", ID: here},
		Headline: c.Headline, Description: first(c.Standfirst, st.Live.Summary(300)),
		Language:  first(c.Language, s.Language),
		Published: rfc3339(st.FirstPublished), Modified: rfc3339(st.Updated), Dateline: c.Dateline,
		Publisher: ldPublisher{Type: "NewsMediaOrganization", Name: s.Name, URL: s.abs("/")},
		Section:   c.Section.Name, WordCount: markup.Words(st.Live.Text), Free: true,
	}
	if st.Kind == news.Page {
		// What only articles have goes.
		out.Type, out.MainEntity, out.Section, out.Dateline, out.WordCount = "WebPage", nil, "", "", 0
	}
	if c.ShortHeadline != c.Headline {
		out.Alternative = c.ShortHeadline
	}
	if p := s.Icon.Path; p != "" {
		out.Publisher.Logo = &ldImage{Type: "ImageObject", URL: s.abs(p), Width: s.Icon.Width, Height: s.Icon.Height}
	}
	for _, b := range c.Byline {
		author := ldThing{Type: "Person", Name: b.Name}
		if b.Slug != "" {
			author.URL = s.author(b.Slug)
		}
		out.Author = append(out.Author, author)
	}
	if len(out.Author) == 0 {
		out.Author = []ldThing{{Type: "NewsMediaOrganization", Name: s.Name, URL: s.abs("/")}}
	}
	for _, r := range c.Topics {
		t := a.topic(r)
		out.Keywords = append(out.Keywords, t.Name)
		about := ldThing{Type: first(ldKinds[t.Kind], "Thing"), Name: t.Name, Alternate: t.Aliases[:min(len(t.Aliases), maxAliases)]}
		if t.Slug != "" {
			about.ID = s.topic(t.Slug)
		}
		out.About = append(out.About, about)
	}
	for _, p := range a.pictures() {
		r, address := p.largest()
		out.Image = append(out.Image, ldImage{
			Type: "ImageObject", URL: address, Width: r.Width, Height: r.Height,
			Caption: first(p.caption, p.alt), Credit: p.credit, Copyright: p.copyright,
		})
	}
	for _, n := range st.Corrections {
		out.Correction = append(out.Correction, ldCorrection{"CorrectionComment", n.Text, rfc3339(n.At)})
	}
	b, err := json.Marshal(out)
	if err != nil {
		panic(fmt.Sprintf("write JSON-LD: %v", err)) // strings and numbers alone
	}
	return b
}
