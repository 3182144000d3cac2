package api_test

import (
	"strings"
	"testing"
)

// A reader who cannot spell a name, or types only its beginning, is not sent away; and nobody is told what is not out.
func TestSearchForgives(t *testing.T) {
	onBoth(t, func(h *house) {
		t := h.t
		h.published(`"headline":"Al-Kadhimi at the White House","section":"world","topics":["Mustafa al-Kadhimi"],"byline":["Ren"],"body":"Mustafa al-Kadhimi met the president. The parliament waits."`)
		h.published(`"headline":"Kazemi resigns","section":"world","topics":["Iran"],"byline":["Ren"],"body":"The minister Kazemi resigned."`)
		h.draft(`"headline":"Parlous secret","topics":["Secret plan"],"body":"parlous Kasimi"`)

		s := h.want(h.call("", "GET", "/api/v1/search?q=the+p%C3%A4rliment", ""), 200, "a slip")
		if s.at("total") != 1.0 || s.str("corrected.query") != "the parliament" || s.at("corrected.marks.0.0") != 4.0 || s.at("corrected.marks.0.1") != 14.0 {
			t.Errorf("a slip: %s", s.Body)
		}
		if s.str("items.0.highlights.0.field") != "body" {
			t.Errorf("what was corrected is not marked: %v", s.at("items.0.highlights"))
		}
		s = h.want(h.call("", "GET", "/api/v1/search?exact=true&q=parliment", ""), 200, "exactly")
		if s.at("total") != 0.0 || s.at("corrected") != nil || s.len("also") != 0 || s.len("name_of") != 0 {
			t.Errorf("exactly: %s", s.Body)
		}
		s = h.want(h.call("", "GET", "/api/v1/search?q=kazemi", ""), 200, "a name")
		if s.at("total") != 2.0 || s.str("items.0.headline") != "Kazemi resigns" || s.str("also.0.also.0") != "al-Kadhimi" {
			t.Errorf("a name: %s", s.Body)
		}
		s = h.want(h.call("", "GET", "/api/v1/search/suggest?q=kad", ""), 200, "a beginning")
		if s.len("items") != 3 || s.str("items.0.kind") != "topic" || s.str("items.0.text") != "Mustafa al-Kadhimi" ||
			!strings.HasSuffix(s.str("items.0.url"), "/topics/mustafa-al-kadhimi") || s.str("items.1.kind") != "story" ||
			s.str("items.1.text") != "Al-Kadhimi at the White House" || s.str("items.2.kind") != "word" || !strings.HasSuffix(s.str("items.2.url"), "/search?q=Kadhimi") {
			t.Errorf("a beginning: %s", s.Body)
		}
		for _, q := range []string{"secre", "parlo", "Kasi", "", "%22", "%F0%9F%99%82", "%E2%80%8B"} {
			if s := h.want(h.call("", "GET", "/api/v1/search/suggest?q="+q, ""), 200, q); s.len("items") != 0 {
				t.Errorf("%s: %s", q, s.Body)
			}
		}
		if s := h.want(h.call("", "GET", "/api/v1/search/suggest?q=the&limit=0", ""), 422, "no limit"); s.fields() == "" {
			t.Errorf("limit 0: %s", s.Body)
		}
	})
}
