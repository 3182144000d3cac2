package store_test

import (
	"errors"
	"path/filepath"
	"testing"

	"dateline/internal/news"
	"dateline/internal/store"
	"dateline/internal/store/pgtest"
)

func TestDumpGoesFromOneEngineToTheOther(t *testing.T) {
	ctx := t.Context()
	from, err := store.Open(ctx, "sqlite:"+filepath.Join(t.TempDir(), "a.db"), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer from.Close()
	st := publish(t, from, draft(t, from, content("Moves house")).ID)
	type row struct {
		table   string
		columns []string
		values  []any
	}
	var rows []row
	if err := from.Dump(ctx, func(table string, columns []string, values []any) error {
		rows = append(rows, row{table, columns, values})
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	to, err := store.Open(ctx, pgtest.Database(t), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer to.Close()
	broken := errors.New("the backup is damaged here")
	load := func(end error) error {
		return to.Load(ctx, func(put func(string, []string, []any) error) error {
			for _, r := range rows {
				if err := put(r.table, r.columns, r.values); err != nil {
					return err
				}
			}
			return end
		})
	}
	if err := load(broken); !errors.Is(err, broken) {
		t.Errorf("loading what breaks at its end: %v", err)
	}
	if empty, err := to.Empty(ctx); err != nil || !empty {
		t.Errorf("after a load that broke the database is empty = %v, %v", empty, err)
	}
	if err := load(nil); err != nil {
		t.Fatal(err)
	}
	got, err := to.ShownAt(ctx, st.Address)
	if err != nil || got.Live.Content.Headline != "Moves house" {
		t.Errorf("after the move: %v, %v", got, err)
	}
	publish(t, to, draft(t, to, content("Goes on")).ID)
	if err := load(nil); news.KindOf(err) != news.Conflict {
		t.Errorf("loading into a database in use: %v, want Conflict", err)
	}
}
