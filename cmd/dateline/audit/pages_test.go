package audit_test

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// A check looks at an open page and says what is wrong with it.
type check struct {
	name string
	look func(b *tab, p *page) (wrong []string, err error)
}

// checks are what every kind of page has to pass, readers' and staff's.
var checks = []check{
	{"fits narrow screens", fits},
	{"headings", headings},
	{"parts", parts},
	{"axe", axe},
	{"forced colours", forcedColours},
	{"reduced motion", reducedMotion},
	{"keyboard", skipLinkFirst},
	{"keeps to itself", func(b *tab, _ *page) ([]string, error) { return b.noticed(), nil }},
}

var (
	readersOf = sync.OnceValues(func() (*census, error) { return censusOf(english, (*site).readers) })
	arabicOf  = sync.OnceValues(func() (*census, error) { return censusOf(arabic, (*site).readers) })
)

func censusOf(which func() (*site, error), take func(*site, context.Context) (*census, error)) (*census, error) {
	s, err := which()
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Minute)
	defer cancel()
	return take(s, ctx)
}

// theReaders gives what readers meet on the English site.
func theReaders(t *testing.T) (*site, *census) {
	t.Helper()
	s := theSite(t)
	c, err := readersOf()
	if err != nil {
		t.Fatal(err)
	}
	return s, c
}

// kind gives a page of a kind, which the demo has to have.
func kind(t *testing.T, c *census, name string) *page {
	t.Helper()
	p := c.of(name)
	if p == nil {
		t.Fatalf("the site has no %s page", name)
	}
	return p
}

// examine opens one page of each kind and passes it through all checks.
func examine(t *testing.T, b *tab, s *site, kinds []*page) {
	for _, p := range kinds {
		t.Run(p.kind, func(t *testing.T) {
			if err := b.size(375, 812, 1); err != nil {
				t.Fatal(err)
			}
			if err := b.open(p.path); err != nil {
				t.Fatal(err)
			}
			for _, c := range checks {
				t.Run(c.name, func(t *testing.T) {
					if _, missing := axeSource(); missing != nil && c.name == "axe" {
						t.Skip("axe-core is not installed (./test does it)")
					}
					wrong, err := c.look(b, p)
					if err != nil {
						t.Fatalf("%s: %v", p.path, err)
					}
					for _, w := range wrong {
						t.Errorf("%s: %s", p.path, w)
					}
				})
			}
			if dir := os.Getenv("DATELINE_SHOTS"); dir != "" {
				if err := shoot(b, p, filepath.Join(dir, s.name+"-"+strings.ReplaceAll(p.kind, " ", "-"))); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

func TestReadersPages(t *testing.T) {
	s, c := theReaders(t)
	for _, name := range []string{
		"front", "article", "article ar", "article he", "article with a table", "history", "section", "topic", "author",
		"search", "search results", "search finds nothing", "search with a wrong date", "standing", "alerts", "not found",
	} {
		if c.of(name) == nil {
			t.Errorf("the site has no %s page to look at", name)
		}
	}
	examine(t, openTab(t, s), s, c.kinds)
}

// An Arabic newsroom: the same pages from right to left, the screen's words too.
func TestReadersPagesInArabic(t *testing.T) {
	theSite(t)
	if os.Getenv("DATELINE_AUDIT_SITE") != "" {
		return // somebody's one site
	}
	c, err := arabicOf()
	if err != nil {
		t.Fatal(err)
	}
	s, err := arabic()
	if err != nil {
		t.Fatal(err)
	}
	b := openTab(t, s)
	if err := b.open("/"); err != nil {
		t.Fatal(err)
	}
	if dir, err := ask[string](b, `document.documentElement.lang + ' ' + getComputedStyle(document.body).direction`); err != nil || dir != "ar rtl" {
		t.Fatalf("the front page is %q (%v), want Arabic from right to left", dir, err)
	}
	examine(t, b, s, c.kinds)
}

// The desk's pages, entered as the person who typed `dateline demo` does.
func TestDeskPages(t *testing.T) {
	s := theSite(t)
	d := theDesk(t, s)
	for _, w := range d.atTheDoor {
		t.Errorf("the page that a sign-in link opens: %s", w)
	}
	out := openTab(t, s)
	examine(t, out, s, []*page{{kind: "desk sign-in", path: "/desk/sign-in", status: http.StatusOK}})
	examine(t, d.tab, s, d.census.kinds)
	for _, dead := range d.census.dead {
		t.Error(dead)
	}
}

// A story that was taken down leaves a page that says so.
func TestGonePage(t *testing.T) {
	s := theSite(t)
	p, err := s.gone(t.Context(), theDesk(t, s).census)
	if err != nil {
		t.Fatal(err)
	}
	examine(t, openTab(t, s), s, []*page{p})
}

// No link on a reader's page leads to an error, or to a place on the page that is
// not there.
func TestLinks(t *testing.T) {
	_, c := theReaders(t)
	for _, d := range c.dead {
		t.Error(d)
	}
	n := 0
	for _, p := range c.all {
		n += len(p.links)
		for _, f := range p.lost {
			t.Errorf("%s links to #%s, which is not on it", p.path, f)
		}
	}
	t.Logf("%d pages, %d links", len(c.all), n)
}

// Whatever a reader's page names is there: pictures of every width, style, feeds.
func TestFiles(t *testing.T) {
	s, c := theReaders(t)
	seen := map[string]bool{}
	for _, p := range c.all {
		for _, f := range p.files {
			f = strings.TrimPrefix(f, s.origin)
			if f == "" || seen[f] {
				continue
			}
			seen[f] = true
			if !strings.HasPrefix(f, "/") {
				t.Errorf("%s names %s, which is no address of this site", p.path, f)
				continue
			}
			r, err := get(t.Context(), s.origin+f, nil)
			if err != nil {
				t.Fatal(err)
			}
			if r.status != http.StatusOK {
				t.Errorf("%s (%s) names %s, which answers %d", p.path, p.kind, f, r.status)
			}
			if strings.HasPrefix(f, "/media/") && !strings.HasPrefix(r.kind, "image/") {
				t.Errorf("GET %s is %s, want a picture", f, r.kind)
			}
		}
	}
	t.Logf("%d files", len(seen))
}

// A desk is the newsroom's side, somebody being signed in.
type desk struct {
	tab       *tab
	census    *census
	atTheDoor []string // what is wrong with the page that spends the link
}

var (
	deskOnce sync.Once
	deskOf   *desk
	deskErr  error
)

// theDesk signs in with the one-time link as a person does: opens it, presses the
// button. The link opens once, so the result is shared.
func theDesk(t *testing.T, s *site) *desk {
	t.Helper()
	openTab(t, s) // skips without a browser
	deskOnce.Do(func() { deskOf, deskErr = enter(s) })
	if deskErr != nil {
		t.Fatal(deskErr)
	}
	return deskOf
}

func enter(s *site) (*desk, error) {
	path, ours := strings.CutPrefix(s.signIn, s.origin)
	if !ours {
		return nil, fmt.Errorf("the demo printed no sign-in link under %s (it printed %q)", s.origin, s.signIn)
	}
	browser, err := chromium()
	if err != nil {
		return nil, err
	}
	d := &desk{}
	if d.tab, err = newTab(browser, s.origin); err != nil {
		return nil, err
	}
	if err := d.tab.size(375, 812, 1); err != nil {
		return nil, err
	}
	if err := d.tab.open(path); err != nil {
		return nil, err
	}
	for _, c := range checks {
		if _, missing := axeSource(); missing != nil && c.name == "axe" {
			continue // the other pages say so
		}
		wrong, err := c.look(d.tab, &page{kind: "desk sign-in", path: path})
		if err != nil {
			return nil, fmt.Errorf("%s: %w", c.name, err)
		}
		for _, w := range wrong {
			d.atTheDoor = append(d.atTheDoor, c.name+": "+w)
		}
	}
	saved, err := ask[string](d.tab, `document.documentElement.outerHTML`)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(d.tab.ctx, time.Minute)
	defer cancel()
	if _, err := chromedp.RunResponse(ctx, chromedp.Click(chromedp.CSS(`main form button, main form [type=submit]`))); err != nil {
		return nil, fmt.Errorf("press the sign-in button: %w", err)
	}
	if at, err := ask[string](d.tab, `location.pathname`); err != nil || at != "/desk/" {
		return nil, fmt.Errorf("after signing in the browser is at %s (%v), want /desk/", at, err)
	}
	jar, err := call(d.tab, network.GetCookies, network.GetCookiesParams{})
	if err != nil {
		return nil, err
	}
	var cookies []*http.Cookie
	for _, c := range jar.Cookies {
		if !c.HTTPOnly || c.SameSite == "" {
			d.atTheDoor = append(d.atTheDoor, fmt.Sprintf("the cookie %s is not HttpOnly or has no SameSite", c.Name))
		}
		cookies = append(cookies, &http.Cookie{Name: c.Name, Value: c.Value})
	}
	slow, stop := context.WithTimeout(context.Background(), 3*time.Minute)
	defer stop()
	if d.census, err = s.staff(slow, cookies); err != nil {
		return nil, err
	}
	d.census.all = append(d.census.all, &page{kind: "desk sign-in by a link", path: "/desk/sign-in?key=", body: []byte("<!doctype html>\n" + saved)})
	if slices.IndexFunc(d.census.all, func(p *page) bool { return p.kind == "desk stories of" }) < 0 {
		return nil, fmt.Errorf("the desk's list links to no story")
	}
	return d, nil
}
