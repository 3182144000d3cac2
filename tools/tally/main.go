// Command tally makes one account of a test run that has several parts. It reads
// what `go test -json` says, tells it in short as it comes, keeps it in a record,
// and at the end counts each test once.
//
//	go test -json ./... | tally run RECORD     tell, keep, exit 1 on a failure
//	tally note RECORD pass|fail|skip NAME [REASON]   a check that is no Go test
//	tally sum [-strict] RECORD                 the skipped, the failed, the closing line
//
// A test that several parts ran counts once: as failed if it failed anywhere, as
// skipped only if no part ran it (the part under the race detector leaves the long
// ones to the part without).
package main

import (
	"flag"
	"fmt"
	"os"
)

func main() {
	code, err := tally(os.Args[1:])
	if err != nil {
		fmt.Fprintln(os.Stderr, "tally:", err)
		code = 2
	}
	os.Exit(code)
}

func tally(args []string) (code int, err error) {
	if len(args) < 2 {
		return 2, fmt.Errorf("usage: tally run|note|sum RECORD …")
	}
	switch args[0] {
	case "run":
		return run(os.Stdin, os.Stdout, args[1])
	case "note":
		return note(args[1:])
	case "sum":
		set := flag.NewFlagSet("sum", flag.ContinueOnError)
		strict := set.Bool("strict", false, "a skipped test fails the run, unless ../shared/data is what it lacks")
		if err := set.Parse(args[1:]); err != nil || set.NArg() != 1 {
			return 2, fmt.Errorf("usage: tally sum [-strict] RECORD")
		}
		f, err := os.Open(set.Arg(0))
		if err != nil {
			return 2, err
		}
		defer f.Close()
		s, err := read(f)
		if err != nil {
			return 2, err
		}
		return s.print(os.Stdout, *strict), nil
	}
	return 2, fmt.Errorf("unknown command %q", args[0])
}
