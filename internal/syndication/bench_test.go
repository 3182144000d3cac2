package syndication

import (
	"fmt"
	"testing"

	"dateline/internal/news"
)

func BenchmarkFeed(b *testing.B) {
	f := sampleFeed(b, 30)
	for _, format := range formats {
		b.Run(format.name, func(b *testing.B) {
			b.ReportAllocs()
			n := 0
			for b.Loop() {
				n = len(format.write(f))
			}
			b.ReportMetric(float64(n), "bytes")
		})
	}
}

func BenchmarkArticle(b *testing.B) {
	a := sampleArticle(sampleStory(b, 3, nil))
	b.Run("jsonld", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			JSONLD(a)
		}
	})
	b.Run("ninjs", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			Ninjs(a)
		}
	})
}

func BenchmarkSitemap(b *testing.B) {
	var entries []Entry
	var cards []news.Card
	c := news.CardOf(sampleStory(b, 3, nil))
	for i := range 10_000 {
		entries = append(entries, Entry{fmt.Sprintf("/2026/11/25/a-story-of-some-length-%d", i), began})
		if i < MaxNewsSitemap {
			cards = append(cards, c)
		}
	}
	b.Run("10000", func(b *testing.B) {
		for b.Loop() {
			Sitemap("https://example.org", entries)
		}
	})
	b.Run("news1000", func(b *testing.B) {
		for b.Loop() {
			NewsSitemap(sampleSite, cards, began)
		}
	})
}
