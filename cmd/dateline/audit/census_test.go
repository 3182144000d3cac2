package audit_test

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/net/html"
)

// A census is every page of a site that can be reached from its front page (or
// the desk's), and one or more of each kind to look at closely.
type census struct {
	all   []*page // in the order met
	kinds []*page // one of each kind
	dead  []string
}

var articleText = regexp.MustCompile(`/\d{4}/\d\d/\d\d/[^\s<>"/;,]+`)

// readers takes the census of what readers meet.
func (s *site) readers(ctx context.Context) (*census, error) {
	c, err := s.crawl(ctx, "/", func(p string) bool { return !strings.HasPrefix(p, "/desk") }, nil, 400)
	if err != nil {
		return nil, err
	}
	best := map[string]*page{}
	var order []string
	choose := func(kind string, p *page) {
		switch old, met := best[kind]; {
		case !met:
			order = append(order, kind)
			fallthrough
		case p.parts > old.parts: // the fullest of its kind
			best[kind] = p
		}
	}
	for _, p := range c.all {
		if p.kind == "article" && p.lang != "" {
			p.kind += " " + p.lang // in another language than the site's
		}
		choose(p.kind, p)
		if p.table {
			choose("article with a table", p)
		}
	}
	word := "news"
	if a := best["article"]; a != nil {
		for _, w := range strings.FieldsFunc(a.title, func(r rune) bool { return !unicode.IsLetter(r) }) {
			if len([]rune(w)) > len([]rune(word)) {
				word = w
			}
		}
	}
	for _, extra := range []struct {
		kind, path string
		status     int
	}{
		{"search", "/search", http.StatusOK},
		{"search results", "/search?q=" + url.QueryEscape(word), http.StatusOK},
		{"search finds nothing", "/search?q=zzqxvkj", http.StatusOK},
		{"search with a wrong date", "/search?q=" + url.QueryEscape(word) + "&from=2026-99-99", 0},
		{"not found", "/2020/01/01/there-never-was-such-a-story", http.StatusNotFound},
	} {
		p, err := s.read(ctx, extra.path, nil)
		if err != nil {
			return nil, err
		}
		if extra.status != 0 && p.status != extra.status {
			return nil, fmt.Errorf("GET %s = %d, want %d", extra.path, p.status, extra.status)
		}
		p.kind = extra.kind
		c.all = append(c.all, p)
		choose(p.kind, p)
	}
	for _, k := range order {
		p := *best[k]
		p.kind = k
		c.kinds = append(c.kinds, &p)
	}
	return c, nil
}

// staff takes the census of the desk, and adds the first page that is gone.
func (s *site) staff(ctx context.Context, cookies []*http.Cookie) (*census, error) {
	c, err := s.crawl(ctx, "/desk/", func(p string) bool { return strings.HasPrefix(p, "/desk") }, cookies, 250)
	if err != nil {
		return nil, err
	}
	met := map[string]int{}
	for _, p := range c.all {
		// A story's page differs with its status: look at several.
		most := 1
		if p.kind == "desk stories of" {
			most = 6
		}
		if met[p.kind]++; met[p.kind] <= most {
			q := *p
			if n := met[p.kind]; n > 1 {
				q.kind = fmt.Sprintf("%s %d", p.kind, n)
			}
			c.kinds = append(c.kinds, &q)
		}
	}
	lost, err := s.read(ctx, "/desk/no-such-page", cookies)
	if err != nil {
		return nil, err
	}
	out, err := s.read(ctx, "/desk/sign-in", nil)
	if err != nil {
		return nil, err
	}
	c.all, c.kinds = append(c.all, lost, out), append(c.kinds, lost)
	return c, nil
}

// gone finds an article that was taken down: the desk still tells its address.
func (s *site) gone(ctx context.Context, desk *census) (*page, error) {
	seen := map[string]bool{}
	for _, p := range desk.all {
		for _, to := range articleText.FindAllString(html.UnescapeString(string(p.body)), -1) {
			if seen[to] {
				continue
			}
			seen[to] = true
			r, err := s.read(ctx, to, nil)
			if err != nil {
				return nil, err
			}
			if r.status == http.StatusGone {
				r.kind = "gone"
				return r, nil
			}
		}
	}
	return nil, fmt.Errorf("none of the %d articles that the desk names is taken down", len(seen))
}

// of gives the page of a kind.
func (c *census) of(kind string) *page {
	i := slices.IndexFunc(c.kinds, func(p *page) bool { return p.kind == kind })
	if i < 0 {
		return nil
	}
	return c.kinds[i]
}
