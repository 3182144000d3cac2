package site

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	cdpbrowser "github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"dateline/internal/web"
)

// A world is a site with an API beside it that keeps browsers' choices in memory, as
// the real one does, and counts what is asked of both.
type world struct {
	origin string
	mu     sync.Mutex
	kept   map[string]map[string]any // choices by endpoint
	asked  []string                  // "POST /api/v1/push/subscriptions {…}", pages too
	down   bool                      // the API does not answer
	hangUp bool                      // nothing answers
	extra  string                    // a test's own script in the worker
}

func newWorld(t *testing.T, lang string) *world {
	w := &world{kept: map[string]map[string]any{}}
	h := newHouse()
	sample := newSample(t, lang)
	readers := h.site(t, lang, func(c *Config) { c.Renderer = sample.r })
	article := sample.article()
	sample.r.Describe(article)
	html, err := sample.r.Render(article)
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/api/v1/push/{call}", w.api)
	mux.Handle("GET /assets/", sample.assets)
	mux.HandleFunc("GET /media/{id}/{file}", func(rw http.ResponseWriter, _ *http.Request) {
		rw.Header().Set("Content-Type", "image/jpeg")
		rw.Write(drawHills(1, 480))
	})
	mux.HandleFunc("GET "+article.Path, func(rw http.ResponseWriter, _ *http.Request) {
		rw.Header().Set("Content-Type", "text/html; charset=utf-8")
		web.SetPolicy(rw.Header())
		rw.Write(html)
	})
	mux.Handle("/", readers)
	all := w.tail(mux)
	srv := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if w.broken() {
			panic(http.ErrAbortHandler)
		}
		if !strings.HasPrefix(r.URL.Path, "/api/") {
			w.note(r.Method + " " + r.URL.RequestURI())
		}
		all.ServeHTTP(rw, r)
	}))
	t.Cleanup(srv.Close)
	w.origin = srv.URL
	return w
}

func (w *world) note(s string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.asked = append(w.asked, s)
}

// since gives what was asked after the first n, and how much there is now. prefix
// leaves out the rest.
func (w *world) since(n int, prefix string) (out []string, now int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, s := range w.asked[n:] {
		if strings.Contains(s, prefix) {
			out = append(out, s)
		}
	}
	return out, len(w.asked)
}

func (w *world) choice(endpoint string) map[string]any {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.kept[endpoint]
}

func (w *world) api(rw http.ResponseWriter, r *http.Request) {
	var body map[string]any
	json.NewDecoder(r.Body).Decode(&body)
	sent, _ := json.Marshal(body)
	w.note(r.Method + " " + r.URL.Path + " " + string(sent))
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.down {
		rw.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	endpoint, _ := body["endpoint"].(string)
	answer := func(status int, v any) {
		rw.Header().Set("Content-Type", "application/json")
		rw.WriteHeader(status)
		json.NewEncoder(rw).Encode(v)
	}
	switch r.Method + " " + r.PathValue("call") {
	case "POST subscriptions":
		choice := map[string]any{}
		old, _ := body["replaces"].(string)
		for k, v := range w.kept[old] {
			choice[k] = v
		}
		delete(w.kept, old)
		for _, k := range []string{"topics", "stories", "importance", "only_chosen", "quiet_hours", "most_per_day", "paused", "language"} {
			if v, ok := body[k]; ok {
				choice[k] = v
			}
		}
		w.kept[endpoint] = choice
		answer(http.StatusCreated, choice)
	case "DELETE subscriptions":
		delete(w.kept, endpoint)
		rw.WriteHeader(http.StatusNoContent)
	case "POST lookup":
		if c, ok := w.kept[endpoint]; ok {
			answer(http.StatusOK, c)
			return
		}
		answer(http.StatusNotFound, map[string]any{})
	case "POST stop":
		c, ok := w.kept[endpoint]
		if !ok {
			answer(http.StatusNotFound, map[string]any{})
			return
		}
		for member, list := range map[string]string{"topic": "topics", "story": "stories"} {
			if id, ok := body[member]; ok {
				have, _ := c[list].([]any)
				c[list] = slices.DeleteFunc(slices.Clone(have), func(x any) bool { return x == id })
			}
		}
		answer(http.StatusOK, c)
	case "POST test":
		rw.WriteHeader(http.StatusAccepted)
	case "GET key":
		answer(http.StatusOK, map[string]any{"public_key": sampleKey})
	}
}

// A push is what the browser's push service would be: subscriptions that live in the
// page's storage, each with a new endpoint. Only this is made up: a real one needs a
// service outside. The worker, its registration and the permission are Chromium's own.
const push = `(() => {
	const all = () => JSON.parse(sessionStorage.push || '{}'), keep = x => sessionStorage.push = JSON.stringify(x)
	const b64 = b => btoa(String.fromCharCode(...new Uint8Array(b))).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '')
	const scope = m => window.scopeOf.get(m)
	window.scopeOf = new WeakMap
	const own = Object.getOwnPropertyDescriptor(ServiceWorkerRegistration.prototype, 'pushManager')
	Object.defineProperty(ServiceWorkerRegistration.prototype, 'pushManager', { get() { const m = own.get.call(this); scopeOf.set(m, this.scope); return m } })
	const make = (s, v) => ({ endpoint: v.endpoint, options: { applicationServerKey: Uint8Array.from(atob(v.key.replace(/-/g, '+').replace(/_/g, '/')), c => c.charCodeAt()).buffer },
		toJSON: () => ({ endpoint: v.endpoint, expirationTime: null, keys: { p256dh: 'p', auth: 'a' } }),
		unsubscribe: async () => { const x = all(); delete x[s]; keep(x); return true } })
	PushManager.prototype.getSubscription = async function() { const s = scope(this), v = all()[s]; return v ? make(s, v) : null }
	PushManager.prototype.subscribe = async function(o) {
		const s = scope(this), x = all()
		if (sessionStorage.broken) throw new DOMException('no', 'AbortError')
		const k = typeof o.applicationServerKey === 'string' ? o.applicationServerKey : b64(o.applicationServerKey)
		if (x[s] && x[s].key !== k) throw new DOMException('another key', 'InvalidStateError')
		sessionStorage.n = +(sessionStorage.n || 0) + 1
		x[s] ??= { endpoint: 'https://push.example/' + sessionStorage.n, key: k }
		keep(x)
		return make(s, x[s])
	}
})()`

func do(ctx context.Context, t *testing.T, what string, actions ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	ctx, cancel := context.WithTimeout(ctx, 60*time.Second)
	defer cancel()
	if err := chromedp.Do(ctx, actions...); err != nil {
		t.Fatalf("%s: %v", what, err)
	}
}

func ask[T any](ctx context.Context, t *testing.T, js string) T {
	t.Helper()
	ctx, cancel := context.WithTimeout(ctx, 60*time.Second)
	defer cancel()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](js, chromedp.EvalAwaitPromise))
	if err != nil {
		t.Fatalf("%s: %v", js, err)
	}
	return v
}

// becomes waits until an expression is true; pages may come and go meanwhile.
func becomes(ctx context.Context, t *testing.T, what, js string) {
	t.Helper()
	wait, cancel := context.WithTimeout(ctx, 40*time.Second)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		ok, err := chromedp.Run(wait, chromedp.Evaluate[bool](js, chromedp.EvalAwaitPromise))
		if ok && err == nil {
			return
		}
		select {
		case <-tick.C:
		case <-wait.Done():
			look, cancel := context.WithTimeout(ctx, 5*time.Second)
			defer cancel()
			now, _ := chromedp.Run(look, chromedp.Evaluate[string](`JSON.stringify([location.href, localStorage.alerts, sessionStorage.push, [...document.querySelectorAll('[role=status]')].map(e => e.textContent)])`))
			t.Fatalf("it never came true that %s (%v): %s; now %s", what, err, js, now)
		}
	}
}

func permit(ctx context.Context, t *testing.T, origin, setting string) {
	t.Helper()
	if _, err := chromedp.CallBrowser(ctx, cdpbrowser.SetPermission, cdpbrowser.SetPermissionParams{
		Origin: origin, Setting: cdpbrowser.PermissionSetting(setting), Permission: &cdpbrowser.PermissionDescriptor{Name: "notifications"}}); err != nil {
		t.Fatal(err)
	}
}

// another opens a further tab of the same browser.
func another(ctx context.Context, t *testing.T) context.Context {
	t.Helper()
	tab, closeTab := chromedp.NewContext(ctx)
	t.Cleanup(closeTab)
	// With a context that has no end: the tab would end with it.
	if err := chromedp.Do(tab, chromedp.Navigate("about:blank")); err != nil {
		t.Fatal(err)
	}
	return tab
}

// before has a script run in every page before the page's own.
func before(ctx context.Context, t *testing.T, js string) {
	t.Helper()
	if _, err := chromedp.Call(ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: js}); err != nil {
		t.Fatal(err)
	}
}

// status is what a screen reader was told last.
const status = `[...document.querySelectorAll('dialog [role=status], .says[role=status]')].at(-1)?.textContent`

func says(words string) string { return status + " === " + string(must(json.Marshal(words))) }

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func (w *world) article(t *testing.T, lang string) string { return newSample(t, lang).article().Path }

// From the line under a story to "You're subscribed", and back.
func TestReaderSubscribesInPlace(t *testing.T) {
	for _, lang := range []string{"en", "ar"} {
		words, _ := WordsFor(lang)
		w := newWorld(t, lang)
		ctx := browser(t)
		permit(ctx, t, w.origin, "prompt")
		before(ctx, t, push+`; window.asked = 0; { const real = Notification.requestPermission; Notification.requestPermission = () => { asked++; return real.call(Notification) } }`)
		do(ctx, t, "open", chromedp.EmulateViewport(375, 700), chromedp.Navigate(w.origin+w.article(t, lang)))
		if got := ask[string](ctx, t, `navigator.serviceWorker.getRegistrations().then(r => r.length + ' workers, asked ' + asked + ', ' + localStorage.length)`); got != "0 workers, asked 0, 0" {
			t.Errorf("%s: a page view left %s", lang, got)
		}
		if got, _ := w.since(0, "/assets/alerts."); len(got) > 0 {
			t.Errorf("%s: a page view fetched %v", lang, got)
		}
		high := ask[int](ctx, t, `scrollTo(0, document.querySelector('.offer').offsetTop - 200), window.moved = 0, new PerformanceObserver(l => { for (const e of l.getEntries()) if (!e.hadRecentInput) moved += e.value }).observe({type: 'layout-shift'}), document.body.offsetHeight`)
		permit(ctx, t, w.origin, "granted") // as the reader will answer
		do(ctx, t, "press", chromedp.Click(chromedp.CSS(`.offer a`)))
		becomes(ctx, t, "the choice opens", `document.querySelector('dialog')?.open === true`)
		if got := ask[int](ctx, t, `document.querySelectorAll('dialog input[type=radio]').length`); got != 4 {
			t.Errorf("%s: %d ways to choose, want 4", lang, got)
		}
		if got := ask[string](ctx, t, `document.querySelector('dialog input:checked').value + ' ' + document.activeElement.closest('dialog')?.id`); got != "topic asks" {
			t.Errorf("%s: chosen at first and focus: %s", lang, got)
		}
		axeOf(ctx, t, lang+"/dialog")
		shootDialog(ctx, t, lang+"-dialog-choice")
		do(ctx, t, "yes", chromedp.Click(chromedp.CSS(`dialog [data-do=ask]`)))
		becomes(ctx, t, "it says so", says(words.StateOn))
		shootDialog(ctx, t, lang+"-dialog-on")
		if got := ask[string](ctx, t, `document.querySelector('aside.alerts').innerText`); !strings.Contains(got, words.StateOn) {
			t.Errorf("%s: the offer reads %q", lang, got)
		}
		if got := ask[float64](ctx, t, `moved`); got > 0 {
			t.Errorf("%s: the page moved by %v", lang, got)
		}
		if got := ask[int](ctx, t, `document.body.offsetHeight`); got > high+40 {
			t.Errorf("%s: the page grew from %d to %d pixels", lang, high, got)
		}
		c := w.choice("https://push.example/1")
		if c == nil || c["only_chosen"] != true || fmt.Sprint(c["topics"]) != "[orrin]" || c["language"] != lang {
			t.Errorf("%s: kept is %v", lang, c)
		}
		if got := ask[string](ctx, t, `navigator.serviceWorker.getRegistrations().then(r => r.map(x => new URL(x.scope).pathname).join())`); got != "/" {
			t.Errorf("%s: workers at %s", lang, got)
		}
		// The next page knows, and the story itself is one press more.
		do(ctx, t, "open again", chromedp.Navigate(w.origin+w.article(t, lang)))
		becomes(ctx, t, "the offer knows", `document.querySelector('aside.alerts p').textContent === `+string(must(json.Marshal(words.StateOn))))
		do(ctx, t, "follow", chromedp.Click(chromedp.CSS(`.offer a:last-child`)))
		becomes(ctx, t, "the story is followed", says(words.StateStory))
		if c := w.choice("https://push.example/1"); fmt.Sprint(c["topics"], c["stories"]) != "[orrin] ["+sampleStory+"]" {
			t.Errorf("%s: after following the story kept is %v", lang, c)
		}
		do(ctx, t, "stop", chromedp.Click(chromedp.CSS(`dialog [data-do=drop]`)))
		becomes(ctx, t, "it is stopped", status+`.startsWith(`+string(must(json.Marshal(strings.SplitN(words.StateStopped, "{", 2)[0])))+`)`)
		if c := w.choice("https://push.example/1"); fmt.Sprint(c["topics"], c["stories"]) != "[orrin] []" {
			t.Errorf("%s: after the stop kept is %v", lang, c)
		}
	}
}

// Everything on the page of choices.
func TestReaderChoosesOnThePage(t *testing.T) {
	w := newWorld(t, "en")
	ctx := browser(t)
	permit(ctx, t, w.origin, "granted")
	before(ctx, t, push)
	do(ctx, t, "open", chromedp.EmulateViewport(375, 900), chromedp.Navigate(w.origin+"/alerts?topic=bridges&story="+sampleStory))
	becomes(ctx, t, "the button is there", `document.querySelector('[data-do=save]').checkVisibility() && !document.querySelector('[data-do=test]').checkVisibility()`)
	ask[bool](ctx, t, `(f => { f.from.value = '22:00'; f.to.value = '07:00'; f.most.value = 3; return true })(document.querySelector('.choose'))`)
	do(ctx, t, "save", chromedp.Click(chromedp.CSS(`[data-do=save]`)))
	becomes(ctx, t, "subscribed", says(english.StateOn))
	c := w.choice("https://push.example/1")
	quiet, _ := c["quiet_hours"].(map[string]any)
	if fmt.Sprint(c["topics"], c["stories"], c["most_per_day"], c["only_chosen"]) != "[bridges] ["+sampleStory+"] 3 true" || quiet["from"] != "22:00" || quiet["to"] != "07:00" || quiet["time_zone"] == "" {
		t.Errorf("kept is %v", c)
	}
	shootDialog(ctx, t, "en-page-on")
	for _, step := range []struct{ press, says, kept string }{
		{"test", english.StateTested, "<nil>"}, {"pause", english.StatePaused, "true"}, {"resume", english.StateOn, "false"},
	} {
		do(ctx, t, step.press, chromedp.Click(chromedp.CSS(`[data-do=`+step.press+`]`)))
		becomes(ctx, t, "after "+step.press+" it says so", says(step.says))
		if got := fmt.Sprint(w.choice("https://push.example/1")["paused"]); got != step.kept && step.kept != "<nil>" {
			t.Errorf("after %s paused is %s, want %s", step.press, got, step.kept)
		}
	}
	// What a notification's own button stopped is not ticked on the next visit.
	w.mu.Lock()
	w.kept["https://push.example/1"]["topics"] = []any{"orrin", "no-more-used"}
	w.mu.Unlock()
	do(ctx, t, "come back", chromedp.Navigate(w.origin+"/alerts"))
	becomes(ctx, t, "the server's word is shown", `[...document.querySelectorAll('[name=topic]:checked')].map(e => e.value).join() === 'orrin,no-more-used'`)
	if got := ask[string](ctx, t, `[...document.querySelectorAll('[name=story]:checked')].map(e => e.parentNode.textContent.trim()).join() + ' ' + document.querySelector('.choose').from.value`); got != english.AStory+" 22:00" {
		t.Errorf("the form shows %q", got)
	}
	// The address that a notification's button leads to.
	do(ctx, t, "stop page", chromedp.Navigate(w.origin+"/alerts?stop=topic:orrin"), chromedp.Click(chromedp.CSS(`[data-stop]`)))
	becomes(ctx, t, "it is stopped", status+`.includes('Orrin')`)
	if got := fmt.Sprint(w.choice("https://push.example/1")["topics"]); got != "[no-more-used]" {
		t.Errorf("after the stop topics are %s", got)
	}
	do(ctx, t, "end", chromedp.Click(chromedp.CSS(`[data-do=end]`)))
	becomes(ctx, t, "signed off", says(english.StateOff))
	if len(w.kept) != 0 || ask[int](ctx, t, `navigator.serviceWorker.getRegistrations().then(r => r.length)`) != 0 {
		t.Errorf("after the end kept are %v", w.kept)
	}
	// And it stays so.
	n := func() int { _, n := w.since(0, ""); return n }()
	do(ctx, t, "later", chromedp.Navigate(w.origin+"/alerts?x"), chromedp.Navigate(w.origin+w.article(t, "en")))
	if got, _ := w.since(n, "/api/"); len(got) > 0 {
		t.Errorf("after signing off a page view asked %v", got)
	}
	do(ctx, t, "stop nothing", chromedp.Navigate(w.origin+"/alerts?stop=topic:orrin"), chromedp.Click(chromedp.CSS(`[data-stop]`)))
	becomes(ctx, t, "there is nothing to stop", says(english.StateNone))
}

// Each reason why it does not work has its words, and a way on.
func TestStatesInWords(t *testing.T) {
	const iPhone = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1"
	blocked := english.StateBlocked + " "
	one := browser(t)
	if err := chromedp.Do(one, chromedp.Navigate("about:blank")); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, permission, agent, script string
		press                           bool
		want                            string
		again                           bool
	}{
		{"blocked", "denied", "", "", false, blocked + english.UnblockChrome, false},
		{"blocked in Firefox", "denied", "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "", false, blocked + english.UnblockFirefox, false},
		{"blocked in Safari", "denied", "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Safari/605.1.15", "", false, blocked + english.UnblockSafari, false},
		{"blocked on an iPhone", "denied", iPhone, "", false, blocked + english.UnblockPhone, false},
		{"no push", "granted", "", "delete window.PushManager", false, english.StateUnsupported, false},
		{"not on the home screen", "prompt", iPhone, "delete window.PushManager", false, strings.ReplaceAll(english.StateHome, "{site}", "\u2068Dateline\u2069"), false},
		{"in an app", "prompt", iPhone + " [FBAN/FBIOS;FBAV/490.0]", "delete window.PushManager", false, english.StateInApp, false},
		{"in an Android app", "prompt", "Mozilla/5.0 (Linux; Android 14; Pixel 8; wv) AppleWebKit/537.36 Chrome/126.0 Mobile Safari/537.36 Instagram 340.0", "", true, english.StateInApp, false},
		{"question closed", "prompt", "", "Notification.requestPermission = async () => 'default'", true, english.StateClosed, true},
		{"a no", "prompt", "", "Notification.requestPermission = async () => { Object.defineProperty(Notification, 'permission', {value: 'denied'}); return 'denied' }", true, blocked + english.UnblockChrome, false},
		{"asking", "prompt", "", "Notification.requestPermission = () => new Promise(() => 0)", true, english.StateAsking, false},
		{"private window", "granted", "", push + "; sessionStorage.broken = 1", true, english.StatePrivate, true},
		{"server away", "granted", "", push, true, english.StateFailed, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t, "en")
			w.down = true
			ctx := another(one, t)
			permit(ctx, t, w.origin, c.permission)
			if c.script != "" {
				before(ctx, t, c.script)
			}
			if c.agent != "" {
				if _, err := chromedp.Call(ctx, emulation.SetUserAgentOverride, emulation.SetUserAgentOverrideParams{UserAgent: c.agent}); err != nil {
					t.Fatal(err)
				}
			}
			do(ctx, t, "open", chromedp.EmulateViewport(375, 900), chromedp.Navigate(w.origin+"/alerts"))
			if c.press {
				do(ctx, t, "press", chromedp.Click(chromedp.CSS(`[data-do=save]`)))
			}
			becomes(ctx, t, "it says why", says(c.want))
			again := ask[bool](ctx, t, `(b => b.checkVisibility() && b.textContent === 'Try again')(document.querySelector('[data-do=save]'))`)
			if again != c.again {
				t.Errorf("it offers to try again: %v, want %v", again, c.again)
			}
			if strings.HasPrefix(c.want, blocked) && ask[bool](ctx, t, `document.querySelector('[data-do=save]').checkVisibility()`) && !c.press {
				t.Error("a button is offered that cannot work")
			}
			if c.name == "server away" {
				w.mu.Lock()
				w.down = false
				w.mu.Unlock()
				do(ctx, t, "try again", chromedp.Click(chromedp.CSS(`[data-do=save]`)))
				becomes(ctx, t, "subscribed", says(english.StateOn))
			}
			shootDialog(ctx, t, "en-state-"+strings.ReplaceAll(c.name, " ", "-"))
		})
	}
}

// A browser that changed its subscription is mended on the next page view, without a
// question; one that did not is left alone for a week.
func TestPageViewRepairs(t *testing.T) {
	w := newWorld(t, "en")
	ctx := browser(t)
	permit(ctx, t, w.origin, "granted")
	before(ctx, t, push)
	at := w.origin + w.article(t, "en")
	do(ctx, t, "open", chromedp.Navigate(w.origin+"/alerts?topic=orrin"), chromedp.Click(chromedp.CSS(`[data-do=save]`)))
	becomes(ctx, t, "subscribed", says(english.StateOn))
	for _, c := range []struct {
		name, change string
		want         []string // endpoints replaced, or "again" for a confirmation
		kept         string
	}{
		{"nothing changed", ``, nil, "https://push.example/1"},
		{"a week has passed", `(m => { m.at -= 8 * 864e5; localStorage.alerts = JSON.stringify(m) })(JSON.parse(localStorage.alerts))`, []string{"again"}, "https://push.example/1"},
		{"right after", ``, nil, "https://push.example/1"},
		{"the endpoint changed", `(x => { x[location.origin + '/'].endpoint = 'https://push.example/moved'; sessionStorage.push = JSON.stringify(x) })(JSON.parse(sessionStorage.push))`, []string{"https://push.example/1"}, "https://push.example/moved"},
		{"it is gone", `sessionStorage.push = '{}'`, []string{"https://push.example/moved"}, "https://push.example/2"},
		{"our key changed", `(x => { x[location.origin + '/'].key = 'BAAA'; sessionStorage.push = JSON.stringify(x) })(JSON.parse(sessionStorage.push))`, []string{"https://push.example/2"}, "https://push.example/3"},
		{"the server forgot it", `(m => { m.at = 0; localStorage.alerts = JSON.stringify(m) })(JSON.parse(localStorage.alerts))`, []string{"again"}, "https://push.example/3"},
	} {
		if c.change != "" {
			ask[bool](ctx, t, c.change+", true")
		}
		if c.name == "the server forgot it" {
			w.mu.Lock()
			w.kept = map[string]map[string]any{}
			w.mu.Unlock()
		}
		_, n := w.since(0, "")
		do(ctx, t, c.name, chromedp.Navigate(at))
		becomes(ctx, t, c.name+": the module ran", `document.querySelector('aside.alerts p').textContent === "You're subscribed"`)
		becomes(ctx, t, c.name+": it is done", `new Promise(r => setTimeout(r, 50)).then(() => navigator.locks.query()).then(q => !q.held.length && !q.pending.length)`)
		saved, _ := w.since(n, "POST /api/v1/push/subscriptions")
		var got []string
		for _, s := range saved {
			var body struct{ Replaces string }
			json.Unmarshal([]byte(s[strings.Index(s, "{"):]), &body)
			got = append(got, first(body.Replaces, "again"))
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: replaced %v, want %v", c.name, got, c.want)
		}
		if c.want == nil {
			if all, _ := w.since(n, "/api/"); len(all) > 0 {
				t.Errorf("%s: it asked %v", c.name, all)
			}
		}
		if k := w.choice(c.kept); len(w.kept) != 1 || fmt.Sprint(k["topics"]) != "[orrin]" {
			t.Errorf("%s: kept are %v, want %s on orrin", c.name, w.kept, c.kept)
		}
	}
}

// A reader of the system before gets ours on the first visit: one subscription, with
// the topics that were imported, without a question.
func TestReaderComesFromElsewhere(t *testing.T) {
	for _, scope := range []string{"/", "/push/onesignal/"} {
		w := newWorld(t, "en")
		ctx := browser(t)
		permit(ctx, t, w.origin, "granted")
		before(ctx, t, push+`; Notification.requestPermission = () => { throw 'asked' }`)
		// As the other system left it: its worker's address, its key.
		do(ctx, t, "before", chromedp.Navigate(w.origin+"/robots.txt"))
		ask[bool](ctx, t, `navigator.serviceWorker.register('/OneSignalSDKWorker.js', {scope: '`+scope+`'}).then(r => {
			sessionStorage.push = JSON.stringify({[r.scope]: {endpoint: 'https://push.example/theirs', key: 'BTheirs'}}); localStorage.clear(); return true })`)
		w.mu.Lock()
		w.kept["https://push.example/theirs"] = map[string]any{"topics": []any{"bridges"}}
		w.mu.Unlock()
		do(ctx, t, "visit", chromedp.Navigate(w.origin+w.article(t, "en")))
		becomes(ctx, t, "it is ours", `JSON.parse(localStorage.alerts || '{}').on === true`)
		if got := ask[string](ctx, t, `sessionStorage.push`); strings.Contains(got, "theirs") || strings.Count(got, "endpoint") != 1 {
			t.Errorf("%s: the browser holds %s", scope, got)
		}
		if c := w.choice("https://push.example/1"); len(w.kept) != 1 || fmt.Sprint(c["topics"]) != "[bridges]" {
			t.Errorf("%s: kept are %v", scope, w.kept)
		}
		if got := ask[string](ctx, t, `navigator.serviceWorker.getRegistrations().then(r => r.map(x => new URL(x.scope).pathname).join())`); got != "/" {
			t.Errorf("%s: workers at %s", scope, got)
		}
	}
}

// axeOf audits the open page with DATELINE_AXE, as it stands.
func axeOf(ctx context.Context, t *testing.T, name string) {
	t.Helper()
	if f := os.Getenv("DATELINE_AXE"); f != "" {
		audit(ctx, t, name, string(must(os.ReadFile(f))))
		do(ctx, t, "back", chromedp.EmulateViewport(375, 700))
	}
}

// shootDialog leaves a picture of the window with DATELINE_SHOTS.
func shootDialog(ctx context.Context, t *testing.T, name string) {
	t.Helper()
	dir := os.Getenv("DATELINE_SHOTS")
	if dir == "" {
		return
	}
	for _, look := range []string{"light", "dark"} {
		for _, width := range []int64{375, 1440} {
			if err := wear(ctx, look); err != nil {
				t.Fatal(err)
			}
			do(ctx, t, "shoot", chromedp.EmulateViewport(width, 900))
			png, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("%s-%s-%d.png", name, look, width)), png, 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	wear(ctx, "light")
	do(ctx, t, "back", chromedp.EmulateViewport(375, 700))
}
