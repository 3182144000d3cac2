package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
)

// version is set when a release is built: -ldflags "-X main.version=1.2.3".
var version = "0.1.0-dev"

type versionCmd struct{ place }

func (versionCmd) Run(io *std) error {
	fmt.Fprintf(io.out, "dateline %s, commit %s, %s\n", version, commit(), runtime.Version())
	return nil
}

// commit is the revision that the binary was built from, as the toolchain noted it.
func commit() string {
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				return s.Value
			}
		}
	}
	return "unknown"
}
