package segment

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

var testOptions = Options{Analyzer: 7, Fields: []uint8{2, 6, 3}, Columns: 2}

func openTest(t testing.TB, path string, o Options) *Index {
	t.Helper()
	x, lost, err := Open(path, o)
	if err != nil || lost != nil {
		t.Fatal(lost, err)
	}
	t.Cleanup(func() {
		if err := x.Close(); err != nil {
			t.Error(err)
		}
	})
	return x
}

func view(t testing.TB, x *Index) *View {
	t.Helper()
	v, err := x.View()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(v.Close)
	return v
}

// doc makes a document of texts by field, split at blanks; a word after ~ has no position.
func doc(id string, date int64, keys [][]string, fields ...string) *Document {
	d := &Document{ID: id, Date: date, Keys: keys}
	for f, text := range fields {
		at := uint32(0)
		for _, w := range strings.Fields(text) {
			if other, ok := strings.CutPrefix(w, "~"); ok {
				d.Tokens = append(d.Tokens, Token{other, uint8(f), NoPosition})
				continue
			}
			d.Tokens = append(d.Tokens, Token{w, uint8(f), at})
			at++
		}
	}
	return d
}

// An oracle answers queries by looking at every document.
type oracle struct {
	docs map[string]*Document
	v    *View
}

// matches gives how much a way weighs in d; 0 when it is not there.
func (o *oracle) matches(d *Document, w *Way) (tf uint32) {
	fits := func(i int, term string) bool {
		return term == w.Terms[i] || w.Prefix && i == len(w.Terms)-1 && strings.HasPrefix(term, w.Terms[i])
	}
	seen := map[[2]uint32]bool{}
	for _, t := range d.Tokens {
		if !fits(0, t.Term) {
			continue
		}
		if len(w.Terms) == 1 {
			tf += uint32(testOptions.Fields[t.Field])
			continue
		}
		whole := t.Position != NoPosition && !seen[[2]uint32{uint32(t.Field), t.Position}]
		for i := 1; i < len(w.Terms) && whole; i++ {
			whole = slices.ContainsFunc(d.Tokens, func(u Token) bool {
				return u.Field == t.Field && u.Position == t.Position+uint32(i) && fits(i, u.Term)
			})
		}
		if whole {
			seen[[2]uint32{uint32(t.Field), t.Position}] = true
			tf += uint32(testOptions.Fields[t.Field])
		}
	}
	return tf
}

func (o *oracle) score(d *Document, c *Clause) (score float64, found bool) {
	length := 0
	for _, t := range d.Tokens {
		if t.Position != NoPosition {
			length++
		}
	}
	st := o.v.s
	mean := float64(st.sum) / float64(st.all)
	worth := func(tf uint32) float64 {
		f := float64(tf) / 2
		return f * (k1 + 1) / (f + k1*(1-b+b*float64(length)/mean))
	}
	for i := range c.Ways {
		w := &c.Ways[i]
		weight := 0.0
		var forms []string
		for i, term := range w.Terms {
			df := st.frequency(term)
			if w.Prefix && i == len(w.Terms)-1 {
				df, forms = 0, nil
				for _, p := range st.parts {
					var it termIterator
					for it.seek(&p.seg.dictionary, []byte(term)); it.next() && strings.HasPrefix(string(it.term), term); {
						df += it.info.df
						forms = append(forms, string(it.term))
					}
				}
			}
			weight += idf(st.all, df)
		}
		if w.Weight != 0 {
			weight *= w.Weight
		}
		tf := o.matches(d, w)
		if tf == 0 {
			continue
		}
		found = true
		if len(w.Terms) == 1 && w.Prefix { // the best of its words
			tf = 0
			for _, f := range forms {
				tf = max(tf, o.matches(d, &Way{Terms: []string{f}}))
			}
		}
		score = max(score, weight*worth(tf))
	}
	return score, found
}

func (o *oracle) search(q *Query) (hits []Hit, total, all int) {
	for _, d := range o.docs {
		pass := q.From == 0 && q.To == 0 || d.Date >= q.From && d.Date < q.To
		for _, k := range q.Keys {
			pass = pass && k.Column < len(d.Keys) && slices.Contains(d.Keys[k.Column], k.Key)
		}
		for i := range q.Unwanted {
			_, found := o.score(d, &q.Unwanted[i])
			pass = pass && !found
		}
		h := Hit{ID: d.ID, Date: d.Date}
		for i := range q.Needed {
			score, found := o.score(d, &q.Needed[i])
			pass = pass && found
			h.Score += score
		}
		matched := 0
		for i := range q.Any {
			score, found := o.score(d, &q.Any[i])
			h.Score += score
			if found {
				matched++
			}
		}
		if !pass || len(q.Any) > 0 && len(q.Needed) == 0 && matched == 0 {
			continue
		}
		total++
		if h.Partial = matched < len(q.Any); !h.Partial {
			all++
		}
		h.Partial = h.Partial && !q.Loose
		if q.Recency != nil {
			h.Score *= q.Recency(d.Date)
		}
		h.Score = rounded(h.Score)
		if q.ByDate {
			h.Score = 0
		}
		hits = append(hits, h)
	}
	slices.SortFunc(hits, func(a, b Hit) int {
		if a.Partial != b.Partial {
			if a.Partial {
				return 1
			}
			return -1
		}
		if a.Score == b.Score {
			return cmp.Or(cmp.Compare(b.Date, a.Date), cmp.Compare(a.ID, b.ID))
		}
		return cmp.Compare(b.Score, a.Score)
	})
	return hits, total, all
}

// sameHits allows what has the same score up to rounding to change places.
func sameHits(got, want []Hit) error {
	if len(got) != len(want) {
		return fmt.Errorf("%d hits, want %d", len(got), len(want))
	}
	for i, g := range got {
		w := want[i]
		if g.Partial != w.Partial || math.Abs(g.Score-w.Score) > 1e-6*w.Score {
			return fmt.Errorf("hit %d is %+v, want %+v", i, g, w)
		}
		if g.ID != w.ID && !near(want, i) {
			return fmt.Errorf("hit %d is %+v, want %+v", i, g, w)
		}
	}
	return nil
}

func near(list []Hit, i int) bool {
	same := func(a, b Hit) bool { return math.Abs(a.Score-b.Score) < 1e-6*a.Score }
	return i > 0 && same(list[i-1], list[i]) || i+1 < len(list) && same(list[i], list[i+1]) || i == len(list)-1
}

var testWords = strings.Fields("a b ba bb c ca cab d da dab e ea f fa g h i j k l m n o p q r s t u v w x y z")

func drawText(t *rapid.T, most int) string {
	words := make([]string, rapid.IntRange(0, most).Draw(t, "words"))
	for i := range words {
		n := rapid.IntRange(0, len(testWords)-1).Draw(t, "word")
		n = n * n / len(testWords) // some are frequent
		words[i] = testWords[n]
		if rapid.IntRange(0, 20).Draw(t, "placed") == 0 {
			words[i] = "~" + words[i]
		}
	}
	return strings.Join(words, " ")
}

func drawClause(t *rapid.T) Clause {
	var c Clause
	for range rapid.SampledFrom([]int{1, 1, 1, 1, 2, 3}).Draw(t, "ways") {
		w := Way{Prefix: rapid.IntRange(0, 6).Draw(t, "prefix") == 0}
		for range rapid.SampledFrom([]int{1, 1, 1, 2, 3}).Draw(t, "terms") {
			w.Terms = append(w.Terms, rapid.SampledFrom(testWords).Draw(t, "term"))
		}
		if rapid.IntRange(0, 4).Draw(t, "weighted") == 0 {
			w.Weight = 0.5
		}
		c.Ways = append(c.Ways, w)
	}
	return c
}

func drawQuery(t *rapid.T) *Query {
	q := &Query{N: rapid.IntRange(1, 12).Draw(t, "n"), Count: rapid.Bool().Draw(t, "count"), ByDate: rapid.IntRange(0, 3).Draw(t, "by date") == 0}
	for range rapid.IntRange(0, 4).Draw(t, "any") {
		q.Any = append(q.Any, drawClause(t))
	}
	for range rapid.SampledFrom([]int{0, 0, 0, 1, 2}).Draw(t, "needed") {
		q.Needed = append(q.Needed, drawClause(t))
	}
	for range rapid.SampledFrom([]int{0, 0, 0, 1}).Draw(t, "unwanted") {
		q.Unwanted = append(q.Unwanted, drawClause(t))
	}
	if len(q.Any)+len(q.Needed) == 0 {
		q.ByDate = true
	}
	q.Loose = len(q.Any) > 0 && len(q.Needed) == 0 && rapid.IntRange(0, 4).Draw(t, "loose") == 0
	if rapid.IntRange(0, 3).Draw(t, "dated") == 0 {
		q.From = rapid.Int64Range(1, 40).Draw(t, "from")
		q.To = rapid.Int64Range(1, 60).Draw(t, "to")
	}
	for range rapid.SampledFrom([]int{0, 0, 1, 2}).Draw(t, "keys") {
		q.Keys = append(q.Keys, Key{rapid.IntRange(0, 1).Draw(t, "column"), rapid.SampledFrom([]string{"x", "y", "z"}).Draw(t, "key")})
	}
	if rapid.Bool().Draw(t, "recency") {
		q.Recency = func(date int64) float64 { return 0.4 + 0.6*math.Exp2(-float64(60-date)/10) }
	}
	return q
}

// TestOracle: whatever was applied, in whichever pieces, the index answers as one that looks at every document does.
func TestOracle(t *testing.T) {
	n := 0
	rapid.Check(t, func(rt *rapid.T) {
		n++
		path := filepath.Join(t.TempDir(), fmt.Sprint(n))
		x := openTest(t, path, testOptions)
		defer func() { _ = x.Close() }()
		o := &oracle{docs: map[string]*Document{}}
		change := int64(0)
		for range rapid.IntRange(1, 10).Draw(rt, "changes") {
			change++
			var put []*Document
			for range rapid.SampledFrom([]int{1, 1, 2, 30, 300}).Draw(rt, "documents") {
				id := fmt.Sprint("d", rapid.IntRange(0, 600).Draw(rt, "id"))
				if slices.ContainsFunc(put, func(d *Document) bool { return d.ID == id }) {
					continue
				}
				keys := [][]string{{rapid.SampledFrom([]string{"x", "y"}).Draw(rt, "section")}, nil}
				if rapid.Bool().Draw(rt, "topic") {
					keys[1] = []string{"x", "z"}
				}
				put = append(put, doc(id, rapid.Int64Range(1, 50).Draw(rt, "date"), keys, drawText(rt, 20), drawText(rt, 4), drawText(rt, 3)))
			}
			var remove []string
			for range rapid.SampledFrom([]int{0, 0, 1, 20}).Draw(rt, "removed") {
				remove = append(remove, fmt.Sprint("d", rapid.IntRange(0, 600).Draw(rt, "id")))
			}
			remove = slices.DeleteFunc(remove, func(id string) bool {
				return slices.ContainsFunc(put, func(d *Document) bool { return d.ID == id })
			})
			if err := x.Apply(change, put, remove); err != nil {
				rt.Fatal(err)
			}
			for _, id := range remove {
				delete(o.docs, id)
			}
			for _, d := range put {
				o.docs[d.ID] = d
			}
			switch rapid.IntRange(0, 19).Draw(rt, "then") {
			case 0:
				if err := x.Flush(); err != nil {
					rt.Fatal(err)
				}
			case 1:
				if err := x.Close(); err != nil {
					rt.Fatal(err)
				}
				x = openTest(t, path, testOptions)
			case 2:
				if err := x.tend(false); err != nil {
					rt.Fatal(err)
				}
			case 3, 4, 5: // killed, the files are as they are
				n++
				path = copyIndex(t, x, path, filepath.Join(t.TempDir(), fmt.Sprint(n)))
				if err := x.Close(); err != nil {
					rt.Fatal(err)
				}
				x = openTest(t, path, testOptions)
			}
		}
		v, err := x.View()
		if err != nil {
			rt.Fatal(err)
		}
		defer v.Close()
		o.v = v
		if v.Len() != len(o.docs) || v.Applied() != change {
			rt.Fatalf("%d documents at change %d, want %d at %d", v.Len(), v.Applied(), len(o.docs), change)
		}
		for range 20 {
			checkQuery(rt, v, o, drawQuery(rt))
		}
	})
}

func checkQuery(t *rapid.T, v *View, o *oracle, q *Query) {
	res, err := v.Search(context.Background(), q)
	if err != nil {
		t.Fatalf("%+v: %v", q, err)
	}
	hits, total, all := o.search(q)
	if err := sameHits(res.Hits, hits[:min(q.N, len(hits))]); err != nil {
		t.Fatalf("%+v: %v\ngot  %v\nwant %v", q, err, res.Hits, hits[:min(q.N, len(hits))])
	}
	if q.Count && (res.Total != total || res.All != all) {
		t.Fatalf("%+v: total %d, with all words %d, want %d and %d", q, res.Total, res.All, total, all)
	}
	// Page by page it is the same list.
	if len(res.Hits) == 0 || q.N > 4 {
		return
	}
	var pages []Hit
	for next := *q; len(pages) < 40; {
		res, err := v.Search(context.Background(), &next)
		if err != nil {
			t.Fatal(err)
		}
		pages = append(pages, res.Hits...)
		if len(res.Hits) < q.N {
			break
		}
		last := pages[len(pages)-1]
		next.After = &last
	}
	if err := sameHits(pages, hits[:min(len(pages), len(hits))]); err != nil {
		t.Fatalf("pages of %+v: %v", q, err)
	}
}
