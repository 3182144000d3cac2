package alerted_test

import (
	"crypto/ecdh"
	"crypto/rand"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// oldWorker is what a system of before had a browser run.
const oldWorker = `self.addEventListener('install', () => self.skipWaiting())
self.addEventListener('push', e => e.waitUntil(self.registration.showNotification('From the old system', {tag: 'old'})))`

// Who has notifications from the system of before, with that system's key and worker,
// has ours after a visit: without a question, never both, and with the choice that was
// imported.
func TestComingFromElsewhere(t *testing.T) {
	for name, from := range map[string]struct{ worker, scope string }{
		"OneSignal":             {"/OneSignalSDKWorker.js", "/"},
		"its WordPress plug-in": {"/wp-content/plugins/onesignal-free-web-push-notifications/sdk_files/OneSignalSDKWorker.js", "/wp-content/plugins/onesignal-free-web-push-notifications/sdk_files/"},
	} {
		t.Run(name, func(t *testing.T) {
			r := newChromeReader(t)
			st := r.site.publish("Orrin bridge closed")
			r.answer(r.site.origin, "granted")
			old := r.subscribesElsewhere(t, from.worker, from.scope)
			r.imports(t, old)

			// Before her visit she is neither sent to nor counted.
			a := r.site.send(fields{"story": st.ID, "title": "Too early", "audience": "all"})
			if got := r.site.sent(a.ID); got.Audience != 0 || len(r.post.to(old["endpoint"].(string))) > 0 {
				t.Errorf("before the visit the record says %+v", got)
			}
			r.before(`window.questions = 0; Notification.requestPermission = async () => (questions++, "denied")`)
			r.open(st.URL)
			r.becomes("the page says that she is subscribed", pageSays)
			if n := asked[int](r.ctx, t, `questions`); n > 0 {
				t.Errorf("the visit asked her %d questions", n)
			}
			me := r.endpoint(t) // the only one: the old one was given back
			if me == old["endpoint"] || r.site.knows(old["endpoint"].(string)) {
				t.Errorf("the server still knows the old endpoint, or has no other")
			}
			workers := asked[[]string](r.ctx, t, `navigator.serviceWorker.getRegistrations().then(l => l.map(r => new URL(r.scope).pathname + ' ' + new URL((r.active || r.waiting || r.installing).scriptURL).pathname))`)
			if !slices.Equal(workers, []string{"/ /sw.js"}) {
				t.Errorf("the workers are %v", workers)
			}
			var kept struct {
				State  string
				Topics []string
			}
			r.site.call("POST", "/push/lookup", fields{"endpoint": me}, 200, &kept)
			if kept.State != "active" || !slices.Equal(kept.Topics, []string{"bridges"}) {
				t.Errorf("of her choice the server has %+v", kept)
			}
			a = r.site.send(fields{"story": st.ID, "title": "Bridge over the Orrin closed", "audience": "all"})
			r.sees(t, "Bridge over the Orrin closed")
			if got := r.site.sent(a.ID); got.Audience != 1 || got.Accepted != 1 {
				t.Errorf("after the visit the record says %+v", got)
			}
			// The next view has nothing to mend.
			quiet := r.front.count()
			r.open(st.URL)
			r.becomes("the page says that she is subscribed", pageSays)
			if got := r.front.since(quiet); slices.ContainsFunc(got, func(s string) bool { return strings.Contains(s, "/api/") }) {
				t.Errorf("the next view asked for %v", got)
			}
		})
	}
}

// subscribesElsewhere makes the browser what it was on the site of before. It gives
// what that site knew of it.
func (r *chromeReader) subscribesElsewhere(t *testing.T, worker, scope string) fields {
	t.Helper()
	key, err := ecdh.P256().GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	r.front.plays(map[string]string{"/before.html": "<!doctype html><title>The site before</title>", worker: oldWorker})
	r.open(r.site.origin + "/before.html")
	js, err := json.Marshal([]string{worker, scope, base64url.EncodeToString(key.PublicKey().Bytes())})
	if err != nil {
		t.Fatal(err)
	}
	said := asked[string](r.ctx, t, `(async ([worker, scope, key]) => {
		const reg = await navigator.serviceWorker.register(worker, {scope})
		const w = reg.installing || reg.waiting || reg.active
		if (w.state !== 'activated') await new Promise(done => w.addEventListener('statechange', () => w.state === 'activated' && done()))
		return JSON.stringify(await reg.pushManager.subscribe({userVisibleOnly: true, applicationServerKey: key}))
	})(`+string(js)+`)`)
	r.front.plays(nil)
	var sub fields
	if err := json.Unmarshal([]byte(standsFor(r.post).Replace(said)), &sub); err != nil {
		t.Fatal(err)
	}
	return sub
}

// imports brings in what the site before knew of a browser: its keys, but not the key
// that it subscribed with.
func (r *chromeReader) imports(t *testing.T, sub fields) {
	t.Helper()
	sub["topics"] = []string{"bridges"}
	line, err := json.Marshal(sub)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "readers.jsonl")
	if err := os.WriteFile(file, line, 0o600); err != nil {
		t.Fatal(err)
	}
	r.site.must("subscriptions", "import", "--data", r.site.data, "--push-allow", r.post.host(), file)
	if !r.site.knows(sub["endpoint"].(string)) {
		t.Fatal("the import left nothing")
	}
}
