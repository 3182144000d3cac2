package newsroom

import (
	"net/url"
	"strings"
	"testing"

	"dateline/internal/news"
	"dateline/internal/web"
)

// While one long text is read others wait, and give up with a plain page; what people
// write every day does not. Nor may many files be held in memory at once.
func TestHeavyFormsTakeTurns(t *testing.T) {
	t.Parallel()
	h := open(t)
	b := h.as(news.Reporter)
	long := url.Values{"headline": {"Long"}, "body": {strings.Repeat("word ", web.LongText/4)}}
	file := make([]byte, web.MaxForm+1)

	leave, err := h.rooms.o.Texts.Enter(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	b.post("/desk/preview", url.Values{"headline": {"Short"}, "body": {"A word."}}).is(200)
	b.post("/desk/preview", long).is(503)
	leave()
	b.post("/desk/preview", long).is(200)

	for range cap(h.rooms.o.Uploads) {
		if _, err := h.rooms.o.Uploads.Enter(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	b.upload("/desk/pictures", nil, "a.jpg", photo(t, 40, 30)).is(200)
	b.upload("/desk/pictures", nil, "b.jpg", file).is(503)
	<-h.rooms.o.Uploads
	b.upload("/desk/pictures", nil, "b.jpg", file).is(422) // it is no picture
	if n := len(h.rooms.o.Uploads); n != cap(h.rooms.o.Uploads)-1 {
		t.Errorf("%d places are taken after the last upload, want %d", n, cap(h.rooms.o.Uploads)-1)
	}
}

// Somebody who is not signed in has no reason to send much.
func TestStrangersSendLittle(t *testing.T) {
	t.Parallel()
	h := open(t)
	for path, want := range map[string]int{"/desk/sign-in": 413, "/desk/sign-out": 413, "/desk/stories": 401, "/desk/preview": 401} {
		h.stranger().post(path, url.Values{"key": {strings.Repeat("x", 1<<20)}}).is(want)
	}
}
