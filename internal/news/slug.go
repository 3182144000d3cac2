package news

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// MaxSlug bounds a slug, in characters.
const MaxSlug = 80

// Slug makes the readable part of an address: lower case, words joined by hyphens.
// Latin letters lose their accents; letters of other scripts stay as they are, so
// that a headline in Arabic has an address in Arabic. No word mixes scripts whose letters
// pass for one another's, see oneScript. It is empty when s has
// neither letters nor digits.
func Slug(s string) string {
	var b strings.Builder
	n, gap := 0, false
	for _, r := range norm.NFKD.String(strings.ToLower(s)) {
		if unicode.Is(unicode.Mn, r) && latinBefore(b.String()) {
			continue
		}
		out := ""
		switch {
		case plain[r] != "":
			out = plain[r]
		case unicode.IsLetter(r), unicode.IsDigit(r), unicode.Is(unicode.M, r) && n > 0:
			out = string(r)
		case r == '\'' || r == '’' || r == 'ʼ' || r == '\u200c' || r == '\u200d' || r == '״' || r == '׳':
			continue // it's → its
		default:
			gap = n > 0
			continue
		}
		if n >= MaxSlug {
			break
		}
		if gap {
			if n > MaxSlug-12 { // end at a word, not in one
				break
			}
			b.WriteByte('-')
			gap = false
		}
		b.WriteString(out)
		n++
	}
	return oneScript(norm.NFC.String(b.String()))
}

// plain spells Latin letters that have no decomposition.
var plain = map[rune]string{
	'ß': "ss", 'æ': "ae", 'œ': "oe", 'ø': "o", 'đ': "d", 'ð': "d", 'þ': "th",
	'ł': "l", 'ħ': "h", 'ı': "i", 'ŋ': "ng", 'ŧ': "t", 'ə': "e",
}

func latinBefore(s string) bool {
	for i := len(s); i > 0; {
		r := rune(0)
		for j := i - 1; j >= 0; j-- {
			if s[j]&0xC0 != 0x80 {
				for _, x := range s[j:i] {
					r = x
				}
				i = j
				break
			}
		}
		if unicode.Is(unicode.Mn, r) {
			continue
		}
		return unicode.Is(unicode.Latin, r)
	}
	return false
}

// address sets Slug and the wished Address: at first publication, and when an editor
// has since asked for another slug. The day in it is always the first publication's.
// The store makes it unique and keeps the old one as a redirect.
func (s *Story) address(zone *time.Location) {
	slug := s.Content.Slug
	if slug == "" {
		if s.Address != "" {
			return
		}
		slug = Slug(s.Content.Headline)
	}
	if slug == "" {
		slug = "story"
	}
	if s.Address != "" && slug == s.Slug {
		return
	}
	dir := ""
	if s.Kind == Article {
		dir = s.FirstPublished.In(zone).Format("/2006/01/02")
		if i := strings.LastIndexByte(s.Address, '/'); i > 0 {
			dir = s.Address[:i] // the zone setting may have changed since
		}
	}
	s.Slug = slug
	s.Address = dir + "/" + slug
}

// checkAddress refuses a standing page whose slug is one of ours: the wished one at
// any save, the one made of the headline once it is to go out. A scheduled page would
// else be refused at its second, with nobody there.
func (s *Story) checkAddress(goes bool) error {
	slug := s.Content.Slug
	if slug == "" && goes && s.Address == "" {
		slug = Slug(s.Content.Headline)
	}
	if s.Kind == Page && Reserved(slug) {
		return Wrong("slug", "A standing page cannot have the address /%s. Choose another.", slug)
	}
	return nil
}

// NextAddress is the n-th try for a taken address: /a, /a-2, /a-3 …
func NextAddress(path string, n int) string {
	if n < 2 {
		return path
	}
	return fmt.Sprintf("%s-%d", path, n)
}

// reserved first segments of paths: standing pages may not take them.
var reserved = []string{
	"search", "alerts", "sections", "topics", "authors", "media", "desk", "api", "assets",
	"feed.rss", "feed.atom", "feed.json", "sitemap.xml", "sitemap-news.xml", "sitemap", "robots.txt",
	"sw.js", "manifest.webmanifest", "healthz", "readyz", "metrics", "favicon.ico", "favicon.svg",
	"account", "comments", "story", "preview", ".well-known",
}

// Reserved tells whether a standing page may not have this slug: it is a door of
// ours, an edition's two letters, or a year.
func Reserved(slug string) bool {
	if slices.Contains(reserved, slug) {
		return true
	}
	if len(slug) == 2 && slug[0] >= 'a' && slug[0] <= 'z' && slug[1] >= 'a' && slug[1] <= 'z' {
		return true
	}
	if len(slug) == 4 && strings.Trim(slug, "0123456789") == "" {
		return true
	}
	return false
}
