package store_test

import (
	"fmt"
	"testing"

	"dateline/internal/news"
	"dateline/internal/store"
)

func TestMissedSearches(t *testing.T) {
	onBoth(t, func(t *testing.T, open func() *store.Store) {
		s, ctx := open(), t.Context()
		note := func(list ...news.MissedSearch) {
			t.Helper()
			if err := s.NoteMissed(ctx, list); err != nil {
				t.Fatal(err)
			}
		}
		note(news.MissedSearch{Query: "zeppelin", Times: 3}, news.MissedSearch{Query: "airship", Times: 4})
		note(news.MissedSearch{Query: "zeppelin", Times: 2})
		got, err := s.MissedSearches(ctx, 10)
		if err != nil || len(got) != 2 || got[0].Query != "zeppelin" || got[0].Times != 5 || got[1].Times != 4 || got[0].Last.IsZero() {
			t.Errorf("%+v, %v", got, err)
		}
		if err := s.ForgetMissed(ctx, "zeppelin"); err != nil {
			t.Fatal(err)
		}
		for i := range news.MaxMissed + 20 {
			note(news.MissedSearch{Query: fmt.Sprint("q", i), Times: 3})
		}
		if got, err = s.MissedSearches(ctx, 10_000); err != nil || len(got) != news.MaxMissed {
			t.Errorf("%d are kept, %v", len(got), err)
		}
	})
}
