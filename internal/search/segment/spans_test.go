package segment

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestCounts(t *testing.T) {
	x := openTest(t, filepath.Join(t.TempDir(), "x"), testOptions)
	for i := range 40 { // some segments, of different ages
		keys := [][]string{{fmt.Sprint("k", i%3)}, nil}
		if i%4 == 0 {
			keys[1] = []string{"a", "b"}
		}
		if err := x.Apply(0, []*Document{doc(fmt.Sprint(i), int64(i), keys, fmt.Sprint("all w", i%2))}, nil); err != nil {
			t.Fatal(err)
		}
	}
	if err := x.Apply(1, nil, []string{"39"}); err != nil {
		t.Fatal(err)
	}
	v := view(t, x)
	q := &Query{Any: []Clause{{Ways: []Way{{Terms: []string{"w1"}}}}}, Count: true, Columns: []bool{true, true}, Spans: []int64{100, 36, 35, 10, 0, -50}}
	res, err := v.Search(context.Background(), q)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]int{1, 1, 12, 5, 0}, res.Spans); diff != "" {
		t.Errorf("by date (-want +got):\n%s", diff)
	}
	got := map[Count]bool{}
	for _, c := range res.Keys[0] {
		got[c] = true
	}
	if diff := cmp.Diff(map[Count]bool{{"k0", 6}: true, {"k1", 7}: true, {"k2", 6}: true}, got); diff != "" || res.Total != 19 || len(res.Keys[1]) != 0 {
		t.Errorf("total %d, of the second column %v; by key (-want +got):\n%s", res.Total, res.Keys[1], diff)
	}
}
