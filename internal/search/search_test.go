package search

import (
	"bufio"
	"compress/gzip"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

var monday = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

func newIndex(t testing.TB, docs ...Document) *Index {
	t.Helper()
	x := openIndex(t, filepath.Join(t.TempDir(), "search.db"))
	fill(t, x, docs)
	return x
}

func openIndex(t testing.TB, path string) *Index {
	t.Helper()
	x, err := Open(path, Options{Now: func() time.Time { return monday }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := x.Close(); err != nil {
			t.Error(err)
		}
	})
	return x
}

func fill(t testing.TB, x *Index, docs []Document) {
	t.Helper()
	for batch := range slices.Chunk(docs, 500) {
		if err := x.Fill(context.Background(), batch); err != nil {
			t.Fatal(err)
		}
	}
}

func find(t testing.TB, x *Index, q Query) Results {
	t.Helper()
	res, err := x.Search(context.Background(), q)
	if err != nil {
		t.Fatalf("Search(%+v): %v", q, err)
	}
	return res
}

func ids(hits []Hit) string {
	var list []string
	for _, h := range hits {
		list = append(list, h.ID)
	}
	return strings.Join(list, " ")
}

// realNews are stories of the shared collection, at most n; the test is skipped where it is missing.
func realNews(t testing.TB, n int) []Document {
	t.Helper()
	f, err := os.Open("../../../shared/data/search/news_real.jsonl.gz")
	if err != nil {
		t.Skip("needs ../shared/data/search: ", err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	var docs []Document
	dec := json.NewDecoder(bufio.NewReader(z))
	for len(docs) < n && dec.More() {
		var d struct {
			ID, Title, Body string
			Topics          []string
		}
		if err := dec.Decode(&d); err != nil {
			t.Fatal(err)
		}
		docs = append(docs, Document{
			ID: d.ID, Headline: d.Title, Body: d.Body, Topics: d.Topics,
			Section:   []string{"World", "Business", "Sport"}[len(docs)%3],
			Published: monday.Add(-time.Duration(len(docs)) * time.Hour),
		})
	}
	return docs
}
