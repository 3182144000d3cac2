package site

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"dateline/internal/markup"
	"dateline/internal/news"
)

// rewrite gives a story another text, and publishes it.
func (n *night) rewrite(id news.StoryID, text string) {
	n.t.Helper()
	s, err := n.store.Story(n.t.Context(), id)
	if err == nil {
		_, err = n.desk.Revise(n.t.Context(), vera, id, s.Revision, func(c *news.Content, _ *news.Plan) error {
			c.Body, _ = markup.FromMarkdown(text)
			return nil
		}, "")
	}
	if err == nil {
		_, err = n.desk.Publish(n.t.Context(), vera, id, news.Minor, "")
	}
	if err != nil {
		n.t.Fatal(err)
	}
}

// Every version of a story is on its record, and no page of that is long: neither of
// many versions nor of huge ones.
func TestHistoryIsBounded(t *testing.T) {
	n := newNight(t, "en")
	many := n.publish(news.Article, "History of much")
	for i := range 2*historyVersions + 5 {
		n.rewrite(many.ID, fmt.Sprintf("Text number %d.", i))
	}
	huge := n.publish(news.Article, "Huge")
	for i := range 4 {
		n.rewrite(huge.ID, strings.Repeat(fmt.Sprintf("A paragraph with word%d in it, as long as others are.\n\n", i), 15_000))
	}
	for _, st := range []*news.Story{many, huge} {
		st, err := n.store.Story(t.Context(), st.ID)
		if err != nil {
			t.Fatal(err)
		}
		next, want := st.Address+"/history", st.Version
		pages := 0
		for next != "" {
			w := askPacked(n.site, next)
			if w.Code != http.StatusOK {
				t.Fatalf("GET %s = %d, want 200", next, w.Code)
			}
			body := unpack(t, w)
			if pages++; len(body) > 5<<20 {
				t.Errorf("GET %s has %d bytes", next, len(body))
			}
			for strings.Contains(body, fmt.Sprintf(`<li id="v%d">`, want)) {
				want--
			}
			_, link, ok := strings.Cut(body, `<a rel="next" href="`)
			if next, _, _ = strings.Cut(link, `"`); !ok {
				next = ""
			}
		}
		if want != 0 || pages < 2 {
			t.Errorf("%s: %d pages, version %d is on none of them", st.Address, pages, want)
		}
	}
	for _, path := range []string{"/history/0", "/history/1", "/history/02", "/history/x", "/history/99999", "/history/2/3"} {
		if w := askPacked(n.site, many.Address+path); w.Code != http.StatusNotFound {
			t.Errorf("GET %s = %d, want 404", path, w.Code)
		}
	}
	// An older page shows a new version's neighbours still, and ends with its story.
	old := many.Address + "/history/20"
	if w := askPacked(n.site, old); w.Code != http.StatusOK {
		t.Errorf("GET %s = %d, want 200", old, w.Code)
	}
	if _, err := n.desk.Kill(t.Context(), vera, many.ID, ""); err != nil {
		t.Fatal(err)
	}
	if w := askPacked(n.site, old); w.Code != http.StatusNotFound {
		t.Errorf("GET %s of a killed story = %d, want 404", old, w.Code)
	}
}
