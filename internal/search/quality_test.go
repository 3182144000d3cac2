//go:build !race

package search

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"math"
	"os"
	"slices"
	"strings"
	"testing"
)

// TestCranfield asks the questions of a judged collection. SQLite's own Porter stemmer with the same weights reaches
// an nDCG@10 of 0.5335 on it without preferring documents with all words.
func TestCranfield(t *testing.T) {
	type doc struct{ ID, Title, Body string }
	type query struct {
		Text string
		Rel  map[string]float64
	}
	var docs []Document
	for _, d := range readLines[doc](t, "cran.docs.jsonl") {
		docs = append(docs, Document{ID: d.ID, Headline: d.Title, Body: d.Body, Published: monday})
	}
	x := newIndex(t, docs...)
	var sum, n float64
	for _, q := range readLines[query](t, "cran.queries.jsonl") {
		var ideal []float64
		for _, grade := range q.Rel {
			ideal = append(ideal, grade)
		}
		slices.SortFunc(ideal, func(a, b float64) int { return cmp.Compare(b, a) })
		var got []float64
		for _, h := range find(t, x, Query{Text: q.Text, Limit: 10}).Hits {
			got = append(got, q.Rel[h.ID])
		}
		if best := gain(ideal); best > 0 {
			sum += gain(got) / best
			n++
		}
	}
	t.Logf("nDCG@10 = %.4f over %.0f questions", sum/n, n)
	if sum/n < 0.5 {
		t.Errorf("nDCG@10 = %.4f, want at least 0.5", sum/n)
	}
}

// gain is the discounted gain of the first ten grades.
func gain(grades []float64) (sum float64) {
	for i, g := range grades[:min(10, len(grades))] {
		sum += g / math.Log2(float64(i)+2)
	}
	return sum
}

func readLines[T any](t *testing.T, name string) (all []T) {
	t.Helper()
	f, err := os.Open("../../../shared/data/search/" + name)
	if err != nil {
		t.Skip("needs ../shared/data/search: ", err)
	}
	defer f.Close()
	dec := json.NewDecoder(bufio.NewReader(f))
	for dec.More() {
		var v T
		if err := dec.Decode(&v); err != nil {
			t.Fatal(err)
		}
		all = append(all, v)
	}
	return all
}

// TestKnownItem looks for real stories by three words of their headlines.
func TestKnownItem(t *testing.T) {
	docs := realNews(t, 5000)
	x := newIndex(t, docs...)
	var asked, first int
	for i := 0; i < len(docs); i += 25 {
		words := strings.Fields(docs[i].Headline)
		if len(words) < 4 {
			continue
		}
		asked++
		res, err := x.Search(context.Background(), Query{Text: strings.Join(words[:4], " "), Limit: 10})
		if err != nil {
			t.Fatal(err)
		}
		if slices.ContainsFunc(res.Hits, func(h Hit) bool { return h.ID == docs[i].ID }) {
			first++
		}
	}
	t.Logf("%d of %d among the first ten", first, asked)
	if float64(first) < 0.95*float64(asked) {
		t.Errorf("%d of %d stories found by their headline, want 95 %%", first, asked)
	}
}

// TestRelatedQuality: of Reuters stories filed under topics, those found related by their words alone share one.
func TestRelatedQuality(t *testing.T) {
	docs := realNews(t, 4000)
	topics := make(map[string][]string)
	for i := range docs {
		topics[docs[i].ID], docs[i].Topics = docs[i].Topics, nil
	}
	x := newIndex(t, docs...)
	var asked, shared, found int
	for _, d := range docs[:500] { // the newest, with all others in their past
		if len(topics[d.ID]) == 0 {
			continue
		}
		rel, err := x.Related(context.Background(), d.ID, 5)
		if err != nil {
			t.Fatal(err)
		}
		asked++
		for _, r := range rel {
			if len(topics[r.ID]) == 0 {
				continue
			}
			found++
			if slices.ContainsFunc(topics[r.ID], func(s string) bool { return slices.Contains(topics[d.ID], s) }) {
				shared++
			}
		}
	}
	t.Logf("%d stories have %d related ones with topics, of which %d share one (%.3f)", asked, found, shared, float64(shared)/float64(found))
	if float64(shared) < 0.7*float64(found) {
		t.Errorf("%d of %d share a topic, want 70 %%", shared, found)
	}
}
