package search

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"
)

// The index may stand in anybody's folder, and is not for everybody.
func TestNewIndexIsPrivate(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("files have no mode there")
	}
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "search.db")
	x, err := Open(path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer x.Close()
	i, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if mode := i.Mode().Perm(); mode != 0o600 {
		t.Errorf("the index has mode %o, want 600", mode)
	}
}
