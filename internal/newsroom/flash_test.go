package newsroom

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"dateline/internal/desk"
	"dateline/internal/news"
)

func (b *browser) flashForm() url.Values {
	b.h.t.Helper()
	return b.get("/desk/flash").is(200).formAt("id", "flash")
}

// flashed sends the form and gives the story and its page.
func (b *browser) flashed(v url.Values) (*news.Story, string) {
	b.h.t.Helper()
	to := b.post("/desk/flash", v).is(303).to()
	path, _, _ := strings.Cut(to, "?")
	return b.h.kept("/desk/stories/" + strings.TrimPrefix(path, "/desk/flash/")), to
}

// The worst night without script: from the desk's first page to the alert that counts.
func TestFlashWithoutScript(t *testing.T) {
	h := open(t)
	h.alone()
	lead, pin := h.bridge(), h.bridge()
	if _, err := h.desk.SetFront(t.Context(), h.actor(news.Editor), news.Front{Lead: lead, Pins: []news.StoryID{pin}}); err != nil {
		t.Fatal(err)
	}
	b := h.as(news.Editor)
	if len(b.get("/desk/").is(200).all("a", "href", "/desk/flash")) != 1 {
		t.Error("the desk's first page has no way to Flash")
	}
	v := b.flashForm()
	if v.Get("section") != "world" {
		t.Errorf("the section chosen is %q", v.Get("section"))
	}
	v.Set("headline", "Explosion in the harbour")
	v.Set("standfirst", "Police ask everybody to stay away from the port.")
	s, at := b.flashed(v)
	c := &s.Live.Content
	if s.Status != news.Published || s.Version != 1 || !c.CommentsShut || c.Section.Name != "World" || c.Standfirst != "Police ask everybody to stay away from the port." {
		t.Errorf("published: %+v", s)
	}
	front, err := h.store.Front(t.Context())
	if err != nil || front.Lead != s.ID || len(front.Pins) != 2 || front.Pins[0] != lead || front.Pins[1] != pin {
		t.Errorf("the front is %+v, %v", front, err)
	}
	page := b.get(at).is(200).says("It is live", "Page live after less than 0.1 s", "It leads the front page", "In the breaking bar on every page until", "Comments are closed",
		"Send alert to 11,532 readers", "You can stop it while it counts down")
	alert := page.formAt("id", "alert")
	sent := b.send(alert)
	b.get(sent).is(200).says("Explosion in the harbour", "It leaves in")
	if again := b.send(alert); again != sent {
		t.Errorf("sent again, the alert is %s and not %s", again, sent)
	}
	a := h.alert(sent)
	if a.Title != "Explosion in the harbour" || a.Body != "Police ask everybody to stay away from the port." || !a.Audience.All || a.Importance != news.Breaking {
		t.Errorf("sent: %+v", a)
	}
	b.get(at).is(200).says("The alert: Explosion in the harbour")
	if strings.Contains(b.get(at).text(nil), "Send alert to") {
		t.Error("the page offers the alert that is on its way")
	}

	b.get("/desk/flash").is(200).says("On every page now", "Explosion in the harbour")
	down := b.post("/desk/flash/"+string(s.ID)+"/end-breaking", nil).is(303).to()
	b.get(down).is(200).says("The breaking bar is down", "It is not in the breaking bar", "It leads the front page")
	if strings.Contains(b.get("/desk/flash").text(nil), "On every page now") {
		t.Error("the form still names the bar")
	}
	b.get("/desk/stories/" + string(s.ID)).is(200).says("published")
}

// However often the button is pressed, with what words ever: it is one story, the first.
func TestFlashTwiceIsOnce(t *testing.T) {
	h := open(t)
	b := h.as(news.Editor)
	v := b.flashForm()
	v.Set("headline", "Explosion in the harbour")
	var all sync.WaitGroup
	for range 5 {
		all.Go(func() {
			r, err := http.NewRequest("POST", h.srv.URL+"/desk/flash", strings.NewReader(v.Encode()))
			if err != nil {
				t.Error(err)
				return
			}
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			r.AddCookie(b.cook[0])
			resp, err := b.http.Do(r)
			if err != nil {
				t.Error(err)
				return
			}
			resp.Body.Close()
			if resp.StatusCode != http.StatusSeeOther {
				t.Errorf("a click beside four others = %d, want 303", resp.StatusCode)
			}
		})
	}
	all.Wait()
	s, at := b.flashed(v)
	if strings.Contains(b.get(at).is(200).text(nil), "sent before") {
		t.Error("the same words are called others")
	}
	v.Set("headline", "Explosion in the market")
	same, at := b.flashed(v)
	if same.ID != s.ID || same.Live.Content.Headline != "Explosion in the harbour" {
		t.Errorf("another headline with the same form made %+v", same.Live)
	}
	b.get(at).is(200).says("This form was sent before", "Explosion in the harbour")
	if n, err := h.store.CountStories(t.Context()); err != nil || n[news.Published] != 1 {
		t.Errorf("published %v, %v", n, err)
	}
	// A form is its person's.
	other := h.as(news.Admin)
	other.post("/desk/flash", v).is(403)
}

func TestFlashKeepsWhatWasTyped(t *testing.T) {
	h := open(t)
	b := h.as(news.Editor)
	long := strings.Repeat("x", 501)
	for _, c := range []struct{ field, value, says string }{
		{"headline", "", "needs a headline"}, {"headline", long, "Headline"}, {"language", "klingon?", "no language tag"}, {"section", "nowhere", "section"},
	} {
		v := b.flashForm()
		v.Set("headline", "Explosion")
		v.Set("standfirst", "Stay away.")
		v.Set("section", "sport")
		v.Set(c.field, c.value)
		again := b.post("/desk/flash", v).is(422).says(c.says).formAt("id", "flash")
		for _, f := range []string{"id", "headline", "standfirst", "language"} {
			if again.Get(f) != v.Get(f) {
				t.Errorf("%s %.20q refused: %s was %q and is %q", c.field, c.value, f, v.Get(f), again.Get(f))
			}
		}
		if want := v.Get("section"); c.field != "section" && again.Get("section") != want {
			t.Errorf("%s refused: the section is %q", c.field, again.Get("section"))
		}
	}
	if n, err := h.store.CountStories(t.Context()); err != nil || len(n) != 0 {
		t.Errorf("there are stories: %v, %v", n, err)
	}
}

func TestFlashIsForEditors(t *testing.T) {
	h := open(t)
	for _, role := range roles {
		_, err := h.desk.Flash(t.Context(), h.actor(role), news.Flash{Headline: "Explosion"})
		if may := err == nil; may != role.Publishes() {
			t.Errorf("%s flashes: %v", role, err)
		}
		if !role.Publishes() {
			if err := h.desk.EndBreaking(t.Context(), h.actor(role), news.NewID[news.StoryID]()); news.KindOf(err) != news.Denied {
				t.Errorf("%s takes the bar down: %v", role, err)
			}
			if strings.Contains(h.as(role).get("/desk/").is(200).text(nil), "Flash") {
				t.Errorf("%s is offered Flash", role)
			}
		}
	}
}

// What two people need for an alert to everyone, a flash says before it is pressed; and
// of a story that readers do not see any more it says that.
func TestFlashedPage(t *testing.T) {
	h := open(t)
	b := h.as(news.Editor)
	v := b.flashForm()
	v.Set("headline", "انفجار في الميناء")
	v.Set("language", "ar")
	s, at := b.flashed(v)
	b.get(at).is(200).says("A second person has to approve it: Admin Person")
	if _, err := h.desk.TakeDown(t.Context(), h.actor(news.Editor), s.ID, "", ""); err != nil {
		t.Fatal(err)
	}
	gone := b.get(at).is(200).says("Readers do not see it", "Taken down")
	if text := gone.text(nil); strings.Contains(text, "Send alert") || strings.Contains(text, "Take the bar down") || strings.Contains(text, "live after") {
		t.Errorf("of a story that is down the page says %s", text)
	}
	b.get("/desk/flash/" + string(news.NewID[news.StoryID]())).is(404)
	b.get("/desk/flash/x").is(404)
}

// A flash that not every node shows yet is published all the same, and says so.
func TestFlashThatIsLate(t *testing.T) {
	h := open(t)
	h.rooms.o.Flashing = desk.New(desk.Options{Stories: h.store, Pictures: h.store, Live: late{}, Flashes: h.store, Zone: zone})
	b := h.as(news.Editor)
	v := b.flashForm()
	v.Set("headline", "Explosion in the harbour")
	_, at := b.flashed(v)
	b.get(at).is(200).says("not every server shows it yet", "It is live")
}

func TestSeconds(t *testing.T) {
	for ms, want := range map[int64]string{0: "less than 0.1 s", 99: "less than 0.1 s", 100: "0.1 s", 249: "0.2 s", 1260: "1.3 s", int64(time.Minute / time.Millisecond): "60.0 s"} {
		if got := seconds(ms); got != want {
			t.Errorf("%d ms is %q, want %q", ms, got, want)
		}
	}
}

// late is a site that does not come to show what is committed.
type late struct{}

func (late) Wait(context.Context, int64, []string) (news.Timing, error) {
	return news.Timing{}, news.Refuse(news.Busy, "This is saved, but not every part of the site shows it yet.")
}
