package api_test

import (
	"net/netip"
	"strconv"
	"strings"
	"testing"
	"time"

	"dateline/internal/news"
)

func TestSearch(t *testing.T) {
	onBoth(t, func(h *house) {
		t := h.t
		h.published(`"headline":"Ferry <b>strike</b> ends","standfirst":"The ferry sails.","section":"world","topics":["Ferries"],"byline":["Ren"],"body":"Öl und Fähren: the ferry strike ended today."`)
		h.published(`"headline":"Cup final","section":"sport","topics":["Cup"],"byline":["Sam"],"body":"A goal. The team took the ferry home."`)
		h.draft(`"headline":"Ferry secret","topics":["Secret plan"],"body":"ferry"`)
		s := h.want(h.call("", "GET", "/api/v1/search?q=ferry+strike", ""), 200, "search")
		if s.at("total") != 2.0 || s.at("all_words") != 1.0 || s.str("items.0.headline") != "Ferry <b>strike</b> ends" || s.at("items.0.score").(float64) <= 0 {
			t.Errorf("found: %s", s.Body)
		}
		if strings.Contains(strings.ToLower(s.Body.String()), "secret") {
			t.Errorf("a draft is in the answer: %s", s.Body)
		}
		marked := false
		for _, hl := range s.at("items.0.highlights").([]any) {
			m := hl.(map[string]any)
			runes := []rune(m["text"].(string))
			for _, mark := range m["marks"].([]any) {
				a, b := int(mark.([]any)[0].(float64)), int(mark.([]any)[1].(float64))
				word := strings.ToLower(string(runes[a:b]))
				marked = marked || m["field"] == "body" && word == "ferry"
				if word != "ferry" && word != "strike" {
					t.Errorf("marked %q in %q", word, string(runes))
				}
			}
		}
		if !marked {
			t.Errorf("the body has no mark: %v", s.at("items.0.highlights"))
		}
		if s.str("facets.sections.0.name") != "Sport" && s.str("facets.sections.1.name") != "Sport" || s.len("facets.authors") != 2 || s.len("facets.years") != 1 || s.len("facets.topics") != 2 {
			t.Errorf("facets: %v", s.at("facets"))
		}
		day := h.now().UTC().Format(time.DateOnly)
		for _, c := range []struct {
			query string
			total float64
		}{
			{"", 2}, {"q=ferry&section=SPORT", 1}, {"q=ferry&topic=ferries", 1}, {"q=ferry&author=sam", 1}, {"q=ferry&topic=secret-plan", 0}, {"q=ferry&topic=never-heard-of", 0},
			{"from=" + day + "&to=" + day, 2}, {"to=2001-01-01", 0}, {"from=2099-01-01", 0}, {"q=ferry&sort=newest", 2}, {"q=%22cup+final%22", 1}, {"q=ferry+-goal", 1}, {"q=nothinglikeit", 0}, {"q=ferry&limit=1", 2},
		} {
			if s := h.want(h.call("", "GET", "/api/v1/search?"+c.query, ""), 200, c.query); s.at("total") != c.total {
				t.Errorf("%s: %v, want %v", c.query, s.at("total"), c.total)
			}
		}
		one := h.call("", "GET", "/api/v1/search?q=ferry&limit=1", "")
		two := h.want(h.call("", "GET", "/api/v1/search?q=ferry&limit=1&cursor="+one.str("next"), ""), 200, "next page")
		if page2 := h.call("", "GET", "/api/v1/search?q=ferry&limit=1&page=2", ""); two.at("next") != nil || two.str("items.0.id") == one.str("items.0.id") || page2.str("items.0.id") != two.str("items.0.id") {
			t.Errorf("pages: %s\n%s\n%s", one.Body, two.Body, page2.Body)
		}
		for _, c := range []struct{ query, field string }{
			{"from=2026-02-30", "from"}, {"to=yesterday", "to"}, {"from=2026-11-25T25:61:00Z", "from"}, {"sort=best", "sort"}, {"section=nowhere", "section"}, {"limit=101", "limit"}, {"page=0", "page"},
			{"page=2&cursor=AQAA", "page"}, {"cursor=-1", "cursor"}, {"cursor=99999", "cursor"}, {"cursor=AQAA", "cursor"}, {"page=501", "page"}, {"fbclid=x", "fbclid"},
		} {
			if s := h.want(h.call("", "GET", "/api/v1/search?"+c.query, ""), 422, c.query); s.fields() != c.field {
				t.Errorf("%s names %q, want %q", c.query, s.fields(), c.field)
			}
		}
	})
}

func TestRelated(t *testing.T) {
	onBoth(t, func(h *house) {
		t := h.t
		h.published(`"headline":"Dredger blocks harbour mouth","section":"world","topics":["Harbours"],"body":"The dredger Marta blocked the harbour mouth at Ald. Pilots and tugs worked all night."`)
		h.published(`"headline":"Cup final tonight","section":"sport","topics":["Cup"],"body":"The final is played in the new stadium before a full house of supporters."`)
		h.published(`"headline":"About","kind":"page","body":"The dredger Marta and harbour pilots."`)
		h.pass(time.Second)
		id := h.published(`"headline":"Dredger Marta towed","section":"world","topics":["Harbours"],"body":"Tugs towed the dredger Marta from the harbour mouth, pilots said."`)
		s := h.want(h.call("", "GET", "/api/v1/stories/"+id+"/related", ""), 200, "related")
		if s.len("items") == 0 || s.str("items.0.headline") != "Dredger blocks harbour mouth" || s.str("items.0.reason") != "topic" || !strings.Contains(s.str("items.0.because"), "Harbours") || s.str("items.0.topics.0.slug") != "harbours" {
			t.Errorf("related: %s", s.Body)
		}
		for _, headline := range []string{"Dredger Marta towed", `"About"`} {
			if strings.Contains(s.Body.String(), headline) {
				t.Errorf("%s is related: %s", headline, s.Body)
			}
		}
		d := h.draft(`"headline":"Dredger inquiry","topics":["Harbours"],"body":"The inquiry into the dredger Marta heard pilots."`)
		if s := h.want(h.call(news.Reporter, "GET", "/api/v1/stories/"+d+"/related", ""), 200, "a draft's"); s.len("items") == 0 {
			t.Errorf("a draft's related: %s", s.Body)
		}
		h.want(h.call("", "GET", "/api/v1/stories/"+d+"/related", ""), 404, "a draft's, for anyone")
		plain := h.draft(`"headline":"Pilots give up","body":"Cup, cup. The dredger Marta and the tugs, said the pilots in the harbour mouth."`)
		s = h.want(h.call(news.Reporter, "GET", "/api/v1/stories/"+plain+"/suggested-topics", ""), 200, "suggested topics")
		if s.len("items") != 2 || s.str("items.1.slug") != "cup" || s.str("items.1.reason") != "named" || s.at("items.1.times") != 2.0 || s.str("items.0.slug") != "harbours" || s.str("items.0.reason") != "similar" {
			t.Errorf("suggested topics: %s", s.Body)
		}
		h.want(h.call("", "GET", "/api/v1/stories/"+plain+"/suggested-topics", ""), 401, "suggested topics for anyone")
		h.want(h.call("", "GET", "/api/v1/stories/x/related", ""), 404, "nonsense")
	})
}

// An editor's pins come first, in their order and only while readers see them; what is left out never comes, and a story
// stands once.
func TestPinsAndExclusions(t *testing.T) {
	onBoth(t, func(h *house) {
		t := h.t
		const text = `"section":"world","topics":["Harbours"],"body":"The dredger Marta blocked the harbour mouth at Ald. Pilots and tugs worked all night."`
		one := h.published(`"headline":"Dredger blocks harbour",` + text)
		two := h.published(`"headline":"Dredger towed",` + text)
		cup := h.published(`"headline":"Cup final","section":"sport","body":"A late goal."`)
		secret := h.draft(`"headline":"Minister resigns","body":"Not out."`)
		h.pass(time.Second)
		id := h.published(`"headline":"Dredger inquiry","read_more":{"pins":["` + cup + `","` + secret + `","` + two + `"],"exclusions":["` + one + `"]},` + text)
		list := func(path string) string {
			t.Helper()
			s := h.want(h.call("", "GET", "/api/v1/stories/"+path+"/related", ""), 200, "related")
			var all []string
			for i := range s.len("items") {
				at := "items." + strconv.Itoa(i) + "."
				all = append(all, s.str(at+"headline")+"/"+s.str(at+"reason"))
			}
			return strings.Join(all, " ")
		}
		if got := list(id); got != "Cup final/pinned Dredger towed/pinned" {
			t.Errorf("related: %s", got)
		}
		h.want(h.call(news.Editor, "POST", "/api/v1/stories/"+secret+"/publish", ""), 200, "publish a pin")
		if got := list(id); got != "Cup final/pinned Minister resigns/pinned Dredger towed/pinned" {
			t.Errorf("with the third: %s", got)
		}
		s := h.call(news.Editor, "GET", "/api/v1/stories/"+id, "")
		if s.len("read_more.pins") != 3 || s.str("read_more.exclusions.0") != one {
			t.Errorf("kept: %s", s.Body)
		}
		// A revision alone changes nothing for readers; null lets go.
		etag := s.Header().Get("ETag")
		h.want(h.call(news.Editor, "PATCH", "/api/v1/stories/"+id, `{"read_more":null}`, "If-Match", etag), 200, "let go")
		if got := list(id); !strings.HasPrefix(got, "Cup final/pinned") {
			t.Errorf("a revision changed it: %s", got)
		}
		h.want(h.call(news.Editor, "POST", "/api/v1/stories/"+id+"/publish", ""), 200, "publish")
		if got := list(id); strings.Contains(got, "pinned") || !strings.Contains(got, "Dredger blocks harbour/topic") {
			t.Errorf("let go: %s", got)
		}
		for _, bad := range []string{`{"pins":["x"]}`, `{"pins":["` + one + `"],"exclusions":["` + one + `"]}`, `{"pins":[` + strings.Repeat(`"`+one+`",`, 20) + `"` + two + `"]}`} {
			if s := h.want(h.call(news.Editor, "POST", "/api/v1/stories", `{"headline":"A","read_more":`+bad+`}`), 422, bad); s.fields() != "read_more" {
				t.Errorf("%s: %s", bad, s.Body)
			}
		}
	})
}

func TestAskingTooOften(t *testing.T) {
	h := newHouse(t)
	at := h.now()
	h.ahead = -time.Since(at) // the same clock; only pass moves it noticeably
	h.client = netip.MustParseAddr("192.0.2.7")
	refused := false
	for range 400 {
		s := h.call("", "GET", "/api/v1/search?q=x", "")
		if s.Code == 429 {
			refused = true
			if s.Header().Get("Retry-After") == "" || s.Header().Get("Retry-After") == "0" {
				t.Errorf("429 without Retry-After: %v", s.Header())
			}
			break
		}
	}
	if !refused {
		t.Fatal("400 searches in a row from one address were answered")
	}
	h.want(h.call(news.Reporter, "GET", "/api/v1/search?q=x", ""), 200, "with a token")
	h.client = netip.MustParseAddr("192.0.2.8")
	h.want(h.call("", "GET", "/api/v1/search?q=x", ""), 200, "from elsewhere")
	h.client = netip.MustParseAddr("127.0.0.1")
	for range 250 {
		h.want(h.call("", "GET", "/api/v1/search?q=x", ""), 200, "from this machine")
	}
}
