package search

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"
)

// A rebuild: the new index is filled from a listing and fed what happened meanwhile, while the old one answers.
func TestSwap(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	path := filepath.Join(dir, "search.db")
	x := openIndex(t, path)
	apply(t, x, 4, []Document{{ID: "a", Headline: "harbour"}, {ID: "stale", Headline: "harbour"}})

	var wg sync.WaitGroup
	done := make(chan struct{})
	for range 2 {
		wg.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
				}
				if res, err := x.Search(ctx, Query{Text: "harbour"}); err != nil || res.Total == 0 {
					t.Errorf("while rebuilding: %d found, %v", res.Total, err)
					return
				}
			}
		})
	}

	next, err := x.Beside()
	if err != nil {
		t.Fatal(err)
	}
	fill(t, next, []Document{{ID: "a", Headline: "harbour"}})
	apply(t, next, 4, nil)
	apply(t, x, 5, []Document{{ID: "b", Headline: "harbour"}})
	if err := x.Swap(ctx, next); !errors.Is(err, ErrBehind) {
		t.Fatalf("Swap with an index behind = %v, want ErrBehind", err)
	}
	apply(t, next, 5, []Document{{ID: "b", Headline: "harbour"}})
	if err := x.Swap(ctx, next); err != nil {
		t.Fatal(err)
	}
	close(done)
	wg.Wait()

	check := func(when string, x *Index) {
		t.Helper()
		if got := ids(find(t, x, Query{Text: "harbour"}).Hits); got != "a b" {
			t.Errorf("%s: found %q, want a b", when, got)
		}
		if err := x.Check(ctx); err != nil {
			t.Errorf("%s: %v", when, err)
		}
	}
	check("swapped", x)
	wantApplied(t, x, 5)
	if _, err := next.Search(ctx, Query{}); err == nil {
		t.Error("the new index answers by itself after the swap")
	}
	if err := x.Close(); err != nil {
		t.Fatal(err)
	}
	check("opened again", openIndex(t, path))
}

func TestDiscard(t *testing.T) {
	dir := t.TempDir()
	x := openIndex(t, filepath.Join(dir, "search.db"))
	next, err := x.Beside()
	if err != nil {
		t.Fatal(err)
	}
	fill(t, next, []Document{{ID: "a", Headline: "harbour"}})
	// As after a crash: what is there is in nobody's way.
	again, err := x.Beside()
	if err != nil {
		t.Fatal(err)
	}
	if again.Len() != 0 {
		t.Errorf("a new index begins with %d documents", again.Len())
	}
	if err := errors.Join(next.Close(), again.Discard(), x.Close()); err != nil {
		t.Fatal(err)
	}
	left, err := filepath.Glob(filepath.Join(dir, "*.new*"))
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
	if _, err := os.Stat(filepath.Join(dir, "search.db")); err != nil {
		t.Error(err)
	}
}
