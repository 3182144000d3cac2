package api_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"dateline/internal/news"
	"dateline/internal/store/pgtest"
)

// Without the database everything is refused plainly, within three seconds, and works
// again when it is back.
func TestDatabaseOutOfReach(t *testing.T) {
	c := pgtest.Own(t)
	h := newHouseOn(t, c.Database(t))
	id := h.draft(`"headline":"Before"`)
	c.Halt()
	for _, x := range []struct{ method, path, body string }{
		{"GET", "/api/v1/stories/" + id, ""}, {"GET", "/api/v1/stories", ""}, {"POST", "/api/v1/stories", `{"headline":"Meanwhile"}`},
		{"POST", "/api/v1/stories/" + id + "/publish", ""}, {"GET", "/api/v1/topics/x", ""},
	} {
		began := time.Now()
		s := h.want(h.call(news.Editor, x.method, x.path, x.body), 503, x.method+" "+x.path)
		if took := time.Since(began); took > 3*time.Second {
			t.Errorf("%s %s took %v", x.method, x.path, took)
		}
		if s.Header().Get("Retry-After") == "" || strings.Contains(s.Body.String(), "pgx") || strings.Contains(s.Body.String(), "dial") {
			t.Errorf("%s %s: %v %s", x.method, x.path, s.Header(), s.Body)
		}
	}
	h.want(h.call("", "GET", "/api/v1/stories/"+id+"/related", ""), 503, "related without a token")
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	h.want(h.call(news.Editor, "GET", "/api/v1/stories/"+id, ""), 200, "the database is back")
}

// The index may not have heard yet; the database decides, and the total does not tell.
func TestSearchAsksTheDatabase(t *testing.T) {
	h := newHouse(t)
	stays := h.published(`"headline":"Ferry stays"`)
	goes := h.published(`"headline":"Ferry goes"`)
	if err := h.node.Close(); err != nil { // from now on this node's index hears nothing
		t.Fatal(err)
	}
	editor := news.Actor{ID: "e", Name: "Eda", Role: news.Editor, Via: "desk"}
	if _, _, err := h.store.UpdateStory(t.Context(), editor, news.StoryID(goes), func(s *news.Story, now time.Time) (news.Outcome, error) {
		return s.Kill(editor, "", now)
	}); err != nil {
		t.Fatal(err)
	}
	s := h.want(h.call("", "GET", "/api/v1/search?q=ferry", ""), 200, "search")
	if s.at("total") != 1.0 || s.len("items") != 1 || s.str("items.0.id") != stays || strings.Contains(s.Body.String(), "goes") {
		t.Errorf("a killed story is found: %s", s.Body)
	}
	if s := h.want(h.call("", "GET", "/api/v1/stories/"+stays+"/related", ""), 200, "related"); strings.Contains(s.Body.String(), "goes") {
		t.Errorf("a killed story is related: %s", s.Body)
	}
	h.want(h.call("", "GET", "/api/v1/stories/"+goes+"/related", ""), 404, "related to a killed story")
}

// A caller who hangs up after sending has its story all the same, and its answer waits
// under the key.
func TestCallerHangsUp(t *testing.T) {
	h := newHouse(t)
	ctx, hangUp := context.WithCancel(t.Context())
	h.writing.before = hangUp
	r := httptest.NewRequest("POST", "/api/v1/stories", strings.NewReader(`{"headline":"Gone"}`)).WithContext(ctx)
	r.Header.Set("Content-Type", "application/json")
	h.want(h.ask(r, news.Editor, "Idempotency-Key", "k"), 201, "the first")
	if s := h.want(h.call(news.Editor, "POST", "/api/v1/stories", `{"headline":"Gone"}`, "Idempotency-Key", "k"), 201, "again"); s.Header().Get("Idempotency-Replayed") != "true" {
		t.Errorf("not replayed: %v", s.Header())
	}
	// One who hangs up while sending has nothing.
	r = httptest.NewRequest("POST", "/api/v1/stories", io.MultiReader(strings.NewReader(`{"headline":"Half`), iotest.ErrReader(io.ErrUnexpectedEOF)))
	r.Header.Set("Content-Type", "application/json")
	h.want(h.ask(r, news.Editor), 400, "half a request")
	if n := h.call(news.Editor, "GET", "/api/v1/stories", "").len("items"); n != 1 {
		t.Errorf("%d stories, want 1", n)
	}
}

// A request that is too large is refused and not broken off, over a real connection.
func TestTooLargeIsAnswered(t *testing.T) {
	h := newHouse(t)
	server := httptest.NewServer(h.handler)
	defer server.Close()
	for _, announced := range []bool{true, false} {
		var body io.Reader = strings.NewReader(`{"headline":"x","body":"` + strings.Repeat("x", 20<<20) + `"}`)
		if !announced {
			body = io.MultiReader(body)
		}
		r, err := http.NewRequestWithContext(t.Context(), "POST", server.URL+"/api/v1/stories", body)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Authorization", "Bearer "+h.tokens[news.Editor])
		resp, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatalf("20 MB, announced = %v: %v", announced, err)
		}
		resp.Body.Close()
		if resp.StatusCode != 413 {
			t.Errorf("20 MB, announced = %v: %d, want 413", announced, resp.StatusCode)
		}
	}
}
