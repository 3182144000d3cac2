package site

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/serviceworker"
	"github.com/chromedp/chromedp"
)

// telling has the worker tell its pages when something is shown. To look meanwhile would
// disturb it: Chromium forgets what is asked for before it stands on the screen.
const telling = `
const real = self.registration.showNotification.bind(self.registration)
self.registration.showNotification = async (title, o) => {
	await real(title, o)
	for (const c of await self.clients.matchAll({ includeUncontrolled: true })) c.postMessage({ shown: o.tag })
}
`

// listening has a page note what its worker tells.
const listening = `window.shown = []; if (navigator.serviceWorker) {
	navigator.serviceWorker.addEventListener('message', e => e.data.shown && shown.push(e.data.shown)); navigator.serviceWorker.startMessages() }`

// registered has a page register the worker as a subscription would, and gives the
// registration's name.
func registered(ctx context.Context, t *testing.T, w *world, at string) serviceworker.RegistrationID {
	t.Helper()
	updates := chromedp.Events(ctx, serviceworker.WorkerRegistrationUpdated)
	if _, err := chromedp.Call(ctx, serviceworker.Enable, cdp.Empty{}); err != nil {
		t.Fatal(err)
	}
	before(ctx, t, listening)
	do(ctx, t, "open", chromedp.Navigate(w.origin+at))
	ask[bool](ctx, t, `navigator.serviceWorker.register('/sw.js').then(() => navigator.serviceWorker.ready).then(() => true)`)
	for ev, err := range updates {
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range ev.Registrations {
			if r.ScopeURL == w.origin+"/" && !r.IsDeleted {
				return r.RegistrationID
			}
		}
	}
	t.Fatal("the worker was not registered")
	return ""
}

// A message is what the newsroom sends.
type message struct {
	ID, Tag, Title, Body, At string
	Made                     int // when it was composed
	Again                    bool
}

func (m message) json(w *world) string {
	b, _ := json.Marshal(map[string]any{"web_push": 8030, "notification": map[string]any{
		"title": m.Title, "body": m.Body, "navigate": w.origin + m.At, "tag": m.Tag, "lang": "en", "dir": "ltr", "renotify": m.Again,
		"icon": w.origin + "/assets/icon.png", "actions": []map[string]string{{"action": "stop", "title": "Stop this topic", "navigate": w.origin + "/alerts?stop=topic:orrin"}},
		"data": map[string]any{"alert": m.ID, "made": m.Made, "stop": map[string]string{"topic": "orrin"}}}})
	return string(b)
}

// deliver hands the worker a message as the browser does after it decrypted one.
func deliver(ctx context.Context, t *testing.T, w *world, id serviceworker.RegistrationID, data string) {
	t.Helper()
	if _, err := chromedp.Call(ctx, serviceworker.DeliverPushMessage, serviceworker.DeliverPushMessageParams{Origin: w.origin, RegistrationID: id, Data: data}); err != nil {
		t.Fatal(err)
	}
}

// onScreen lists what is shown, sorted by title.
const onScreen = `navigator.serviceWorker.ready.then(r => r.getNotifications()).then(all => all.filter(n => n.title !== 'probe').map(n => n.title + ': ' + n.body).sort().join(' | '))`

func TestWorkerShowsEachAlertOnce(t *testing.T) {
	w := newWorld(t, "en")
	inWorker(t, w, telling)
	ctx := browser(t)
	permit(ctx, t, w.origin, "granted")
	id := registered(ctx, t, w, "/about")
	_, n := w.since(0, "")
	// Identifiers say nothing of the order: a correction's may be the lower one.
	bridge := message{ID: "e19a0000-0000-8000-8000-000000000001", Made: 1, Tag: "t1", Title: "Bridge collapses", Body: "On its first day.", At: "/2026/11/25/bridge"}
	mended := message{ID: "00000000-0000-8000-8000-000000000002", Made: 2, Tag: "t1", Title: "Correction", Body: "It stands.", At: "/2026/11/25/bridge", Again: true}
	other := message{ID: "019a0000-0000-7000-8000-000000000003", Tag: "t3", Title: "Parliament", Body: "By one.", At: "/2026/11/25/diary"}
	gone := `navigator.serviceWorker.ready.then(r => r.getNotifications()).then(all => all.forEach(n => n.close())).then(() => true)`
	empty := `navigator.serviceWorker.ready.then(r => r.getNotifications()).then(all => !all.length)`
	for i, c := range []struct {
		name, data, before string
		shows              string // the tag of what is shown anew, if anything
		want               string
	}{
		{"an alert is shown", bridge.json(w), "", "t1", "Bridge collapses: On its first day."},
		{"a repeat is not seen", bridge.json(w), "", "", "Bridge collapses: On its first day."},
		{"a correction takes its place", mended.json(w), "", "t1", "Correction: It stands."},
		{"the original arrives late", bridge.json(w), "", "", "Correction: It stands."},
		{"another stands beside it", other.json(w), "", "t3", "Correction: It stands. | Parliament: By one."},
		{"a repeat of what was put away stays away", other.json(w), gone, "", ""},
		{"the newest first, its original after it", message{ID: "019a0000-0000-7000-8000-000000000008", Made: 9, Tag: "t8", Title: "Second", Body: "b", At: "/x"}.json(w), "", "t8", "Second: b"},
		{"then the original", message{ID: "019a0000-0000-7000-8000-000000000009", Made: 8, Tag: "t8", Title: "First", Body: "a", At: "/x"}.json(w), "", "", "Second: b"},
		{"no JSON", "hello", gone, "news", "Dateline: There is news on Dateline."},
		{"no notification", `{"custom": {"i": "of another system"}}`, gone, "news", "Dateline: There is news on Dateline."},
		{"nothing at all", "", gone, "news", "Dateline: There is news on Dateline."},
		{"a title that is none", `{"web_push":8030,"notification":{"title":{"a":1}}}`, gone, "news", "Dateline: There is news on Dateline."},
		{"an address elsewhere", `{"web_push":8030,"notification":{"title":"T","navigate":"https://evil.example/","tag":"t9","data":{"alert":"z"}}}`, gone, "t9", "T: "},
	} {
		if c.before != "" {
			ask[bool](ctx, t, c.before)
			becomes(ctx, t, c.name+": the screen is empty", empty)
		}
		ask[bool](ctx, t, `window.shown = [], true`)
		deliver(ctx, t, w, id, c.data)
		// What a message is worth is decided in turn: once the next one is shown, this one
		// was dealt with.
		probe := message{ID: fmt.Sprintf("019b0000-0000-7000-8000-%012d", i), Tag: c.name, Title: "probe", At: "/"}
		deliver(ctx, t, w, id, probe.json(w))
		becomes(ctx, t, c.name+": the worker has answered", `shown.includes('`+c.name+`') && ('`+c.shows+`' === '' || shown.includes('`+c.shows+`'))`)
		if got := ask[string](ctx, t, onScreen); got != c.want {
			t.Errorf("%s: shown are %q, want %q", c.name, got, c.want)
		}
	}
	if got := ask[string](ctx, t, `navigator.serviceWorker.ready.then(r => r.getNotifications()).then(all => all.find(n => n.title === 'T')).then(n => n.data.url + ' ' + n.icon.slice(0, 22))`); got != w.origin+"/alerts data:image/png;base64," {
		t.Errorf("an address elsewhere became %s", got)
	}
	// A million browsers get a message at once: nothing of it may come to us.
	if got, _ := w.since(n, ""); len(got) > 0 {
		t.Errorf("while messages arrived the browser asked %v", got)
	}
	if got := ask[int](ctx, t, `caches.open('alerts').then(c => c.match('/shown')).then(r => r.json()).then(l => l.length)`); got > 50 {
		t.Errorf("the worker remembers %d alerts", got)
	}
}

// inWorker runs script in the worker itself, for what DevTools cannot do from outside:
// to press a notification.
func inWorker(t *testing.T, w *world, script string) { // added to the bytes that /sw.js answers
	t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	w.extra = script
}

// Presses: the story opens, or its open tab comes to the front; the button stops; and
// with no network the words that were sent stand in the story's place.
func TestWorkerAnswersAPress(t *testing.T) {
	w := newWorld(t, "en")
	// A press cannot be made from outside: the page sends one to the worker, which
	// hands it to the handlers that a real one reaches. Opening a window needs a real
	// press; what would be opened is told to the page, which goes there.
	inWorker(t, w, telling+`
self.addEventListener('message', e => e.waitUntil((async () => {
	const [n] = await self.registration.getNotifications({ tag: e.data.tag })
	const p = new Event('notificationclick'), all = []
	Object.assign(p, { notification: n, action: e.data.action, waitUntil: x => all.push(x) })
	self.clients.openWindow = async url => e.source.postMessage({ opened: url })
	self.registration.pushManager.getSubscription = async () => ({ endpoint: 'https://push.example/1' })
	WindowClient.prototype.focus = async function() { e.source.postMessage({ focused: this.url }); return this }
	self.dispatchEvent(p)
	await Promise.all(all)
	e.source.postMessage({ done: true })
})()))`)
	ctx := browser(t)
	permit(ctx, t, w.origin, "granted")
	article := w.article(t, "en")
	id := registered(ctx, t, w, "/about")
	press := func(tag, action string) {
		t.Helper()
		becomes(ctx, t, tag+" is shown", `shown.includes('`+tag+`')`)
		ask[bool](ctx, t, `new Promise(done => { window.got = {}; navigator.serviceWorker.onmessage = e => { Object.assign(got, e.data); if (e.data.done) done(true) }; navigator.serviceWorker.ready.then(r => r.active.postMessage({tag: '`+tag+`', action: '`+action+`'})) })`)
	}
	told := message{ID: "019a0000-0000-7000-8000-000000000001", Tag: "t1", Title: "Bridge <opens>", Body: "After nineteen years.", At: article}

	deliver(ctx, t, w, id, told.json(w))
	press("t1", "")
	if got := ask[string](ctx, t, `JSON.stringify(got.opened)`); got != `"`+w.origin+article+`"` {
		t.Errorf("a press opened %s", got)
	}

	// The network is gone: the server hangs up.
	w.set(func() { w.hangUp = true })
	do(ctx, t, "go there", chromedp.Evaluate[chromedp.Void](`void (location = got.opened)`))
	becomes(ctx, t, "the alert's own words stand there", `document.querySelector('h1')?.textContent === 'Bridge <opens>' && document.body.innerText.includes('After nineteen years.') && document.body.innerText.includes('No connection')`)
	shootDialog(ctx, t, "en-offline")
	w.set(func() { w.hangUp = false })
	do(ctx, t, "try again", chromedp.Click(chromedp.CSS(`a.button`)))
	becomes(ctx, t, "the story is there", `document.querySelector('[data-part=headline]') !== null`)

	// Its tab is open now.
	told.ID, told.Tag = "019a0000-0000-7000-8000-000000000002", "t2"
	deliver(ctx, t, w, id, told.json(w))
	press("t2", "")
	if got := ask[string](ctx, t, `JSON.stringify([got.focused.split('?')[0], got.opened])`); got != `["`+w.origin+article+`",null]` {
		t.Errorf("with its tab open a press led to %s", got)
	}

	w.mu.Lock()
	w.kept["https://push.example/1"] = map[string]any{"topics": []any{"orrin", "coast"}}
	w.mu.Unlock()
	told.ID, told.Tag = "019a0000-0000-7000-8000-000000000003", "t3"
	deliver(ctx, t, w, id, told.json(w))
	press("t3", "stop")
	if got := fmt.Sprint(w.choice("https://push.example/1")["topics"]); got != "[coast]" {
		t.Errorf("after the press topics are %s", got)
	}
	if got := ask[string](ctx, t, onScreen); !strings.Contains(got, english.WorkerStopped) {
		t.Errorf("after the press it says %q", got)
	}
	w.set(func() { w.down = true })
	told.ID, told.Tag = "019a0000-0000-7000-8000-000000000004", "t4"
	deliver(ctx, t, w, id, told.json(w))
	press("t4", "stop")
	if got := ask[string](ctx, t, onScreen); !strings.Contains(got, english.WorkerNotStopped) {
		t.Errorf("when it could not stop it says %q", got)
	}
	press("t4", "")
	if got := ask[string](ctx, t, `got.opened`); got != w.origin+"/alerts?stop=topic%3Aorrin" {
		t.Errorf("and leads to %s", got)
	}
}

// Whoever reads without a press of an alert gets pages from us and nobody else: the
// worker is no archive.
func TestWorkerIsNoArchive(t *testing.T) {
	w := newWorld(t, "en")
	inWorker(t, w, telling)
	ctx := browser(t)
	permit(ctx, t, w.origin, "granted")
	article := w.article(t, "en")
	id := registered(ctx, t, w, article)
	deliver(ctx, t, w, id, message{ID: "1", Tag: "t", Title: "Bridge", Body: "b", At: article}.json(w))
	becomes(ctx, t, "it is shown", `shown.includes('t')`)
	w.set(func() { w.hangUp = true })
	short, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	if err := chromedp.Do(short, chromedp.Navigate(w.origin+article)); err == nil || !strings.Contains(err.Error(), "ERR_") {
		t.Errorf("without a network the article opens: %v", err)
	}
	if names := ask[string](ctx, t, `document.title`); strings.Contains(names, "No connection") {
		t.Error("a page that no alert opened is answered by the worker")
	}
}

func (w *world) set(change func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	change()
}

// broken tells whether the network is to be gone.
func (w *world) broken() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.hangUp
}

// tail adds a test's own script to the worker.
func (w *world) tail(next http.Handler) http.Handler {
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		w.mu.Lock()
		extra := w.extra
		w.mu.Unlock()
		if r.URL.Path != "/sw.js" || extra == "" {
			next.ServeHTTP(rw, r)
			return
		}
		r.Header.Del("Accept-Encoding")
		r.Header.Del("If-None-Match")
		next.ServeHTTP(longer{rw, extra}, r)
	})
}

type longer struct {
	http.ResponseWriter
	extra string
}

func (l longer) WriteHeader(status int) {
	l.Header().Del("Content-Length")
	l.ResponseWriter.WriteHeader(status)
}

func (l longer) Write(b []byte) (int, error) {
	l.Header().Del("Content-Length")
	n, err := l.ResponseWriter.Write(b)
	if err == nil {
		_, err = l.ResponseWriter.Write([]byte(l.extra))
	}
	return n, err
}
