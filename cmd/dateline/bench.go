package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"
)

// benchCmd measures this machine with this program: it makes a throw-away newsroom
// through the same import that a newsroom uses, starts this binary as its own server,
// and asks it over the loopback.
type benchCmd struct {
	Publish  benchPublishCmd  `cmd:"" help:"How soon readers see what an editor publishes, and that they never see older."`
	Alerts   benchAlertsCmd   `cmd:"" help:"How fast an alert reaches a million subscribers, and what sending costs."`
	Site     benchSiteCmd     `cmd:"" help:"How fast readers are answered, and what serving needs."`
	Comments benchCommentsCmd `cmd:"" help:"What comments cost their writers, readers and moderators, in a flood too."`
	Search   benchSearchCmd   `cmd:"" help:"How fast the search index answers, alone and beside others, and what it needs."`
}

// benchFlags are what every bench takes. None of them is read from the environment:
// a bench must not write into the newsroom that the machine's settings name.
type benchFlags struct {
	JSON     bool   `name:"json" help:"Print one line of JSON instead of a table."`
	Size     int    `help:"How many to measure with (default: 10000 stories; for alerts, 1000000 subscribers; for search, 120000 articles; for comments, 1000000 of them)." placeholder:"N"`
	Corpus   string `help:"Take the stories from JSON lines (headline, body; standfirst, section, topics, byline), gzip or not, instead of a generated text." placeholder:"FILE"`
	Data     string `help:"Folder to make the throw-away newsroom in (default: the system's)." placeholder:"DIR"`
	Database string `help:"An empty PostgreSQL database to measure with instead of SQLite; it is left with what was measured." placeholder:"postgres://…"`

	AdminListen string `help:"Metrics and profiles of the server measured, as serve's; for finding out why." placeholder:"HOST:PORT"`
}

// A bench is one run: its throw-away folder, its child processes, and what it found.
type bench struct {
	benchFlags
	report benchReport
	self   string // this program
	dir    string
	tell   io.Writer
	kids   []*benchChild
}

// measure runs one bench from an empty folder to the printed figures, and leaves
// nothing behind: no process, no file. It takes at most limit, whatever hangs.
func (f benchFlags) measure(ctx context.Context, std *std, name string, limit time.Duration, do func(context.Context, *bench) error) (err error) {
	if f.Size == 0 {
		f.Size = 10_000
	}
	if f.Size < 20 || f.Size > 1_000_000 {
		return wrongUsage("--size: %d; use 20 to 1000000", f.Size)
	}
	if f.Database != "" && !strings.HasPrefix(f.Database, "postgres") {
		return wrongUsage("--database: %q is no PostgreSQL address; leave it out to measure SQLite", f.Database)
	}
	// A bench that is hung up on, by a closed terminal too, still cleans up.
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	ctx, cancel := context.WithTimeoutCause(ctx, limit, fmt.Errorf("it took longer than %s", limit))
	defer cancel()
	b := &bench{benchFlags: f, tell: std.err, report: benchReport{Bench: name, Machine: machine(), Missing: []string{}}}
	if b.self, err = os.Executable(); err != nil {
		return fmt.Errorf("find this program, to start it as a server: %w", err)
	}
	if b.dir, err = os.MkdirTemp(f.Data, "dateline-bench-"); err != nil {
		return fmt.Errorf("make a throw-away folder: %w; choose where with --data", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(b.dir)) }()
	defer b.stopAll()
	if err := do(ctx, b); err != nil {
		if ctx.Err() != nil {
			return fmt.Errorf("bench %s: %w", name, context.Cause(ctx))
		}
		return fmt.Errorf("bench %s: %w", name, err)
	}
	if f.JSON {
		return b.report.writeJSON(std.out)
	}
	return b.report.writeTable(std.out)
}

// say tells whoever waits what is being done.
func (b *bench) say(format string, args ...any) { fmt.Fprintf(b.tell, format+"\n", args...) }

// place are the flags that make a command work on the throw-away newsroom.
func (b *bench) place() []string {
	p := []string{"--data", b.dir}
	if b.Database != "" {
		p = append(p, "--database", b.Database)
	}
	return p
}
