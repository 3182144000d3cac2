package api_test

import (
	"strings"
	"testing"

	"dateline/internal/news"
	"dateline/internal/web"
)

// While one long text is read the next waits for its turn; short ones do not.
func TestLongTextsTakeTurns(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	leave, err := h.texts.Enter(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	long := make(chan said)
	go func() {
		long <- h.call(news.Editor, "POST", "/api/v1/stories", `{"headline":"Long","body":"`+strings.Repeat("word ", web.LongText/4)+`"}`)
	}()
	h.want(h.call(news.Editor, "POST", "/api/v1/stories", `{"headline":"Short","body":"A word."}`), 201, "a short one")
	select {
	case s := <-long:
		t.Errorf("a long text was read (%d) though the room was full", s.Code)
		return
	default:
	}
	leave()
	h.want(<-long, 201, "the long one, after a place was given back")
	if len(h.texts) != 0 {
		t.Errorf("%d places are still taken", len(h.texts))
	}
}
