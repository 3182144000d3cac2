package store_test

import (
	"path/filepath"
	"testing"
	"time"

	"dateline/internal/store"
	"dateline/internal/store/pgtest"
)

// engines open a new database of each kind, whose clock is the test's.
var engines = map[string]func(t *testing.T, now func() time.Time) *store.Store{
	"sqlite": func(t *testing.T, now func() time.Time) *store.Store {
		return openAt(t, "sqlite:"+filepath.Join(t.TempDir(), "news.db"), now)
	},
	"postgres": func(t *testing.T, now func() time.Time) *store.Store { return openAt(t, pgtest.Database(t), now) },
}

func openAt(t *testing.T, address string, now func() time.Time) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), address, store.Options{Now: now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// onBothAt runs one test on both.
func onBothAt(t *testing.T, now func() time.Time, test func(t *testing.T, s *store.Store)) {
	for engine, open := range engines {
		t.Run(engine, func(t *testing.T) { test(t, open(t, now)) })
	}
}
