package site

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// A reader types the beginning of a name and takes what is meant, with the keyboard alone.
func TestSuggestionsInBrowser(t *testing.T) {
	ctx := browser(t)
	sample := newSample(t, "en")
	html, err := sample.r.Render(sample.search())
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	var fetched []string
	mux := http.NewServeMux()
	mux.Handle("GET /assets/", sample.assets)
	mux.HandleFunc("GET /search", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Write(html)
	})
	mux.HandleFunc("GET /topics/orrin", func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte("Orrin")) })
	mux.HandleFunc("GET /api/v1/search/suggest", func(w http.ResponseWriter, r *http.Request) {
		switch r.FormValue("q") {
		case "none":
			w.Write([]byte(`{"items":[],"next":null}`))
		case "busy":
			w.WriteHeader(http.StatusTooManyRequests)
		default:
			w.Write([]byte(`{"items":[{"kind":"topic","text":"Orrin","url":"https://elsewhere.example/topics/orrin"},` +
				`{"kind":"story","text":"The bridge <b>opens</b>","url":"https://elsewhere.example/2026/11/25/bridge"},{"kind":"word","text":"bridges","url":"https://elsewhere.example/search?q=bridges"}]}`))
		}
	})
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		fetched = append(fetched, r.URL.RequestURI())
		mu.Unlock()
		w.Header().Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; form-action 'self'")
		mux.ServeHTTP(w, r)
	}))
	t.Cleanup(srv.Close)
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(375, 700), chromedp.Navigate(srv.URL+"/search")); err != nil {
		t.Fatal(err)
	}
	// A window in the background has no focus to give.
	if _, err := chromedp.Call(ctx, emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: true}); err != nil {
		t.Fatal(err)
	}
	mu.Lock()
	if all := strings.Join(fetched, " "); strings.Contains(all, "suggest") {
		t.Errorf("before anybody searches the page fetched %s", all)
	}
	mu.Unlock()
	const field = `document.getElementById('f-q')`
	ask[bool](ctx, t, field+`.focus() ?? true`)
	becomes(ctx, t, "the field is a combobox", field+`.role === 'combobox' && `+field+`.ariaExpanded === 'false'`)
	write := func(text string) {
		ask[bool](ctx, t, field+`.value = '`+text+`', `+field+`.dispatchEvent(new Event('input'))`)
	}
	press := func(key string) {
		ask[bool](ctx, t, field+`.dispatchEvent(new KeyboardEvent('keydown', {key: '`+key+`', cancelable: true})), true`)
	}
	write("br")
	becomes(ctx, t, "the list opens", field+`.ariaExpanded === 'true' && document.querySelectorAll('[role=listbox]:not([hidden]) [role=option]').length === 3`)
	if got := ask[string](ctx, t, `document.querySelector('[role=option]:nth-child(2)').textContent`); got != "The bridge <b>opens</b>" {
		t.Errorf("a headline reads %q", got)
	}
	if !ask[bool](ctx, t, `document.documentElement.scrollWidth <= innerWidth`) {
		t.Error("the list is wider than the window")
	}
	axeOf(ctx, t, "en/suggest")
	const chosen = `document.getElementById(` + field + `.getAttribute('aria-activedescendant'))`
	press("ArrowDown")
	press("ArrowDown")
	if got := ask[string](ctx, t, chosen+`.textContent + ' ' + `+chosen+`.ariaSelected + ' ' + document.querySelectorAll('[aria-selected=true]').length`); got != "The bridge <b>opens</b> true 1" {
		t.Errorf("two down is %q", got)
	}
	press("ArrowUp")
	press("ArrowUp")
	if !ask[bool](ctx, t, chosen+` === null`) {
		t.Error("up again does not lead back to the field")
	}
	press("Escape")
	if !ask[bool](ctx, t, field+`.ariaExpanded === 'false' && `+field+`.value === 'br'`) {
		t.Error("Escape does not close the list, or empties the field")
	}
	for _, text := range []string{"none", "busy", "b"} {
		write("br")
		becomes(ctx, t, "the list opens", field+`.ariaExpanded === 'true'`)
		write(text)
		becomes(ctx, t, "the list closes for "+text, field+`.ariaExpanded === 'false'`)
	}
	write("br")
	becomes(ctx, t, "the list opens again", field+`.ariaExpanded === 'true'`)
	press("ArrowUp")
	press("Enter")
	becomes(ctx, t, "a word is searched for", `location.pathname + location.search === '/search?q=bridges' || location.search.includes('q=bridges')`)
	ask[bool](ctx, t, field+`.focus() ?? true`)
	becomes(ctx, t, "the field is a combobox again", field+`.role === 'combobox'`)
	write("or")
	becomes(ctx, t, "the list opens there", field+`.ariaExpanded === 'true'`)
	ask[bool](ctx, t, `document.querySelector('[data-kind=topic]').click() ?? true`)
	becomes(ctx, t, "the topic is opened", `location.href === '`+srv.URL+`/topics/orrin'`)
}
