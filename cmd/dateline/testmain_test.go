package main

import (
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"dateline/internal/store/pgtest"
)

// TestMain lets this test binary be the program: testscript puts it on the PATH as
// dateline, for the scripts and for the tests that run it as a process (package
// main_test), so that nothing has to be built twice.
func TestMain(m *testing.M) {
	testscript.Main(stopping{m}, map[string]func(){"dateline": main})
}

// stopping runs the tests and stops the PostgreSQL they shared.
type stopping struct{ m *testing.M }

func (s stopping) Run() int { return pgtest.Main(s.m) }
