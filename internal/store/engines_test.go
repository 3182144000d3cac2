package store_test

import (
	"path/filepath"
	"testing"
	"time"

	"dateline/internal/store"
	"dateline/internal/store/pgtest"
)

// onBothAt runs one test on a new database of each engine, whose clock is the test's.
func onBothAt(t *testing.T, now func() time.Time, test func(t *testing.T, s *store.Store)) {
	for _, engine := range []string{"sqlite", "postgres"} {
		t.Run(engine, func(t *testing.T) {
			address := "sqlite:" + filepath.Join(t.TempDir(), "news.db")
			if engine == "postgres" {
				address = pgtest.Database(t)
			}
			s, err := store.Open(t.Context(), address, store.Options{Now: now})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { s.Close() })
			test(t, s)
		})
	}
}
