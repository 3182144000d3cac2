package alerted_test

import (
	"slices"
	"strings"
	"testing"
	"time"
)

// status is an expression for what a screen reader was told last.
const status = `[...document.querySelectorAll('dialog [role=status], .says[role=status]')].at(-1)?.textContent`

// pageSays is true once a reader finds on the story's page that she is subscribed.
const pageSays = `document.querySelector('[data-part=alerts]').innerText.includes("You're subscribed")`

// A foxReader is a reader in Firefox and all that her alerts pass through.
type foxReader struct {
	*firefox
	site *site
	post *postOffice
	push *autopush
}

// A reader in Firefox gets an alert, its correction and its withdrawal, a test, and no
// more after she stops; and is forgotten when her browser is gone. Subscription,
// encryption and decryption are all real.
func TestFirefox(t *testing.T) {
	wants(t, "firefox-esr")
	post := newPostOffice(t)
	r := &foxReader{post: post, push: newAutopush(t, post)}
	r.site = newSite(t, post, "", freeAddress(t))
	st := r.site.publish("Orrin bridge closed")
	r.firefox = startFirefox(t, r.push.address())
	me := r.subscribes(t, st)
	r.isAlerted(t, st, me)
	r.triesAndStops(t, st, me)
	r.isGone(t, st)
}

// subscribes goes from the story to "You're subscribed".
func (r *foxReader) subscribes(t *testing.T, st story) (endpoint string) {
	r.open(st.URL)
	var before struct{ Permission, Workers string }
	r.ask(`navigator.serviceWorker.getRegistrations().then(r => ({permission: Notification.permission, workers: '' + r.length}))`, &before)
	if before.Permission != "default" || before.Workers != "0" || len(r.push.endpoints()) > 0 {
		t.Errorf("a page view alone left permission %s, %s workers, endpoints %v", before.Permission, before.Workers, r.push.endpoints())
	}
	r.press("link", "Get notifications")
	r.becomes("the choice opens", `document.querySelector('dialog')?.open`)
	r.answer(r.site.origin, "granted")
	r.press("button", "Get notifications")
	r.becomes("the dialog says so", status+` === "You're subscribed"`)
	r.press("button", "Close")
	r.becomes("the page says so", pageSays)
	all := r.push.endpoints()
	if len(all) != 1 || !r.site.knows(all[0]) {
		t.Fatalf("Firefox has the endpoints %v, which the server does not know", all)
	}
	return all[0]
}

// arrived waits until Firefox has acknowledged n messages: each decrypted and handed to
// the service worker, which is what 100 says.
func (r *foxReader) arrived(t *testing.T, n int) {
	t.Helper()
	eventually(t, "Firefox acknowledges another message", func() bool { return len(r.push.acknowledged()) >= n })
	if got := r.push.acknowledged(); len(got) != n || slices.ContainsFunc(got, func(code int) bool { return code != 100 }) {
		t.Fatalf("Firefox acknowledged with %v, want %d times 100", got, n)
	}
}

// sees waits for a notification, which must be the only one.
func (r *foxReader) sees(t *testing.T, title, body string) shown {
	t.Helper()
	var list []shown
	eventually(t, "Firefox shows "+title, func() bool {
		list = r.shows()
		return slices.ContainsFunc(list, func(n shown) bool { return n.Title == title })
	})
	if len(list) != 1 || list[0].Body != body {
		t.Fatalf("Firefox shows %+v, want only %q: %q", list, title, body)
	}
	return list[0]
}

// isAlerted gets an alert, its correction in its place, and the withdrawal in that of
// both.
func (r *foxReader) isAlerted(t *testing.T, st story, me string) {
	began := time.Now()
	a := r.site.send(fields{"story": st.ID, "title": "Bridge over the Orrin closed", "body": "Cracks in two cables. Ferries run all night.", "audience": "all"})
	r.arrived(t, 1)
	if first := r.post.to(me)[0].at.Sub(began); first < time.Second {
		t.Errorf("it left %v after the desk sent it, within the countdown of a second", first)
	}
	first := r.sees(t, "Bridge over the Orrin closed", "Cracks in two cables. Ferries run all night.")
	if first.Tag != strings.ReplaceAll(a.ID, "-", "") || first.Lang != "en" || first.Dir != "ltr" {
		t.Errorf("the notification of alert %s is %+v", a.ID, first)
	}
	if got := r.site.sent(a.ID); got.Audience != 1 || got.Accepted != 1 {
		t.Errorf("the record says %+v", got)
	}
	c := r.site.send(fields{"replaces": a.ID, "title": "Correction: one cable", "body": "Only one cable of the bridge is cracked."})
	r.arrived(t, 2)
	if got := r.sees(t, "Correction: one cable", "Only one cable of the bridge is cracked."); got.Tag != first.Tag {
		t.Errorf("the correction has the tag %s, the alert %s", got.Tag, first.Tag)
	}
	r.site.sent(c.ID)

	// A click brings the open story to the front, or opens it.
	r.clickNotification()
	eventually(t, "the notification is closed", func() bool { return len(r.shows()) == 0 })
	if got := r.tabs(); !slices.Equal(got, []string{st.URL}) {
		t.Errorf("after a click, with the story open, the tabs are %v", got)
	}
	r.open(r.site.origin + "/alerts")
	var w alert
	r.site.call("POST", "/alerts/"+c.ID+"/withdraw", fields{}, 200, &w)
	r.arrived(t, 3)
	if got := r.sees(t, "This alert was withdrawn", ""); got.Tag != first.Tag {
		t.Errorf("the withdrawal has the tag %s, the alert %s", got.Tag, first.Tag)
	}
	r.site.sent(w.ID)
	posts := r.post.to(me)
	for i, p := range posts {
		if p.topic != posts[0].topic || p.topic == "" {
			t.Errorf("message %d has the Topic %q, the first %q", i+1, p.topic, posts[0].topic)
		}
	}
}

// triesAndStops has herself sent a test, opens what it leads to, and stops all.
func (r *foxReader) triesAndStops(t *testing.T, st story, me string) {
	r.press("button", "Send me a test")
	r.arrived(t, 4)
	eventually(t, "Firefox shows the test", func() bool {
		return slices.ContainsFunc(r.shows(), func(n shown) bool { return n.Title == "This is a test" })
	})
	r.press("button", "Stop all")
	r.becomes("it says so", status+`.startsWith("Signed off.")`)
	eventually(t, "Firefox gives its endpoint back", func() bool { return len(r.push.endpoints()) == 0 })
	if r.site.knows(me) {
		t.Error("the server still knows the subscription")
	}
	a := r.site.send(fields{"story": st.ID, "title": "Ferries", "audience": "all"})
	if got := r.site.sent(a.ID); got.Audience != 0 {
		t.Errorf("after the stop the record says %+v", got)
	}
	if n := len(r.post.to(me)); n != 4 {
		t.Errorf("%d messages came in all, want 4", n)
	}
}

// isGone subscribes anew, opens the story from the notification, and is forgotten once
// her push service says that she is gone.
func (r *foxReader) isGone(t *testing.T, st story) {
	r.press("button", "Get notifications")
	r.becomes("it says so", status+` === "You're subscribed"`)
	all := r.push.endpoints()
	if len(all) != 1 {
		t.Fatalf("Firefox has the endpoints %v", all)
	}
	a := r.site.send(fields{"story": st.ID, "title": "Ferries are full", "body": "Queues of two hours.", "audience": "all"})
	r.arrived(t, 5)
	r.sees(t, "Ferries are full", "Queues of two hours.")
	r.site.sent(a.ID)
	r.clickNotification()
	eventually(t, "a click opens the story", func() bool { return slices.Contains(r.tabs(), st.URL) })

	r.post.change(all[0], func(b *box) { b.gone = true })
	a = r.site.send(fields{"story": st.ID, "title": "Bridge opens again", "audience": "all"})
	if got := r.site.sent(a.ID); got.Audience != 1 || got.Gone != 1 {
		t.Errorf("of a browser that is gone, the record says %+v", got)
	}
	eventually(t, "the server forgets it", func() bool { return !r.site.knows(all[0]) })
	a = r.site.send(fields{"story": st.ID, "title": "All lanes open", "audience": "all"})
	if got := r.site.sent(a.ID); got.Audience != 0 {
		t.Errorf("after it is forgotten, the record says %+v", got)
	}
}
