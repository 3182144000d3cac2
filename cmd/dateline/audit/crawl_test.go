package audit_test

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"

	"golang.org/x/net/html"
)

// A page is one address of a site, read.
type page struct {
	kind   string // "article", "desk story", …
	path   string // with the query
	status int
	body   []byte
	parts  int      // how many kinds of data-part it has
	lang   string   // of its article, if it is not the site's
	links  []string // to pages of this site, without fragments
	lost   []string // fragments that lead nowhere
	files  []string // pictures, style, feeds, … that it names
	table  bool
	title  string // of its h1
}

var (
	articlePath = regexp.MustCompile(`^/\d{4}/\d\d/\d\d/[^/?]+$`)
	historyPath = regexp.MustCompile(`^/\d{4}/\d\d/\d\d/[^/?]+/history$`)
	anyID       = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}`)
)

// kindOf names the kind of page that an address has.
func kindOf(path string) string {
	bare, query, _ := strings.Cut(path, "?")
	first, rest, deep := strings.Cut(strings.TrimPrefix(bare, "/"), "/")
	switch {
	case bare == "/":
		return "front"
	case articlePath.MatchString(bare):
		return "article"
	case historyPath.MatchString(bare):
		return "history"
	case first == "desk":
		kind := "desk " + strings.Trim(anyID.ReplaceAllString(rest, "of"), "/")
		if topic, deeper := strings.CutPrefix(kind, "desk topics/"); deeper && topic != "" {
			kind = "desk topic"
		}
		if query != "" {
			kind += " filtered"
		}
		return strings.TrimSpace(strings.ReplaceAll(kind, "/", " "))
	case deep && query != "":
		return strings.TrimSuffix(first, "s") + " page"
	case deep:
		return strings.TrimSuffix(first, "s")
	case first == "alerts" || first == "search":
		return first
	}
	return "standing"
}

// follow tells whether a link leads to a page that the crawl should read.
func follow(path string) bool {
	bare, query, _ := strings.Cut(path, "?")
	for _, p := range []string{"/media/", "/assets/", "/api/", "/healthz", "/readyz"} {
		if strings.HasPrefix(bare, p) {
			return false
		}
	}
	for _, s := range []string{".rss", ".atom", ".json", ".xml", ".ninjs", ".txt", ".webmanifest", ".ico"} {
		if strings.HasSuffix(bare, s) {
			return false
		}
	}
	if strings.HasPrefix(bare, "/desk") {
		return !strings.Contains(query, "&") // one filter of the list at a time
	}
	return query == "" || (bare != "/search" && strings.HasPrefix(query, "page="))
}

// crawl reads every page that links lead to from start, at most as many as most.
func (s *site) crawl(ctx context.Context, start string, within func(path string) bool, cookies []*http.Cookie, most int) (*census, error) {
	c := &census{}
	from := map[string]string{start: ""}
	for queue := []string{start}; len(queue) > 0 && len(c.all) < most; queue = queue[1:] {
		p, err := s.read(ctx, queue[0], cookies)
		if err != nil {
			return nil, err
		}
		if p.status == http.StatusOK || p.status == http.StatusGone {
			c.all = append(c.all, p)
		}
		if p.status != http.StatusOK {
			c.dead = append(c.dead, fmt.Sprintf("%s links to %s, which answers %d", from[p.path], p.path, p.status))
			continue
		}
		for _, to := range p.links {
			if _, met := from[to]; !met && within(to) && follow(to) {
				from[to] = p.path
				queue = append(queue, to)
			}
		}
	}
	return c, nil
}

// read reads and understands one page.
func (s *site) read(ctx context.Context, path string, cookies []*http.Cookie) (*page, error) {
	r, err := get(ctx, s.origin+path, cookies)
	if err != nil {
		return nil, err
	}
	p := &page{kind: kindOf(path), path: path, status: r.status, body: r.body}
	if r.kind != "text/html" {
		return nil, fmt.Errorf("GET %s is %s, want a page", path, r.kind)
	}
	doc, err := html.Parse(bytes.NewReader(r.body))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	base, err := url.Parse(r.url)
	if err != nil {
		return nil, err
	}
	article, siteLang := false, ""
	parts, ids, fragments := map[string]bool{}, map[string]bool{}, []string{}
	for n := range doc.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		a := map[string]string{}
		for _, at := range n.Attr {
			a[at.Key] = at.Val
		}
		if a["data-part"] != "" {
			parts[a["data-part"]] = true
		}
		ids[a["id"]] = true
		switch n.Data {
		case "html":
			siteLang = a["lang"]
		case "article":
			if !article { // the first is the page's own, others are cards
				article = true
				if a["lang"] != siteLang {
					p.lang = a["lang"]
				}
			}
		case "table":
			p.table = true
		case "h1":
			p.title = text(n)
		case "img", "source", "script":
			p.files = append(p.files, a["src"])
			for _, candidate := range strings.Split(a["srcset"], ",") {
				address, _, _ := strings.Cut(strings.TrimSpace(candidate), " ")
				p.files = append(p.files, address)
			}
		case "link":
			p.files = append(p.files, a["href"])
		case "meta":
			if a["property"] == "og:image" {
				p.files = append(p.files, a["content"])
			}
		case "a":
			to, err := base.Parse(a["href"])
			if _, has := a["href"]; !has || err != nil || to.Scheme+"://"+to.Host != s.origin {
				continue
			}
			if to.Fragment != "" && to.Path == base.Path {
				fragments = append(fragments, to.Fragment)
			}
			to.Fragment = ""
			p.links = append(p.links, to.RequestURI())
		}
	}
	p.parts = len(parts)
	for _, f := range fragments {
		if !ids[f] {
			p.lost = append(p.lost, f)
		}
	}
	return p, nil
}

func text(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data)
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}
