package segment

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"
)

// bigText draws words by Zipf's law: a few are in most documents.
func bigText(r *rand.Rand, z *rand.Zipf, n int) string {
	var b strings.Builder
	for range n {
		fmt.Fprintf(&b, "w%d ", z.Uint64())
	}
	return b.String()
}

// TestPruning asks an index of many blocks in several segments, where most are passed over, and of mixed lengths,
// where the bounds of blocks are least exact.
func TestPruning(t *testing.T) {
	n := 3000
	if testing.Short() {
		n = 1500
	}
	r := rand.New(rand.NewPCG(1, 2))
	z := rand.NewZipf(r, 1.3, 4, 3000)
	x := openTest(t, filepath.Join(t.TempDir(), "x"), testOptions)
	o := &oracle{docs: map[string]*Document{}}
	for at := 0; at < n; at += 500 {
		var put []*Document
		for i := at; i < at+500; i++ {
			length := 5 + r.IntN(40)
			if i%97 == 0 {
				length = 800
			}
			d := doc(fmt.Sprint(i), int64(r.IntN(n)), [][]string{{fmt.Sprint("s", i%7)}}, bigText(r, z, length), bigText(r, z, 6))
			put = append(put, d)
			o.docs[d.ID] = d
		}
		if err := x.Apply(0, put, nil); err != nil {
			t.Fatal(err)
		}
		if at == n/2 {
			if err := x.Flush(); err != nil {
				t.Fatal(err)
			}
		}
	}
	o.v = view(t, x)
	recency := func(date int64) float64 { return 0.4 + 0.6*math.Exp2(-float64(int64(n)-date)/500) }
	for i := range 80 {
		q := &Query{N: 10, Count: i%3 == 0, ByDate: i%5 == 4}
		if i%2 == 0 {
			q.Recency = recency
		}
		for range 1 + r.IntN(4) {
			w := Way{Terms: []string{fmt.Sprint("w", z.Uint64())}}
			if r.IntN(4) == 0 {
				w.Terms = append(w.Terms, fmt.Sprint("w", r.IntN(3)))
			}
			q.Any = append(q.Any, Clause{Ways: []Way{w}})
		}
		if i%7 == 0 {
			q.Needed = []Clause{{Ways: []Way{{Terms: []string{fmt.Sprint("w", r.IntN(20))}}}}}
		}
		if i%6 == 0 {
			q.Keys = []Key{{0, fmt.Sprint("s", r.IntN(7))}}
		}
		res, err := o.v.Search(context.Background(), q)
		if err != nil {
			t.Fatal(err)
		}
		hits, total, all := o.search(q)
		if err := sameHits(res.Hits, hits[:min(10, len(hits))]); err != nil {
			t.Fatalf("%+v: %v\ngot  %v\nwant %v", q, err, res.Hits, hits[:min(10, len(hits))])
		}
		if q.Count && (res.Total != total || res.All != all) {
			t.Fatalf("%+v: total %d, with all words %d, want %d and %d", q, res.Total, res.All, total, all)
		}
	}
}
