package search

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"testing"
)

// Whatever has become of the file, Open gives an index that can be fed again from the start.
func TestDamagedFile(t *testing.T) {
	good := func(t *testing.T) (path string) {
		path = filepath.Join(t.TempDir(), "search.db")
		x := openIndex(t, path)
		apply(t, x, 5, []Document{{ID: "a", Headline: "harbour", Body: manyWords(3000)}})
		if err := x.Close(); err != nil {
			t.Fatal(err)
		}
		return path
	}
	for _, tt := range []struct {
		name  string
		spoil func(b []byte) []byte
	}{
		{"empty", func([]byte) []byte { return nil }},
		{"short", func(b []byte) []byte { return b[:50] }},
		{"cut", func(b []byte) []byte { return b[:len(b)/2] }},
		{"no database", func([]byte) []byte { return bytes.Repeat([]byte("garbage "), 1000) }},
		{"garbage after the header", func(b []byte) []byte {
			for i := 100; i < len(b); i++ {
				b[i] = byte(i * 7)
			}
			return b
		}},
		{"another version", func(b []byte) []byte { b[63]++; return b }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			path := good(t)
			b, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, tt.spoil(b), 0o600); err != nil {
				t.Fatal(err)
			}
			x := openIndex(t, path)
			wantApplied(t, x, 0)
			apply(t, x, 5, []Document{{ID: "b", Headline: "harbour"}})
			if got := ids(find(t, x, Query{Text: "harbour"}).Hits); got != "b" {
				t.Errorf("found %q, want b", got)
			}
		})
	}

	// Damage that Open does not see is named, and Reset mends it.
	t.Run("garbage inside", func(t *testing.T) {
		path := good(t)
		db, err := sql.Open("sqlite", path)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := db.Exec("UPDATE word_data SET block = randomblob(length(block)) WHERE id > 100"); err != nil {
			t.Fatal(err)
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		x := openIndex(t, path)
		if _, err := x.Search(context.Background(), Query{Text: "harbour " + manyWords(30)}); !errors.Is(err, ErrDamaged) {
			t.Errorf("Search = %v, want ErrDamaged", err)
		}
		if err := x.Check(context.Background()); !errors.Is(err, ErrDamaged) {
			t.Errorf("Check = %v, want ErrDamaged", err)
		}
		if err := x.Reset(); err != nil {
			t.Fatal(err)
		}
		wantApplied(t, x, 0)
		apply(t, x, 5, []Document{{ID: "b", Headline: "harbour"}})
		if got := ids(find(t, x, Query{Text: "harbour"}).Hits); got != "b" {
			t.Errorf("after Reset found %q, want b", got)
		}
		if err := x.Check(context.Background()); err != nil {
			t.Errorf("after Reset: %v", err)
		}
	})
}

func TestForeignFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "dateline.db")
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec("CREATE TABLE story (id TEXT); INSERT INTO story VALUES ('a')"); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Open(path, Options{}); !errors.Is(err, ErrForeign) {
		t.Errorf("Open = %v, want ErrForeign", err)
	}
	after, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(before, after) {
		t.Error("somebody else's database was written to")
	}
}

func TestNoFolder(t *testing.T) {
	if x, err := Open(filepath.Join(t.TempDir(), "missing", "search.db"), Options{}); err == nil {
		x.Close()
		t.Error("an index was opened in a folder that does not exist")
	}
}
