package search

import (
	"context"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestVocabulary(t *testing.T) {
	ctx := context.Background()
	x := newIndex(t, Document{ID: "a", Headline: "Harbour wall", Body: "harbours"}, Document{ID: "b", Headline: "Sea wall"}, Document{ID: "c", Headline: "Wall"})
	apply(t, x, 1, nil, "c")
	var got []string
	if err := x.Vocabulary(ctx, func(term []byte, df int) bool {
		got = append(got, fmt.Sprintf("%s %d", term, df))
		return true
	}); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"harbour 1", "sea 1", "wall 2"}, got); diff != "" {
		t.Errorf("vocabulary (-want +got):\n%s", diff)
	}
	for term, want := range map[string]int{"wall": 2, "sea": 1, "zeppelin": 0} {
		if df, err := x.Frequency(ctx, term); err != nil || df != want {
			t.Errorf("frequency of %s = %d, %v, want %d", term, df, err, want)
		}
	}
	seen := 0
	if err := x.Vocabulary(ctx, func([]byte, int) bool { seen++; return false }); err != nil || seen != 1 {
		t.Errorf("after false %d terms came, %v", seen, err)
	}
}
