package newsroom

import (
	"encoding/json"
	"net/url"
	"strings"
	"testing"
	"time"

	"dateline/internal/desk"
	"dateline/internal/news"
)

// published puts a story before readers and gives its ID.
func (h *house) published(c news.Content) news.StoryID {
	h.t.Helper()
	s, err := h.desk.Create(h.t.Context(), h.actor(news.Editor), desk.Draft{Content: c})
	if err == nil {
		_, err = h.desk.Publish(h.t.Context(), h.actor(news.Editor), s.ID, "", "")
	}
	if err != nil {
		h.t.Fatal(err)
	}
	return s.ID
}

func (h *house) bridge() news.StoryID {
	h.t.Helper()
	return h.published(news.Content{
		Headline: "The bridge at Kadhimiya is closed after cracks were found", ShortHeadline: "Bridge closed", Standfirst: "Both lanes, until further notice.",
		Topics: []news.Ref{{Name: "Baghdad"}, {Name: "Roads"}}, Language: "en",
	})
}

// alone leaves the newsroom with one person who publishes.
func (h *house) alone() {
	h.t.Helper()
	if err := h.store.SetDisabled(h.t.Context(), news.Command("test"), h.people[news.Admin].ID, true); err != nil {
		h.t.Fatal(err)
	}
}

// compose opens the form about a story.
func (b *browser) compose(id news.StoryID) url.Values {
	b.h.t.Helper()
	return b.get("/desk/alerts/new?story="+string(id)).is(200).formAt("id", "compose")
}

// send sends a form, and gives the alert's page.
func (b *browser) send(v url.Values) string {
	b.h.t.Helper()
	to := b.post("/desk/alerts", v).is(303).to()
	if !strings.HasPrefix(to, "/desk/alerts/") {
		b.h.t.Fatalf("sent, and led to %s", to)
	}
	return to
}

func alertID(path string) news.AlertID {
	id, _, _ := strings.Cut(strings.TrimPrefix(path, "/desk/alerts/"), "?")
	return news.AlertID(id)
}

func (h *house) alert(path string) *news.Alert {
	h.t.Helper()
	a, err := h.store.Alert(h.t.Context(), alertID(path))
	if err != nil {
		h.t.Fatal(err)
	}
	return a
}

// The whole way without script: compose, look, send, stop, correct, withdraw.
func TestAlertWithoutScript(t *testing.T) {
	h := open(t)
	h.alone()
	id := h.bridge()
	b := h.as(news.Editor)
	b.get("/desk/stories/" + string(id)).says("Send an alert")
	b.get("/desk/alerts").is(200).says("No alert yet", "0 of 5")
	b.get("/desk/alerts/new").is(200).says("The bridge at Kadhimiya")
	page := b.get("/desk/alerts/new?story=" + string(id)).is(200)
	page.says("Send to 11,532 readers", "0 of 5", "bytes", "Both lanes, until further notice.")
	v := page.formAt("id", "compose")
	if v.Get("title") != "Bridge closed" || v.Get("body") != "Both lanes, until further notice." || v.Get("importance") != "breaking" {
		t.Errorf("the form begins with %v", v)
	}
	// Other readers chosen: nothing goes out on a number that counted others.
	v.Set("audience", "topics")
	v["topic"] = []string{"baghdad", "roads"}
	page = b.post("/desk/alerts", v).is(409).says("Nothing was sent", "Send to 1,600 readers")
	v = page.formAt("id", "compose")
	b.post("/desk/alerts/preview", v).is(200).says("Send to 1,600 readers")
	path := b.send(v)
	if again := b.send(v); again != path {
		t.Errorf("the same form twice: %s and %s", path, again)
	}
	v.Set("title", "Bridge open")
	if again := b.send(v); again != path+"?done=alert-before" {
		t.Errorf("changed and sent again: %s", again)
	}
	b.get(path + "?done=alert-before").says("This form was sent before")
	b.get(path).is(200).says("About to leave", "Nothing has left yet", "1,600 readers", "Stop")
	if mend := b.get(path).all("div", "id", "mend"); len(mend) != 1 || !has(mend[0], "hidden") {
		t.Error("offers to correct what nobody has")
	}
	b.get("/desk/alerts/new?story=" + string(id)).says("that has not left")
	if err := h.post.leave(t.Context(), alertID(path), 412); err != nil {
		t.Fatal(err)
	}
	b.get(path).says("On its way", "412 of 1,600 accepted, 1,700 a second, about 4 seconds left", "Google (Chrome, Android)", "Paused until", "it asks us to wait", "Show how it stands now")
	b.get("/desk/alerts").says("On its way", "412 of 1,600")
	b.get(b.post(path+"/stop", nil).is(303).to()).is(200).says("Stopped. 412 went out, 1,188 did not.", "Editor Person stopped it")
	b.post(path+"/stop", nil).is(303)
	// Another node has not written down all that it had under way.
	h.post.open(alertID(path), true)
	late := b.get(path).says("Stopped: nothing more leaves. At least 412 went out", "Show how it stands now")
	if has(late.all("div", "id", "live")[0], "data-over") {
		t.Error("the page does not wait for the last number")
	}
	h.post.open(alertID(path), false)
	if !has(b.get(path).says("Stopped. 412 went out").all("div", "id", "live")[0], "data-over") {
		t.Error("the page waits for what does not come")
	}

	page = b.get(path + "/correct").is(200).says("exactly the 412 readers")
	c := page.formAt("action", path+"/correct")
	if c.Get("title") != "Bridge closed" {
		t.Errorf("the correction begins with %v", c)
	}
	b.post(path+"/correct", c).is(422).says("These are the words that went out")
	c.Set("title", "Correction: one lane closed")
	fix := b.post(path+"/correct", c).is(303).to()
	if again := b.post(path+"/correct", c).is(303).to(); again != fix {
		t.Errorf("the same correction twice: %s and %s", fix, again)
	}
	if a := h.alert(fix); a.Kind != news.CorrectionAlert || a.Replaces != alertID(path) {
		t.Errorf("correction: %+v", a)
	}
	b.get(path).says("This alert was corrected", "What readers got, in order")
	if err := h.post.leave(t.Context(), alertID(fix), 400); err != nil {
		t.Fatal(err)
	}
	b.get(fix).says("400 of 412 accepted", "whoever got the original")
	w := b.get(fix+"/withdraw").is(200).says("412 readers").formAt("action", fix+"/withdraw")
	gone := b.post(fix+"/withdraw", w).is(303).to()
	b.get(gone).says("Withdrawal", "This alert was withdrawn").hasNot("Something wrong in it?")
	b.get("/desk/alerts").says("Bridge closed", "412 of 1,600")
}

func (a *answer) hasNot(words string) *answer {
	a.t.Helper()
	if strings.Contains(a.text(nil), words) {
		a.t.Errorf("%s says %q", a.name, words)
	}
	return a
}

func TestSecondPerson(t *testing.T) {
	h := open(t)
	id := h.bridge()
	editor, admin := h.as(news.Editor), h.as(news.Admin)
	v := editor.compose(id)
	editor.post("/desk/alerts/preview", v).says("a second person has to approve it: Admin Person")
	path := editor.send(v)
	editor.get(path).says("Waiting for a second person", "Admin Person", "left for the others to answer").hasNot("Approve")
	editor.post(path+"/approve", nil).is(403).says("A second person has to approve it")
	editor.get("/desk/alerts").says("Waiting for a second person").hasNot("Approve:")
	editor.get(path+"/send-alone").is(200).says("left to answer", "Wait for them")
	editor.post(path+"/send-alone", nil).is(409).says("left to answer")

	list := admin.get("/desk/alerts").says("Bridge closed", "Approve: 11,532 readers", "Editor Person")
	if first := list.all("article"); len(first) == 0 || !strings.Contains(list.text(first[0]), "Approve") {
		t.Error("what waits is not the first thing on the list")
	}
	admin.get(path).says("Approve this alert?", "Approve: send to 11,532 readers", "Both lanes, until further notice.", "Stop: do not send it")
	admin.post(path+"/approve", nil).is(303)
	admin.post(path+"/approve", nil).is(303) // a second click is none
	admin.get(path).says("About to leave", "Admin Person approved it")

	// Somebody else stops another before it leaves.
	path = editor.send(editor.compose(id))
	admin.get(admin.post(path+"/stop", nil).is(303).to()).says("Stopped. Nothing went out.")
	editor.get(path).says("Admin Person stopped it")
	editor.post(path+"/approve", nil).is(409)
}

func TestSendingAlone(t *testing.T) {
	h := open(t)
	late := time.Duration(0)
	now := func() time.Time { return h.store.Now().Add(late) }
	h.rooms.o.Now = now
	h.rooms.o.Alerting = &laterDesk{h.desk, &late, h}
	b := h.as(news.Editor)
	path := b.send(b.compose(h.bridge()))
	late = 4 * time.Minute
	b.get(path).says("Nobody answered in time", "Send without a second person")
	b.get("/desk/alerts").says("Nobody answered")
	b.get(path+"/send-alone").says("Send without a second person, to 11,532 readers", "all editors are told")
	late = 10 * time.Minute // the sign-in is old by now
	page := b.get(path+"/send-alone").says("First sign in again", "Mail a sign-in link to editor@example.org")
	if len(page.all("form", "action", path+"/send-alone")) != 0 {
		t.Error("offers what would be refused")
	}
	b.post(path+"/send-alone", nil).is(403).says("Sign in again")
	b.post(path+"/sign-in-link", nil).is(200).says("on its way to editor@example.org")
	_, link, _ := strings.Cut(<-h.mails, " ")
	u, _ := url.Parse(link)
	late = 0
	if to := b.post("/desk/sign-in", url.Values{"key": {u.Query().Get("key")}}).is(303).to(); to != path+"/send-alone" {
		t.Errorf("signing in again leads to %s, not back", to)
	}
	late = 4 * time.Minute
	b.get(path + "/send-alone").says("Send without a second person, to 11,532 readers")
	b.post(path+"/send-alone", nil).is(303)
	b.get(path).says("Editor Person sent it without a second person")

	// Only pages about an alert are ways back.
	b.cook = append(b.cook, cookie(backCookie, "//evil.example/desk/alerts/x/send-alone"))
	link, err := h.keeper.NewLink(t.Context(), h.people[news.Editor].ID)
	if err != nil {
		t.Fatal(err)
	}
	u, _ = url.Parse(link)
	if to := b.post("/desk/sign-in", url.Values{"key": {u.Query().Get("key")}}).is(303).to(); to != "/desk/" {
		t.Errorf("a forged way back leads to %s", to)
	}
}

func TestAlertFormSaysWhatIsWrong(t *testing.T) {
	h := open(t)
	h.alone()
	b := h.as(news.Editor)
	id := h.bridge()
	for name, c := range map[string]struct {
		change func(url.Values)
		want   string
	}{
		"no title":     {func(v url.Values) { v.Set("title", " ") }, "An alert needs a title."},
		"long":         {func(v url.Values) { v.Set("title", strings.Repeat("x", 121)) }, "Title"},
		"no topic":     {func(v url.Values) { v.Set("audience", "topics"); v.Del("topic"); v.Set("seen", "topics:") }, "Tick at least one topic"},
		"nobody":       {func(v url.Values) { v.Set("audience", "friends"); v.Set("seen", "friends") }, "Choose to whom this goes."},
		"slow":         {func(v url.Values) { v.Set("pace", "over"); v.Set("minutes", "1000") }, "from 1 to 120"},
		"past":         {func(v url.Values) { v.Set("when", "at"); v.Set("send_at", "2001-01-01T10:00") }, "This moment has passed"},
		"no time":      {func(v url.Values) { v.Set("when", "at") }, "Choose the time"},
		"importance":   {func(v url.Values) { v.Set("importance", "huge") }, "Choose ordinary or breaking"},
		"not a moment": {func(v url.Values) { v.Set("when", "at"); v.Set("send_at", "tomorrow") }, "Use a date and time"},
	} {
		v := b.compose(id)
		c.change(v)
		page := b.post("/desk/alerts", v).is(422).says(c.want)
		if got := page.formAt("id", "compose"); got.Get("title") != v.Get("title") || got.Get("id") != v.Get("id") {
			t.Errorf("%s: the form lost what was typed: %v", name, got)
		}
		b.post("/desk/alerts/preview", v).is(200).says(c.want, "Check again")
	}
	v := b.compose(id)
	v.Set("when", "at")
	v.Set("send_at", h.store.Now().In(zone).Add(2*time.Hour).Format(localForm))
	v.Set("pace", "over")
	v.Set("minutes", "20")
	path := b.send(v)
	b.get(path).says("Scheduled", "Spread over 20 minutes", "It leaves on")
	draft := h.draft(b, "Not out yet", "Text")
	b.get("/desk/alerts/new?story=" + strings.TrimPrefix(draft, "/desk/stories/")).is(409).says("Publish it first")
	b.get(draft).hasNot("Send an alert")
}

func TestTestsAndDevices(t *testing.T) {
	h := open(t)
	h.alone()
	b, id := h.as(news.Editor), h.bridge()
	v := b.compose(id)
	b.post("/desk/alerts/test", v).is(409).says("None of your browsers takes tests yet")
	b.get("/desk/devices").is(200).says("None yet", "Register this browser")
	b.post("/desk/devices", url.Values{"subscription": {`{"endpoint":"http://127.0.0.1/"}`}}).is(422).says("not the address of a push service")
	b.post("/desk/devices", url.Values{}).is(422)
	to := b.post("/desk/devices", url.Values{"subscription": {`{"endpoint":"https://fcm.googleapis.com/fcm/send/secret"}`}}).is(303).to()
	page := b.get(to).says("This browser is registered", "Google (Chrome, Android)")
	if strings.Contains(page.body, "secret") {
		t.Error("the endpoint stands on the page")
	}
	v.Set("title", "Only a try")
	b.post("/desk/alerts/test", v).is(200).says("The test went to your 1 device. No reader gets it.", "Only a try")
	if len(h.post.tested) != 1 {
		t.Errorf("tested %v", h.post.tested)
	}
	if items, _, _ := h.store.Alerts(t.Context(), news.AlertList{}); len(items) != 0 {
		t.Errorf("a test is kept as an alert: %v", items)
	}
	hash := attr(page.all("li", "data-device", deviceHash("https://fcm.googleapis.com/fcm/send/secret"))[0], "data-device")
	h.as(news.Moderator).post("/desk/devices/remove", url.Values{"device": {hash}}).is(403)
	b.get(b.post("/desk/devices/remove", url.Values{"device": {hash}}).is(303).to()).says("None yet")
}

func TestDeliveryRecord(t *testing.T) {
	h := open(t)
	h.alone()
	b := h.as(news.Editor)
	path := b.send(b.compose(h.bridge()))
	if err := h.post.leave(t.Context(), alertID(path), 3412); err != nil {
		t.Fatal(err)
	}
	b.post(path+"/stop", nil).is(303)
	a := b.get(path + "/delivery.csv").is(200)
	if cd := a.header.Get("Content-Disposition"); !strings.HasPrefix(cd, "attachment") {
		t.Errorf("Content-Disposition %q", cd)
	}
	want := "service,audience,accepted,gone,failed,retrying,waiting,state,why\n" +
		"\"Google (Chrome, Android)\",5766,1706,0,0,0,4060,sending,\nMozilla (Firefox),5766,1706,0,0,0,4060,paused,it asks us to wait\nall,11532,3412,0,0,0,8120,stopped,\n"
	if a.body != want {
		t.Errorf("the table is\n%s\nwant\n%s", a.body, want)
	}
	var got deliveryRecord
	if err := json.Unmarshal([]byte(b.get(path+"/delivery.json").is(200).body), &got); err != nil {
		t.Fatal(err)
	}
	if got.Total.Accepted != 3412 || got.Composer != "Editor Person" || got.Stopper != "Editor Person" || len(got.Services) != 2 || len(got.Record) < 2 {
		t.Errorf("record: %+v", got)
	}
}

// Whoever does not publish sees nothing of alerts, and without alerts nobody does.
func TestAlertsAreHidden(t *testing.T) {
	h := open(t)
	id := h.bridge()
	for _, role := range []news.Role{news.Reporter, news.Moderator} {
		b := h.as(role)
		b.get("/desk/").hasNot("Alerts")
		b.get("/desk/stories/" + string(id)).hasNot("Send an alert")
		b.get("/desk/alerts").is(403)
	}
	b := h.as(news.Editor)
	o := h.rooms.o
	o.Alerting = nil
	without, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range without.Routes() {
		if strings.Contains(r.Pattern, "alerts") || strings.Contains(r.Pattern, "devices") {
			t.Errorf("without alerts there is still %s", r.Pattern)
		}
	}
	h.rooms.mux, h.rooms.o = without.mux, without.o
	*h.rooms = *without
	b.get("/desk/").hasNot("Alerts")
	b.get("/desk/stories/" + string(id)).hasNot("Send an alert")
	b.get("/desk/alerts").is(404)
}

func TestEvents(t *testing.T) {
	h := open(t)
	h.alone()
	b := h.as(news.Editor)
	path := b.send(b.compose(h.bridge()))
	if err := h.post.leave(t.Context(), alertID(path), everyone); err != nil {
		t.Fatal(err)
	}
	if err := h.post.finish(t.Context(), alertID(path)); err != nil {
		t.Fatal(err)
	}
	a := b.get(path + "/events").is(200)
	if kind := a.header.Get("Content-Type"); kind != "text/event-stream" {
		t.Errorf("Content-Type %q", kind)
	}
	_, data, _ := strings.Cut(a.body, "data: ")
	var e alertEvent
	if err := json.Unmarshal([]byte(strings.TrimSpace(data)), &e); err != nil || !e.Over || e.Accepted != everyone || !strings.Contains(e.HTML, "11,532") {
		t.Errorf("heard %+v, %v from %q", e, err, a.body)
	}
}

// A double click without script is two requests at once.
func TestTwoClicksAreOneAlert(t *testing.T) {
	h := open(t)
	h.alone()
	v := h.as(news.Editor).compose(h.bridge())
	browsers := []*browser{h.as(news.Editor), h.as(news.Editor), h.as(news.Editor), h.as(news.Editor)}
	answers := make(chan *answer, len(browsers))
	for _, b := range browsers {
		go func() { answers <- b.post("/desk/alerts", v) }()
	}
	for range browsers {
		if a := <-answers; a.status != 303 || a.to() != "/desk/alerts/"+v.Get("id") {
			t.Errorf("one of two clicks = %d to %q: %.300s", a.status, a.to(), a.text(nil))
		}
	}
	if items, _, _ := h.store.Alerts(t.Context(), news.AlertList{}); len(items) != 1 {
		t.Errorf("%d alerts are kept", len(items))
	}
	path := alertPath(news.AlertID(v.Get("id")))
	if err := h.post.leave(t.Context(), alertID(path), 10); err != nil {
		t.Fatal(err)
	}
	c := browsers[0].get(path+"/correct").formAt("action", path+"/correct")
	c.Set("title", "Another title")
	for _, b := range browsers {
		go func() { answers <- b.post(path+"/correct", c) }()
	}
	for range browsers {
		if a := <-answers; a.status != 303 || a.to() != "/desk/alerts/"+c.Get("id") {
			t.Errorf("one of two clicks on correct = %d to %q: %.300s", a.status, a.to(), a.text(nil))
		}
	}
}
