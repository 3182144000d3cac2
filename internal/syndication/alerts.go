package syndication

import (
	"strings"
	"time"

	"dateline/internal/markup"
	"dateline/internal/news"
)

// An AlertFeed is the last alerts, for who follows them in a feed reader.
type AlertFeed struct {
	Site        Site
	Title       string
	Description string
	Items       []AlertItem // newest first
}

// An AlertItem is one alert in its last words.
type AlertItem struct {
	ID       news.AlertID
	Title    string
	Body     string // plain text, may be empty
	Language string // BCP 47; empty means the site's
	Address  string // root-relative: what it leads to
	At       time.Time
	// Changed is when its last words went out; zero if they are the first. An item whose
	// words changed is another item, or those who saw the mistake would not see its end.
	Changed time.Time
}

// AlertRSS writes the alerts as RSS 2.0 (application/rss+xml), beside the page of alerts.
func AlertRSS(f AlertFeed) []byte {
	w := newXML(1024 + 512*len(f.Items))
	newest := time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC) // as in Feed.updated
	for _, it := range f.Items {
		if t := it.last(); t.After(newest) {
			newest = t
		}
	}
	page := f.Site.abs(news.AlertsAddress)
	w.open("rss", "version", "2.0", "xmlns:atom", "http://www.w3.org/2005/Atom")
	w.open("channel")
	w.element("title", f.Title)
	w.element("link", page)
	w.element("description", first(f.Description, f.Title))
	w.element("language", f.Site.Language)
	w.element("lastBuildDate", rfc822(newest))
	w.element("generator", "Dateline")
	w.empty("atom:link", "rel", "self", "type", "application/rss+xml", "href", page+"/feed.rss")
	for _, it := range f.Items {
		lang := ""
		if it.Language != f.Site.Language {
			lang = it.Language
		}
		w.open("item", "xml:lang", lang)
		w.element("title", it.Title)
		w.element("link", f.Site.abs(first(it.Address, news.AlertsAddress)))
		name := string(it.ID)
		if !it.Changed.IsZero() {
			name += " " + rfc3339(it.Changed)
		}
		w.element("guid", urn("alert", name), "isPermaLink", "false")
		w.element("pubDate", rfc822(it.last()))
		html := strings.ReplaceAll(markup.EscapeText(it.Body), "\n", "<br>")
		w.element("description", html)
		w.end("item")
	}
	w.raw("</channel>\n</rss>\n")
	return w.b
}

// last is when the alert's last words went out.
func (it *AlertItem) last() time.Time {
	if it.Changed.After(it.At) {
		return it.Changed
	}
	return it.At
}
