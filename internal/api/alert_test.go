package api_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"dateline/internal/api"
	"dateline/internal/news"
	"dateline/internal/webpush"
)

// A courier that sends nothing and counts as if it had.
type courier struct {
	reach int
	tally news.Tally
}

func (c *courier) Reach(*news.Alert) int { return c.reach }
func (c *courier) Message(a *news.Alert) ([]byte, error) {
	n := webpush.Notification{Title: a.Title, Body: a.Body, Navigate: "https://news.example" + a.Address, Lang: a.Language, Tag: a.Tag()}
	return n.Payload()
}
func (c *courier) Stop(context.Context, news.AlertID) (news.Tally, error) { return c.tally, nil }
func (c *courier) Progress(context.Context, news.AlertID) (news.AlertProgress, error) {
	return news.AlertProgress{Tally: c.tally, PerSecond: 250, ETA: 2 * time.Second,
		Services: []news.ServiceProgress{{Origin: "https://fcm.googleapis.com", Tally: c.tally, State: "sending"}}}, nil
}
func (c *courier) Test(context.Context, *news.Alert, []news.StaffDevice) (int, error) { return 0, nil }

// people makes editors who could be the second person.
func (h *house) people(n int) {
	h.t.Helper()
	for i := range n {
		p := news.Person{ID: news.NewID[news.PersonID](), Email: fmt.Sprintf("e%d@news.example", i), Name: "E", Role: news.Editor}
		if err := h.store.AddPerson(h.t.Context(), news.Command("test"), p); err != nil {
			h.t.Fatal(err)
		}
	}
}

// begin does what the courier does once the countdown is over.
func (h *house) begin(id string) {
	h.t.Helper()
	h.pass(time.Minute)
	_, _, _, err := h.store.UpdateAlert(h.t.Context(), news.System, news.AlertID(id), func(a *news.Alert, s *news.Story, _ int, now time.Time) (news.AlertOutcome, error) {
		a.Advance(s, news.StandardAlertHouse, now)
		if !a.Begin(now) {
			return news.AlertOutcome{}, fmt.Errorf("an alert that is %s does not begin", a.State)
		}
		return news.AlertOutcome{Step: "begin"}, nil
	})
	if err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) alerts() int {
	h.t.Helper()
	return h.want(h.call(news.Editor, "GET", "/api/v1/alerts?limit=100", ""), 200, "list").len("items")
}

func TestAnAlertsLife(t *testing.T) {
	onBoth(t, func(h *house) {
		t := h.t
		id := h.published(`"headline":"Bridge closed","section":"world","topics":["Roads"],"body":"Both lanes."`)
		s := h.want(h.call(news.Editor, "POST", "/api/v1/alerts", `{"story":"`+id+`","title":"  Bridge closed ","body":"Both lanes.","audience":"all","urgency":"high","ttl":3600}`), 202, "send")
		alert := s.str("id")
		if s.Header().Get("Location") != "/api/v1/alerts/"+alert || s.str("state") != "counting" || s.at("audience") != 1000. || s.at("ttl") != 3600. ||
			s.str("title") != "  Bridge closed " || s.str("story") != id || s.str("kind") != "news" || s.str("importance") != "breaking" || s.at("leaves_at") == nil {
			t.Errorf("sent: %v %s", s.Header(), s.Body)
		}
		if s := h.want(h.call(news.Editor, "GET", "/api/v1/alerts/"+alert, ""), 200, "read"); fmt.Sprint(s.at("allowed")) != "[stop withdraw]" || s.at("eta_seconds") != nil {
			t.Errorf("counting: %s", s.Body)
		}
		h.begin(alert)
		h.courier.tally = news.Tally{Audience: 1000, Accepted: 400, Gone: 20, Retrying: 30, Waiting: 550}
		s = h.want(h.call(news.Editor, "GET", "/api/v1/alerts/"+alert, ""), 200, "read")
		if s.str("state") != "sending" || s.at("accepted") != 400. || s.at("gone") != 20. || s.at("failed") != 0. || s.at("retrying") != 30. || s.at("per_second") != 250. ||
			s.at("eta_seconds") != 2. || s.str("by_service.0.service") != "https://fcm.googleapis.com" || s.at("by_service.0.waiting") != 550. {
			t.Errorf("sending: %s", s.Body)
		}
		if s := h.want(h.call(news.Admin, "POST", "/api/v1/alerts", `{"title":"One lane closed","replaces":"`+alert+`"}`), 202, "correct"); s.str("kind") != "correction" || s.str("replaces") != alert || s.str("state") != "queued" {
			t.Errorf("correction: %s", s.Body)
		} else {
			h.begin(s.str("id"))
		}
		s = h.want(h.call(news.Editor, "POST", "/api/v1/alerts/"+alert+"/stop", ""), 200, "stop what a correction stopped")
		if s.str("state") != "stopped" || s.at("accepted") != 400. {
			t.Errorf("stopped: %s", s.Body)
		}
		h.want(h.call(news.Admin, "POST", "/api/v1/stories/"+id+"/kill", ""), 200, "kill")
		s = h.want(h.call(news.Editor, "POST", "/api/v1/alerts/"+alert+"/withdraw", ""), 200, "withdraw")
		if s.str("kind") != "withdrawal" || s.str("title") != news.Withdrawn || s.str("story") != id {
			t.Errorf("withdrawn: %s", s.Body)
		}
		withdrawal := s.str("id")
		if s := h.want(h.call(news.Editor, "POST", "/api/v1/alerts/"+alert+"/withdraw", ""), 200, "withdraw twice"); s.str("id") != withdrawal || s.str("state") != "queued" {
			t.Errorf("withdrawn twice: %s", s.Body)
		}
		if s := h.want(h.call(news.Editor, "POST", "/api/v1/alerts/"+alert+"/approve", ""), 409, "approve"); s.at("allowed") == nil {
			t.Errorf("does not say what is possible: %s", s.Body)
		}
		if s := h.want(h.call(news.Editor, "GET", "/api/v1/alerts?limit=2&story="+id, ""), 200, "list"); s.len("items") != 2 || s.str("items.0.kind") != "withdrawal" || s.str("next") == "" {
			t.Errorf("list: %s", s.Body)
		} else if s := h.want(h.call(news.Editor, "GET", "/api/v1/alerts?story="+id+"&cursor="+urlQuery(s.str("next")), ""), 200, "next page"); s.len("items") != 1 || s.str("items.0.id") != alert {
			t.Errorf("next page: %s", s.Body)
		}
		if s := h.want(h.call(news.Editor, "GET", "/api/v1/alerts/"+alert+"/delivery", ""), 200, "delivery"); s.len("items") != 1 || s.at("items.0.accepted") != 400. {
			t.Errorf("delivery: %s", s.Body)
		}
	})
}

func TestASecondPersonsYes(t *testing.T) {
	h := newHouse(t)
	h.people(2)
	id := h.published(`"headline":"Bridge closed","section":"world","body":"Both lanes."`)
	all := `{"story":"` + id + `","title":"Bridge closed","audience":"all"}`
	if s := h.want(h.call(news.Editor, "POST", "/api/v1/alerts/preview", all), 200, "preview"); s.at("needs_approval") != true || s.at("audience") != 1000. ||
		s.at("size").(float64) < 100 || s.at("max_size") != float64(webpush.MaxPayload) || s.at("budget") != 5. || h.alerts() != 0 {
		t.Errorf("preview: %s", s.Body)
	}
	s := h.want(h.call(news.Editor, "POST", "/api/v1/alerts", all), 202, "send")
	if s.str("state") != "awaiting-approval" || s.at("leaves_at") != nil || fmt.Sprint(s.at("allowed")) != "[stop withdraw]" {
		t.Errorf("sent: %s", s.Body)
	}
	at := "/api/v1/alerts/" + s.str("id")
	h.want(h.call(news.Editor, "POST", at+"/approve", ""), 403, "its own yes")
	h.want(h.call(news.Editor, "POST", at+"/send-alone", ""), 403, "a token alone")
	h.pass(time.Hour)
	h.want(h.call(news.Editor, "POST", at+"/send-alone", ""), 403, "a token alone, later")
	if s := h.want(h.call(news.Admin, "POST", at+"/approve", ""), 200, "a second token"); s.str("state") != "counting" {
		t.Errorf("approved: %s", s.Body)
	}
	h.want(h.call(news.Admin, "POST", at+"/approve", ""), 409, "twice")
	if s := h.want(h.call(news.Editor, "POST", at+"/stop", ""), 200, "stop"); s.str("state") != "stopped" || s.at("accepted") != 0. {
		t.Errorf("stopped: %s", s.Body)
	}
	h.want(h.call(news.Editor, "POST", at+"/stop", ""), 200, "stop again")
}

func TestNoAlertAboutWhatReadersCannotSee(t *testing.T) {
	h := newHouse(t)
	body := `"headline":"Secret","section":"world","body":"Text."`
	draft := h.draft(body)
	future := time.Now().Add(time.Hour).UTC().Format(time.RFC3339)
	embargoed := h.draft(body + `,"embargo_until":"` + future + `"`)
	scheduled := h.draft(body)
	h.want(h.call(news.Editor, "POST", "/api/v1/stories/"+scheduled+"/schedule", `{"publish_at":"`+future+`"}`), 200, "schedule")
	down, killed := h.published(body), h.published(body)
	h.want(h.call(news.Editor, "POST", "/api/v1/stories/"+down+"/take-down", `{"notice":"Gone."}`), 200, "take down")
	h.want(h.call(news.Editor, "POST", "/api/v1/stories/"+killed+"/kill", ""), 200, "kill")
	for id, want := range map[string]int{draft: 409, embargoed: 409, scheduled: 409, down: 409, killed: 409, string(news.NewID[news.StoryID]()): 404, "nonsense": 404} {
		for _, path := range []string{"/api/v1/alerts", "/api/v1/alerts/preview"} {
			h.want(h.call(news.Editor, "POST", path, `{"story":"`+id+`","title":"Secret","audience":"all"}`), want, path+" about "+id)
		}
	}
	if n := h.alerts(); n != 0 {
		t.Errorf("%d alerts were made", n)
	}
}

func TestWhatAnAlertTakes(t *testing.T) {
	h := newHouse(t)
	id := h.published(`"headline":"Bridge closed","section":"world","topics":["Roads"],"body":"Both lanes."`)
	other := h.published(`"headline":"Other","section":"world","body":"Text."`)
	for body, fields := range map[string]string{
		`"title":"A","audience":"all","colour":"red"`:                                         "colour",
		`"title":"A","audience":"some"`:                                                       "audience",
		`"title":"A"`:                                                                         "audience",
		`"title":"A","audience":"all","followers":true`:                                       "audience",
		`"title":"A","audience":{"all":true}`:                                                 "audience",
		`"title":"A","topics":["nothing"]`:                                                    "topics",
		`"title":"","audience":"all"`:                                                         "title",
		`"title":"` + strings.Repeat("x", 121) + `","audience":"all"`:                         "title",
		`"title":"A","audience":"all","body":"` + strings.Repeat("x", 301) + `"`:              "body",
		`"title":"A","audience":"all","ttl":0`:                                                "ttl",
		`"title":"A","audience":"all","ttl":59`:                                               "ttl",
		`"title":"A","audience":"all","ttl":9000000000000000000`:                              "ttl ttl",
		`"title":"A","audience":"all","pace":-1`:                                              "pace",
		`"title":"A","audience":"all","urgency":"now"`:                                        "urgency",
		`"title":"A","audience":"all","importance":"huge"`:                                    "importance",
		`"title":"A","audience":"all","picture":"` + string(news.NewID[news.MediaID]()) + `"`: "picture",
		`"title":"A","audience":"all","send_at":"2020-01-01T00:00:00Z"`:                       "send_at",
	} {
		if s := h.want(h.call(news.Editor, "POST", "/api/v1/alerts", `{"story":"`+id+`",`+body+`}`), 422, body); s.fields() != fields {
			t.Errorf("%s names %q, want %q", body, s.fields(), fields)
		}
	}
	if s := h.want(h.call(news.Editor, "POST", "/api/v1/alerts", `{"title":"A","audience":"all"}`), 422, "no story"); s.fields() != "story" {
		t.Errorf("no story: %s", s.Body)
	}
	if n := h.alerts(); n != 0 {
		t.Errorf("%d alerts were made", n)
	}
	s := h.want(h.call(news.Editor, "POST", "/api/v1/alerts", `{"story":"`+id+`","title":"A","topics":["Roads"],"pace":600}`), 202, "to a topic")
	h.want(h.call(news.Editor, "POST", "/api/v1/alerts", `{"title":"B","replaces":"`+s.str("id")+`"}`), 409, "correct what has not left")
	h.begin(s.str("id"))
	for body, fields := range map[string]string{`"story":"` + other + `"`: "story", `"pace":60`: "replaces"} {
		if x := h.want(h.call(news.Editor, "POST", "/api/v1/alerts", `{"title":"B","replaces":"`+s.str("id")+`",`+body+`}`), 422, body); x.fields() != fields {
			t.Errorf("%s names %q", body, x.fields())
		}
	}
	h.want(h.call(news.Editor, "POST", "/api/v1/alerts", `{"title":"B","replaces":"nothing"}`), 404, "correct nothing")
	plan := h.now().Add(time.Hour).UTC().Format(time.RFC3339)
	if s := h.want(h.call(news.Editor, "POST", "/api/v1/alerts", `{"story":"`+id+`","title":"A","followers":true,"send_at":"`+plan+`"}`), 202, "planned"); s.str("state") != "scheduled" || s.str("leaves_at") != plan {
		t.Errorf("planned: %s", s.Body)
	}
}

func TestTheSameAlertTwiceIsOne(t *testing.T) {
	h := newHouse(t)
	id := h.published(`"headline":"Bridge closed","section":"world","body":"Both lanes."`)
	body := `{"story":"` + id + `","title":"Bridge closed","audience":"all"}`
	post := func(key string) said {
		return h.call(news.Editor, "POST", "/api/v1/alerts", body, "Idempotency-Key", key)
	}
	one, two := h.want(post("a"), 202, "first"), h.want(post("a"), 202, "again")
	if one.str("id") != two.str("id") || two.Header().Get("Location") != one.Header().Get("Location") || h.alerts() != 1 {
		t.Errorf("%s and %s, %d alerts", one.str("id"), two.str("id"), h.alerts())
	}
	// Even if we crash between sending and answering.
	h.keys.lose = true
	lost := h.want(post("b"), 202, "the answer is not kept")
	h.keys.lose = false
	h.pass(2 * time.Minute)
	if s := h.want(post("b"), 202, "after a crash"); s.str("id") != lost.str("id") || h.alerts() != 2 {
		t.Errorf("a crash sent it twice: %s and %s", lost.str("id"), s.str("id"))
	}
	h.pass(25 * time.Hour)
	if s := h.want(post("b"), 202, "a day later"); s.str("id") == lost.str("id") || h.alerts() != 3 {
		t.Errorf("a day later: %s", s.Body)
	}
}

// Where alerts are not set up their addresses say so, to those who may call them.
func TestWithoutAlerts(t *testing.T) {
	h := newHouse(t)
	bare := api.New(api.Options{Stories: h.store, Shelf: h.store, Keys: h.store, Now: h.now, Public: h.public, Doorman: h.keeper})
	h.handler = bare.Handler()
	for _, rt := range bare.Routes() {
		if method, path := example(rt); strings.Contains(path, "/alerts") || strings.Contains(path, "/push/") {
			h.want(h.call(news.Editor, method, path, ""), 503, rt.Pattern)
		}
	}
}
