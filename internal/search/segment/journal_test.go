package segment

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

// copyIndex copies an index as a process that is killed now would leave it.
func copyIndex(t testing.TB, x *Index, from, to string) string {
	t.Helper()
	x.keeping.Lock()
	defer x.keeping.Unlock()
	x.writing.Lock()
	defer x.writing.Unlock()
	b, err := os.ReadFile(from)
	if err == nil {
		err = os.WriteFile(to, b, 0o600)
	}
	if err == nil {
		err = os.CopyFS(to+".d", os.DirFS(from+".d"))
	}
	if err != nil {
		t.Fatal(err)
	}
	return to
}

// What was applied before a kill is there again, up to the first record that is not whole.
func TestJournal(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "x")
	x := openTest(t, path, testOptions)
	for change := int64(1); change <= 9; change++ {
		if err := x.Apply(change*10, []*Document{doc(fmt.Sprint(change), change, nil, "a")}, []string{fmt.Sprint(change - 2)}); err != nil {
			t.Fatal(err)
		}
		if change == 5 {
			if err := x.Flush(); err != nil {
				t.Fatal(err)
			}
		}
	}
	check := func(name string, applied int64, spoil func(log string)) {
		t.Helper()
		copied := copyIndex(t, x, path, filepath.Join(dir, name))
		logs, err := filepath.Glob(copied + ".d/*.log")
		if err != nil || len(logs) != 1 {
			t.Fatalf("journals %q, %v", logs, err)
		}
		spoil(logs[0])
		y := openTest(t, copied, testOptions)
		v := view(t, y)
		newest := fmt.Sprint(applied / 10)
		if v.Applied() != applied || v.Len() != 2 || !v.Has(newest) || count(t, y, "a") != 2 {
			t.Errorf("%s: %d documents at change %d, want 2 at %d", name, v.Len(), v.Applied(), applied)
		}
		// It goes on, and what is spoilt is never met again.
		if err := y.Apply(applied+1, []*Document{doc("new", 99, nil, "a")}, nil); err != nil {
			t.Fatal(err)
		}
		again := openTest(t, copyIndex(t, y, copied, filepath.Join(dir, name+" again")), testOptions)
		if v := view(t, again); v.Applied() != applied+1 || v.Len() != 3 {
			t.Errorf("%s, again: %d documents at change %d, want 3 at %d", name, v.Len(), v.Applied(), applied+1)
		}
	}
	size := func(log string) int64 {
		info, err := os.Stat(log)
		if err != nil {
			t.Fatal(err)
		}
		return info.Size()
	}
	cut := func(n int64) func(log string) {
		return func(log string) {
			if err := os.Truncate(log, n); err != nil {
				t.Fatal(err)
			}
		}
	}
	check("whole", 90, func(string) {})
	check("torn", 80, func(log string) { cut(size(log) - 3)(log) })
	check("empty", 50, cut(0))
	check("gone", 50, func(log string) {
		if err := os.Remove(log); err != nil {
			t.Fatal(err)
		}
	})
	check("garbage", 50, func(log string) {
		if err := os.WriteFile(log, make([]byte, 4000), 0o600); err != nil {
			t.Fatal(err)
		}
	})
}

func FuzzJournal(f *testing.F) {
	j := journal{buf: nil}
	file, err := os.Create(filepath.Join(f.TempDir(), "log"))
	if err != nil {
		f.Fatal(err)
	}
	defer file.Close()
	j.f = file
	if err := j.append(&record{before: 3, change: 4, remove: []string{"a", "bc"}, segment: []byte("segment")}); err != nil {
		f.Fatal(err)
	}
	f.Add(j.buf, true)
	f.Add([]byte{0, 0, 0, 0, 0, 0, 0, 0}, false)
	f.Fuzz(func(t *testing.T, b []byte, sealed bool) {
		if sealed && len(b) >= recordHead {
			sealRecord(b)
		}
		for {
			r, rest, ok := parseRecord(b)
			if !ok {
				return
			}
			if len(rest) >= len(b) || len(r.remove) > len(b) {
				t.Fatalf("%d ids in %d bytes, of which %d are left", len(r.remove), len(b), len(rest))
			}
			b = rest
		}
	})
}
