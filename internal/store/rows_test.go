package store

import (
	"path/filepath"
	"strings"
	"testing"

	"dateline/internal/news"
	"dateline/internal/store/pgtest"
)

// TestRowsThatWait are written before anything looks at them, and when they cannot be
// written the transaction is undone, whatever came after them.
func TestRowsThatWait(t *testing.T) {
	for _, engine := range []string{"sqlite", "postgres"} {
		t.Run(engine, func(t *testing.T) {
			address := "sqlite:" + filepath.Join(t.TempDir(), "news.db")
			if engine == "postgres" {
				address = pgtest.Database(t)
			}
			s, err := Open(t.Context(), address, Options{})
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			who := news.Actor{ID: "e", Name: "Eda Editor"}
			rows := rowText{"setting", `INSERT INTO setting (key, value) VALUES `, ``}
			count := func(t *tx) (n int) {
				t.row(`SELECT count(*) FROM setting WHERE key LIKE 'test-%'`).Scan(&n)
				return n
			}
			for _, n := range []int{1, 2, 3, 127, 128, 129, 400} {
				if _, err := s.write(t.Context(), func(tx *tx) error {
					if _, err := tx.exec(`DELETE FROM setting WHERE key LIKE 'test-%'`); err != nil {
						return err
					}
					for i := range n {
						tx.insert(&rows, "test-"+strings.Repeat("x", i), "")
					}
					if got := count(tx); got != n {
						t.Errorf("%d of %d rows that waited are seen", got, n)
					}
					return nil
				}); err != nil {
					t.Fatal(err)
				}
			}
			_, err = s.write(t.Context(), func(tx *tx) error {
				tx.insert(&rows, "test-new", "")
				tx.insert(&rows, "test-new", "")
				count(tx) // meets the error and cannot give it
				return tx.record(who, "set", "test", "")
			})
			if err == nil || !strings.Contains(err.Error(), "write 2 rows of setting") {
				t.Errorf("two rows with one key: %v", err)
			}
			if v, err := s.Setting(t.Context(), "test-new"); v != "" {
				t.Errorf("a part of a broken transaction was kept: %q %v", v, err)
			}
			if e, err := s.Entries(t.Context(), "test", 10); err != nil || len(e) != 0 {
				t.Errorf("the record of a broken transaction: %v %v", e, err)
			}
		})
	}
}
