package audit_test

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// Everything a reader does works without script: reading, finding, subscribing to
// what there is to subscribe to.
func TestWithoutScript(t *testing.T) {
	s, c := theReaders(t)
	b := openTab(t, s)
	if _, err := call(b, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}); err != nil {
		t.Fatal(err)
	}
	if err := b.size(375, 812, 1); err != nil {
		t.Fatal(err)
	}
	open := func(path string) {
		t.Helper()
		ctx, cancel := context.WithTimeout(b.ctx, time.Minute)
		defer cancel()
		if err := chromedp.Do(ctx, chromedp.Navigate(s.origin+path)); err != nil {
			t.Fatal(err)
		}
	}
	is := func(what, expression string) {
		t.Helper()
		// The protocol's own evaluation works although the page's script does not.
		ok, err := chromedp.Run(b.ctx, chromedp.Evaluate[bool](expression))
		if err != nil || !ok {
			t.Errorf("without script: not true that %s (%v)", what, err)
		}
	}
	press := func(what string, steps ...chromedp.Action[chromedp.Void]) {
		t.Helper()
		ctx, cancel := context.WithTimeout(b.ctx, time.Minute)
		defer cancel()
		if _, err := chromedp.RunResponse(ctx, steps...); err != nil {
			t.Fatalf("%s: %v", what, err)
		}
	}

	open(kind(t, c, "article").path)
	is("the headline is seen", `document.querySelector('h1').checkVisibility()`)
	is("the body is seen", `[...document.querySelectorAll('[data-part=body] p')].every(p => p.checkVisibility())`)
	is("the sections are within reach", `[...document.querySelectorAll('header nav a')].some(a => a.checkVisibility())`)
	is("no control is shown that does nothing", `[...document.querySelectorAll('main button')].every(b => b.form || !b.checkVisibility())`)
	press("follow Get notifications", chromedp.Click(chromedp.CSS(`[data-part=alerts] a`)))
	is("Get notifications leads to /alerts", `location.pathname === '/alerts' && document.querySelector('h1').checkVisibility()`)

	open("/")
	press("search", chromedp.SendKeys(chromedp.CSS(`[role=search] input[name=q]`), "the"+kb.Enter))
	is("Enter in the search field searches", `location.pathname === '/search' && new URLSearchParams(location.search).get('q') === 'the'`)
	open(kind(t, c, "search results").path)
	is("results are listed", `[...document.querySelectorAll('main a')].some(a => /^\/\d{4}\/\d\d\/\d\d\//.test(a.getAttribute('href')) && a.checkVisibility())`)
}

// A printed article is the article: no menu, no search, no offers.
func TestPrint(t *testing.T) {
	s, c := theReaders(t)
	p := kind(t, c, "article")
	b := openTab(t, s)
	if err := b.open(p.path); err != nil {
		t.Fatal(err)
	}
	pdf, err := chromedp.Run(b.ctx, chromedp.PrintToPDF())
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.HasPrefix(pdf, []byte("%PDF-")) || len(pdf) < 20_000 {
		t.Errorf("%s prints as %d bytes, want a PDF with a picture and text", p.path, len(pdf))
	}
	if n := bytes.Count(pdf, []byte("/Type /Page\n")); n == 0 || n > 12 {
		t.Errorf("%s prints on %d sheets", p.path, n)
	}
	if err := b.prefer("print", "prefers-color-scheme", "dark"); err != nil {
		t.Fatal(err)
	}
	defer b.prefer("")
	left, err := ask[string](b, `[...document.querySelectorAll('nav, [role=search], [data-part=alerts], [data-part=comments], [data-part=read-more], button, .skip')].filter(e => e.checkVisibility()).map(e => e.outerHTML.slice(0, 90)).join('\n\t')`)
	if err != nil || left != "" {
		t.Errorf("%s prints what paper has no use for (%v):\n\t%s", p.path, err, left)
	}
	for _, q := range []struct{ what, expression string }{
		{"headline, standfirst, byline, date, body, picture and corrections are printed", `['headline', 'standfirst', 'byline', 'published', 'body', 'picture', 'credit', 'corrections'].every(n => document.querySelector('[data-part=' + n + ']').checkVisibility())`},
		{"a dark screen prints dark on white", `(c => c.every(x => +x < 110))(getComputedStyle(document.querySelector('[data-part=body] p')).color.match(/\d+/g).slice(0, 3)) && !/rgb\((?!255, 255, 255)\d/.test(getComputedStyle(document.body).backgroundColor)`},
	} {
		if ok, err := ask[bool](b, q.expression); err != nil || !ok {
			t.Errorf("%s: not true that %s (%v)", p.path, q.what, err)
		}
	}
}

// Somebody without a mouse sees at every step where they are.
func TestFocusIsSeen(t *testing.T) {
	s, c := theReaders(t)
	b := openTab(t, s)
	if err := b.size(1440, 900, 1); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"front", "article", "search results"} {
		p := kind(t, c, name)
		if err := b.open(p.path); err != nil {
			t.Fatal(err)
		}
		var unseen []string
		steps := 0
		for ; steps < 150; steps++ {
			if err := chromedp.Do(b.ctx, chromedp.KeyEvent(kb.Tab)); err != nil {
				t.Fatal(err)
			}
			at, err := ask[string](b, `(e => { if (!e || e === document.body) return 'end'; const r = e.getBoundingClientRect();
				const drawn = s => (s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 1) || s.boxShadow !== 'none';
				// A card may wear the ring of its link; in a date the browser itself marks day or month.
				const ring = drawn(getComputedStyle(e)) || drawn(getComputedStyle(e, '::after')) || e.type === 'date' || (c => !!c && drawn(getComputedStyle(c)))(e.closest('article article, .story, li'));
				const inside = r.bottom > 0 && r.top < innerHeight && r.width > 0;
				return ring && inside ? '' : (ring ? 'out of sight: ' : 'no ring: ') + e.outerHTML.slice(0, 90) })(document.activeElement)`)
			if err != nil {
				t.Fatal(err)
			}
			if at == "end" {
				break
			}
			if at != "" && !strings.Contains(at, `class="skip"`) {
				unseen = append(unseen, at)
			}
		}
		if steps < 10 {
			t.Errorf("%s: only %d places for the focus", p.path, steps)
		}
		if len(unseen) > 0 {
			t.Errorf("%s: the focus is not seen at %d of %d places:\n%s", p.path, len(unseen), steps, strings.Join(unseen[:min(5, len(unseen))], "\n"))
		}
	}
}
