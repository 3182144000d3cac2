package syndication

import (
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"dateline/internal/markup"
	"dateline/internal/news"
)

// The types follow the schema of ninjs 3.1, of which 3.0 is the same here.
type ninjsItem struct {
	URI            string           `json:"uri"`
	Standard       *ninjsStandard   `json:"standard,omitempty"`
	Name           string           `json:"name,omitempty"` // of an association only
	Rel            string           `json:"rel,omitempty"`  // likewise
	Type           string           `json:"type"`
	Representation string           `json:"representationType,omitempty"`
	Version        string           `json:"version,omitempty"`
	FirstCreated   string           `json:"firstCreated,omitempty"`
	VersionCreated string           `json:"versionCreated,omitempty"`
	PubStatus      string           `json:"pubStatus,omitempty"`
	Holder         string           `json:"copyrightHolder,omitempty"`
	Copyright      string           `json:"copyrightNotice,omitempty"`
	EdNote         string           `json:"edNote,omitempty"`
	Language       string           `json:"language,omitempty"`
	Title          string           `json:"title,omitempty"`
	By             string           `json:"by,omitempty"`
	Slugline       string           `json:"slugline,omitempty"`
	Located        string           `json:"located,omitempty"`
	Headlines      []ninjsText      `json:"headlines,omitempty"`
	Descriptions   []ninjsText      `json:"descriptions,omitempty"`
	Bodies         []ninjsText      `json:"bodies,omitempty"`
	People         []ninjsName      `json:"people,omitempty"`
	Organisations  []ninjsName      `json:"organisations,omitempty"`
	Places         []ninjsName      `json:"places,omitempty"`
	Events         []ninjsName      `json:"events,omitempty"`
	Subjects       []ninjsName      `json:"subjects,omitempty"`
	InfoSources    []ninjsSource    `json:"infoSources,omitempty"`
	Renditions     []ninjsRendition `json:"renditions,omitempty"`
	Associations   []ninjsItem      `json:"associations,omitempty"`
}

type ninjsStandard struct {
	Name    string `json:"name"`
	Version string `json:"version"`
	Schema  string `json:"schema"`
}

type ninjsText struct {
	Role        string `json:"role,omitempty"`
	ContentType string `json:"contentType,omitempty"`
	CharCount   int    `json:"charCount,omitempty"`
	WordCount   int    `json:"wordCount,omitempty"`
	Value       string `json:"value"`
}

type ninjsName struct {
	Name    string `json:"name"`
	Rel     string `json:"rel,omitempty"`
	URI     string `json:"uri,omitempty"`
	Literal string `json:"literal,omitempty"`
}

type ninjsSource struct {
	Name string `json:"name"`
	Role string `json:"role,omitempty"`
	URI  string `json:"uri,omitempty"`
}

type ninjsRendition struct {
	Name        string `json:"name"`
	Href        string `json:"href"`
	ContentType string `json:"contentType,omitempty"`
	Width       int    `json:"width,omitempty"`
	Height      int    `json:"height,omitempty"`
	Size        int64  `json:"sizeInBytes,omitempty"`
}

// Ninjs writes an article as IPTC ninjs 3 (application/json): the text as HTML with
// whole addresses and as plain text, pictures as associations with all their files,
// corrections as the editorial note. It says nothing of the time before the first
// publication.
func Ninjs(a Article) []byte {
	s, st, v, c := &a.Site, a.Story, a.Story.Live, &a.Story.Live.Content
	out := ninjsItem{
		URI:      URN(st.ID),
		Standard: &ninjsStandard{"ninjs", "3.1", "http://www.iptc.org/std/ninjs/ninjs-schema_3.1.json"},
		Type:     "text", Representation: "full", Version: strconv.Itoa(v.N), PubStatus: "usable",
		FirstCreated: rfc3339(st.FirstPublished), VersionCreated: rfc3339(later(v.At, st.Updated)),
		Holder: s.Name, EdNote: a.edNote(), Language: first(c.Language, s.Language),
		Title: c.Headline, By: names(c.Byline), Slugline: st.Slug, Located: c.Dateline,
		Headlines:   []ninjsText{{Role: "main", Value: c.Headline}},
		Renditions:  []ninjsRendition{{Name: "web", Href: s.abs(st.Address), ContentType: "text/html"}},
		InfoSources: []ninjsSource{{s.Name, "publisher", s.abs("/")}},
	}
	if c.ShortHeadline != "" && c.ShortHeadline != c.Headline {
		out.Headlines = append(out.Headlines, ninjsText{Role: "short", Value: c.ShortHeadline})
	}
	if c.Standfirst != "" {
		out.Descriptions = []ninjsText{{Role: "summary", ContentType: "text/plain", Value: c.Standfirst}}
	}
	if html := s.text(v, a.Pictures, a.Cards); html != "" {
		out.Bodies = append(out.Bodies, ninjsText{Role: "main", ContentType: "text/html", WordCount: markup.Words(v.Text), Value: html})
	}
	if text := v.Text; text != "" {
		out.Bodies = append(out.Bodies, ninjsText{Role: "plain", ContentType: "text/plain",
			CharCount: utf8.RuneCountInString(text), WordCount: markup.Words(v.Text), Value: text})
	}
	if u := elsewhere(c.ExternalURL); u != "" {
		out.Representation = "partial"
		out.Renditions = append(out.Renditions, ninjsRendition{Name: "elsewhere", Href: u, ContentType: "text/html"})
	}
	a.ninjsTopics(&out)
	for i, p := range a.pictures() {
		out.Associations = append(out.Associations, s.ninjsPicture(p, i, c.Picture != nil))
	}
	return append(plainJSON(out), '\n')
}

// ninjsTopics sorts what the story is about into the lists that ninjs has for it.
func (a *Article) ninjsTopics(out *ninjsItem) {
	s, c := &a.Site, &a.Story.Live.Content
	if c.Section.Name != "" {
		out.Subjects = append(out.Subjects, ninjsNamed(c.Section, "section", s.section))
	}
	for _, b := range c.Byline {
		out.People = append(out.People, ninjsNamed(b, "author", s.author))
	}
	for _, r := range c.Topics {
		t := a.topic(r)
		n := ninjsNamed(news.Ref{Slug: t.Slug, Name: t.Name}, "about", s.topic)
		switch t.Kind {
		case "person":
			out.People = append(out.People, n)
		case "place":
			out.Places = append(out.Places, n)
		case "organisation":
			out.Organisations = append(out.Organisations, n)
		case "event":
			out.Events = append(out.Events, n)
		default:
			out.Subjects = append(out.Subjects, n)
		}
	}
}

func ninjsNamed(r news.Ref, rel string, address func(slug string) string) ninjsName {
	n := ninjsName{Name: r.Name, Rel: rel, Literal: r.Slug}
	if r.Slug != "" {
		n.URI = address(r.Slug)
	}
	return n
}

// ninjsPicture is a picture as an association. The lead picture's name is the one
// that newsroom systems look for.
func (s *Site) ninjsPicture(p *shown, i int, lead bool) ninjsItem {
	name := "picture-" + strconv.Itoa(i+1)
	if i == 0 && lead {
		name = "featuremedia"
	}
	out := ninjsItem{URI: p.urn, Name: name, Rel: "illustrates", Type: "picture", By: p.credit, Copyright: p.copyright}
	if p.caption != "" {
		out.Descriptions = append(out.Descriptions, ninjsText{Role: "caption", ContentType: "text/plain", Value: p.caption})
	}
	if p.alt != "" {
		out.Descriptions = append(out.Descriptions, ninjsText{Role: "alt", ContentType: "text/plain", Value: p.alt})
	}
	for _, r := range p.renditions {
		out.Renditions = append(out.Renditions, ninjsRendition{
			strconv.Itoa(r.Width), p.address(r), r.Type, r.Width, r.Height, r.Bytes,
		})
	}
	return out
}

// edNote tells whoever uses the text again what was wrong in it.
func (a *Article) edNote() string {
	var notes []string
	lang := first(a.Story.Live.Content.Language, a.Site.Language)
	for _, n := range a.Story.Corrections {
		notes = append(notes, a.Site.note(n, lang)+": "+n.Text)
	}
	return strings.Join(notes, "\n")
}

func names(refs []news.Ref) string {
	var out []string
	for _, r := range refs {
		out = append(out, r.Name)
	}
	return strings.Join(out, ", ")
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
