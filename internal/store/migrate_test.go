package store_test

import (
	"database/sql"
	"testing"

	"dateline/internal/news"
	"dateline/internal/store"
	"dateline/internal/store/pgtest"
)

// Processes that start together on an empty database make it once, straight and where a
// pooler gives each transaction another connection; no lock is left behind.
func TestStartedTogether(t *testing.T) {
	for _, c := range []struct {
		name string
		way  func(testing.TB, string) string
	}{
		{"straight", func(_ testing.TB, address string) string { return address }},
		{"pooled", pgtest.Pooler},
	} {
		t.Run(c.name, func(t *testing.T) {
			for range 4 {
				direct := pgtest.Database(t)
				address := c.way(t, direct)
				const all = 4
				errs := make(chan error, all)
				for range all {
					go func() {
						s, err := store.Open(t.Context(), address, store.Options{})
						if err == nil {
							err = s.Close()
						}
						errs <- err
					}()
				}
				for range all {
					if err := <-errs; err != nil {
						t.Errorf("one of %d: %v", all, err)
					}
				}
				s, err := store.Open(t.Context(), address, store.Options{})
				if err != nil {
					t.Fatal(err)
				}
				sections, err := s.Sections(t.Context())
				if err != nil || len(sections) != len(news.FirstSections("")) {
					t.Errorf("%d sections, %v, want %d", len(sections), err, len(news.FirstSections("")))
				}
				s.Close()
				db, err := sql.Open("pgx", direct)
				if err != nil {
					t.Fatal(err)
				}
				defer db.Close()
				var locks int
				if err := db.QueryRow(`
					SELECT count(*) FROM pg_locks JOIN pg_database ON pg_database.oid = database
					WHERE locktype = 'advisory' AND datname = current_database()`).Scan(&locks); err != nil || locks != 0 {
					t.Errorf("%d locks are left, %v", locks, err)
				}
			}
		})
	}
}
