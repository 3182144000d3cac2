package segment

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func count(t testing.TB, x *Index, term string) int {
	t.Helper()
	v, err := x.View()
	if err != nil {
		t.Fatal(err)
	}
	defer v.Close()
	res, err := v.Search(context.Background(), &Query{Any: []Clause{{Ways: []Way{{Terms: []string{term}}}}}, N: 10, Count: true})
	if err != nil {
		t.Fatal(err)
	}
	if res.Total != len(res.Hits) && res.Total <= 10 {
		t.Fatalf("total %d of %d hits", res.Total, len(res.Hits))
	}
	return res.Total
}

func TestVocabularyOfTheLiving(t *testing.T) {
	x := openTest(t, filepath.Join(t.TempDir(), "x"), testOptions)
	apply := func(change int64, put []*Document, remove ...string) {
		t.Helper()
		if err := x.Apply(change, put, remove); err != nil {
			t.Fatal(err)
		}
	}
	own := doc("1", 5, [][]string{{"x"}}, "a b", "c")
	own.Own = []OwnTerm{{Term: "c", Label: "C!", Weight: 40}, {Term: "a", Weight: 20}, {Term: "unknown", Weight: 1}}
	apply(1, []*Document{own, doc("2", 6, [][]string{{"x"}}, "a secret")})
	if err := x.Flush(); err != nil {
		t.Fatal(err)
	}
	apply(2, []*Document{doc("3", 7, [][]string{{"y"}}, "b", "", "z")}, "2")
	check := func() {
		t.Helper()
		v := view(t, x)
		var got []string
		if err := v.Vocabulary(func(term []byte, df int) bool { got = append(got, fmt.Sprintf("%s %d", term, df)); return true }); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]string{"a 1", "b 2", "c 1", "z 1"}, got); diff != "" {
			t.Errorf("vocabulary (-want +got):\n%s", diff)
		}
		if n, err := v.KeyFrequency(Key{0, "x"}); n != 1 || err != nil {
			t.Errorf("%d documents with key x, %v, want 1", n, err)
		}
		d, ok, err := v.Document("1")
		want := Found{Date: 5, Keys: [][]string{{"x"}, nil}, Own: []OwnTerm{{Term: "a", Weight: 20}, {Term: "c", Label: "C!", Weight: 40}}}
		if diff := cmp.Diff(want, d); !ok || err != nil || diff != "" {
			t.Errorf("document 1: %v, %v (-want +got):\n%s", ok, err, diff)
		}
		if _, ok, err := v.Document("2"); ok || err != nil {
			t.Errorf("document 2: %v, %v; want none", ok, err)
		}
	}
	check()
	for range 8 { // a whole tier
		if err := x.Flush(); err != nil {
			t.Fatal(err)
		}
		if err := x.Apply(0, []*Document{doc("other", 1, nil, "a")}, nil); err != nil {
			t.Fatal(err)
		}
		apply(0, nil, "other")
	}
	if err := x.tend(true); err != nil {
		t.Fatal(err)
	}
	check()
}

// Documents put again and again are merged away, in memory and on disk.
func TestDeadAreMergedAway(t *testing.T) {
	x := openTest(t, filepath.Join(t.TempDir(), "x"), testOptions)
	for change := int64(1); change <= 60; change++ {
		var put []*Document
		for i := range 100 {
			put = append(put, doc(fmt.Sprint(i), int64(i), [][]string{{"k"}}, "a b c"))
		}
		if err := x.Apply(change, put, nil); err != nil {
			t.Fatal(err)
		}
		if change%3 == 0 {
			if err := x.Flush(); err != nil {
				t.Fatal(err)
			}
		}
		if err := x.tend(false); err != nil {
			t.Fatal(err)
		}
	}
	if n := count(t, x, "b"); n != 100 {
		t.Errorf("%d documents found, want 100", n)
	}
	if s := x.now.Load(); s.all > 1000 {
		t.Errorf("%d documents are kept of 100", s.all)
	}
	files, err := os.ReadDir(x.folder())
	if err != nil || len(files) > 2*fanIn {
		t.Errorf("%d files, %v", len(files), err)
	}
}

// Readers see whole changes, whatever the background does meanwhile.
func TestReadersAndWriter(t *testing.T) {
	x := openTest(t, filepath.Join(t.TempDir(), "x"), testOptions)
	const docs = 50
	put := func(change int64) {
		var list []*Document
		for i := range docs {
			list = append(list, doc(fmt.Sprint(i), change, nil, fmt.Sprint("all v", change)))
		}
		if err := x.Apply(change, list, nil); err != nil {
			t.Error(err)
		}
	}
	put(1)
	done := make(chan struct{})
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
				}
				v, err := x.View()
				if err != nil {
					t.Error(err)
					return
				}
				res, err := v.Search(context.Background(), &Query{Any: []Clause{{Ways: []Way{{Terms: []string{"all"}}}}}, N: 100, Count: true})
				if err != nil || len(res.Hits) != docs || res.Total != docs {
					t.Errorf("%d hits of %d, %v; want %d", len(res.Hits), res.Total, err, docs)
				}
				for _, h := range res.Hits {
					if h.Date != v.Applied() {
						t.Errorf("document %s is of change %d in a view of change %d", h.ID, h.Date, v.Applied())
					}
				}
				v.Close()
			}
		})
	}
	wg.Go(func() {
		for {
			select {
			case <-done:
				return
			default:
				if err := x.Flush(); err != nil {
					t.Error(err)
					return
				}
			}
		}
	})
	for change := int64(2); change <= 150; change++ {
		put(change)
	}
	close(done)
	wg.Wait()
}

func TestTake(t *testing.T) {
	dir := t.TempDir()
	x := openTest(t, filepath.Join(dir, "x"), testOptions)
	next := openTest(t, filepath.Join(dir, "next"), testOptions)
	if err := errors.Join(x.Apply(3, []*Document{doc("old", 1, nil, "a"), doc("kept", 1, nil, "a")}, nil), x.Flush(),
		next.Apply(0, []*Document{doc("new", 2, [][]string{{"k"}}, "a b")}, nil), next.Flush(),
		next.Apply(4, []*Document{doc("kept", 2, nil, "a")}, []string{"none"})); err != nil {
		t.Fatal(err)
	}
	before := view(t, x)
	if err := x.Take(next); err != nil {
		t.Fatal(err)
	}
	if n := count(t, x, "b"); n != 1 {
		t.Errorf("the new one's words find %d", n)
	}
	if v := view(t, x); v.Len() != 2 || v.Applied() != 4 {
		t.Errorf("%d documents at change %d, want 2 at 4", v.Len(), v.Applied())
	}
	if before.Len() != 2 || !before.Has("old") {
		t.Error("a view of the old index changed")
	}
	if err := before.Check(); err != nil {
		t.Error(err)
	}
	if err := x.Close(); err != nil {
		t.Fatal(err)
	}
	x = openTest(t, filepath.Join(dir, "x"), testOptions)
	if v := view(t, x); v.Len() != 2 || !v.Has("new") || v.Has("old") {
		t.Errorf("opened again it has %d documents", v.Len())
	}
	if err := x.Clear(); err != nil {
		t.Fatal(err)
	}
	if v := view(t, x); v.Len() != 0 || v.Applied() != 0 {
		t.Errorf("cleared, %d documents at change %d", v.Len(), v.Applied())
	}
}

func TestRefusedDocuments(t *testing.T) {
	x := openTest(t, filepath.Join(t.TempDir(), "x"), testOptions)
	long := string(make([]byte, MaxTerm+1))
	for name, d := range map[string]*Document{
		"no id":       doc("", 1, nil, "a"),
		"long id":     doc(long, 1, nil, "a"),
		"empty term":  {ID: "a", Tokens: []Token{{Term: ""}}},
		"long term":   {ID: "a", Tokens: []Token{{Term: long}}},
		"key as term": {ID: "a", Tokens: []Token{{Term: "\x00x"}}},
		"field":       {ID: "a", Tokens: []Token{{Term: "a", Field: 3}}},
		"columns":     {ID: "a", Keys: make([][]string, 3)},
	} {
		if err := x.Apply(1, []*Document{doc("ok", 1, nil, "a"), d}, nil); !errors.Is(err, ErrTerm) {
			t.Errorf("%s: %v, want ErrTerm", name, err)
		}
	}
	if view(t, x).Len() != 0 {
		t.Error("a part of a refused change is there")
	}
}

func TestPack(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for width := uint(0); width <= 32; width++ {
		for _, n := range []int{1, 7, 128} {
			values := make([]uint32, n)
			for i := range values {
				values[i] = uint32(r.Uint64() & (1<<width - 1))
			}
			b := append(pack(nil, values, width), make([]byte, padding)...)
			got := make([]uint32, n)
			unpack(got, b, width)
			if !slices.Equal(got, values) || len(b)-padding != packedLen(n, width) {
				t.Fatalf("%d values of %d bits come back as others", n, width)
			}
		}
	}
}

func TestBits(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	type written struct {
		places []uint32
		usual  int
		length uint16
	}
	var all []written
	var w bitWriter
	for i := range 3000 {
		x := written{usual: r.IntN(3), length: uint16(r.IntN(700))}
		at := uint32(0)
		for range r.IntN(1 + i%9) {
			at += uint32(r.IntN(1 + r.IntN(60000)))
			x.places = append(x.places, at)
			at++
		}
		all = append(all, x)
		w.places(x.places, x.usual, x.length)
	}
	w.align()
	rd := bitReader{b: append(w.b, make([]byte, padding)...)}
	skip := rd
	for i, x := range all {
		if got := rd.places(nil, x.usual, x.length); !slices.Equal(got, x.places) {
			t.Fatalf("%d: %v come back as %v", i, x.places, got)
		}
		if skip.skipPlaces(x.usual, x.length); skip.at != rd.at {
			t.Fatalf("%d: skipped to %d, want %d", i, skip.at, rd.at)
		}
	}
}
