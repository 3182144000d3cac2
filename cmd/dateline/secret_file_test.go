package main

import (
	"bufio"
	"errors"
	"os"
	"path/filepath"
	"testing"
)

// A file with keys is its owner's alone, whatever lay at its place before, and whole or
// not there.
func TestWriteSecret(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "keys.jsonl")
	for _, name := range []string{path, path + ".part"} {
		if err := os.WriteFile(name, []byte("x"), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	err := writeSecret(path, nil, func(w *bufio.Writer) error { _, err := w.WriteString("secret"); return err })
	info, statErr := os.Stat(path)
	text, readErr := os.ReadFile(path)
	if err := errors.Join(err, statErr, readErr); err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o600 || string(text) != "secret" {
		t.Errorf("%v with %q", info.Mode(), text)
	}
	if err := writeSecret(path, nil, func(*bufio.Writer) error { return errors.New("disk full") }); err == nil {
		t.Error("no error")
	}
	left, err := os.ReadDir(dir)
	if text, _ := os.ReadFile(path); err != nil || string(text) != "secret" || len(left) != 2 {
		t.Errorf("after a failure there is %q and %v, %v", text, left, err)
	}
}
