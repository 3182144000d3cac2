package site

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"dateline/internal/news"
	"dateline/internal/pagecache"
)

// A topic's page names its dates to come and its other names, and leaves a day out once it
// is over on the site's own calendar, though nobody touched the topic.
func TestTopicPageNamesComingDates(t *testing.T) {
	h := newHouse()
	h.topics["orrin"] = news.Topic{Slug: "orrin", Name: "Orrin", Kind: "person", Aliases: []string{"Orin", "أورين"}, Dates: []news.TopicDate{
		{On: "2026-11-20", Title: "Last week's vote"}, {On: "2026-11-25", Title: "Hearing <b>today</b>"}, {On: "2026-12-01", Title: "Verdict"}}}
	zone := time.FixedZone("east", 3*3600)
	s := h.site(t, "en", func(c *Config) {
		c.Zone = zone
		c.Cache = pagecache.New(pagecache.Options{Params: Params, Now: h.clock})
	})
	page := func() string {
		w := httptest.NewRecorder()
		s.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/topics/orrin", nil))
		if w.Code != http.StatusOK {
			t.Fatalf("%d: %s", w.Code, w.Body)
		}
		return w.Body.String()
	}
	holds := func(text string, want bool, parts ...string) {
		t.Helper()
		for _, p := range parts {
			if strings.Contains(text, p) != want {
				t.Errorf("%q on the page: want %v", p, want)
			}
		}
	}
	h.now = time.Date(2026, 11, 25, 20, 59, 0, 0, time.UTC) // a minute before midnight there
	first := page()
	holds(first, true, "Hearing &lt;b&gt;today", "Verdict", `datetime="2026-12-01"`, "Also known as", "<bdi>Orin</bdi>", "أورين")
	holds(first, false, "Last week")
	h.now = h.now.Add(2 * time.Minute)
	later := page()
	holds(later, true, "Verdict")
	holds(later, false, "Hearing")
	h.now = time.Date(2026, 12, 2, 0, 0, 0, 0, zone)
	holds(page(), false, "Verdict", "coming-dates")
}
