package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
)

// outcome is what became of one test over all parts; a greater one wins.
type outcome int

const (
	skipped outcome = iota + 1
	passed
	failed
)

// A summary is the account of a whole run.
type summary struct {
	of  map[string]outcome
	why map[string]string // reasons of what was skipped
}

// read makes the account from a record.
func read(r io.Reader) (*summary, error) {
	s := &summary{map[string]outcome{}, map[string]string{}}
	var broken []string            // packages that failed
	inPackage := map[string]bool{} // whether one of their tests did
	kinds := map[string]outcome{"skip": skipped, "pass": passed, "fail": failed}
	for d := json.NewDecoder(r); ; {
		var e event
		if err := d.Decode(&e); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, fmt.Errorf("read record: %w", err)
		}
		k, known := kinds[e.Action]
		if !known {
			continue
		}
		if e.Test == "" {
			if k == failed {
				broken = append(broken, e.Package)
			}
			continue
		}
		if k == failed {
			inPackage[e.Package] = true
		}
		name := e.name()
		if k >= s.of[name] {
			s.of[name] = k
		}
		if k == skipped {
			s.why[name] = e.Reason
		}
	}
	for _, p := range broken {
		if !inPackage[p] { // it did not build, or crashed, or ran out of time
			s.of[p] = failed
		}
	}
	return s, nil
}

// missingData tells whether a test was skipped for want of the test material that
// lies beside the project and is not part of it.
func missingData(why string) bool { return strings.Contains(why, "../shared/data") }

// print writes the account and gives the exit code: 1 if a test failed, or, when
// strict, if one was skipped that need not be.
func (s *summary) print(w io.Writer, strict bool) (code int) {
	n := map[outcome]int{}
	var skips, fails, refused []string
	for _, name := range slices.Sorted(maps.Keys(s.of)) {
		o := s.of[name]
		n[o]++
		switch o {
		case skipped:
			skips = append(skips, "  "+name+": "+s.why[name])
			if !missingData(s.why[name]) {
				refused = append(refused, name)
			}
		case failed:
			fails = append(fails, "  "+name)
		}
	}
	if len(skips) > 0 {
		fmt.Fprintf(w, "\nSkipped:\n%s\n", strings.Join(skips, "\n"))
	}
	if len(fails) > 0 {
		fmt.Fprintf(w, "\nFailed:\n%s\n", strings.Join(fails, "\n"))
		code = 1
	}
	if strict && len(refused) > 0 {
		fmt.Fprintf(w, "\nHere no test may be skipped but for a missing ../shared/data; %d were.\n", len(refused))
		code = 1
	}
	if n[passed] == 0 {
		code = 1 // a run that tried nothing has not succeeded
	}
	fmt.Fprintf(w, "\n%d passed, %d failed, %d skipped\n", n[passed], n[failed], n[skipped])
	return code
}

// note keeps the outcome of a check that is no Go test: RECORD OUTCOME NAME [REASON].
func note(args []string) (code int, err error) {
	if len(args) < 3 || !slices.Contains([]string{"pass", "fail", "skip"}, args[1]) {
		return 2, fmt.Errorf("usage: tally note RECORD pass|fail|skip NAME [REASON]")
	}
	f, err := os.OpenFile(args[0], os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return 2, err
	}
	defer f.Close()
	e := event{Action: args[1], Package: "check", Test: args[2], Reason: strings.Join(args[3:], " ")}
	if err := json.NewEncoder(f).Encode(e); err != nil {
		return 2, err
	}
	return 0, f.Close()
}
