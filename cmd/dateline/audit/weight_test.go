package audit_test

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
)

// What a page may weigh over the wire, headers too, in bytes.
const (
	pageMost    = 25_000  // HTML, style and script together
	scriptMost  = 6_000   // the script alone
	articleMost = 90_000  // an article with its lead picture, on a phone
	frontMost   = 250_000 // the front page, not scrolled, on a phone
)

// A weight is what a page fetched, in bytes.
type weight struct {
	page, script, pictures, other int
	scripts                       int
	list                          []string
}

func (w weight) all() int { return w.page + w.pictures + w.other }

// weigh opens a page with an empty cache and adds up what came.
func weigh(b *tab, path string) (w weight, err error) {
	if _, err := call(b, network.SetCacheDisabled, network.SetCacheDisabledParams{CacheDisabled: true}); err != nil {
		return w, err
	}
	if err := b.open(path); err != nil {
		return w, err
	}
	if err := b.quiet(); err != nil {
		return w, err
	}
	for _, r := range b.requests() {
		u, err := url.Parse(r.url)
		if err != nil {
			return w, err
		}
		if strings.Contains(u.Path, "icon") {
			continue // fetched once, by the browser for itself
		}
		switch r.kind {
		case network.ResourceTypeDocument, network.ResourceTypeStylesheet:
			w.page += r.bytes
		case network.ResourceTypeScript:
			w.page += r.bytes
			w.script += r.bytes
			if !strings.HasPrefix(u.Path, "/assets/comments.") { // comes once comments are in sight
				w.scripts++
			}
		case network.ResourceTypeImage, network.ResourceTypeMedia:
			w.pictures += r.bytes
		case network.ResourceTypeManifest:
			continue
		default:
			w.other += r.bytes
		}
		w.list = append(w.list, fmt.Sprintf("%7d %s %s", r.bytes, r.kind, u.Path))
	}
	slices.Sort(w.list)
	slices.Reverse(w.list)
	return w, nil
}

// Every kind of page is light, on a phone with two dots to the pixel.
func TestPageWeights(t *testing.T) {
	s, c := theReaders(t)
	b := openTab(t, s)
	if err := b.size(375, 812, 2); err != nil {
		t.Fatal(err)
	}
	for _, p := range c.kinds {
		w, err := weigh(b, p.path)
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("%-24s page %6d (script %5d), pictures %6d, other %d", p.kind, w.page, w.script, w.pictures, w.other)
		told := func(format string, args ...any) {
			t.Helper()
			t.Errorf("%s: "+format+":\n%s", append(append([]any{p.path}, args...), strings.Join(w.list, "\n"))...)
		}
		if w.page > pageMost || w.page == 0 {
			told("HTML, style and script are %d bytes, want %d at most", w.page, pageMost)
		}
		if w.script > scriptMost || w.scripts > 1 {
			told("%d scripts and the comments' are %d bytes, want one, and %d at most in all", w.scripts, w.script, scriptMost)
		}
		if w.other > 0 {
			told("it fetches what is neither page nor picture")
		}
		switch {
		case p.kind == "front" && w.all() > frontMost:
			told("%d bytes, want %d at most", w.all(), frontMost)
		case strings.HasPrefix(p.kind, "article") && w.all() > articleMost:
			told("%d bytes, want %d at most", w.all(), articleMost)
		}
	}
}

// slowNetwork emulates one. Chromium up to 148 wants beside the rules what later ones want
// in each of them: that the network is there.
var slowNetwork = cdp.Command[slowParams, network.EmulateNetworkConditionsByRuleResult]{Method: network.CommandEmulateNetworkConditionsByRule}

type slowParams struct {
	network.EmulateNetworkConditionsByRuleParams
	Offline bool `json:"offline"`
}

// Nothing moves while a page arrives over a slow line, pictures last.
func TestNothingMovesWhileLoading(t *testing.T) {
	s, c := theReaders(t)
	b := openTab(t, s)
	if _, err := call(b, network.SetCacheDisabled, network.SetCacheDisabledParams{CacheDisabled: true}); err != nil {
		t.Fatal(err)
	}
	if _, err := call(b, slowNetwork, slowParams{EmulateNetworkConditionsByRuleParams: network.EmulateNetworkConditionsByRuleParams{
		MatchedNetworkConditions: []*network.Conditions{{Latency: 150, DownloadThroughput: 150_000, UploadThroughput: 75_000}}}}); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"front", "article"} {
		p := kind(t, c, name)
		for _, width := range []int64{375, 1440} {
			if err := b.size(width, 900, 1); err != nil {
				t.Fatal(err)
			}
			if err := b.open(p.path); err != nil {
				t.Fatal(err)
			}
			moved, err := ask[string](b, `new Promise(done => { let sum = 0, what = []; const see = l => { for (const e of l) { sum += e.value; for (const s of e.sources) what.push(s.node?.outerHTML?.slice(0, 80)) } };
				const o = new PerformanceObserver(l => see(l.getEntries())); o.observe({type: 'layout-shift', buffered: true});
				setTimeout(() => { see(o.takeRecords()); done(sum ? sum.toFixed(4) + ': ' + what.join(' ') : '') }, 200) })`)
			if err != nil {
				t.Fatal(err)
			}
			if moved != "" {
				t.Errorf("%s at %d pixels: the layout shifts by %s", p.path, width, moved)
			}
			if name == "article" {
				loaded, err := ask[bool](b, `(i => !!i && i.complete && i.naturalWidth > 0)(document.querySelector('[data-part=picture] img'))`)
				if err != nil || !loaded {
					t.Errorf("%s at %d pixels: the lead picture did not load (%v)", p.path, width, err)
				}
			}
		}
	}
}
