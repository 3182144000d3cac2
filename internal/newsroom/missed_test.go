package newsroom

import (
	"net/url"
	"testing"

	"dateline/internal/news"
)

func TestWhatWasNotFound(t *testing.T) {
	h := open(t)
	b := h.as(news.Editor)
	b.get("/desk/searches").is(200).says("Nothing so far")
	if err := h.store.NoteMissed(t.Context(), []news.MissedSearch{{Query: "<b>zeppelin", Times: 7}, {Query: "airship", Times: 3}}); err != nil {
		t.Fatal(err)
	}
	b.get("/desk/topics").says("What readers looked for and did not find")
	b.get("/desk/searches").is(200).says("<b>zeppelin7", "airship3")
	b.post("/desk/searches", url.Values{"query": {"<b>zeppelin"}}).is(303)
	if list, err := h.store.MissedSearches(t.Context(), 10); err != nil || len(list) != 1 || list[0].Query != "airship" {
		t.Errorf("left: %v, %v", list, err)
	}
	h.as(news.Reporter).get("/desk/searches").is(403)
}
