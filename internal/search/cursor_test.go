package search

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

// Page after page by cursor shows every document once and in the order of one long page, also while time passes and
// stories come in between, which stand before what was read or not at all.
func TestCursor(t *testing.T) {
	now := monday
	x, err := Open(filepath.Join(t.TempDir(), "search.db"), Options{Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	defer x.Close()
	var seq int64
	apply := func(put []Document, remove []string) {
		t.Helper()
		if seq++; x.Apply(t.Context(), seq, put, remove) != nil {
			t.Fatal("not applied")
		}
	}
	var batch []Document
	for i := range 500 {
		d := Document{ID: fmt.Sprintf("story-%03d", i), Headline: "Harbour news", Body: "Ships wait.", Published: monday.Add(-time.Duration(i*i%977) * time.Hour)}
		if i%3 == 0 {
			d.Headline, d.Body = "Council meets", "The harbour was named at length, and once more the harbour."
		}
		if i%5 == 0 {
			d.Body += " A ferry sank."
		}
		batch = append(batch, d)
	}
	apply(batch, nil)
	for _, q := range []Query{{Text: "harbour ferry"}, {Text: "harbour"}, {}, {Text: "harbour ferry", Sort: Newest}, {Text: `"harbour news" -ferry`}} {
		var want, got, late []string
		for offset := 0; offset < 500; offset += 100 {
			long := q
			long.Limit, long.Offset = 100, offset
			for _, h := range find(t, x, long).Hits {
				want = append(want, h.ID)
			}
		}
		page := q
		page.Limit = 7
		for {
			res := find(t, x, page)
			if len(res.Hits) == 0 || len(got) > len(want) {
				t.Fatalf("%+v: a page of %d hits after %d of %d", q, len(res.Hits), len(got), len(want))
			}
			for _, h := range res.Hits {
				got = append(got, h.ID)
			}
			if page.After = res.Next; page.After == "" {
				break
			}
			now = now.Add(3 * time.Hour)
			late = append(late, fmt.Sprintf("late-%d", len(got)))
			apply([]Document{{ID: late[len(late)-1], Headline: "Harbour ferry", Body: "It rained.", Published: now}}, nil)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%+v: by cursor %d documents, in one row %d, or another order", q, len(got), len(want))
		}
		apply(nil, late)
		now = monday
	}
}

func TestCursorMadeUp(t *testing.T) {
	x := newIndex(t, Document{ID: "a", Headline: "Harbour", Published: monday}, Document{ID: "b", Headline: "Harbour", Published: monday})
	next := find(t, x, Query{Text: "harbour", Limit: 1}).Next
	for _, s := range []string{"x", "20", next[:10], next[:len(next)-2] + "=", next + "!", "AQ" + next, string(make([]byte, 5000)), "\xff\xfe", "Ag" + next[2:]} {
		if _, err := x.Search(t.Context(), Query{Text: "harbour", After: s}); !errors.Is(err, ErrCursor) {
			t.Errorf("%.20q: %v", s, err)
		}
	}
}

func FuzzCursor(f *testing.F) {
	f.Add(cursor{asOf: 1}.String())
	f.Fuzz(func(t *testing.T, s string) {
		if c, err := parseCursor(s); err == nil && c.String() != s {
			t.Errorf("%q is read as %q", s, c.String())
		}
	})
}
