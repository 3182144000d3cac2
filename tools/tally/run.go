package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
)

// An event is one line of `go test -json`; see `go doc test2json`.
type event struct {
	Action  string
	Package string  `json:",omitempty"`
	Test    string  `json:",omitempty"`
	Elapsed float64 `json:",omitempty"`
	Output  string  `json:",omitempty"`

	Reason string `json:",omitempty"` // ours: why a test was skipped
}

func (e event) name() string { return strings.TrimPrefix(e.Package, "dateline/") + "." + e.Test }

// A teller tells in short what the tests of one part do, and keeps their outcomes.
type teller struct {
	out    io.Writer
	keep   *json.Encoder
	rooms  map[string]*room
	failed bool
}

// A room is one package under test.
type room struct {
	count map[string]int              // outcome → tests
	said  map[string]*strings.Builder // by test, until it has ended; "" is the package
	open  map[string]bool             // tests that have begun and not ended
}

// run tells on out what comes in, and appends the outcomes to the record. What a
// test printed is shown only if it failed.
func run(in io.Reader, out io.Writer, record string) (code int, err error) {
	f, err := os.OpenFile(record, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return 2, err
	}
	defer f.Close()
	t := &teller{out: out, keep: json.NewEncoder(f), rooms: map[string]*room{}}
	for lines := bufio.NewReader(in); ; {
		line, readErr := lines.ReadString('\n')
		if readErr != nil && !errors.Is(readErr, io.EOF) {
			return 2, readErr
		}
		var e event
		if json.Unmarshal([]byte(line), &e) != nil {
			fmt.Fprint(out, line) // go's own complaint, such as a package that is not there
		} else if err := t.take(e); err != nil {
			return 2, err
		}
		if readErr == nil {
			continue
		}
		if t.failed {
			code = 1
		}
		return code, f.Close()
	}
}

func (t *teller) take(e event) error {
	r := t.rooms[e.Package]
	if r == nil {
		r = &room{map[string]int{}, map[string]*strings.Builder{}, map[string]bool{}}
		t.rooms[e.Package] = r
	}
	switch e.Action {
	case "build-output":
		fmt.Fprint(t.out, e.Output)
	case "run":
		r.open[e.Test] = true
	case "output":
		if r.said[e.Test] == nil {
			r.said[e.Test] = new(strings.Builder)
		}
		r.said[e.Test].WriteString(e.Output)
	case "pass", "fail", "skip":
		if e.Test == "" {
			return t.endPackage(r, e)
		}
		return t.endTest(r, e)
	}
	return nil
}

func (t *teller) endTest(r *room, e event) error {
	words := r.words(e.Test)
	delete(r.open, e.Test)
	r.count[e.Action]++
	switch e.Action {
	case "fail":
		t.failed = true
		fmt.Fprint(t.out, tail(words))
	case "skip":
		e.Reason = reason(words)
	}
	return t.keep.Encode(e)
}

// endPackage tells the package's line. If it crashed or ran out of time, the tests
// that were under way have failed, and what they said last says why.
func (t *teller) endPackage(r *room, e event) error {
	if e.Action == "fail" {
		t.failed = true
		for _, test := range slices.Sorted(maps.Keys(r.open)) {
			if err := t.endTest(r, event{Action: "fail", Package: e.Package, Test: test}); err != nil {
				return err
			}
		}
		fmt.Fprint(t.out, tail(r.words("")))
	}
	if len(r.count) > 0 || e.Action == "fail" {
		word := "ok  "
		if e.Action == "fail" {
			word = "FAIL"
		}
		fmt.Fprintf(t.out, "  %s %-32s %6.1f s  %d passed", word, strings.TrimPrefix(e.Package, "dateline/"), e.Elapsed, r.count["pass"])
		if n := r.count["fail"]; n > 0 {
			fmt.Fprintf(t.out, ", %d failed", n)
		}
		if n := r.count["skip"]; n > 0 {
			fmt.Fprintf(t.out, ", %d skipped", n)
		}
		fmt.Fprintln(t.out)
	}
	return t.keep.Encode(e)
}

// words takes what a test has said.
func (r *room) words(test string) string {
	b := r.said[test]
	delete(r.said, test)
	if b == nil {
		return ""
	}
	return b.String()
}

var whereSaid = regexp.MustCompile(`(?m)^\s+\S+\.go:\d+: `)

// reason is what t.Skip was given.
func reason(words string) string {
	at := whereSaid.FindAllStringIndex(words, -1)
	if at == nil {
		return "no reason given"
	}
	said := words[at[len(at)-1][1]:]
	said, _, _ = strings.Cut(said, "--- SKIP")
	return strings.Join(strings.Fields(said), " ")
}

// tail keeps the end of what is too long to be read.
func tail(words string) string {
	const most = 12_000
	if len(words) <= most {
		return words
	}
	return "…\n" + words[len(words)-most:]
}
