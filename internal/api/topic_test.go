package api_test

import (
	"fmt"
	"testing"

	"dateline/internal/news"
)

// A topic's dates are changed as a whole, kept in their order, and refused by their number.
func TestTopicDates(t *testing.T) {
	onBoth(t, func(h *house) {
		t := h.t
		h.published(`"headline":"Bridge closed","section":"world","topics":["Roads"],"body":"Both lanes."`)
		const topic = "/api/v1/topics/roads"
		s := h.want(h.call(news.Editor, "PATCH", topic, `{"dates":[{"on":"2027-01-05","title":"Tolls begin"},{"on":"2026-12-01","title":" Vote "}]}`), 200, "dates")
		if got := fmt.Sprint(s.at("dates")); got != "[map[on:2026-12-01 title:Vote] map[on:2027-01-05 title:Tolls begin]]" {
			t.Errorf("dates: %s", got)
		}
		s = h.want(h.call(news.Editor, "PATCH", topic, `{"kind":"event"}`), 200, "something else")
		if s.len("dates") != 2 {
			t.Errorf("dates that were not given went: %s", s.Body)
		}
		for _, dates := range []string{`[{"on":"2026-13-01","title":"x"}]`, `[{"on":"2026-12-01","title":"  "}]`, `[{"on":"","title":"x"}]`} {
			if s := h.want(h.call(news.Editor, "PATCH", topic, `{"dates":`+dates+`}`), 422, dates); s.fields() != "dates" {
				t.Errorf("%s: %s", dates, s.Body)
			}
		}
		h.want(h.call(news.Reporter, "PATCH", topic, `{"dates":[]}`), 403, "a reporter")
		if s := h.want(h.call(news.Editor, "PATCH", topic, `{"dates":[]}`), 200, "none"); s.len("dates") != 0 {
			t.Errorf("dates stay: %s", s.Body)
		}
	})
}
