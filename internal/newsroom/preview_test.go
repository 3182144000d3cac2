package newsroom

import (
	"strings"
	"testing"

	"dateline/internal/news"
)

// A story's card in another's text reads as its headline, and says when readers see none.
func TestPreviewShowsOtherStoriesByHeadline(t *testing.T) {
	h := open(t)
	b := h.as(news.Editor)
	shown, hidden := h.draft(b, "Bridge <opens>", "Text."), h.draft(b, "Secret plans", "Text.")
	v := b.get(shown).form()
	v.Set("do", "publish")
	b.post(shown, v).is(303)
	v = b.get("/desk/stories/new").form()
	v.Set("headline", "About both")
	unknown := string(news.NewID[news.StoryID]())
	v.Set("body", "Words.\n\n[[story:"+string(h.kept(shown).ID)+"]]\n\n[[story:"+string(h.kept(hidden).ID)+"]]\n\n[[story:"+unknown+"]]\n")
	page := b.post("/desk/preview", v).is(200).says("Bridge <opens>", "Secret plans", "Readers see no card here: the story is Draft", "There is no story "+unknown)
	if n := strings.Count(page.body, "Readers see no card here"); n != 1 {
		t.Errorf("%d cards are said to stay hidden, want the draft's only", n)
	}
}
