package api_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"dateline/internal/news"
)

func TestFromDraftToReaders(t *testing.T) {
	onBoth(t, func(h *house) {
		t := h.t
		s := h.want(h.call(news.Reporter, "POST", "/api/v1/stories", `{"headline":" Harbour  opens ","standfirst":"At last.","section":"WORLD","byline":["Ren Reporter"],
			"body":"It opened.\n\n## Why\n\n<form action=\"https://evil.example\"><button>Go</button></form>\n\nBecause [of](https://example.org/).","language":"en","dateline":"HARBOUR","comments":"closed","note":"first"}`), 201, "a reporter's draft")
		id := s.str("id")
		if s.str("headline") != "Harbour opens" || s.str("section.slug") != "world" || s.str("status") != "draft" || s.at("url") != nil ||
			s.at("revision") != 1.0 || s.at("version") != 0.0 || s.str("comments") != "closed" || s.str("byline.0.slug") != "ren-reporter" {
			t.Errorf("draft: %s", s.Body)
		}
		if s.Header().Get("Location") != "/api/v1/stories/"+id || s.Header().Get("ETag") != `"1"` {
			t.Errorf("headers of a new story: %v", s.Header())
		}
		if s.len("dropped") == 0 {
			t.Errorf("the dropped script is not reported: %s", s.Body)
		}
		path := "/api/v1/stories/" + id
		if got := h.want(h.call(news.Reporter, "GET", path, ""), 200, "read"); !strings.HasSuffix(got.str("body"), "## Why\n\nBecause [of](https://example.org/).\n") || got.str("body_doc.type") != "doc" {
			t.Errorf("body: %q", got.str("body"))
		}
		h.want(h.call(news.Reporter, "POST", path+"/publish", ""), 403, "a reporter publishes")
		if s := h.want(h.call(news.Reporter, "POST", path+"/submit", `{"note":"please"}`), 200, "submit"); s.str("status") != "submitted" {
			t.Errorf("submitted: %s", s.Body)
		}
		if s := h.want(h.call(news.Reporter, "POST", path+"/submit", ``), 409, "submit twice"); s.at("allowed") == nil {
			t.Errorf("409 without the allowed steps: %s", s.Body)
		}
		h.want(h.call(news.Editor, "POST", path+"/return", `{}`), 200, "return")
		h.want(h.call(news.Editor, "POST", path+"/approve", `{}`), 200, "approve")
		p := h.want(h.call(news.Editor, "POST", path+"/publish", `{"note":"go"}`), 200, "publish")
		if p.at("version") != 1.0 || p.str("published_at") == "" || !strings.HasPrefix(p.str("url"), "https://news.example/2") || !strings.HasSuffix(p.str("url"), "/harbour-opens") {
			t.Errorf("published: %s", p.Body)
		}
		for _, part := range []string{"page_ms", "search_ms", "feeds_ms"} {
			if _, ok := p.at("live." + part).(float64); !ok {
				t.Errorf("live has no %s: %s", part, p.Body)
			}
		}
		// What Publish said is true at once.
		if f := h.want(h.call("", "GET", "/api/v1/search?q=harbour", ""), 200, "search"); f.at("total") != 1.0 || f.str("items.0.url") != p.str("url") || f.len("items.0.highlights") == 0 {
			t.Errorf("search right after publish: %s", f.Body)
		}
		c := h.want(h.call(news.Editor, "POST", path+"/corrections", `{"kind":"correction","text":"It opened on Monday."}`), 201, "correct")
		if c.str("text") != "It opened on Monday." || c.str("at") == "" || c.len("corrections") != 1 {
			t.Errorf("correction: %s", c.Body)
		}
		h.want(h.call(news.Editor, "PATCH", path, `{"headline":"Harbour opens at last"}`, "If-Match", `"1"`), 200, "patch")
		if f := h.call("", "GET", "/api/v1/search?q=last", ""); f.str("items.0.headline") != "Harbour opens" {
			t.Errorf("readers find an unpublished revision: %s", f.Body)
		}
		if p := h.want(h.call(news.Editor, "POST", path+"/publish", `{"change":"minor"}`), 200, "publish again"); p.at("version") != 2.0 {
			t.Errorf("second version: %s", p.Body)
		}
		v := h.want(h.call(news.Reporter, "GET", path+"/versions?limit=1", ""), 200, "versions")
		if v.at("items.0.version") != 2.0 || v.str("items.0.change") != "minor" || v.str("items.0.by") != "a editor" || v.str("next") != "2" {
			t.Errorf("versions: %s", v.Body)
		}
		if v := h.call(news.Reporter, "GET", path+"/versions?limit=1&cursor=2", ""); v.at("items.0.version") != 1.0 || v.at("next") != nil {
			t.Errorf("older versions: %s", v.Body)
		}
		if v := h.want(h.call(news.Reporter, "GET", path+"/versions/1", ""), 200, "a version"); v.str("headline") != "Harbour opens" || !strings.Contains(v.str("body"), "It opened.") {
			t.Errorf("version 1: %s", v.Body)
		}
		for _, n := range []string{"0", "3", "x", "-1", "99999999999999999999"} {
			h.want(h.call(news.Reporter, "GET", path+"/versions/"+n, ""), 404, "version "+n)
		}
		if s := h.want(h.call(news.Editor, "POST", path+"/take-down", `{"notice":"Withdrawn.","note":"lawyers"}`), 200, "take down"); s.at("url") != nil || s.str("notice") != "Withdrawn." {
			t.Errorf("taken down: %s", s.Body)
		}
		if f := h.call("", "GET", "/api/v1/search?q=harbour", ""); f.at("total") != 0.0 {
			t.Errorf("a taken-down story is found: %s", f.Body)
		}
		if s := h.want(h.call(news.Editor, "POST", path+"/kill", ``), 200, "kill"); s.str("status") != "killed" {
			t.Errorf("killed: %s", s.Body)
		}
		if s := h.want(h.call(news.Editor, "POST", path+"/publish", ``), 409, "publish a killed story"); !strings.Contains(s.Body.String(), `"allowed":[]`) {
			t.Errorf("publish a killed story: %s, want the allowed steps, none", s.Body)
		}
	})
}

func TestPatch(t *testing.T) {
	onBoth(t, func(h *house) {
		t := h.t
		id := h.draft(`"headline":"A","standfirst":"S","section":"sport","topics":["Boats"],"kicker":"K","picture":null,"body":"One."`)
		path := "/api/v1/stories/" + id
		h.want(h.call(news.Editor, "PATCH", path, `{"headline":"B"}`), 428, "without If-Match")
		s := h.want(h.call(news.Editor, "PATCH", path, `{"headline":"B","kicker":null}`, "If-Match", `"1"`), 200, "patch")
		if s.str("headline") != "B" || s.at("kicker") != nil || s.str("standfirst") != "S" || s.str("section.slug") != "sport" || s.str("topics.0.name") != "Boats" ||
			s.str("body") != "One.\n" || s.at("revision") != 2.0 || s.Header().Get("ETag") != `"2"` {
			t.Errorf("only what is given changes, null clears: %s", s.Body)
		}
		for _, tag := range []string{`"1"`, `"abc"`, `"7"`, `"r1"`} {
			s := h.want(h.call(news.Editor, "PATCH", path, `{"headline":"C"}`, "If-Match", tag), 412, "If-Match "+tag)
			if s.at("current_revision") != 2.0 || s.Header().Get("ETag") != `"2"` {
				t.Errorf("412 does not say which revision is current: %s %v", s.Body, s.Header())
			}
		}
		for i, tag := range []string{`"2"`, `"r3"`, `W/"4"`, `*`, `"1", "6"`, "7"} {
			if s := h.want(h.call(news.Editor, "PATCH", path, fmt.Sprintf(`{"headline":"D%d"}`, i), "If-Match", tag), 200, "If-Match "+tag); s.at("revision") != float64(3+i) {
				t.Errorf("If-Match %s: %s", tag, s.Body)
			}
		}
		for _, c := range []struct{ body, fields string }{
			{`{"headline":null}`, "headline"}, {`{"headline":""}`, "headline"}, {`{}`, "(all)"}, {`{"kind":"page"}`, "kind"},
			{`{"section":"nowhere"}`, "section"}, {`{"id":"x"}`, "id"},
		} {
			if s := h.want(h.call(news.Editor, "PATCH", path, c.body, "If-Match", `*`), 422, c.body); s.fields() != c.fields {
				t.Errorf("%s names %q, want %q", c.body, s.fields(), c.fields)
			}
		}
		s = h.want(h.call(news.Editor, "PATCH", path, `{"section":null,"topics":[],"body":null,"publish_at":"2099-01-02T03:04:05+01:00","time_zone":"Europe/Berlin"}`, "If-Match", "*"), 200, "clear")
		if s.at("section") != nil || s.len("topics") != 0 || s.str("body") != "" || s.str("publish_at") != "2099-01-02T02:04:05Z" || s.str("time_zone") != "Europe/Berlin" {
			t.Errorf("cleared: %s", s.Body)
		}
		// What an answer holds may be sent back, names and all.
		s = h.want(h.call(news.Editor, "PATCH", path, `{"section":{"slug":"world","name":"World"},"topics":[{"slug":"boats","name":"Boats"}]}`, "If-Match", "*"), 200, "send back")
		if s.str("section.name") != "World" || s.str("topics.0.slug") != "boats" {
			t.Errorf("sent back: %s", s.Body)
		}
		h.want(h.call(news.Editor, "PATCH", "/api/v1/stories/"+string(news.NewID[news.StoryID]()), `{"headline":"x"}`, "If-Match", `"1"`), 404, "unknown story")
		h.want(h.call(news.Editor, "POST", path+"/publish", "", "If-Match", `"1"`), 412, "publish what is not current")

		// Of two saves and decisions on the same revision at once, no decision is taken
		// on a text that its taker had not seen.
		for range 20 {
			s := h.want(h.call(news.Editor, "GET", path, ""), 200, "read")
			tag := s.Header().Get("ETag")
			var saved, decided said
			var both sync.WaitGroup
			both.Go(func() {
				saved = h.call(news.Reporter, "PATCH", path, `{"standfirst":"`+tag[1:len(tag)-1]+`"}`, "If-Match", tag)
			})
			both.Go(func() { decided = h.call(news.Editor, "POST", path+"/publish", "", "If-Match", tag) })
			both.Wait()
			h.want(saved, 200, "save")
			if decided.Code == 412 && decided.at("current_revision") == s.at("revision").(float64)+1 {
				continue
			}
			if h.want(decided, 200, "publish"); decided.at("revision") != s.at("revision") {
				t.Errorf("decided on %s, published %v", tag, decided.at("revision"))
			}
		}
	})
}

func TestRefusedInput(t *testing.T) {
	h := newHouse(t)
	picture := string(news.NewID[news.MediaID]())
	long := strings.Repeat("x", 2_000_001)
	for _, c := range []struct {
		body   string
		status int
		fields string
	}{
		{`{}`, 422, "headline"},
		{`{"headline":"   "}`, 422, "headline"},
		{`{"headline":"x","section":"nowhere"}`, 422, "section"},
		{`{"headline":"x","status":"published"}`, 422, "status"},
		{`{"headline":"x","headline":"y"}`, 422, "headline"},
		{`{"headline":"x","Headline":"y"}`, 422, "Headline Headline"},
		{"{\"headline\":\"x\xff\"}", 422, "headline"},
		{`{"headline":"x\u0000"}`, 422, "headline"},
		{"{\"headline\":\"x\x01\"}", 422, "headline"},
		{`{"headline":"\ud800"}`, 422, "headline"},
		{`{"headline":"x","body":"a\u0000b"}`, 422, "body"},
		{`{"headline":"x","body_html":"a\u001bb"}`, 422, "body_html"},
		{`{"headline":"x","slug":"a\u0007b"}`, 422, "slug"},
		{`{"headline":"x","topics":["a\u0001"]}`, 422, "topics"},
		{`{"headline":"x","byline":["ok",""]}`, 422, "byline"},
		{`{"headline":"x","note":"\u0002"}`, 422, "note"},
		{`{"headline":"x","body":"a","body_html":"b"}`, 422, "body_html"},
		{`{"headline":"x","body_doc":{"type":"doc","content":[{"type":"iframe"}]}}`, 422, "body_doc.content[0].type"},
		{`{"headline":"x","body_doc":"text"}`, 422, "body_doc"},
		{`{"headline":"x","publish_at":"2026-02-30T10:00:00Z"}`, 422, "publish_at"},
		{`{"headline":"x","embargo_until":"2026-11-25T25:61:00Z"}`, 422, "embargo_until"},
		{`{"headline":"x","embargo_until":"0001-01-01T00:00:00Z"}`, 422, "embargo_until"},
		{`{"headline":"x","publish_at":"tomorrow"}`, 422, "publish_at"},
		{`{"headline":"x","publish_at":"2026-11-25T10:00:00"}`, 422, "publish_at"},
		{`{"headline":"x","publish_at":1764064800}`, 422, "publish_at"},
		{`{"headline":"x","time_zone":"Europe/Nowhere"}`, 422, "time_zone"},
		{`{"headline":"x","language":"english please"}`, 422, "language"},
		{`{"headline":"x","comments":"maybe"}`, 422, "comments"},
		{`{"headline":"x","kind":"video"}`, 422, "kind"},
		{`{"headline":"x","external_url":"javascript:alert(1)"}`, 422, "external_url"},
		{`{"headline":"x","picture":{"media":"` + picture + `"}}`, 422, "picture"},
		{`{"headline":"x","picture":{"media":"nonsense"}}`, 422, "picture"},
		{`{"headline":"x","picture":{"media":"` + picture + `","captoin":"c"}}`, 422, "picture.captoin"},
		{`{"headline":"x","body":"![a](media:` + picture + `)"}`, 422, "body"},
		{`{"headline":7,"topics":"a","byline":[1]}`, 422, "headline topics byline[0]"},
		{`{"headline":"` + strings.Repeat("x", 501) + `"}`, 422, "headline"},
		{`{"headline":"x","body":"` + long + `"}`, 413, "body"},
		{`{"headline":"x","body":"` + long + long + long + `"}`, 413, "body"},
		{`{"headline":"x"`, 400, ""}, {`[]`, 400, ""}, {`null`, 400, ""}, {``, 400, ""}, {`{"headline":"x"}{}`, 400, ""},
		{"\ufeff" + `{"headline":"x"}`, 400, ""}, {`{"headline":"x","body_doc":` + strings.Repeat(`[`, 1_000_000) + `}`, 400, ""},
	} {
		s := h.call(news.Editor, "POST", "/api/v1/stories", c.body)
		if s.Code != c.status || s.fields() != c.fields {
			t.Errorf("%.90q: %d naming %q, want %d naming %q (%.200s)", c.body, s.Code, s.fields(), c.status, c.fields, s.Body)
		}
		if !strings.HasPrefix(s.str("type"), "urn:dateline:problem:") || s.str("detail") == "" {
			t.Errorf("%.90q: the problem has no type or detail: %.300s", c.body, s.Body)
		}
	}
	s := h.call(news.Editor, "POST", "/api/v1/stories", `{"headline":"x"}`, "Content-Type", "text/plain")
	h.want(s, 415, "text/plain")
	if n := h.call(news.Editor, "GET", "/api/v1/stories", "").len("items"); n != 0 {
		t.Errorf("%d stories were stored by refused requests", n)
	}
	if n := h.call(news.Editor, "GET", "/api/v1/topics", "").len("items"); n != 0 {
		t.Errorf("%d topics were made by refused requests", n)
	}
	h.want(h.call(news.Reporter, "POST", "/api/v1/stories", `{"headline":"x","topics":["New topic"]}`), 422, "a reporter's unknown topic")
}

func TestHostileJSON(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for _, name := range []string{"bom", "dup_keys", "ninjs_hostile", "surrogates", "numbers", "trailing"} {
		body := string(shared(t, "hostile/generated/json/"+name+".json"))
		for _, path := range []string{"stories", "sections", "stories/x/publish", "stories/x/schedule", "stories/x/corrections"} {
			if s := h.call(news.Editor, "POST", "/api/v1/"+path, body); s.Code < 400 || s.Code >= 500 {
				t.Errorf("%s to %s: %d, want 4xx", name, path, s.Code)
			}
		}
	}
	stored := 0
	for line := range strings.Lines(string(shared(t, "hostile/blns/blns.txt"))) {
		s := h.call(news.Editor, "POST", "/api/v1/stories", `{"headline":`+quote(line)+`,"body":`+quote(line)+`,"topics":[`+quote(line)+`]}`)
		switch s.Code {
		case 201:
			stored++
			id := s.str("id")
			if stored%8 != 0 {
				break
			}
			h.want(h.call(news.Editor, "POST", "/api/v1/stories/"+id+"/publish", ""), 200, "publish "+line)
			if s := h.call("", "GET", "/api/v1/stories/"+id+"/related", ""); s.Code != 200 {
				t.Errorf("related to %q: %d", line, s.Code)
			}
		case 422:
		default:
			t.Errorf("headline %q: %d %s", line, s.Code, s.Body)
		}
		if len(line) > 1 {
			if s := h.call("", "GET", "/api/v1/search?q="+urlQuery(strings.TrimSuffix(line, "\n")), ""); s.Code != 200 && s.Code != 422 {
				t.Errorf("search %q: %d", line, s.Code)
			}
		}
	}
	if stored < 100 {
		t.Errorf("only %d naughty headlines are headlines", stored)
	}
}

func TestLists(t *testing.T) {
	h := newHouse(t)
	for i := range 25 {
		section := []string{"world", "sport"}[i%2]
		h.draft(fmt.Sprintf(`"headline":"Story %02d","section":%q,"topics":["Topic %d"]`, i, section, i%3))
	}
	seen := map[string]bool{}
	path := "/api/v1/stories"
	for pages := 1; ; pages++ {
		s := h.want(h.call(news.Reporter, "GET", path, ""), 200, path)
		for i := range s.len("items") {
			seen[s.str(fmt.Sprintf("items.%d.id", i))] = true
		}
		if s.at("items.0.body") != nil {
			t.Error("a list carries bodies")
		}
		if s.at("next") == nil {
			if pages != 2 || len(seen) != 25 {
				t.Errorf("%d stories on %d pages, want 25 on 2", len(seen), pages)
			}
			break
		}
		path = "/api/v1/stories?cursor=" + s.str("next")
	}
	for _, c := range []struct {
		query string
		n     int
	}{
		{"?limit=7", 7}, {"?section=SPORT&limit=100", 12}, {"?section=World&limit=100", 13}, {"?topic=topic-1", 8}, {"?topic=Topic+1", 8}, {"?q=story+1", 10}, {"?status=draft&limit=100", 25}, {"?status=published", 0},
	} {
		if s := h.want(h.call(news.Reporter, "GET", "/api/v1/stories"+c.query, ""), 200, c.query); s.len("items") != c.n {
			t.Errorf("%s: %d stories, want %d", c.query, s.len("items"), c.n)
		}
	}
	for _, c := range []struct{ query, field string }{
		{"?status=corrected", "status"}, {"?section=nowhere", "section"}, {"?topic=nothing", "topic"}, {"?limit=0", "limit"}, {"?limit=101", "limit"}, {"?limit=x", "limit"},
		{"?cursor=x", "cursor"}, {"?colour=red", "colour"}, {"?q=a&q=b", "q"}, {"?q=%ff", "q"}, {"?q=%00", "q"}, {"?q=" + strings.Repeat("x", 2000), "q"},
	} {
		if s := h.want(h.call(news.Reporter, "GET", "/api/v1/stories"+c.query, ""), 422, c.query); s.fields() != c.field {
			t.Errorf("%s names %q, want %q", c.query, s.fields(), c.field)
		}
	}
}

func TestScheduleAndEmbargo(t *testing.T) {
	h := newHouse(t)
	in := func(d time.Duration) string { return h.now().Add(d).UTC().Format(time.RFC3339) }
	id := h.draft(`"headline":"Canary sings","body":"The canary sings at dawn.","topics":["Canaries"],"embargo_until":"` + in(time.Hour) + `"`)
	path := "/api/v1/stories/" + id
	if s := h.want(h.call(news.Editor, "POST", path+"/publish", ""), 409, "before its embargo"); !strings.Contains(s.Body.String(), `"schedule"`) || strings.Contains(s.Body.String(), `"publish"`) {
		t.Errorf("the allowed steps: %s", s.Body)
	}
	h.want(h.call(news.Editor, "POST", path+"/schedule", `{"publish_at":"`+in(time.Minute)+`"}`), 422, "before the embargo ends")
	h.want(h.call(news.Editor, "POST", path+"/schedule", `{"publish_at":"`+in(-time.Minute)+`"}`), 422, "in the past")
	if s := h.want(h.call(news.Editor, "POST", path+"/schedule", `{"publish_at":"2099-13-01T00:00:00Z"}`), 422, "no such month"); s.fields() != "publish_at" {
		t.Errorf("names %q", s.fields())
	}
	s := h.want(h.call(news.Editor, "POST", path+"/schedule", `{"time_zone":"Europe/Berlin"}`), 200, "when the embargo ends")
	if s.str("status") != "scheduled" || s.str("publish_at") == "" {
		t.Errorf("scheduled: %s", s.Body)
	}
	// Nothing of it leaves, not even that it exists.
	unknown := h.call("", "GET", "/api/v1/stories/"+string(news.NewID[news.StoryID]())+"/related", "")
	if s := h.want(h.call("", "GET", path+"/related", ""), 404, "related to an embargoed story"); s.Body.String() != unknown.Body.String() {
		t.Errorf("an embargoed story is told apart from none: %s / %s", s.Body, unknown.Body)
	}
	for _, q := range []string{"q=canary", "topic=canaries", "", "q=&sort=newest", "q=sing*"} {
		if s := h.call("", "GET", "/api/v1/search?"+q, ""); s.at("total") != 0.0 || strings.Contains(s.Body.String(), "anar") {
			t.Errorf("search %q tells of an embargoed story: %s", q, s.Body)
		}
	}
	for _, p := range []string{path, path + "/versions"} {
		h.want(h.call("", "GET", p, ""), 401, p+" without a token")
		h.want(h.call(news.Moderator, "GET", p, ""), 404, p+" as a moderator")
	}
	h.want(h.call(news.Moderator, "GET", path+"/related", ""), 404, "related as a moderator")
	h.want(h.call(news.Reporter, "GET", path+"/related", ""), 200, "related as a reporter")
	if s := h.call(news.Moderator, "GET", "/api/v1/stories", ""); s.len("items") != 0 {
		t.Errorf("a moderator lists %s", s.Body)
	}
	h.want(h.call(news.Moderator, "GET", "/api/v1/stories?status=draft", ""), 403, "a moderator asks for drafts")
}
