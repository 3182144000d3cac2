package pagecache

import (
	"net/http"
	"net/url"
	"strings"
)

// Longer keys name no page of ours: such requests are rendered and not kept.
const maxKey = 2048

// Key returns what a request's page is kept under: the path, and of the query
// only the parameters that Options.Params names for the path, in that order, each
// with its first value. Everything else in a query (fbclid, utm_source, a parameter
// given again, random noise) is left out, so it makes no new entry and no render. Two
// requests with the same key have the same Query. Without such parameters nothing is
// allocated.
func (c *Cache) Key(r *http.Request) string {
	path := pathKey(r.URL)
	if r.URL.RawQuery == "" || c.params == nil {
		return path
	}
	names := c.params(r.URL.Path)
	if len(names) == 0 {
		return path
	}
	var b strings.Builder
	for _, name := range names {
		for value := range values(r.URL.RawQuery, name) {
			if b.Len() == 0 {
				b.WriteString(path)
				b.WriteByte('?')
			} else {
				b.WriteByte('&')
			}
			b.WriteString(url.QueryEscape(name))
			b.WriteByte('=')
			b.WriteString(url.QueryEscape(value))
			break
		}
	}
	if b.Len() == 0 {
		return path
	}
	return b.String()
}

// Query returns the parameters of the request that are part of its key, one value of
// each, and no others. A render that reads its parameters here can't depend on one that the
// key does not hold.
func (c *Cache) Query(r *http.Request) url.Values {
	q := make(url.Values)
	if c.params == nil {
		return q
	}
	for _, name := range c.params(r.URL.Path) {
		for value := range values(r.URL.RawQuery, name) {
			q[name] = []string{value}
			break
		}
	}
	return q
}

// pathKey returns a path such that equal keys are equal to a router, and
// different spellings of one path ("/%61bout") are one key. A path with an
// encoded slash or question mark is kept apart as it was written: decoded, it
// could pass for another path, or for a path with a query. No path begins with
// the per cent sign that marks those.
func pathKey(u *url.URL) string {
	if len(u.Path) == 0 || u.Path[0] != '/' || strings.IndexByte(u.Path, '?') >= 0 ||
		u.RawPath != "" && (strings.Contains(u.RawPath, "%2F") || strings.Contains(u.RawPath, "%2f")) {
		return "%" + u.EscapedPath()
	}
	return u.Path
}

// values yields the values of one parameter in a raw query, read as
// url.ParseQuery reads them: pairs it would refuse are passed over.
func values(raw, name string) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		for raw != "" {
			var pair string
			pair, raw, _ = strings.Cut(raw, "&")
			if pair == "" || strings.IndexByte(pair, ';') >= 0 {
				continue
			}
			k, v, _ := strings.Cut(pair, "=")
			if k != name {
				if strings.IndexByte(k, '%') < 0 && strings.IndexByte(k, '+') < 0 {
					continue
				}
				if d, err := url.QueryUnescape(k); err != nil || d != name {
					continue
				}
			} else if strings.IndexByte(k, '%') >= 0 || strings.IndexByte(k, '+') >= 0 {
				continue // a name that only looks the same
			}
			d, err := url.QueryUnescape(v)
			if err != nil {
				continue
			}
			if !yield(d) {
				return
			}
		}
	}
}
