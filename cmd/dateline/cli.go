package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/alecthomas/kong"

	"dateline/internal/news"
)

// cli is every command and flag; docs/reference.md is held against it by a test.
type cli struct {
	Serve         serveCmd         `cmd:"" help:"Run site, desk and background work."`
	Demo          demoCmd          `cmd:"" help:"The same on a throw-away data folder with a sample newsroom."`
	Import        importCmd        `cmd:"" help:"Bring in another system's export."`
	Export        exportCmd        `cmd:"" help:"Write everything that a newsroom would take elsewhere."`
	Staff         staffCmd         `cmd:"" help:"Who works here."`
	Reader        readerCmd        `cmd:"" help:"Readers who may comment."`
	Token         tokenCmd         `cmd:"" help:"API tokens for programs."`
	Subscriptions subscriptionsCmd `cmd:"" help:"Readers' push subscriptions, in and out."`
	Keys          keysCmd          `cmd:"" help:"The push keys that browsers subscribe with."`
	Alert         alertCmd         `cmd:"" help:"Alerts from the command line, for the worst night."`
	Backup        backupCmd        `cmd:"" help:"Write a consistent copy of everything, while serving too."`
	Restore       restoreCmd       `cmd:"" help:"Put a backup back into an empty place."`
	Verify        verifyCmd        `cmd:"" help:"Check a backup's checksums."`
	Migrate       migrateCmd       `cmd:"" help:"Say what the next start would change in the database."`
	Reindex       reindexCmd       `cmd:"" help:"Make the search index anew, while serving too."`
	Doctor        doctorCmd        `cmd:"" help:"Check configuration, database, pictures, index, clock and disk."`
	Bench         benchCmd         `cmd:"" help:"Measure this machine with this program."`
	Version       versionCmd       `cmd:"" help:"Say which version this is."`
}

// std is where a command reads and writes.
type std struct {
	in       io.Reader
	out, err io.Writer
}

// usage is what kong panics with to leave; see run.
type leave int

// run parses args and runs the command: 0 done, 1 failed, 2 wrong usage.
func run(ctx context.Context, args []string, in io.Reader, out, errOut io.Writer) (code int) {
	var c cli
	defer func() {
		if r := recover(); r != nil {
			l, ok := r.(leave)
			if !ok {
				panic(r)
			}
			code = int(l)
		}
	}()
	p, err := kong.New(&c,
		kong.Name("dateline"),
		kong.Description("Dateline runs an independent newsroom's site: one binary, one command."),
		kong.UsageOnError(),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
		kong.ValueFormatter(flagHelp),
		kong.Writers(out, errOut),
		kong.Exit(func(n int) { panic(leave(min(n, 2))) }),
	)
	if err != nil {
		fmt.Fprintln(errOut, "dateline:", err)
		return 1
	}
	k, err := p.Parse(args)
	if err != nil {
		fmt.Fprintf(errOut, "dateline: %s\nRun \"dateline --help\" for usage.\n", err)
		return 2
	}
	c.Demo.named = named(args, "--data", "DATELINE_DATA")
	k.BindTo(ctx, (*context.Context)(nil))
	if err := k.Run(&std{in, out, errOut}); err != nil {
		fmt.Fprintln(errOut, "dateline:", oneLine(err))
		var u usageError
		if errors.As(err, &u) {
			return 2
		}
		return 1
	}
	return 0
}

// named tells whether a flag was given, on the command line or by its variable.
func named(args []string, flag, variable string) bool {
	if os.Getenv(variable) != "" {
		return true
	}
	return slices.ContainsFunc(args, func(a string) bool { return a == flag || strings.HasPrefix(a, flag+"=") })
}

// flagHelp adds to a flag's help its default, which kong leaves out where a
// placeholder stands.
func flagHelp(v *kong.Value) string {
	help := kong.DefaultHelpValueFormatter(v)
	if v.Flag != nil && v.HasDefault && v.Flag.PlaceHolder != "" && v.Default != "" {
		help += " Default: " + v.Default + "."
	}
	return help
}

// A usageError is input on the command line that cannot be meant.
type usageError struct{ error }

// Unwrap lets oneLine find the newsroom's own words.
func (u usageError) Unwrap() error { return u.error }

func wrongUsage(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

// oneLine is an error as the operator reads it: a refusal's sentence or what it says of
// each field, or the whole chain.
func oneLine(err error) string {
	var e *news.Error
	if errors.As(err, &e) {
		if len(e.Fields) == 0 {
			return e.Message
		}
		var b []string
		for _, f := range e.Fields {
			b = append(b, f.Field+": "+f.Detail)
		}
		return strings.Join(b, " ")
	}
	// Some drivers' errors have several lines, and an operator's tools read one.
	return strings.Join(strings.Fields(err.Error()), " ")
}
