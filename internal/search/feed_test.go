package search

import (
	"context"
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func apply(t testing.TB, x *Index, seq int64, put []Document, remove ...string) {
	t.Helper()
	if err := x.Apply(context.Background(), seq, put, remove); err != nil {
		t.Fatal(err)
	}
}

func wantApplied(t testing.TB, x *Index, want int64) {
	t.Helper()
	got, err := x.Applied(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if got != want {
		t.Errorf("applied = %d, want %d", got, want)
	}
}

// A document that was removed is in nothing that the index says.
func TestRemoved(t *testing.T) {
	storm := func(id string, hour int) Document {
		return Document{
			ID: id, Headline: "Storm floods the harbour", Body: "Ferries, cranes and warehouses stood under water.",
			Section: "weather", Topics: []string{"storms"}, Authors: []string{"ada"}, Published: monday.Add(time.Duration(hour) * time.Hour),
		}
	}
	x := newIndex(t)
	// Others make the storm's words telling.
	var others []Document
	for i := range 20 {
		others = append(others, Document{ID: fmt.Sprint("o", i), Headline: manyWords(i + 3), Published: monday})
	}
	fill(t, x, others)
	apply(t, x, 1, []Document{storm("a", -3), storm("b", -2), storm("c", -1)})
	apply(t, x, 2, []Document{{ID: "a", Headline: "Calm sea", Published: monday}}, "b")

	for _, q := range []Query{{Text: "storm"}, {Text: `"storm floods"`}, {Topic: "storms"}, {Section: "weather"}, {Author: "ada"}, {Text: "-sea", Author: "ada"}} {
		res := find(t, x, q)
		if got := ids(res.Hits); got != "c" || res.Total != 1 {
			t.Errorf("%+v finds %q of %d, want only c", q, got, res.Total)
		}
		if diff := cmp.Diff([]Count{{"weather", 1}}, res.Facets.Sections); diff != "" {
			t.Errorf("%+v: sections (-want +got):\n%s", q, diff)
		}
	}
	rel, err := x.Related(context.Background(), "c", 5)
	if err != nil || len(rel) != 0 {
		t.Errorf("related = %v, %v; want none", rel, err)
	}
	if rel, err := x.Related(context.Background(), "b", 5); err != nil || len(rel) != 0 {
		t.Errorf("related to a removed document = %v, %v; want none", rel, err)
	}
	apply(t, x, 3, []Document{storm("b", -2)})
	if rel, err := x.Related(context.Background(), "c", 5); err != nil || len(rel) != 1 || rel[0].ID != "b" {
		t.Errorf("related after b came back = %v, %v", rel, err)
	}
	if x.Len() != 23 {
		t.Errorf("Len = %d, want 23", x.Len())
	}
}

func TestChangesInOneBatch(t *testing.T) {
	x := newIndex(t)
	apply(t, x, 1, []Document{{ID: "a", Headline: "first"}, {ID: "b", Headline: "first"}, {ID: "a", Headline: "second"}}, "b", "unknown")
	for text, want := range map[string]string{"first": "", "second": "a"} {
		if got := ids(find(t, x, Query{Text: text}).Hits); got != want {
			t.Errorf("%s finds %q, want %q", text, got, want)
		}
	}
}

// A feed may be repeated from any point, in this process or another, and changes nothing that is there already.
func TestReplay(t *testing.T) {
	path := filepath.Join(t.TempDir(), "it's 100% a #search?.db")
	x := openIndex(t, path)
	changes := []func(x *Index){
		func(x *Index) { apply(t, x, 3, []Document{{ID: "a", Headline: "harbour"}}) },
		func(x *Index) { apply(t, x, 7, []Document{{ID: "b", Headline: "harbour"}}, "a") },
		func(x *Index) { apply(t, x, 8, nil) },
		func(x *Index) {
			apply(t, x, 9, []Document{{ID: "b", Headline: "harbour wall"}, {ID: "c", Headline: "sea wall"}})
		},
	}
	for _, change := range changes {
		change(x)
	}
	check := func(when string, x *Index) {
		t.Helper()
		wantApplied(t, x, 9)
		for text, want := range map[string]string{"harbour": "b", "wall": "b c"} {
			if got := ids(find(t, x, Query{Text: text}).Hits); got != want {
				t.Errorf("%s: %s finds %q, want %q", when, text, got, want)
			}
		}
		if err := x.Check(context.Background()); err != nil {
			t.Errorf("%s: %v", when, err)
		}
	}
	check("once", x)
	for _, change := range changes {
		change(x)
	}
	check("twice", x)
	if err := x.Close(); err != nil {
		t.Fatal(err)
	}
	x = openIndex(t, path)
	check("opened again", x)
	for _, change := range changes {
		change(x)
	}
	check("opened and fed again", x)
	if err := x.Apply(context.Background(), 0, nil, nil); err == nil {
		t.Error("change 0 was applied")
	}
}

// What is put while searches run is found by the next one, and none of them sees a document twice or not at all.
func TestSearchWhileApplying(t *testing.T) {
	x := newIndex(t, Document{ID: "a", Headline: "harbour", Body: "version 0"})
	var wg sync.WaitGroup
	done := make(chan struct{})
	for range 3 {
		wg.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
				}
				res, err := x.Search(context.Background(), Query{Text: "harbour"})
				if err != nil || ids(res.Hits) != "a" || res.Total != 1 {
					t.Errorf("found %q of %d, %v; want a", ids(res.Hits), res.Total, err)
					return
				}
			}
		})
	}
	for i := int64(1); i <= 200; i++ {
		apply(t, x, i, []Document{{ID: "a", Headline: "harbour", Body: fmt.Sprint("version ", i)}})
		if got := ids(find(t, x, Query{Text: fmt.Sprintf(`"version %d"`, i)}).Hits); got != "a" {
			t.Fatalf("after change %d its words find %q", i, got)
		}
	}
	close(done)
	wg.Wait()
}

// Documents put again and again are there once.
func TestManyEdits(t *testing.T) {
	x := newIndex(t)
	docs := make([]Document, 100)
	for i := range docs {
		docs[i] = Document{ID: fmt.Sprint(i), Headline: "harbour", Topics: []string{"sea"}}
	}
	for seq := int64(1); seq <= 60; seq++ {
		apply(t, x, seq, docs)
	}
	if res := find(t, x, Query{Text: "harbour"}); res.Total != 100 || x.Len() != 100 {
		t.Errorf("total = %d, Len = %d, want 100", res.Total, x.Len())
	}
}

func TestClosed(t *testing.T) {
	x := newIndex(t)
	if err := x.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := x.Search(context.Background(), Query{}); err == nil {
		t.Error("a closed index answers")
	}
	if err := x.Apply(context.Background(), 1, nil, nil); err == nil {
		t.Error("a closed index takes changes")
	}
}

func TestEndedContext(t *testing.T) {
	x := newIndex(t, Document{ID: "a", Headline: "harbour"})
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	for _, q := range []Query{{}, {Text: "harbour"}, {Text: "?"}} {
		if _, err := x.Search(ctx, q); err == nil {
			t.Errorf("%+v is answered to nobody", q)
		}
	}
	if err := x.Apply(ctx, 1, []Document{{ID: "b"}}, nil); err == nil {
		t.Error("a change was applied for nobody")
	}
	wantApplied(t, x, 0)
	if x.Len() != 1 {
		t.Errorf("Len = %d, want 1", x.Len())
	}
}
