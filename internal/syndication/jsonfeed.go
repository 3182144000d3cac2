package syndication

import (
	"bytes"
	"encoding/json"
	"fmt"
)

type jsonFeed struct {
	Version     string       `json:"version"`
	Title       string       `json:"title"`
	HomePage    string       `json:"home_page_url"`
	FeedURL     string       `json:"feed_url"`
	Description string       `json:"description,omitempty"`
	Icon        string       `json:"icon,omitempty"`
	Authors     []jsonAuthor `json:"authors,omitempty"`
	Language    string       `json:"language,omitempty"`
	Items       []struct{}   `json:"items"` // written one by one; must stay last
}

type jsonAuthor struct {
	Name string `json:"name"`
	URL  string `json:"url,omitempty"`
}

type jsonItem struct {
	ID          string       `json:"id"`
	URL         string       `json:"url"`
	ExternalURL string       `json:"external_url,omitempty"`
	Title       string       `json:"title"`
	ContentHTML string       `json:"content_html,omitempty"`
	ContentText string       `json:"content_text,omitempty"`
	Summary     string       `json:"summary,omitempty"`
	Image       string       `json:"image,omitempty"`
	Published   string       `json:"date_published"`
	Modified    string       `json:"date_modified,omitempty"`
	Authors     []jsonAuthor `json:"authors,omitempty"`
	Tags        []string     `json:"tags,omitempty"`
	Language    string       `json:"language,omitempty"`
}

// JSONFeed writes the feed as JSON Feed 1.1 (application/feed+json). A story that
// stands elsewhere has its page here as url and the other as external_url, as the
// format means them.
func JSONFeed(f Feed) []byte {
	head := jsonFeed{
		Version: "https://jsonfeed.org/version/1.1", Title: f.title(), HomePage: f.page(), FeedURL: f.self("feed.json"),
		Description: f.description(), Language: f.language(), Items: []struct{}{},
		Authors: []jsonAuthor{{first(f.Site.Name, f.title()), f.Site.abs("/")}},
	}
	if f.Site.Icon.Path != "" {
		head.Icon = f.Site.abs(f.Site.Icon.Path)
	}
	const tail = "]}"
	out := bytes.TrimSuffix(plainJSON(head), []byte(tail))
	n := 0
	for e := range f.entries() {
		item := f.jsonItem(&e)
		if n > 0 {
			if len(out)+len(item)+len(tail)+2 > MaxFeed {
				break
			}
			out = append(out, ',')
		}
		n++
		out = append(append(out, '\n'), item...)
	}
	return append(out, tail+"\n"...)
}

func (f *Feed) jsonItem(e *entry) []byte {
	it := jsonItem{
		ID: e.id, URL: e.here, Title: e.headline, ContentHTML: e.content, Summary: e.summary, Published: rfc3339(e.published),
	}
	if e.content == "" { // an item must have one of the two
		it.ContentText = first(e.summary, e.headline)
	}
	if e.link != e.here {
		it.ExternalURL = e.link
	}
	if e.picture != nil {
		_, it.Image = e.picture.largest()
	}
	if e.updated.After(e.published) {
		it.Modified = rfc3339(e.updated)
	}
	for _, a := range e.authors {
		it.Authors = append(it.Authors, jsonAuthor{a.name, a.url})
	}
	for _, t := range e.tags {
		it.Tags = append(it.Tags, t.name)
	}
	if e.lang != f.language() {
		it.Language = e.lang
	}
	return plainJSON(it)
}

// plainJSON writes v without turning < into \u003c: for files of their own, never
// for the inside of a page. The types here cannot fail to be written.
func plainJSON(v any) []byte {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		panic(fmt.Sprintf("write JSON: %v", err))
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}
