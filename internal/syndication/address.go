package syndication

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"

	"dateline/internal/markup"
	"dateline/internal/news"
)

// URN is the permanent name of a story in feeds and ninjs: a story whose address or
// headline changes stays the same item for whoever follows. It is a UUIDv8 made
// from the story's own identifier, which would tell when its draft was begun.
func URN(id news.StoryID) string { return urn("story", string(id)) }

func urn(kind, id string) string {
	sum := sha256.Sum256([]byte("dateline " + kind + " " + id))
	b := sum[:16]
	b[6] = b[6]&0x0f | 0x80 // version 8
	b[8] = b[8]&0x3f | 0x80 // variant of RFC 9562
	h := hex.EncodeToString(b)
	return "urn:uuid:" + h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}

// abs makes a root-relative address a whole one in ASCII. It may be as the database
// has it (not percent-encoded, maybe with a query) or as a link has it: an escape
// that is already there stays.
func (s *Site) abs(path string) string {
	origin := strings.TrimRight(s.Origin, "/")
	for i := 0; i < len(path); i++ {
		if !inPath(path[i]) {
			return origin + encode(path)
		}
	}
	return origin + path
}

func encode(path string) string {
	const digits = "0123456789ABCDEF"
	out := make([]byte, 0, len(path)*3)
	query := false
	for i := 0; i < len(path); i++ {
		c := path[i]
		switch {
		case inPath(c), query && c == '?', c == '%' && isEscape(path[i:]):
			out = append(out, c)
		case c == '?':
			query = true
			out = append(out, c)
		default:
			out = append(out, '%', digits[c>>4], digits[c&15])
		}
	}
	return string(out)
}

// isEscape tells whether s begins with a percent sign and two digits.
func isEscape(s string) bool {
	if len(s) < 3 {
		return false
	}
	_, err := strconv.ParseUint(s[1:3], 16, 8)
	return err == nil
}

// inPath tells whether a byte may stand as it is in a path (RFC 3986).
func inPath(c byte) bool {
	switch {
	case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9':
		return true
	}
	return strings.IndexByte("-._~!$&'()*+,;=:@/", c) >= 0
}

// The addresses of listings, as the site has them.
func (s *Site) section(slug string) string { return s.abs("/sections/" + slug) }
func (s *Site) topic(slug string) string   { return s.abs("/topics/" + slug) }
func (s *Site) author(slug string) string  { return s.abs("/authors/" + slug) }

// elsewhere is the canonical form of an address that a story links out to, or
// nothing.
func elsewhere(address string) string {
	if address == "" {
		return ""
	}
	u, err := markup.CleanURL(address)
	if err != nil || !strings.HasPrefix(u, "http://") && !strings.HasPrefix(u, "https://") {
		return ""
	}
	return u
}
