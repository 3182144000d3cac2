package alerted_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// A chromeReader is a reader in Chromium and all that her alerts pass through.
type chromeReader struct {
	*tab
	site  *site
	front *front
	post  *postOffice
}

func newChromeReader(t *testing.T, flags ...string) *chromeReader {
	t.Helper()
	wants(t, "chromium")
	r := &chromeReader{post: newPostOffice(t)}
	listen := freeAddress(t)
	r.front = newFront(t, listen, r.post)
	r.site = newSite(t, r.post, r.front.origin, listen, flags...)
	r.tab = openTab(t, r.post)
	t.Cleanup(func() {
		if t.Failed() {
			r.tell(t)
		}
	})
	return r
}

// tell says how far messages came.
func (r *chromeReader) tell(t *testing.T) {
	r.post.mu.Lock()
	for _, m := range r.post.posts {
		t.Logf("the push service answered %d to a message for %s", m.status, m.path)
	}
	r.post.mu.Unlock()
	ctx, cancel := context.WithTimeout(r.ctx, 5*time.Second)
	defer cancel()
	list, err := chromedp.Run(ctx, chromedp.Evaluate[string](notifications+`.then(JSON.stringify)`, chromedp.EvalAwaitPromise))
	t.Logf("Chromium shows %s %v", list, err)
	t.Logf("asked of the site: %q", r.front.since(0))
}

// endpoint is the only subscription of this site that Chromium has, and that the server
// knows.
func (r *chromeReader) endpoint(t *testing.T) string {
	t.Helper()
	all := r.gcm.endpoints(r.site.origin, r.post)
	if len(all) != 1 || !r.site.knows(all[0]) {
		t.Fatalf("Chromium has the endpoints %v, which the server does not know", all)
	}
	return all[0]
}

// subscribes goes from a story to "You're subscribed", on its topic.
func (r *chromeReader) subscribes(t *testing.T, st story) (endpoint string) {
	t.Helper()
	r.open(st.URL)
	if got := asked[string](r.ctx, t, `navigator.serviceWorker.getRegistrations().then(r => r.length + ' workers, ' + Notification.permission)`); got != "0 workers, default" {
		t.Errorf("a page view alone left %s", got)
	}
	r.press(".offer a")
	r.becomes("the choice opens", `document.querySelector('dialog')?.open`)
	r.answer(r.site.origin, "granted")
	r.press("dialog [data-do=ask]")
	r.becomes("the page says so", pageSays)
	return r.endpoint(t)
}

// The names in Chromium's record.
const (
	displayed = "Notification displayed"
	received  = "Push message received"
	completed = "Push event completed"
	generic   = "Generic notification shown" // since the worker showed nothing
)

func (r *chromeReader) recorded(name, detail string) int {
	return r.tab.recorded(r.site.origin, name, detail)
}

// sees waits for a notification, which must be the only one on the screen, and never
// have been shown before. It waits for Chromium's record of it: a look at what is on the
// screen, at the moment when something appears there, can make Chromium forget that.
func (r *chromeReader) sees(t *testing.T, title string) shown {
	t.Helper()
	eventually(t, "Chromium shows "+title, func() bool {
		return r.recorded(displayed, title) > 0 && r.recorded(received, "") == r.recorded(completed, "")
	})
	list := r.shows()
	if len(list) != 1 || list[0].Title != title {
		t.Fatalf("Chromium shows %+v, want only %q", list, title)
	}
	r.neverTwice(t)
	return list[0]
}

// neverTwice wants no notification shown twice, and none of the browser's own.
func (r *chromeReader) neverTwice(t *testing.T) {
	t.Helper()
	for _, title := range r.titles() {
		if n := r.recorded(displayed, title); n > 1 {
			t.Errorf("%q was shown %d times", title, n)
		}
	}
	if n := r.recorded(generic, ""); n > 0 {
		t.Errorf("Chromium said %d times that the site was updated in the background", n)
	}
}

// titles are those of all notifications that were shown.
func (r *chromeReader) titles() (list []string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, e := range r.record {
		for _, m := range e.EventMetadata {
			if e.EventName == displayed && m.Key == "Title" && !slices.Contains(list, m.Value) {
				list = append(list, m.Value)
			}
		}
	}
	return list
}

// closes has the reader close what is on the screen.
func (r *chromeReader) closes(t *testing.T) {
	t.Helper()
	before := r.recorded("Notification closed", "")
	asked[int](r.ctx, t, `navigator.serviceWorker.ready.then(r => r.getNotifications()).then(l => (l.forEach(n => n.close()), l.length))`)
	eventually(t, "Chromium closes it", func() bool { return r.recorded("Notification closed", "") > before })
}

// A reader in Chromium gets an alert on her topic and its correction, each once, while
// her browser asks our site for nothing; and stops the topic from the notification.
func TestChromium(t *testing.T) {
	r := newChromeReader(t)
	st := r.site.publish("Orrin bridge closed")
	me := r.subscribes(t, st)

	quiet := r.front.count()
	a := r.site.send(fields{"story": st.ID, "title": "Bridge over the Orrin closed", "body": "Cracks in two cables.", "topics": []string{"bridges"}})
	first := r.sees(t, "Bridge over the Orrin closed")
	if first.Body != "Cracks in two cables." || first.Lang != "en" || first.Dir != "ltr" || first.Actions != 1 {
		t.Errorf("the notification is %+v", first)
	}
	r.site.sent(a.ID)
	c := r.site.send(fields{"replaces": a.ID, "title": "Correction: one cable", "body": "Only one cable is cracked."})
	if got := r.sees(t, "Correction: one cable"); got.Tag != first.Tag {
		t.Errorf("the correction has the tag %s, the alert %s", got.Tag, first.Tag)
	}
	r.site.sent(c.ID)

	if got := r.front.since(quiet); len(got) > 0 {
		t.Errorf("while the messages arrived, the browser asked our site for %v", got)
	}

	// What the push service delivers twice is shown once: not in place of its
	// correction, and not after the reader has closed that. (With nothing of ours on the
	// screen, no page and no notification, Chromium says on its own that the site was
	// updated in the background.)
	posts := r.post.to(me)
	r.again(t, me, posts[0].body)
	r.again(t, me, posts[1].body)
	r.sees(t, "Correction: one cable")
	r.closes(t)
	r.again(t, me, posts[0].body)
	r.again(t, me, posts[1].body)
	if got := r.shows(); len(got) > 0 {
		t.Errorf("after repeats of what the reader closed, Chromium shows %+v", got)
	}
	d := r.site.send(fields{"story": st.ID, "title": "Ferries run all night", "topics": []string{"bridges"}})
	r.sees(t, "Ferries run all night")
	r.site.sent(d.ID)

	r.stopsTopic(t, me)
	d = r.site.send(fields{"story": st.ID, "title": "Bridge opens", "topics": []string{"bridges"}})
	if got := r.site.sent(d.ID); got.Audience != 0 {
		t.Errorf("after the stop the record says %+v", got)
	}
}

// again has the push service deliver bytes that it had delivered before.
func (r *chromeReader) again(t *testing.T, endpoint string, body []byte) {
	t.Helper()
	var deliver func([]byte) error
	r.post.change(endpoint, func(b *box) { deliver = b.deliver })
	before := r.recorded(completed, "")
	if err := deliver(body); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the worker is through with it", func() bool { return r.recorded(completed, "") > before })
}

// stopsTopic presses "Stop this topic" on the notification. A window of the system's
// shows that, where no test reaches: so the press is told to the worker.
func (r *chromeReader) stopsTopic(t *testing.T, endpoint string) {
	t.Helper()
	worker := r.worker(r.site.origin)
	asked[bool](worker, t, `self.registration.getNotifications().then(([n]) =>
		self.dispatchEvent(new NotificationEvent('notificationclick', {notification: n, action: n.actions[0].action})))`)
	eventually(t, "it says that the topic is stopped", func() bool { return r.recorded(displayed, "Stopped. No more of these come to this browser.") > 0 })
	var left struct{ Topics []string }
	r.site.call("POST", "/push/lookup", fields{"endpoint": endpoint}, 200, &left)
	if len(left.Topics) > 0 {
		t.Errorf("after the stop the server has the topics %v", left.Topics)
	}
}
