package mediastore

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"
	"sync"
	"testing"
)

// TestStores holds both kinds to the same promises.
func TestStores(t *testing.T) {
	kinds := map[string]func(t *testing.T) Store{
		"dir": func(t *testing.T) Store {
			d, err := OpenDir(t.TempDir() + "/media")
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() {
				if err := d.Close(); err != nil {
					t.Error(err)
				}
			})
			return d
		},
		"bucket": func(t *testing.T) Store {
			_, url := startS3(t)
			b, err := OpenBucket(t.Context(), "s3://pictures?endpoint="+url)
			if err != nil {
				t.Fatal(err)
			}
			return b
		},
		"bucket with prefix": func(t *testing.T) Store {
			f, url := startS3(t)
			f.buckets["pictures"]["elsewhere/a.jpg"] = []byte("another's")
			b, err := OpenBucket(t.Context(), "s3://pictures/news/room?region=eu-1&endpoint="+url+"/")
			if err != nil {
				t.Fatal(err)
			}
			return b
		},
	}
	promises := map[string]func(t *testing.T, s Store){
		"gives back what was put":       givesBack,
		"replaces as a whole":           replaces,
		"says when a file is not there": missing,
		"removes":                       removes,
		"lists every name":              listsNames,
		"refuses dangerous names":       refusesNames,
		"stops with its context":        stops,
		"takes many at once":            takesMany,
	}
	for kind, open := range kinds {
		t.Run(kind, func(t *testing.T) {
			for promise, holds := range promises {
				t.Run(promise, func(t *testing.T) { holds(t, open(t)) })
			}
		})
	}
}

func put(t *testing.T, s Store, name string, data []byte) {
	t.Helper()
	if err := s.Put(t.Context(), name, data); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, s Store, name string) []byte {
	t.Helper()
	f, size, err := s.Open(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(f)
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	if int64(len(b)) != size {
		t.Errorf("Open says %d bytes, read %d", size, len(b))
	}
	return b
}

func givesBack(t *testing.T, s Store) {
	large := bytes.Repeat([]byte("picture "), 1<<18) // 2 MB
	for name, data := range map[string][]byte{
		"a": []byte("x"), "ab12/960.jpg": large, "ab12/original": {}, "a-b_c.d/e/f.webp": []byte("deep"),
	} {
		put(t, s, name, data)
		if got := read(t, s, name); !bytes.Equal(got, data) {
			t.Errorf("%s: %d bytes back, put %d", name, len(got), len(data))
		}
		if size, err := s.Stat(t.Context(), name); err != nil || size != int64(len(data)) {
			t.Errorf("Stat(%s) = %d, %v, want %d", name, size, err, len(data))
		}
	}
	f, _, err := s.Open(t.Context(), "ab12/960.jpg")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if at, err := f.Seek(-8, io.SeekEnd); err != nil || at != int64(len(large)-8) {
		t.Fatalf("Seek to the last 8 bytes: %d, %v", at, err)
	}
	if b, err := io.ReadAll(f); err != nil || string(b) != "picture " {
		t.Errorf("after Seek: %q, %v", b, err)
	}
	if _, err := f.Seek(4, io.SeekStart); err != nil {
		t.Fatal(err)
	}
	b := make([]byte, 6)
	if _, err := io.ReadFull(f, b); err != nil || string(b) != "ure pi" {
		t.Errorf("after Seek back: %q, %v", b, err)
	}
}

func replaces(t *testing.T, s Store) {
	put(t, s, "p/480.jpg", []byte("the first and longer one"))
	put(t, s, "p/480.jpg", []byte("second"))
	if got := read(t, s, "p/480.jpg"); string(got) != "second" {
		t.Errorf("%q, want the second", got)
	}
}

func missing(t *testing.T, s Store) {
	if _, _, err := s.Open(t.Context(), "not/there.jpg"); !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), "not/there.jpg") {
		t.Errorf("Open: %v, want fs.ErrNotExist with the name", err)
	}
	if _, err := s.Stat(t.Context(), "not/there.jpg"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Stat: %v, want fs.ErrNotExist", err)
	}
}

func removes(t *testing.T, s Store) {
	put(t, s, "p/480.jpg", []byte("x"))
	put(t, s, "p/960.jpg", []byte("y"))
	for range 2 {
		if err := s.Remove(t.Context(), "p/480.jpg"); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.Stat(t.Context(), "p/480.jpg"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("after Remove: %v, want fs.ErrNotExist", err)
	}
	if got := read(t, s, "p/960.jpg"); string(got) != "y" {
		t.Errorf("its neighbour is %q", got)
	}
}

func names(t *testing.T, s Store) []string {
	t.Helper()
	var got []string
	for name, err := range s.Names(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, name)
	}
	slices.Sort(got)
	return got
}

func listsNames(t *testing.T, s Store) {
	if got := names(t, s); len(got) != 0 {
		t.Errorf("a new store has %v", got)
	}
	var want []string
	for i := range 40 {
		name := fmt.Sprintf("%02d/%d.jpg", i, i)
		put(t, s, name, []byte(name))
		want = append(want, name)
	}
	if got := names(t, s); !slices.Equal(got, want) {
		t.Errorf("names %v, want %v", got, want)
	}
	n := 0
	for range s.Names(t.Context()) {
		if n++; n == 3 {
			break // must not panic or hang
		}
	}
}

func refusesNames(t *testing.T, s Store) {
	for _, name := range []string{
		"", "/", "/a", "a/", "a//b", ".", "..", "../a", "a/../b", "a/./b", ".hidden", "a/.b", "A.jpg", "a b",
		"a\\b", "a\x00b", "a~b", "ä", "a?b", "a%2fb", strings.Repeat("a", maxName+1),
	} {
		if err := s.Put(t.Context(), name, []byte("x")); !errors.Is(err, ErrName) {
			t.Errorf("Put(%q): %v, want ErrName", name, err)
		}
		if f, _, err := s.Open(t.Context(), name); !errors.Is(err, ErrName) || f != nil {
			t.Errorf("Open(%q): %v, want ErrName", name, err)
		}
		if _, err := s.Stat(t.Context(), name); !errors.Is(err, ErrName) {
			t.Errorf("Stat(%q): %v, want ErrName", name, err)
		}
		if err := s.Remove(t.Context(), name); !errors.Is(err, ErrName) {
			t.Errorf("Remove(%q): %v, want ErrName", name, err)
		}
	}
	put(t, s, strings.Repeat("a", maxName), []byte("the longest"))
}

func stops(t *testing.T, s Store) {
	put(t, s, "a", []byte("x"))
	over, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Put(over, "b", []byte("x")); !errors.Is(err, context.Canceled) {
		t.Errorf("Put: %v, want context canceled", err)
	}
	if _, _, err := s.Open(over, "a"); !errors.Is(err, context.Canceled) {
		t.Errorf("Open: %v, want context canceled", err)
	}
	var last error
	for _, err := range s.Names(over) {
		last = err
	}
	if !errors.Is(last, context.Canceled) {
		t.Errorf("Names ended with %v, want context canceled", last)
	}
	if got := names(t, s); !slices.Equal(got, []string{"a"}) {
		t.Errorf("names %v, want only a", got)
	}
}

// takesMany writes one name from many sides: readers must see one of the
// versions, never a mixture.
func takesMany(t *testing.T, s Store) {
	put(t, s, "same", bytes.Repeat([]byte{0}, 50_000))
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for n := range 5 {
				data := bytes.Repeat([]byte{byte(i*5 + n)}, 50_000)
				if err := s.Put(t.Context(), "same", data); err != nil {
					t.Error(err)
				}
				f, _, err := s.Open(t.Context(), "same")
				if err != nil {
					t.Error(err)
					return
				}
				got, err := io.ReadAll(f)
				// A bucket's reader may find the file replaced under it, and says so.
				if err != nil && !strings.Contains(err.Error(), "pre-condition") {
					t.Error(err)
				}
				if err == nil && (len(got) != 50_000 || !bytes.Equal(got, bytes.Repeat(got[:1], len(got)))) {
					t.Errorf("a mixture of two versions, %d bytes", len(got))
				}
				if err := f.Close(); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
}

func TestOpenChoosesByTheSetting(t *testing.T) {
	_, url := startS3(t)
	data, elsewhere := t.TempDir(), t.TempDir()
	for _, c := range []struct{ setting, want string }{
		{"", data + "/media"}, {"file:pics", data + "/pics"}, {"file:" + elsewhere, elsewhere},
		{"file://" + elsewhere, elsewhere}, {"s3://pictures?endpoint=" + url, ""},
	} {
		s, err := Open(t.Context(), c.setting, data)
		if err != nil {
			t.Errorf("Open(%q): %v", c.setting, err)
			continue
		}
		d, ok := s.(*Dir)
		if ok && d.root.Name() != c.want || !ok && c.want != "" {
			t.Errorf("Open(%q) = %#v, want %q", c.setting, s, c.want)
		}
		if ok {
			if err := d.Close(); err != nil {
				t.Error(err)
			}
		}
	}
	for setting, says := range map[string]string{
		"ftp://x": "want file:DIR", "pictures": "want file:DIR", "file:": "want file:DIR",
		"s3:pictures": "want s3://", "s3://pictures?endpont=x": "unknown setting",
		"s3://nowhere?endpoint=" + url: "create it first", "s3://key:secret@pictures": "keys in the environment",
		"s3://pictures/../x?endpoint=" + url: "not a name",
	} {
		if _, err := Open(t.Context(), setting, data); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("Open(%q): %v, want an error with %q", setting, err, says)
		}
	}
	t.Setenv("AWS_ACCESS_KEY_ID", "")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "")
	if _, err := Open(t.Context(), "s3://pictures?endpoint="+url, data); err == nil || !strings.Contains(err.Error(), "AWS_ACCESS_KEY_ID") {
		t.Errorf("without credentials: %v, want to be told what to set", err)
	}
}

func TestFullBucket(t *testing.T) {
	f, url := startS3(t)
	b, err := OpenBucket(t.Context(), "s3://pictures?endpoint="+url)
	if err != nil {
		t.Fatal(err)
	}
	f.full = true
	if err := b.Put(t.Context(), "a", []byte("x")); !errors.Is(err, ErrFull) {
		t.Errorf("Put into a full bucket: %v, want ErrFull", err)
	}
}
