package audit_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/accessibility"
)

// A heading as a screen reader announces it.
type heading struct {
	level int
	name  string
}

// outline reads the headings from Chromium's accessibility tree, in its order.
func outline(b *tab) (all []heading, err error) {
	tree, err := call(b, accessibility.GetFullAXTree, accessibility.GetFullAXTreeParams{})
	if err != nil {
		return nil, err
	}
	nodes := map[accessibility.NodeID]*accessibility.Node{}
	for _, n := range tree.Nodes {
		nodes[n.NodeID] = n
	}
	var walk func(n *accessibility.Node)
	walk = func(n *accessibility.Node) {
		if n == nil {
			return
		}
		var role string
		if !n.Ignored && n.Role != nil && json.Unmarshal(n.Role.Value, &role) == nil && role == "heading" {
			var h heading
			if n.Name != nil {
				json.Unmarshal(n.Name.Value, &h.name)
			}
			for _, p := range n.Properties {
				if p.Name == accessibility.PropertyNameLevel {
					json.Unmarshal(p.Value.Value, &h.level)
				}
			}
			all = append(all, h)
		}
		for _, id := range n.ChildIDs {
			walk(nodes[id])
		}
	}
	if len(tree.Nodes) > 0 {
		walk(tree.Nodes[0])
	}
	return all, nil
}

// headings: one of the first level, which comes first; no level is skipped; none
// is empty.
func headings(b *tab, _ *page) (wrong []string, err error) {
	all, err := outline(b)
	if err != nil {
		return nil, err
	}
	firsts, before := 0, 0
	for _, h := range all {
		if h.level == 1 {
			firsts++
		}
		if h.level > before+1 {
			wrong = append(wrong, fmt.Sprintf("the heading %q of level %d follows one of level %d", h.name, h.level, before))
		}
		if strings.TrimSpace(h.name) == "" {
			wrong = append(wrong, fmt.Sprintf("a heading of level %d has no text", h.level))
		}
		before = h.level
	}
	if firsts != 1 {
		wrong = append(wrong, fmt.Sprintf("it has %d headings of the first level, want 1", firsts))
	}
	return wrong, nil
}

// articleParts is the order of an article's parts in the document.
var articleParts = []string{"search", "headline", "standfirst", "picture", "caption", "credit", "byline", "published", "body", "dateline",
	"corrections", "read-more", "comments", "alerts"}

// partsOf gives the marked parts of a page in their order, each once, and the search
// form as "search".
func partsOf(b *tab) ([]string, error) {
	s, err := ask[string](b, `JSON.stringify([...document.querySelectorAll('[role=search], [data-part]')].map(e => e.dataset.part || 'search'))`)
	if err != nil {
		return nil, err
	}
	var all, once []string
	if err := json.Unmarshal([]byte(s), &all); err != nil {
		return nil, err
	}
	for _, p := range all {
		if slices.Contains(articleParts, p) && !slices.Contains(once, p) {
			once = append(once, p)
		}
	}
	return once, nil
}

// parts: the search form comes before everything, and an article's parts stand in
// the order that programs rely on.
func parts(b *tab, p *page) (wrong []string, err error) {
	if strings.HasPrefix(p.kind, "desk") {
		return nil, nil
	}
	got, err := partsOf(b)
	if err != nil {
		return nil, err
	}
	if len(got) == 0 || got[0] != "search" {
		wrong = append(wrong, fmt.Sprintf("the search form does not come first: %v", got))
	}
	button, err := ask[bool](b, `(f => !!f && !!f.querySelector('button, [type=submit]')?.checkVisibility())(document.querySelector('[role=search]'))`)
	if err != nil {
		return nil, err
	}
	if !button {
		wrong = append(wrong, "the search form has no button to be seen")
	}
	if strings.HasPrefix(p.kind, "article") && !slices.IsSortedFunc(got, func(a, b string) int {
		return slices.Index(articleParts, a) - slices.Index(articleParts, b)
	}) {
		wrong = append(wrong, fmt.Sprintf("the parts stand in the order %v", got))
	}
	return wrong, nil
}

// The lead article shows every part that an article can have.
func TestFullestArticle(t *testing.T) {
	s, c := theReaders(t)
	p := kind(t, c, "article")
	b := openTab(t, s)
	if err := b.open(p.path); err != nil {
		t.Fatal(err)
	}
	got, err := partsOf(b)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(got, articleParts) {
		t.Errorf("%s has the parts\n%v, want\n%v", p.path, got, articleParts)
	}
	all, err := outline(b)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"Read more", "Comments", "Never miss breaking news"} {
		if !slices.ContainsFunc(all, func(h heading) bool { return h.name == want && h.level == 2 }) {
			t.Errorf("%s has no heading %q; its headings are %v", p.path, want, all)
		}
	}
	for _, c := range []struct{ want, expression string }{
		{"the figure holds caption and credit in its figcaption", `!!document.querySelector('figure[data-part=picture] > figcaption [data-part=caption], figure[data-part=picture] > figcaption[data-part=caption]') && !!document.querySelector('figure[data-part=picture] figcaption [data-part=credit]')`},
		{"the body's first paragraph begins with the dateline", `(p => !!p && p.textContent.trim().startsWith(p.querySelector('[data-part=dateline]')?.textContent.trim() || '\0'))(document.querySelector('[data-part=body] p'))`},
		{"the body has a second picture, with credit", `!!document.querySelector('[data-part=body] figure [data-part=credit]')`},
		{"published is a time", `document.querySelector('[data-part=published]').matches('time[datetime]')`},
		{"Read more holds topics, then stories", `(r => { const t = r.querySelector('a[href^="/topics/"]'), s = r.querySelector('article a, .related a'); return !!t && !!s && !!(t.compareDocumentPosition(s) & Node.DOCUMENT_POSITION_FOLLOWING) })(document.querySelector('[data-part=read-more]'))`},
		{"comments and alerts are asides", `document.querySelectorAll('aside[data-part=comments], aside[data-part=alerts]').length === 2`},
		{"Get notifications leads to /alerts", `[...document.querySelectorAll('[data-part=alerts] a, [data-part=alerts] button')].some(e => e.textContent.trim() === 'Get notifications' && (e.tagName !== 'A' || new URL(e.href).pathname === '/alerts'))`},
		{"JSON-LD in the head tells of a NewsArticle", `[...document.head.querySelectorAll('script[type="application/ld+json"]')].some(s => [].concat(JSON.parse(s.textContent)['@graph'] || JSON.parse(s.textContent)).some(x => [].concat(x['@type']).includes('NewsArticle')))`},
		{"links are root-relative", `[...document.body.querySelectorAll('a[href]')].every(a => new URL(a.href).host !== location.host || /^[\/#?]/.test(a.getAttribute('href')))`},
		{"alt never repeats the caption", `[...document.querySelectorAll('figure')].every(f => !f.querySelector('img')?.alt || f.querySelector('img').alt.trim() !== f.querySelector('[data-part=caption]')?.textContent.trim())`},
	} {
		if ok, err := ask[bool](b, c.expression); err != nil || !ok {
			t.Errorf("%s: not true that %s (%v)", p.path, c.want, err)
		}
	}
}
