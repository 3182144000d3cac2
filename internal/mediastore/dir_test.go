package mediastore

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

func openTemp(t *testing.T, dir string) *Dir {
	t.Helper()
	d, err := OpenDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	return d
}

func TestOpenClearsOnlyWhatACrashLeft(t *testing.T) {
	dir := t.TempDir()
	openTemp(t, dir)
	for name, age := range map[string]time.Duration{"old": 2 * time.Hour, "young": time.Minute} {
		p := filepath.Join(dir, unfinished, name)
		if err := os.WriteFile(p, []byte("half a pict"), 0o600); err != nil {
			t.Fatal(err)
		}
		then := time.Now().Add(-age)
		if err := os.Chtimes(p, then, then); err != nil {
			t.Fatal(err)
		}
	}
	d := openTemp(t, dir)
	if _, err := os.Stat(filepath.Join(dir, unfinished, "old")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the file of two hours ago: %v, want it gone", err)
	}
	if _, err := os.Stat(filepath.Join(dir, unfinished, "young")); err != nil {
		t.Errorf("the file of a minute ago, perhaps another process's: %v", err)
	}
	if got := names(t, d); len(got) != 0 {
		t.Errorf("names %v, want none", got)
	}
}

func TestAFailedPutLeavesNothingBehind(t *testing.T) {
	dir := t.TempDir()
	d := openTemp(t, dir)
	put(t, d, "a/b", []byte("old"))
	// A folder where the file should go makes the rename fail, for root too.
	_, file := place("in/the/way")
	if err := os.MkdirAll(filepath.Join(dir, file, "x"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := d.Put(t.Context(), "in/the/way", []byte("new")); err == nil {
		t.Error("Put over a folder succeeded")
	}
	list, err := os.ReadDir(filepath.Join(dir, unfinished))
	if err != nil || len(list) != 0 {
		t.Errorf("left unfinished: %v, %v", list, err)
	}
	if got := read(t, d, "a/b"); string(got) != "old" {
		t.Errorf("its neighbour is %q", got)
	}
}

func TestDoesNotFollowLinksOutOfTheFolder(t *testing.T) {
	dir, outside := t.TempDir(), filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(outside, []byte("secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	d := openTemp(t, dir)
	_, file := place("a/b")
	if err := os.Symlink(outside, filepath.Join(dir, file)); err != nil {
		t.Fatal(err)
	}
	if f, _, err := d.Open(t.Context(), "a/b"); err == nil {
		t.Errorf("opened %v, which lies outside", f)
	}
}

func TestFullDiskIsSaidSo(t *testing.T) {
	err := full(&fs.PathError{Op: "write", Path: "tmp/x", Err: syscall.ENOSPC})
	if !errors.Is(err, ErrFull) || !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("%v, want ErrFull and the cause", err)
	}
	if err := full(fs.ErrPermission); errors.Is(err, ErrFull) {
		t.Errorf("%v is not a full disk", err)
	}
}

func TestFolderThatCannotBe(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenDir(filepath.Join(file, "media")); err == nil || !strings.Contains(err.Error(), "open media folder") {
		t.Errorf("%v, want an error that names the folder", err)
	}
}

// TestNothingAcknowledgedIsLostByKill kills a process that puts files again
// and again: what it said was put must be there, and nothing in parts.
func TestNothingAcknowledgedIsLostByKill(t *testing.T) {
	if dir := os.Getenv("MEDIASTORE_WRITER"); dir != "" {
		writeUntilKilled(dir)
	}
	dir := t.TempDir()
	for round := range 5 {
		cmd := exec.Command(os.Args[0], "-test.run=^TestNothingAcknowledgedIsLostByKill$")
		cmd.Env = append(os.Environ(), "MEDIASTORE_WRITER="+dir)
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		var acknowledged []string
		for lines := bufio.NewScanner(out); lines.Scan(); {
			acknowledged = append(acknowledged, lines.Text())
			if len(acknowledged) == 20+13*round {
				if err := cmd.Process.Kill(); err != nil {
					t.Fatal(err)
				}
			}
		}
		if err := cmd.Wait(); err == nil || len(acknowledged) < 20 {
			t.Fatalf("the writer ended by itself after %d files: %v", len(acknowledged), err)
		}
		d := openTemp(t, dir)
		for _, name := range acknowledged {
			if got := read(t, d, name); !bytes.Equal(got, contents(name)) {
				t.Errorf("round %d: %s has %d bytes, want %d", round, name, len(got), len(contents(name)))
			}
		}
		for _, name := range names(t, d) {
			if got := read(t, d, name); !bytes.Equal(got, contents(name)) {
				t.Errorf("round %d: %s is there in part, %d bytes", round, name, len(got))
			}
		}
	}
}

func contents(name string) []byte { return bytes.Repeat([]byte(name+"\n"), 4000) }

func writeUntilKilled(dir string) {
	d, err := OpenDir(dir)
	for i := 0; err == nil; i++ {
		name := fmt.Sprintf("%d/%d.jpg", i%7, i)
		if err = d.Put(context.Background(), name, contents(name)); err == nil {
			fmt.Println(name)
		}
	}
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}
