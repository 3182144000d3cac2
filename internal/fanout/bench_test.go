package fanout_test

import (
	"context"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"dateline/internal/fanout"
	"dateline/internal/fanout/ledgertest"
	"dateline/internal/news"
	"dateline/internal/webpush"
)

const million = 1_000_000

// BenchmarkFreeze is the count that the desk shows while an alert is composed: three
// topics out of many readers with quiet hours and limits.
func BenchmarkFreeze(b *testing.B) {
	x := fanout.NewIndex(time.UTC)
	for n := range uint32(million) {
		s := news.Subscription{Number: n, State: news.SubscriptionActive, Topics: []string{fmt.Sprint("t", n%7), fmt.Sprint("u", n%13)}}
		switch n % 10 {
		case 0:
			s.Importance = news.Breaking
		case 1:
			s.Quiet = news.QuietHours{From: 22 * 60, To: 7 * 60, Zone: []string{"UTC", "Europe/Berlin", "Asia/Tokyo"}[n%3]}
		case 2:
			s.MostPerDay = 3
		}
		x.Put(&s)
	}
	now := time.Date(2026, 11, 25, 23, 0, 0, 0, time.UTC)
	a := &news.Alert{Audience: news.Audience{Topics: []string{"t1", "t2", "u3"}}, Importance: news.Ordinary}
	x.Delivered(x.Freeze(a, now), now)
	for b.Loop() {
		if x.Freeze(a, now).Count() == 0 {
			b.Fatal("nobody")
		}
	}
}

// BenchmarkEngine is what the engine takes per message, with a sender that takes nothing.
func BenchmarkEngine(b *testing.B) {
	w := newBenchWorld(b)
	i := 0
	for b.Loop() {
		id := news.AlertID(fmt.Sprint("a", i))
		i++
		w.ledger = ledgertest.NewMemory(time.Now)
		p := w.process("one", func(c *fanout.Config) { c.Ledger, c.Sender = w.ledger, idle{} })
		got, err := p.Run(context.Background(), alert(id))
		if err != nil || got.Accepted != million {
			b.Fatalf("%+v, %v", got, err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/million, "ns/message")
}

// BenchmarkByService is what a look at the progress of a million takes.
func BenchmarkByService(b *testing.B) {
	w := newBenchWorld(b)
	a := alert("a")
	must(b, w.ledger.Freeze(context.Background(), a.ID, w.index.Freeze(a, time.Now())))
	p := w.process("one")
	for b.Loop() {
		pr, err := p.Progress(context.Background(), a.ID)
		if err != nil || len(pr.Services) != 3 {
			b.Fatalf("%+v, %v", pr, err)
		}
	}
}

func newBenchWorld(b *testing.B) *world {
	w := newWorld(b, 0)
	for n := range uint32(million) {
		e, err := w.where.Parse(fmt.Sprintf("%s/s/%0120d", origins[n%3], n))
		must(b, err)
		w.book.Put(n, e, webpush.Keys{}, w.keyID)
		w.index.Put(&news.Subscription{Number: n, State: news.SubscriptionActive})
	}
	return w
}

type idle struct{}

func (idle) Send(_ context.Context, b *webpush.Batch, settle func(int, webpush.Outcome)) error {
	for i := range b.Messages {
		settle(i, ok)
	}
	return nil
}
func (idle) Close() error { return nil }

// BenchmarkBook is what addresses take of the heap, which is next to nothing, and to look up.
func BenchmarkBook(b *testing.B) {
	const n = 100_000
	where, err := webpush.NewServices(nil, nil)
	must(b, err)
	token := strings.Repeat("bK3-x_9", 22)
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	book := fanout.NewBook()
	for i := range uint32(n) {
		e, err := where.Parse(fmt.Sprintf("https://fcm.googleapis.com/fcm/send/c%07d:%s", i, token[:140]))
		must(b, err)
		book.Put(i, e, webpush.Keys{}, "k")
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	numbers, dst := make([]uint32, 256), make([]fanout.Address, 256)
	for i := range numbers {
		numbers[i] = uint32(i * 7)
	}
	b.ResetTimer()
	for i := 0; b.Loop(); i++ {
		book.Addresses(numbers, dst)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/256, "ns/address")
	b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/n, "heap-B/address")
	runtime.KeepAlive(book)
}
