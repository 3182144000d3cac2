package site

import (
	"html/template"
	"time"
)

// A Page is one of the views of this package.
type Page interface {
	// chrome is what stands around the page's own content.
	chrome() *Chrome
	// template names the file under templates/ that shows it.
	template() string
}

// Chrome is what every page has around its content: what the head says of it,
// the sections, the search box, the footer. Every view embeds one.
type Chrome struct {
	SiteName string
	// Title is the page's own, without the site's name; empty on the front.
	Title string
	// Description is one or two sentences for search engines and previews.
	Description string
	// Origin is the site's public origin, "https://example.org", without a slash.
	Origin string
	// Path is the page's own canonical path with its query; "" for a page
	// that has no address of its own (not found, failures).
	Path string
	// NoIndex keeps search engines from listing the page.
	NoIndex bool

	// Sections are the newsroom's, in its order.
	Sections []NavItem
	// SectionURL marks the section the page belongs to in the navigation.
	SectionURL string
	// Pages are the standing pages named in the footer.
	Pages []NavItem
	// Feeds are the feeds of just this page's subject (or of the whole site).
	Feeds []Feed
	// Breaking is the story that the bar above every page leads to; its URL is empty
	// where there is no bar. On its own page the bar does not repeat it.
	Breaking NavItem
	// Query is what stands in the search box.
	Query string

	// PushKey is the key that notifications are asked for with (VAPID, base64url); empty
	// where this server sends none.
	PushKey string

	Social Social
	// JSONLD goes into the head as it is. It must come from json.Marshal,
	// which writes "<" as \u003c; Render refuses one that could end the script.
	JSONLD template.JS

	tags  []string  // of what it shows, for the cache
	until time.Time // when it says what is not true any more; zero for never
}

func (c *Chrome) chrome() *Chrome { return c }

// A NavItem is a link with the name of what it leads to.
type NavItem struct {
	Name, URL string
	// Lang is the name's language where it is not the site's (BCP 47).
	Lang string
}

// A Feed is one address to follow a page's subject at.
type Feed struct {
	// Name is shown: "RSS", "Atom", "JSON Feed".
	Name string
	// Title says what is in it: "Dateline: World".
	Title string
	// Type is the media type: "application/rss+xml".
	Type string
	URL  string
}

// FeedsAt lists the three feeds under a path: "/sections/world" gives
// "/sections/world/feed.rss" and so on; the site's own are under "".
func FeedsAt(path, title string) []Feed {
	return []Feed{
		{"RSS", title, "application/rss+xml", path + "/feed.rss"},
		{"Atom", title, "application/atom+xml", path + "/feed.atom"},
		{"JSON Feed", title, "application/feed+json", path + "/feed.json"},
	}
}

// Social is what the page says of itself to those who preview links (Open
// Graph). The title and description are the page's own unless set here.
type Social struct {
	// Type is "article" or "website" (when empty).
	Type  string
	Title string
	// Image is the largest JPEG: a root-relative URL.
	Image           string
	ImageWidth      int
	ImageHeight     int
	ImageAlt        string
	Published       time.Time
	Modified        time.Time
	Section         string
	Tags            []string
	AuthorNames     []string
	ContentLanguage string
}

// A Pager leads through a list that has more than one page.
type Pager struct {
	// Number counts from 1.
	Number, Total int
	// NewerURL and OlderURL are empty at the ends.
	NewerURL, OlderURL string
}
