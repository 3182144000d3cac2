package store_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"dateline/internal/markup"
	"dateline/internal/news"
	"dateline/internal/store"
	"dateline/internal/store/pgtest"
)

// BenchmarkImport keeps batches as an import does: stories of 500 words, each with a
// section, an author, three of 300 topics and two old addresses. `dateline bench site`
// measures the whole command, with --database on PostgreSQL too.
func BenchmarkImport(b *testing.B) {
	for _, engine := range []string{"sqlite", "postgres"} {
		b.Run(engine, func(b *testing.B) {
			address := "sqlite:" + filepath.Join(b.TempDir(), "news.db")
			if engine == "postgres" {
				address = pgtest.Database(b)
			}
			s, err := store.Open(b.Context(), address, store.Options{})
			if err != nil {
				b.Fatal(err)
			}
			defer s.Close()
			body, _ := markup.FromMarkdown(strings.Repeat(strings.Repeat("The harbour opens at noon. ", 10)+"\n\n", 10))
			const size = 200
			n := 0
			for b.Loop() {
				batch := make([]news.Imported, size)
				for i := range batch {
					c := content(fmt.Sprintf("Story number %d", n))
					c.Body = body
					c.Byline = []news.Ref{{Name: fmt.Sprintf("Author %d", n%40)}}
					c.Topics = []news.Ref{{Name: fmt.Sprintf("Topic %d", n%300)}, {Name: fmt.Sprintf("Topic %d", n*7%300)}, {Name: fmt.Sprintf("Topic %d", n*13%300)}}
					batch[i] = news.Imported{Source: "x", OldID: fmt.Sprint(n), Kind: news.Article, Status: news.Published, Content: c,
						FirstPublished: time.Date(2012, 3, 4, 5, 6, 7, 0, time.UTC), Old: []string{fmt.Sprintf("/?p=%d", n), fmt.Sprintf("/old/%d/", n)},
						Fingerprint: "f", Original: []byte(c.Headline)}
					n++
				}
				if _, _, err := s.ImportStories(b.Context(), importer, batch, false); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "stories/s")
		})
	}
}
