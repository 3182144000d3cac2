package store_test

import (
	"testing"
	"time"

	"dateline/internal/news"
)

// BenchmarkLedger sends an alert to a million, or as many as DATELINE_BENCH_SIZE says,
// as the engine does: 32 chunks claimed at a time, 4,096 messages settled at a time,
// some of them gone, a renewal for every 75,000 messages.
func BenchmarkLedger(b *testing.B) {
	n := benchSize() * 10
	s, ctx := openSQLite(b), b.Context()
	l := s.Ledger()
	var all news.Recipients
	for i := range uint32(n) {
		all.Add(i + 1)
	}
	var freeze, claim, settle, renew, record time.Duration
	renewals := 0
	timed := func(d *time.Duration, err error, began time.Time) {
		*d += time.Since(began)
		if err != nil {
			b.Fatal(err)
		}
	}
	for b.Loop() {
		id := news.NewID[news.AlertID]()
		composeAs(b, s, id)
		began := time.Now()
		timed(&freeze, l.Freeze(ctx, id, all), began)
		settled := 0
		var marks []news.DeliveryMark
		for {
			began := time.Now()
			chunks, _, err := l.Claim(ctx, id, "node", 32)
			timed(&claim, err, began)
			if len(chunks) == 0 {
				break
			}
			for _, c := range chunks {
				m := news.DeliveryMark{N: c.N, Accepted: c.Todo}
				m.Gone[c.N%4], m.Accepted[c.N%4] = c.Todo[c.N%4]&0x8421, c.Todo[c.N%4]&^0x8421
				if marks = append(marks, m); len(marks) == 16 {
					began := time.Now()
					timed(&settle, l.Settle(ctx, id, marks), began)
					marks, settled = marks[:0], settled+4096
				}
				if settled >= 75_000 {
					began, settled = time.Now(), 0
					_, err := l.Renew(ctx, id, "node")
					timed(&renew, err, began)
					renewals++
				}
			}
			began = time.Now()
			timed(&settle, l.Settle(ctx, id, marks), began)
			marks = marks[:0]
		}
		began = time.Now()
		rec, err := l.Record(ctx, id)
		timed(&record, err, began)
		if t := rec.Tally(); t.Accepted+t.Gone != n {
			b.Fatalf("%+v", t)
		}
	}
	per := float64(b.N) * float64(n)
	b.ReportMetric(float64(freeze.Milliseconds())/float64(b.N), "freeze-ms")
	b.ReportMetric(float64(claim.Nanoseconds())/per, "claim-ns/msg")
	b.ReportMetric(float64(settle.Nanoseconds())/per, "settle-ns/msg")
	b.ReportMetric(float64(renew.Microseconds())/float64(max(renewals, 1)), "renew-µs")
	b.ReportMetric(float64(record.Milliseconds())/float64(b.N), "record-ms")
}
