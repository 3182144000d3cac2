package search

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Hits are the same whether the rest is counted or not, in either order and on every page.
func TestHitsOnly(t *testing.T) {
	var docs []Document
	for i := range 300 {
		docs = append(docs, Document{ID: fmt.Sprint(i), Headline: "harbour " + manyWords(i%40), Section: fmt.Sprint("s", i%3), Published: monday})
	}
	x := newIndex(t, docs...)
	for _, q := range []Query{{Text: "harbour"}, {Text: "harbour wb wc", Section: "s1"}, {Text: `"harbour w"`}, {Text: "wd we", Sort: Newest}, {}, {Text: "-wf", Offset: 40}} {
		whole := find(t, x, q)
		q.HitsOnly = true
		bare := find(t, x, q)
		if diff := cmp.Diff(whole.Hits, bare.Hits); diff != "" || bare.Total != 0 || bare.Facets.Sections != nil || whole.Total == 0 {
			t.Errorf("%+v: %d of %d (-whole +hits only):\n%s", q, len(bare.Hits), whole.Total, diff)
		}
	}
}
