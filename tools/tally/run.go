package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"
)

// An event is one line of `go test -json`; see `go doc test2json`.
type event struct {
	Action     string
	Package    string  `json:",omitempty"`
	Test       string  `json:",omitempty"`
	Elapsed    float64 `json:",omitempty"`
	Output     string  `json:",omitempty"`
	ImportPath string  `json:",omitempty"` // what does not build

	Reason string `json:",omitempty"` // ours: why a test was skipped
}

func (e event) name() string {
	if e.Test == "" {
		return e.Package
	}
	return strings.TrimPrefix(e.Package, "dateline/") + "." + e.Test
}

// run tells on out what comes in, and appends the outcomes to the record. What a
// test printed is shown only if it failed.
func run(in io.Reader, out io.Writer, record string) (code int, err error) {
	keep, err := os.OpenFile(record, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return 2, err
	}
	defer keep.Close()
	enc := json.NewEncoder(keep)
	said := map[string]*strings.Builder{} // by package and test
	count := map[string]map[string]int{}  // by package: outcome → tests
	lines := bufio.NewReader(in)
	for {
		line, readErr := lines.ReadString('\n')
		var e event
		switch {
		case line == "":
		case json.Unmarshal([]byte(line), &e) != nil:
			fmt.Fprint(out, line) // go's own complaint, such as a package that is not there
		case e.Action == "build-output":
			fmt.Fprint(out, e.Output)
		case e.Action == "output":
			key := e.Package + " " + e.Test
			if said[key] == nil {
				said[key] = new(strings.Builder)
			}
			said[key].WriteString(e.Output)
		case e.Action == "pass", e.Action == "fail", e.Action == "skip":
			key := e.Package + " " + e.Test
			words := ""
			if said[key] != nil {
				words = said[key].String()
				delete(said, key)
			}
			if e.Action == "fail" {
				code = 1
			}
			if e.Test != "" {
				if count[e.Package] == nil {
					count[e.Package] = map[string]int{}
				}
				count[e.Package][e.Action]++
				if e.Action == "skip" {
					e.Reason = reason(words)
				}
			}
			if e.Action == "fail" {
				// A package that failed without a failed test crashed or did not
				// build: all it said is wanted, and what its tests said so far.
				if e.Test == "" && count[e.Package]["fail"] == 0 {
					for k, b := range said {
						if strings.HasPrefix(k, e.Package+" ") {
							words = b.String() + words
						}
					}
				}
				fmt.Fprintf(out, "%s", tail(words))
			}
			if e.Test == "" && (len(count[e.Package]) > 0 || e.Action == "fail") {
				c := count[e.Package]
				word := map[string]string{"pass": "ok  ", "fail": "FAIL", "skip": "ok  "}[e.Action]
				fmt.Fprintf(out, "  %s %-32s %6.1f s  %d passed", word, strings.TrimPrefix(e.Package, "dateline/"), e.Elapsed, c["pass"])
				if c["fail"] > 0 {
					fmt.Fprintf(out, ", %d failed", c["fail"])
				}
				if c["skip"] > 0 {
					fmt.Fprintf(out, ", %d skipped", c["skip"])
				}
				fmt.Fprintln(out)
			}
			e.Output = ""
			if err := enc.Encode(e); err != nil {
				return 2, err
			}
		}
		if readErr == io.EOF {
			return code, keep.Close()
		}
		if readErr != nil {
			return 2, readErr
		}
	}
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
