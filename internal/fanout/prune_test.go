package fanout

import (
	"fmt"
	"testing"
	"time"

	"dateline/internal/news"
	"dateline/internal/webpush"
)

// A service that has lost its list does not cost the newsroom its readers.
func TestWhoIsDropped(t *testing.T) {
	where, err := webpush.NewServices(nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	book := NewBook()
	origins := []string{"https://fcm.googleapis.com", "https://updates.push.services.mozilla.com"}
	for n := range uint32(2000) {
		e, err := where.Parse(fmt.Sprintf("%s/send/%d", origins[n%2], n))
		if err != nil {
			t.Fatal(err)
		}
		book.Put(n, e, webpush.Keys{1}, "k")
	}
	record := func(goneAtFirst, goneAtSecond int) *news.Delivery {
		rec := new(news.Delivery)
		gone := []int{goneAtFirst, goneAtSecond}
		for n := range uint32(2000) {
			rec.Audience.Add(n)
			if gone[n%2] > 0 {
				gone[n%2]--
				rec.Gone.Add(n)
			} else {
				rec.Accepted.Add(n)
			}
		}
		return rec
	}
	now := time.Date(2026, 11, 26, 3, 0, 0, 0, time.UTC)
	var p pruner
	for _, step := range []struct {
		name          string
		after         time.Duration
		first, second int
		want, held    int
	}{
		{"a few are gone", 0, 20, 500, 520, 0},
		{"nearly all of one", 0, 990, 20, 20, 1},
		{"and again at once", time.Minute, 990, 20, 20, 1},
		{"and an hour later", time.Hour, 990, 20, 1010, 0},
		{"then anew", time.Minute, 600, 600, 0, 2},
		{"it has found its list", time.Hour, 10, 600, 610, 0},
		{"and loses it", time.Minute, 700, 0, 0, 1},
	} {
		now = now.Add(step.after)
		rec := record(step.first, step.second)
		drop, held := p.allowed(rec, ByService(rec, book), book, now)
		if drop.Count() != step.want || len(held) != step.held {
			t.Errorf("%s: %d dropped, %v held; want %d, %d", step.name, drop.Count(), held, step.want, step.held)
		}
		if extra := drop.Clone(); extra != nil {
			if extra.AndNot(rec.Gone); extra.Count() > 0 {
				t.Errorf("%s: %d are dropped that nobody called gone", step.name, extra.Count())
			}
		}
	}
	// Whoever is not in the book was called gone by nobody: the service may only be left
	// out of the settings today.
	for n := range uint32(10) {
		book.Drop(n)
	}
	rec := record(20, 0)
	if drop, _ := new(pruner).allowed(rec, ByService(rec, book), book, now); drop.Count() != 15 || drop.Has(0) || !drop.Has(10) {
		t.Errorf("of 20 gone, 5 of them not in the book, %d are dropped", drop.Count())
	}
}
