package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// record runs one part whose events are given, and gives what it told.
func record(t *testing.T, path, events string) (told string, code int) {
	t.Helper()
	var out bytes.Buffer
	code, err := run(strings.NewReader(events), &out, path)
	if err != nil {
		t.Fatal(err)
	}
	return out.String(), code
}

func sum(t *testing.T, path string, strict bool) (told string, code int) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	s, err := read(f)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	code = s.print(&out, strict)
	return out.String(), code
}

const (
	raceP = `{"Action":"pass","Package":"dateline/a","Test":"TestQuick"}
{"Action":"output","Package":"dateline/a","Test":"TestLong","Output":"=== RUN   TestLong\n"}
{"Action":"output","Package":"dateline/a","Test":"TestLong","Output":"    a_test.go:3: takes a minute\n"}
{"Action":"output","Package":"dateline/a","Test":"TestLong","Output":"--- SKIP: TestLong (0.00s)\n"}
{"Action":"skip","Package":"dateline/a","Test":"TestLong"}
{"Action":"pass","Package":"dateline/a","Elapsed":1}
`
	wholeP = `{"Action":"pass","Package":"dateline/a","Test":"TestQuick"}
{"Action":"pass","Package":"dateline/a","Test":"TestLong"}
{"Action":"pass","Package":"dateline/a","Elapsed":60}
`
	dataP = `{"Action":"output","Package":"dateline/b","Test":"TestReal","Output":"    b_test.go:9: needs ../shared/data/feeds: no such file\n"}
{"Action":"skip","Package":"dateline/b","Test":"TestReal"}
{"Action":"pass","Package":"dateline/b","Test":"TestMade"}
{"Action":"pass","Package":"dateline/b"}
`
	failP = `{"Action":"output","Package":"dateline/c","Test":"TestX","Output":"    c_test.go:5: GET /x = 200, want 410\n"}
{"Action":"fail","Package":"dateline/c","Test":"TestX"}
{"Action":"fail","Package":"dateline/c"}
`
	hangP = `{"Action":"run","Package":"dateline/e","Test":"TestHangs"}
{"Action":"output","Package":"dateline/e","Test":"TestHangs","Output":"panic: test timed out after 15m0s\n"}
{"Action":"fail","Package":"dateline/e"}
`
	crashP = `{"ImportPath":"dateline/d [dateline/d.test]","Action":"build-output","Output":"d.go:1: undefined: y\n"}
{"Action":"output","Package":"dateline/d","Output":"FAIL\tdateline/d [build failed]\n"}
{"Action":"fail","Package":"dateline/d"}
`
)

func TestAccount(t *testing.T) {
	for _, c := range []struct {
		name   string
		parts  []string
		strict bool
		last   string
		code   int
	}{
		{"a long test counts once", []string{raceP, wholeP}, true, "2 passed, 0 failed, 0 skipped", 0},
		{"left to a part that never came", []string{raceP}, false, "1 passed, 0 failed, 1 skipped", 0},
		{"which a strict run refuses", []string{raceP}, true, "1 passed, 0 failed, 1 skipped", 1},
		{"but not the missing material", []string{dataP}, true, "1 passed, 0 failed, 1 skipped", 0},
		{"a failure fails", []string{wholeP, failP}, false, "2 passed, 1 failed, 0 skipped", 1},
		{"what does not build fails", []string{wholeP, crashP}, false, "2 passed, 1 failed, 0 skipped", 1},
		{"what hangs fails by name", []string{wholeP, hangP}, false, "2 passed, 1 failed, 0 skipped", 1},
		{"failed in one part, passed in another", []string{strings.ReplaceAll(failP, "fail", "pass"), failP}, false, "0 passed, 1 failed, 0 skipped", 1},
		{"nothing tried is no success", []string{""}, false, "0 passed, 0 failed, 0 skipped", 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "record")
			for _, p := range c.parts {
				record(t, path, p)
			}
			told, code := sum(t, path, c.strict)
			if code != c.code || !strings.HasSuffix(told, "\n"+c.last+"\n") {
				t.Errorf("exit %d, want %d, after:\n%s\nwant the last line %q", code, c.code, told, c.last)
			}
		})
	}
}

func TestTelling(t *testing.T) {
	path := filepath.Join(t.TempDir(), "record")
	if told, code := record(t, path, failP); code != 1 || !strings.Contains(told, "GET /x = 200, want 410") {
		t.Errorf("a failed test: exit %d, told %q", code, told)
	}
	if told, code := record(t, path, crashP); code != 1 || !strings.Contains(told, "undefined: y") {
		t.Errorf("a package that does not build: exit %d, told %q", code, told)
	}
	if told, code := record(t, path, hangP); code != 1 || !strings.Contains(told, "timed out after 15m") {
		t.Errorf("a test that hangs: exit %d, told %q", code, told)
	}
	if told, code := record(t, path, wholeP); code != 0 || !strings.Contains(told, "2 passed") {
		t.Errorf("a good part: exit %d, told %q", code, told)
	}
	if _, err := note([]string{path, "skip", "nu", "no", "Java"}); err != nil {
		t.Fatal(err)
	}
	record(t, path, dataP)
	told, _ := sum(t, path, false)
	for _, want := range []string{"  b.TestReal: needs ../shared/data/feeds: no such file\n", "  check.nu: no Java\n", "  c.TestX\n", "  e.TestHangs\n", "  dateline/d\n"} {
		if !strings.Contains(told, want) {
			t.Errorf("the account lacks %q:\n%s", want, told)
		}
	}
}
