package search

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

func BenchmarkFill(b *testing.B) {
	docs := realNews(b, 10_000)
	b.ResetTimer()
	for range b.N {
		x := newIndex(b)
		fill(b, x, docs)
	}
	b.ReportMetric(float64(b.N*len(docs))/b.Elapsed().Seconds(), "docs/s")
}

func BenchmarkOpen(b *testing.B) {
	docs := realNews(b, 10_000)
	x := newIndex(b, docs...)
	if err := x.Close(); err != nil {
		b.Fatal(err)
	}
	info, err := os.Stat(x.path)
	if err != nil {
		b.Fatal(err)
	}
	text := 0
	for _, d := range docs {
		text += len(d.Headline) + len(d.Body)
	}
	docs = nil
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	b.ResetTimer()
	var opened *Index
	for range b.N {
		if opened, err = Open(x.path, Options{}); err != nil {
			b.Fatal(err)
		}
		b.StopTimer()
		runtime.GC()
		runtime.ReadMemStats(&after)
		if err := opened.Close(); err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
	}
	b.ReportMetric(float64(info.Size())/float64(text), "file/text")
	b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/(1<<20), "heap-MB")
}

func BenchmarkApply(b *testing.B) {
	docs := realNews(b, 10_000)
	x := newIndex(b, docs...)
	var took []time.Duration
	b.ResetTimer()
	for i := range b.N {
		start := time.Now()
		if err := x.Apply(context.Background(), int64(i+1), docs[i%len(docs):i%len(docs)+1], nil); err != nil {
			b.Fatal(err)
		}
		took = append(took, time.Since(start))
	}
	reportTimes(b, took)
}

func BenchmarkSearch(b *testing.B) {
	docs := realNews(b, 10_000)
	x := newIndex(b, docs...)
	random := rand.New(rand.NewPCG(1, 2))
	words := func(n int) string {
		body := strings.Fields(docs[random.IntN(len(docs))].Body)
		if len(body) < n+1 {
			return "market"
		}
		at := random.IntN(len(body) - n)
		return strings.Join(body[at:at+n], " ")
	}
	for _, kind := range []struct {
		name string
		make func() Query
	}{
		{"1 word", func() Query { return Query{Text: words(1)} }},
		{"2 words", func() Query { return Query{Text: words(2)} }},
		{"4 words", func() Query { return Query{Text: words(4)} }},
		{"phrase", func() Query { return Query{Text: `"` + words(3) + `"`} }},
		{"newest", func() Query { return Query{Text: words(2), Sort: Newest} }},
		{"section", func() Query { return Query{Text: words(2), Section: "Sport"} }},
		{"said", func() Query { return Query{Text: "said"} }},
		{"said oil", func() Query { return Query{Text: "said oil"} }},
		{"all", func() Query { return Query{} }},
	} {
		b.Run(strings.ReplaceAll(kind.name, " ", "-"), func(b *testing.B) {
			var took []time.Duration
			for range b.N {
				q := kind.make()
				start := time.Now()
				find(b, x, q)
				took = append(took, time.Since(start))
			}
			reportTimes(b, took)
		})
	}
	b.Run("related", func(b *testing.B) {
		var took []time.Duration
		for range b.N {
			start := time.Now()
			if _, err := x.Related(context.Background(), docs[random.IntN(len(docs))].ID, 5); err != nil {
				b.Fatal(err)
			}
			took = append(took, time.Since(start))
		}
		reportTimes(b, took)
	})
}

func reportTimes(b *testing.B, took []time.Duration) {
	slices.Sort(took)
	for _, p := range []int{50, 99} {
		b.ReportMetric(float64(took[len(took)*p/100].Microseconds())/1000, fmt.Sprintf("p%d-ms", p))
	}
}
