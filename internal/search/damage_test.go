package search

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"testing"

	_ "modernc.org/sqlite"
)

// Whatever has become of the manifest, Open gives an index that can be fed again from the start.
func TestDamagedFile(t *testing.T) {
	for _, tt := range []struct {
		name  string
		spoil func(b []byte) []byte
	}{
		{"empty", func([]byte) []byte { return nil }},
		{"short", func(b []byte) []byte { return b[:10] }},
		{"cut", func(b []byte) []byte { return b[:len(b)/2] }},
		{"no index", func([]byte) []byte { return bytes.Repeat([]byte("garbage "), 1000) }},
		{"one bit", func(b []byte) []byte { b[len(b)/2] ^= 4; return b }},
		{"another version", func(b []byte) []byte { b[8]++; return b }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			path := goodIndex(t)
			spoilFile(t, path, tt.spoil)
			x := openIndex(t, path)
			if x.Lost() == nil {
				t.Error("nobody is told")
			}
			wantApplied(t, x, 0)
			wantFedAgain(t, x)
		})
	}
}

func goodIndex(t *testing.T) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "search.db")
	x := openIndex(t, path)
	apply(t, x, 5, []Document{{ID: "a", Headline: "harbour", Body: manyWords(3000)}})
	if err := x.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

func spoilFile(t *testing.T, path string, spoil func([]byte) []byte) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, spoil(b), 0o600); err != nil {
		t.Fatal(err)
	}
}

func wantFedAgain(t *testing.T, x *Index) {
	t.Helper()
	apply(t, x, 6, []Document{{ID: "b", Headline: "harbour"}})
	if got := ids(find(t, x, Query{Text: "harbour", Limit: 1, Sort: Newest}).Hits); got == "" {
		t.Error("found nothing after it was fed again")
	}
	if err := x.Check(context.Background()); err != nil {
		t.Error(err)
	}
}

// Of several files only the damaged one is left out, and what it held is fed again.
func TestDamagedSegment(t *testing.T) {
	for _, tt := range []struct {
		name  string
		spoil func(b []byte) []byte
	}{
		{"empty", func([]byte) []byte { return nil }},
		{"cut", func(b []byte) []byte { return b[:len(b)/2] }},
		{"one bit", func(b []byte) []byte { b[len(b)/3] ^= 4; return b }},
		{"its end", func(b []byte) []byte { b[len(b)-1] ^= 1; return b }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			path := goodIndex(t) // up to change 5
			x := openIndex(t, path)
			apply(t, x, 6, []Document{{ID: "b", Headline: "harbour wall"}})
			apply(t, x, 7, []Document{{ID: "c", Headline: "harbour crane"}}, "b")
			if err := x.Close(); err != nil {
				t.Fatal(err)
			}
			files, err := filepath.Glob(path + ".d/*.seg")
			if err != nil || len(files) != 2 {
				t.Fatalf("files: %q, %v", files, err)
			}
			spoilFile(t, files[1], tt.spoil)
			x = openIndex(t, path)
			wantApplied(t, x, 5)
			if got := ids(find(t, x, Query{Text: "harbour"}).Hits); got != "a" {
				t.Errorf("what is whole finds %q, want a", got)
			}
			apply(t, x, 6, nil, "b") // as it is now
			apply(t, x, 7, []Document{{ID: "c", Headline: "harbour crane"}}, "b")
			if got := ids(find(t, x, Query{Text: "harbour crane"}).Hits); got != "c a" {
				t.Errorf("after replay found %q, want c a", got)
			}
		})
	}
}

// Damage that comes while the index is open is named, never a crash, and Reset mends it.
func TestDamagedWhileOpen(t *testing.T) {
	for _, tt := range []struct {
		name  string
		spoil func(t *testing.T, path string)
	}{
		{"garbage", func(t *testing.T, path string) {
			f, err := os.OpenFile(path, os.O_WRONLY, 0)
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			if _, err := f.WriteAt(bytes.Repeat([]byte{0xFF, 0x3A}, 4000), 16); err != nil {
				t.Fatal(err)
			}
		}},
		{"cut", func(t *testing.T, path string) {
			if err := os.Truncate(path, 0); err != nil {
				t.Fatal(err)
			}
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			path := goodIndex(t)
			x := openIndex(t, path)
			files, err := filepath.Glob(path + ".d/*.seg")
			if err != nil || len(files) != 1 {
				t.Fatalf("files: %q, %v", files, err)
			}
			tt.spoil(t, files[0])
			for _, text := range []string{"harbour", `"harbour harbour"`, "harbour " + manyWords(30), ""} {
				if _, err := x.Search(context.Background(), Query{Text: text}); err != nil && !errors.Is(err, ErrDamaged) {
					t.Errorf("Search = %v, want ErrDamaged or nothing", err)
				}
			}
			if err := x.Check(context.Background()); !errors.Is(err, ErrDamaged) {
				t.Errorf("Check = %v, want ErrDamaged", err)
			}
			if err := x.Reset(); err != nil {
				t.Fatal(err)
			}
			wantApplied(t, x, 0)
			wantFedAgain(t, x)
		})
	}
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

// What was kept in SQLite in former times gives way.
func TestFormerIndex(t *testing.T) {
	path := filepath.Join(t.TempDir(), "search.db")
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec("PRAGMA application_id = 0x446C5378; CREATE TABLE doc (id TEXT)"); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	x := openIndex(t, path)
	wantApplied(t, x, 0)
	wantFedAgain(t, x)
}
