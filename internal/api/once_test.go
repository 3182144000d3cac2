package api_test

import (
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"dateline/internal/news"
)

func TestIdempotencyKey(t *testing.T) {
	onBoth(t, func(h *house) {
		t := h.t
		post := func(path, body, key string) said {
			return h.call(news.Editor, "POST", path, body, "Idempotency-Key", key)
		}
		count := func() int { return h.call(news.Editor, "GET", "/api/v1/stories?limit=100", "").len("items") }
		first := h.want(post("/api/v1/stories", `{"headline":"Once"}`, "k1"), 201, "first")
		again := h.want(post("/api/v1/stories", `{"headline":"Once"}`, "k1"), 201, "again")
		if again.Body.String() != first.Body.String() || again.Header().Get("ETag") != first.Header().Get("ETag") || again.Header().Get("Location") != first.Header().Get("Location") ||
			again.Header().Get("Idempotency-Replayed") != "true" || first.Header().Get("Idempotency-Replayed") != "" {
			t.Errorf("the second answer differs:\n%s %v\n%s %v", first.Body, first.Header(), again.Body, again.Header())
		}
		if s := h.want(post("/api/v1/stories", `{"headline":"Twice"}`, "k1"), 422, "another body"); s.fields() != "Idempotency-Key" {
			t.Errorf("names %q", s.fields())
		}
		h.want(post("/api/v1/sections", `{"headline":"Once"}`, "k1"), 422, "another address")
		if n := count(); n != 1 {
			t.Errorf("%d stories, want 1", n)
		}
		// Keys are a token's own.
		h.want(h.call(news.Reporter, "POST", "/api/v1/stories", `{"headline":"Theirs"}`, "Idempotency-Key", "k1"), 201, "another token")
		// A refusal did nothing: the mended request may use its key.
		h.want(post("/api/v1/stories", `{"headline":""}`, "k2"), 422, "refused")
		h.want(post("/api/v1/stories", `{"headline":"Mended"}`, "k2"), 201, "mended")
		// A failure of ours frees the key, and the repeat finds what was made.
		h.writing.after = errors.New("the light went out")
		h.want(post("/api/v1/stories", `{"headline":"Dark"}`, "k3"), 500, "ours")
		h.writing.after = nil
		n := count()
		dark := h.want(post("/api/v1/stories", `{"headline":"Dark"}`, "k3"), 201, "after our failure")
		if count() != n || dark.str("headline") != "Dark" {
			t.Errorf("a second story was made after our failure: %s", dark.Body)
		}
		// The answer was lost between commit and keeping it.
		h.keys.lose = true
		one := h.want(post("/api/v1/stories", `{"headline":"Lost"}`, "k4"), 201, "answer not kept").str("id")
		h.keys.lose = false
		h.want(post("/api/v1/stories", `{"headline":"Lost"}`, "k4"), 409, "under way, as far as anybody knows")
		h.pass(2 * time.Minute)
		if two := h.want(post("/api/v1/stories", `{"headline":"Lost"}`, "k4"), 201, "after the claim ran out").str("id"); two != one {
			t.Errorf("a crash made two stories: %s and %s", one, two)
		}
		// Readers do not get a correction twice either.
		id := h.published(`"headline":"Corrected"`)
		h.keys.lose = true
		h.want(post("/api/v1/stories/"+id+"/corrections", `{"kind":"correction","text":"So."}`, "k5"), 201, "correct")
		h.keys.lose = false
		h.pass(2 * time.Minute)
		if s := h.want(post("/api/v1/stories/"+id+"/corrections", `{"kind":"correction","text":"So."}`, "k5"), 201, "correct again"); s.len("corrections") != 1 {
			t.Errorf("corrected twice: %s", s.Body)
		}
		// Publishing is answered the same, though the story has moved on.
		id = h.draft(`"headline":"Out"`)
		p := h.want(post("/api/v1/stories/"+id+"/publish", ``, "k6"), 200, "publish")
		h.want(h.call(news.Editor, "POST", "/api/v1/stories/"+id+"/kill", ""), 200, "kill")
		if s := post("/api/v1/stories/"+id+"/publish", ``, "k6"); s.Code != 200 || s.Body.String() != p.Body.String() {
			t.Errorf("replayed publish: %d %s", s.Code, s.Body)
		}
		// An upload is the same whatever boundary its form has.
		pic := png(t, 60, 40)
		up := func() said { return h.ask(file("file", "a.png", pic), news.Editor, "Idempotency-Key", "k7") }
		if a, b := up(), up(); a.Code != 201 || a.str("id") != b.str("id") || b.Header().Get("Idempotency-Replayed") != "true" {
			t.Errorf("uploads: %d %s, %d %s", a.Code, a.str("id"), b.Code, b.str("id"))
		}
		// A day later the key is new.
		n = count()
		h.pass(25 * time.Hour)
		fresh := h.want(post("/api/v1/stories", `{"headline":"Once"}`, "k1"), 201, "a day later")
		if fresh.str("id") == first.str("id") || count() != n+1 {
			t.Errorf("a day later the same key did not make a new story: %s", fresh.Body)
		}
		h.want(post("/api/v1/stories", `{"headline":"x"}`, strings.Repeat("k", 256)), 422, "a long key")
		h.want(post("/api/v1/stories", `{"headline":"x"}`, "k\x01"), 422, "a strange key")
	})
}

func TestKeyUnderWay(t *testing.T) {
	h := newHouse(t)
	began, go1 := make(chan struct{}), make(chan struct{})
	h.writing.before = sync.OnceFunc(func() { close(began); <-go1 })
	done := make(chan said)
	go func() {
		done <- h.call(news.Editor, "POST", "/api/v1/stories", `{"headline":"Slow"}`, "Idempotency-Key", "k")
	}()
	<-began
	s := h.call(news.Editor, "POST", "/api/v1/stories", `{"headline":"Slow"}`, "Idempotency-Key", "k")
	close(go1)
	h.want(s, 409, "while the first is under way")
	h.want(<-done, 201, "the first")
	h.want(h.call(news.Editor, "POST", "/api/v1/stories", `{"headline":"Slow"}`, "Idempotency-Key", "k"), 201, "after it")
}
