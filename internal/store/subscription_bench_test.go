package store_test

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"dateline/internal/news"
	"dateline/internal/store"
)

// benchSize is how many subscriptions the benchmarks have: 100,000, or what
// DATELINE_BENCH_SIZE says.
func benchSize() int {
	if n, err := strconv.Atoi(os.Getenv("DATELINE_BENCH_SIZE")); err == nil {
		return n
	}
	return 100_000
}

func openSQLite(tb testing.TB) *store.Store {
	tb.Helper()
	s, err := store.Open(tb.Context(), "sqlite:"+filepath.Join(tb.TempDir(), "news.db"), store.Options{})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { s.Close() })
	return s
}

// readers are n subscriptions as browsers make them: addresses of 190 bytes, a third
// with topics.
func readers(n int) []news.Subscription {
	subs := make([]news.Subscription, n)
	for i := range subs {
		s := &subs[i]
		s.Endpoint = fmt.Sprintf("https://fcm.googleapis.com/fcm/send/%d-%s", i, strings.Repeat("x", 144))
		s.KeyID, s.Importance, s.Language = "Bq4W9Zk1", news.Ordinary, "en"
		s.Keys[0], s.Keys[1], s.Keys[2] = 4, byte(i), byte(i>>8)
		if i%3 == 0 {
			s.Topics = []string{"harbours", fmt.Sprintf("topic-%d", i%50)}
		}
	}
	return subs
}

func BenchmarkSubscriptions(b *testing.B) {
	n := benchSize()
	s, ctx := openSQLite(b), b.Context()
	subs := readers(n)
	began := time.Now()
	if _, _, err := s.SaveSubscriptions(ctx, subs); err != nil {
		b.Fatal(err)
	}
	saved := time.Since(began)
	began = time.Now()
	if _, err := s.SubscriptionCounts(ctx); err != nil {
		b.Fatal(err)
	}
	counted := time.Since(began)
	for b.Loop() {
		seen := 0
		if err := s.EachSubscription(ctx, news.NumberRange{To: math.MaxUint32}, func(*news.Subscription) error { seen++; return nil }); err != nil {
			b.Fatal(err)
		}
		if seen != n {
			b.Fatalf("%d of %d", seen, n)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "scan-ns/sub")
	b.ReportMetric(float64(saved.Microseconds())/float64(n), "save-µs/sub")
	b.ReportMetric(float64(counted.Microseconds()), "counts-µs")
}
