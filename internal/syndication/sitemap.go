package syndication

import (
	"strings"
	"time"

	"dateline/internal/news"
)

// An Entry is one page in a sitemap, or one sitemap in an index.
type Entry struct {
	Path     string    // root-relative; a query may follow
	Modified time.Time // the last change of substance; zero if unknown
}

const sitemapSpace = "http://www.sitemaps.org/schemas/sitemap/0.9"

// maxAddress is the longest address that the protocol allows.
const maxAddress = 2048

// Sitemap writes a sitemap (application/xml), at most [MaxSitemap] of the entries.
// The protocol has no empty one: then it names the front page.
func Sitemap(origin string, entries []Entry) []byte {
	if len(entries) == 0 {
		entries = []Entry{{Path: "/"}}
	}
	return sitemap(origin, "urlset", "url", entries[:min(len(entries), MaxSitemap)])
}

// SitemapIndex writes an index of sitemaps (application/xml).
func SitemapIndex(origin string, sitemaps []Entry) []byte {
	return sitemap(origin, "sitemapindex", "sitemap", sitemaps[:min(len(sitemaps), MaxSitemapIndex)])
}

func sitemap(origin, outer, inner string, entries []Entry) []byte {
	s := &Site{Origin: origin}
	w := newXML(256 + 160*len(entries))
	w.open(outer, "xmlns", sitemapSpace)
	for _, e := range entries {
		address := s.abs(e.Path)
		if len(address) > maxAddress {
			continue
		}
		w.start(inner)
		w.raw("><loc>")
		w.text(address)
		w.raw("</loc>")
		if !e.Modified.IsZero() {
			w.raw("<lastmod>")
			w.raw(rfc3339(e.Modified))
			w.raw("</lastmod>")
		}
		w.end(inner)
	}
	w.end(outer)
	return w.b
}

// NewsWindow is how old a story may be to stand in a News sitemap.
const NewsWindow = 48 * time.Hour

// NewsSitemap writes a Google News sitemap (application/xml): of cards, newest
// first, the articles first published within [NewsWindow] before now, at most
// [MaxNewsSitemap]. Standing pages and stories that stand elsewhere are passed over.
// Only now makes it change by itself, as stories grow old. After two quiet days it
// names nothing, which Google's rules allow.
func NewsSitemap(s Site, cards []news.Card, now time.Time) []byte {
	w := newXML(256 + 512*min(len(cards), MaxNewsSitemap))
	w.open("urlset", "xmlns", sitemapSpace, "xmlns:news", "http://www.google.com/schemas/sitemap-news/0.9")
	n := 0
	for i := range cards {
		c := &cards[i]
		address := s.abs(c.Address)
		if c.Kind == news.Page || c.ExternalURL != "" || now.Sub(c.FirstPublished) > NewsWindow || len(address) > maxAddress {
			continue
		}
		if n++; n > MaxNewsSitemap {
			break
		}
		w.open("url")
		w.element("loc", address)
		w.open("news:news")
		w.open("news:publication")
		w.element("news:name", first(s.Name, s.Origin))
		w.element("news:language", newsLanguage(first(c.Language, s.Language, "en")))
		w.end("news:publication")
		w.element("news:publication_date", rfc3339(c.FirstPublished))
		w.element("news:title", c.Headline)
		w.end("news:news")
		w.end("url")
	}
	w.end("urlset")
	return w.b
}

// newsLanguage is a language tag as Google News wants it: ISO 639 alone, but for
// Chinese, which is told apart by script.
func newsLanguage(tag string) string {
	tag = strings.ToLower(tag)
	lang, rest, _ := strings.Cut(tag, "-")
	if lang != "zh" {
		return lang
	}
	for part := range strings.SplitSeq(rest, "-") {
		switch part {
		case "hant", "tw", "hk", "mo":
			return "zh-tw"
		}
	}
	return "zh-cn"
}
