package site

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"math"
	"net/http"
	"net/http/httptest"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/chromedp"

	"dateline/internal/web"
)

// serveSamples serves both sample newsrooms: /en/front, /ar/article, …
func serveSamples(t *testing.T) (origin string, names []string) {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /media/{id}/{file}", func(w http.ResponseWriter, r *http.Request) {
		width, _ := strconv.Atoi(strings.TrimSuffix(r.PathValue("file"), ".jpg"))
		n, _ := strconv.ParseInt(r.PathValue("id"), 16, 32)
		w.Header().Set("Content-Type", "image/jpeg")
		w.Write(drawHills(int(n), min(max(width, 16), 1600)))
	})
	for _, lang := range []string{"en", "ar"} {
		s := newSample(t, lang)
		mux.Handle("GET "+s.assets.Path("site.js"), s.assets)
		mux.Handle("GET "+s.assets.Path("alerts."+lang+".js"), s.assets)
		mux.Handle("GET "+s.assets.Path("comments."+lang+".js"), s.assets)
		if lang == "en" { // both have the other files
			mux.Handle("GET /assets/", s.assets)
			mux.HandleFunc("GET /favicon.ico", func(w http.ResponseWriter, _ *http.Request) { w.Write(Favicon()) })
			mux.HandleFunc("GET /manifest.webmanifest", func(w http.ResponseWriter, _ *http.Request) { w.Write(s.r.Manifest()) })
		}
		for name, page := range s.pages() {
			html, err := s.r.Render(page)
			if err != nil {
				t.Fatal(err)
			}
			names = append(names, lang+"/"+name)
			if dir := os.Getenv("DATELINE_PAGES"); dir != "" {
				if err := os.WriteFile(filepath.Join(dir, lang+"-"+name+".html"), html, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			mux.HandleFunc("GET /"+lang+"/"+name, func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Content-Type", "text/html; charset=utf-8")
				web.SetPolicy(w.Header())
				w.Write(html)
			})
		}
	}
	srv := httptest.NewServer(mux)
	t.Cleanup(srv.Close)
	slices.Sort(names)
	return srv.URL, names
}

var drawn sync.Map

// drawHills draws a landscape that is nobody's photograph.
func drawHills(n, width int) []byte {
	key := [2]int{n, width}
	if b, ok := drawn.Load(key); ok {
		return b.([]byte)
	}
	height := width * 2 / 3
	img := image.NewRGBA(image.Rect(0, 0, width, height))
	hue := float64(n) * 0.9
	for y := range height {
		for x := range width {
			fx, fy := float64(x)/float64(width), float64(y)/float64(height)
			c := [3]float64{200 + 40*math.Sin(hue), 190 + 30*math.Sin(hue+2), 180 + 40*math.Sin(hue+4)}
			for k := range 5 {
				ridge := .35 + .13*float64(k) + .07*math.Sin(fx*float64(5+k*2)+hue*float64(k+1)) + .02*math.Sin(fx*31+float64(k*n))
				if fy > ridge {
					d := 1 - .19*float64(k+1)
					c = [3]float64{(110 + 50*math.Sin(hue+1)) * d, (130 + 30*math.Sin(hue+3)) * d, (125 + 40*math.Sin(hue)) * d}
				}
			}
			if math.Hypot(fx-.7+.05*float64(n%5), (fy-.2)*2/3) < .05 {
				c = [3]float64{255, 240, 200}
			}
			img.SetRGBA(x, y, color.RGBA{uint8(c[0]), uint8(c[1]), uint8(c[2]), 255})
		}
	}
	var b bytes.Buffer
	jpeg.Encode(&b, img, &jpeg.Options{Quality: 75})
	drawn.Store(key, b.Bytes())
	return b.Bytes()
}

// browser opens a tab of Debian's Chromium.
func browser(t *testing.T) context.Context {
	t.Helper()
	const chromium = "/usr/bin/chromium"
	if testing.Short() {
		t.Skip("a browser is not for the quick tests")
	}
	if _, err := os.Stat(chromium); err != nil {
		t.Skip("Debian's chromium is not installed")
	}
	opts := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(chromium), chromedp.Flag("hide-scrollbars", true))
	if os.Getuid() == 0 {
		opts = append(opts, chromedp.NoSandbox)
	}
	ctx, stop := context.WithTimeout(t.Context(), 8*time.Minute)
	ctx, quit := chromedp.NewExecAllocator(ctx, opts...)
	ctx, closeTab := chromedp.NewContext(ctx)
	t.Cleanup(func() { closeTab(); quit(); stop() })
	return ctx
}

// TestPagesInBrowser opens every sample page at the width of a small phone and
// of a screen magnified fourfold: nothing may run out of the page sideways,
// and the browser may have nothing to say of the content policy.
//
// With DATELINE_AXE=FILE (axe.min.js of the npm package axe-core) every page is
// also audited, in light and in dark; with DATELINE_PAGES=DIR the pages are
// written there for other checkers.
// With DATELINE_SHOTS=DIR it also takes pictures of the pages whose names
// contain DATELINE_SHOTS_OF (all of them if empty), in light and dark or in the
// look that DATELINE_SHOTS_IN names (print and forced, too), to be looked at.
func TestPagesInBrowser(t *testing.T) {
	ctx := browser(t)
	origin, names := serveSamples(t)
	var complaints []string
	if err := chromedp.Listen(ctx, func(ev any) {
		if e, ok := ev.(*log.EventEntryAdded); ok {
			complaints = append(complaints, e.Entry.Text)
		}
	}); err != nil {
		t.Fatal(err)
	}
	if dir := os.Getenv("DATELINE_SHOTS"); dir != "" {
		takeShots(ctx, t, dir, origin, names)
		return
	}
	axe, err := os.ReadFile(os.Getenv("DATELINE_AXE"))
	if err != nil && os.Getenv("DATELINE_AXE") != "" {
		t.Fatal(err)
	}
	for _, name := range names {
		complaints = nil
		if err := chromedp.Do(ctx, chromedp.EmulateViewport(320, 640), chromedp.Navigate(origin+"/"+name)); err != nil {
			t.Fatal(err)
		}
		wide, err := chromedp.Run(ctx, chromedp.Evaluate[string](`document.documentElement.scrollWidth <= innerWidth ? '' :
			[...document.querySelectorAll('body *')].filter(e => { const r = e.getBoundingClientRect(); return r.right > innerWidth + 1 || r.left < -1 }).map(e => e.tagName + '.' + e.className).join(' ')`))
		if err != nil {
			t.Fatal(err)
		}
		if wide != "" {
			t.Errorf("%s at 320 pixels runs out of the page: %s", name, wide)
		}
		if small, err := chromedp.Run(ctx, chromedp.Evaluate[string](`[...document.querySelectorAll('a, button, input, select')].filter(e => {
			const r = e.getBoundingClientRect(); return r.width > 1 && (r.height < 24 || r.width < 24) && !e.closest('.body p, .said p, .skip, .stamp, .notice, h3, .title p:not([class])') }).map(e => e.outerHTML.slice(0, 90)).join('\n')`)); err != nil {
			t.Fatal(err)
		} else if small != "" {
			t.Errorf("%s has targets of less than 24 pixels:\n%s", name, small)
		}
		if axe != nil {
			audit(ctx, t, name, string(axe))
		}
		if len(complaints) > 0 {
			t.Errorf("%s: the browser complains: %s", name, strings.Join(complaints, "; "))
		}
	}
}

// audit runs axe-core. It goes in as an expression, which the page's policy
// does not touch.
func audit(ctx context.Context, t *testing.T, name, axe string) {
	t.Helper()
	for _, scheme := range []string{"light", "dark"} {
		if err := wear(ctx, scheme); err != nil {
			t.Fatal(err)
		}
		for _, width := range []int64{375, 1440} {
			if err := chromedp.Do(ctx, chromedp.EmulateViewport(width, 900)); err != nil {
				t.Fatal(err)
			}
			if _, err := chromedp.Run(ctx, chromedp.Evaluate[bool](axe+";true")); err != nil {
				t.Fatal(err)
			}
			found, err := chromedp.Run(ctx, chromedp.Evaluate[string](`axe.run({runOnly: ['wcag2a', 'wcag2aa', 'wcag2aaa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']}).then(r =>
				r.violations.map(v => v.id + ': ' + v.nodes.map(n => n.target.join(' ') + ' ' + (n.any[0]?.message ?? '')).join(' | ')).join('\n'))`, chromedp.EvalAwaitPromise))
			if err != nil {
				t.Fatal(err)
			}
			if found != "" {
				t.Errorf("%s in %s at %d pixels:\n%s", name, scheme, width, found)
			}
		}
	}
}

// wear makes the browser see pages in a look: light, dark, print, or forced
// (the system's own colours).
func wear(ctx context.Context, look string) error {
	p := emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: look}}}
	switch look {
	case "print":
		p = emulation.SetEmulatedMediaParams{Media: "print"}
	case "forced":
		p.Features = []*emulation.MediaFeature{{Name: "forced-colors", Value: "active"}}
	}
	_, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, p)
	return err
}

func takeShots(ctx context.Context, t *testing.T, dir, origin string, names []string) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	widths := []int64{375, 768, 1440}
	if s := os.Getenv("DATELINE_SHOTS_AT"); s != "" {
		n, _ := strconv.ParseInt(s, 10, 64)
		widths = []int64{n}
	}
	for _, name := range names {
		if ok, err := path.Match("*"+os.Getenv("DATELINE_SHOTS_OF")+"*", strings.ReplaceAll(name, "/", "-")); err != nil || !ok {
			continue
		}
		for _, look := range []string{"light", "dark", "print", "forced"} {
			if s := os.Getenv("DATELINE_SHOTS_IN"); s != look && (s != "" || look == "print" || look == "forced") {
				continue
			}
			if err := wear(ctx, look); err != nil {
				t.Fatal(err)
			}
			for _, width := range widths {
				if err := chromedp.Do(ctx, chromedp.EmulateViewport(width, 900), chromedp.Navigate(origin+"/"+name)); err != nil {
					t.Fatal(err)
				}
				// The viewport grows to the page: a capture beyond the viewport
				// paints short right-to-left pages out of the picture.
				h, err := chromedp.Run(ctx, chromedp.Evaluate[int64](`[...document.images].forEach(i => i.loading = 'eager'); document.documentElement.scrollHeight`))
				if err != nil {
					t.Fatal(err)
				}
				if err := chromedp.Do(ctx, chromedp.EmulateViewport(width, h)); err != nil {
					t.Fatal(err)
				}
				if _, err := chromedp.Run(ctx, chromedp.Evaluate[bool](`Promise.all([...document.images].map(i => i.decode().catch(() => 0))).then(() => true)`, chromedp.EvalAwaitPromise)); err != nil {
					t.Fatal(err)
				}
				png, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
				if err != nil {
					t.Fatal(err)
				}
				file := filepath.Join(dir, fmt.Sprintf("%s-%s-%d.png", strings.ReplaceAll(name, "/", "-"), look, width))
				if err := os.WriteFile(file, png, 0o644); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
}
