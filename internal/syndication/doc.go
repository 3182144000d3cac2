// Package syndication writes what other machines read: RSS, Atom, JSON Feed,
// sitemaps, JSON-LD, ninjs. Every function is pure: plain data in, bytes out, the
// same bytes for the same data, so that an ETag stays as long as nothing changed.
// What may be shown is decided by whoever asks: pass only stories that readers may
// see. It never answers a request, reads no clock and makes no HTML of foreign
// text; package site calls it.
package syndication

import (
	"time"

	"dateline/internal/news"
)

// Limits of what is written.
const (
	MaxFeed         = 300_000 // bytes of a feed; the items that do not fit are the oldest
	MaxContent      = 60_000  // bytes of one item's full text; a longer one gives its summary
	MaxSitemap      = 50_000  // addresses in a sitemap, by the protocol
	MaxSitemapIndex = 50_000  // sitemaps in an index, by the protocol
	MaxNewsSitemap  = 1_000   // stories in a News sitemap, by Google's rules
)

// A Site is what is the same in all of them.
type Site struct {
	Origin      string // public, like https://example.org
	Name        string
	Description string
	Language    string // BCP 47
	Icon        Image  // square, PNG: the icon of feeds and the publisher's logo

	// Note gives a correction's heading in the language of its story, as plain
	// text: "Correction, 25 November 2026". Nil gives one in English.
	Note func(c news.Correction, lang string) string
}

// An Image is a picture of the site's own, such as its icon. With no Path there
// is none.
type Image struct {
	Path          string // root-relative, a PNG
	Width, Height int    // pixels; 0 if unknown
}

// note is the heading of a correction.
func (s *Site) note(c news.Correction, lang string) string {
	if s.Note != nil {
		return s.Note(c, lang)
	}
	word := "Correction"
	switch c.Kind {
	case news.ClarificationNote:
		word = "Clarification"
	case news.UpdateNote:
		word = "Update"
	}
	return word + ", " + c.At.UTC().Format("2 January 2006")
}

// Times as the formats want them, always UTC and to the second, so that the same
// instant is always written the same.
func rfc3339(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05Z") }
func rfc822(t time.Time) string  { return t.UTC().Format("Mon, 02 Jan 2006 15:04:05 +0000") }
