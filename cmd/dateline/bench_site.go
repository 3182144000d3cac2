package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"time"
)

// benchSiteCmd measures what readers and their server meet.
type benchSiteCmd struct {
	benchFlags
	Rounds int           `help:"How often each kind of answer is measured; the median counts." default:"5"`
	Round  time.Duration `help:"How long each of these rounds lasts." default:"1s"`
	Beside string        `help:"A peer to measure cached answers beside: a program that serves the same page, as bench_part.go says." placeholder:"PROGRAM"`
}

// What a reader's side of the bench does.
const (
	benchReaders = 64   // connections of a round
	benchFirsts  = 1000 // articles asked for the first time
	benchMissing = 2000 // addresses that are not there
	benchStarts  = 3    // of which the median counts
	startMost    = 60 * time.Second
	mega         = 1e6
)

func (c *benchSiteCmd) Run(ctx context.Context, std *std) error {
	if part := os.Getenv(benchPartEnv); part != "" {
		return benchPart(part, std)
	}
	if c.Rounds < 1 || c.Rounds > 1000 || c.Round < 10*time.Millisecond || c.Round > time.Minute {
		return wrongUsage("--rounds and --round: use 1 to 1000 rounds of 10ms to 1m")
	}
	// Four kinds of answers, with as much again for a peer, beside all that is done once.
	limit := 10*time.Minute + time.Duration(max(c.Size, 10_000))*20*time.Millisecond + 12*time.Duration(c.Rounds)*c.Round + time.Minute
	return c.measure(ctx, std, "site", limit, c.site)
}

func (c *benchSiteCmd) site(ctx context.Context, b *bench) error {
	f, err := b.fill(ctx)
	if err != nil {
		return err
	}
	b.report.told("stories", float64(f.stories), "stories")
	b.report.atLeast("import from a WordPress export", f.perSecond, "stories/s", 500)
	b.report.told("import from a WordPress export, CPU", inMS(f.cpu), "ms/story")

	b.say("starting it for the first time after the import")
	first, err := b.serve(ctx, startMost)
	if err != nil {
		return err
	}
	b.report.atMost("first start after the import to /readyz and front page", first.ready.Seconds(), "s", 0.5)
	// Asked here, so that a page of all addresses is not in the memory measured below.
	articles, err := first.articles(ctx)
	first.stop()
	if err != nil {
		return err
	}
	rand.New(rand.NewPCG(3, 3)).Shuffle(len(articles), func(i, j int) { articles[i], articles[j] = articles[j], articles[i] })

	var starts []float64
	var s *benchServer
	for range benchStarts {
		if s != nil {
			s.stop()
		}
		if s, err = b.serve(ctx, startMost); err != nil {
			return err
		}
		starts = append(starts, s.ready.Seconds())
	}
	b.report.atMost("start to /readyz and front page", median(starts), "s", 0.5)
	b.memory(s, "once ready")

	// The server's address is in every request, so it is the last one started.
	load, err := b.part("load", "")
	if err != nil {
		return err
	}
	m := &siteMeasure{bench: b, cmd: c, server: s, load: load}
	for _, step := range []func(context.Context, []string) error{m.firsts, m.cached, m.absent, m.flooded, m.weight, m.idle} {
		if err := step(ctx, articles); err != nil {
			return err
		}
	}
	return nil
}

// memory notes what the server holds.
func (b *bench) memory(s *benchServer, when string) {
	resident, proportional, err := memoryOf(s.cmd.Process.Pid)
	if err != nil {
		b.report.missing("memory "+when, err)
		return
	}
	b.report.atMost("resident memory "+when, resident/mega, "MB", 100)
	b.report.told("proportional memory "+when, proportional/mega, "MB")
}

// A siteMeasure asks one running server.
type siteMeasure struct {
	*bench
	cmd    *benchSiteCmd
	server *benchServer
	load   *benchChild
}

// A roundResult is what one round found of the process asked.
type roundResult struct {
	loadResult
	rate float64       // answers a second
	cpu  time.Duration // of the server, for each answer; 0 if the system does not tell
}

// round has the load part carry out an order on the process pid.
func (m *siteMeasure) round(ctx context.Context, pid int, o loadOrder) (roundResult, error) {
	before, err := cpuOf(pid)
	blind := err != nil
	var r roundResult
	if err := m.load.ask(ctx, &o, &r.loadResult); err != nil {
		return r, err
	}
	if r.Failure != "" {
		return r, fmt.Errorf("a request failed: %s", r.Failure)
	}
	if r.Answers == 0 {
		return r, fmt.Errorf("nothing was answered within %s", o.For)
	}
	r.rate = float64(r.Answers) / r.Took.Seconds()
	if !blind {
		after, err := cpuOf(pid)
		if err != nil {
			return r, fmt.Errorf("read the server's processor time: %w", err)
		}
		r.cpu = (after - before) / time.Duration(r.Answers)
	}
	return r, nil
}

// firsts asks for articles that nobody has read yet, one after the other, so that the
// times are of making a page and not of waiting for a turn.
func (m *siteMeasure) firsts(ctx context.Context, articles []string) error {
	n := min(benchFirsts, len(articles)/2)
	m.say("asking for %d articles for the first time", n)
	o := loadOrder{Address: m.server.address, Connections: 1, Status: 200}
	for _, path := range articles[:n] {
		o.Asks = append(o.Asks, benchAsk(o.Address, path, "Accept-Encoding", browserEncodings))
	}
	r, err := m.round(ctx, m.server.cmd.Process.Pid, o)
	if err != nil {
		return err
	}
	if r.cpu > 0 {
		m.report.atMost("article made for its first reader, CPU", inMS(r.cpu), "ms", 2)
	} else {
		m.report.missing("article made for its first reader, CPU", errNoCPU)
	}
	m.report.told("article made for its first reader, p50", inMS(r.P50), "ms")
	m.report.told("article made for its first reader, p99", inMS(r.P99), "ms")
	m.memory(m.server, fmt.Sprintf("after %d pages", n))
	return nil
}

// absent asks for pages that are not there, each once, as a scanner does.
func (m *siteMeasure) absent(ctx context.Context, articles []string) error {
	m.say("asking for pages that are not there")
	o := loadOrder{Address: m.server.address, Connections: 16, Status: 404}
	for i := range min(benchMissing, 2*len(articles)) {
		o.Asks = append(o.Asks, benchAsk(o.Address, fmt.Sprintf("/wp-content/plugins/%d/readme.txt", i), "Accept-Encoding", "br"))
	}
	r, err := m.round(ctx, m.server.cmd.Process.Pid, o)
	if err != nil {
		return err
	}
	m.report.told("page that is not there", r.rate, "answers/s")
	if r.cpu > 0 {
		m.report.told("page that is not there, CPU", inMS(r.cpu), "ms")
	}
	m.memory(m.server, "after these")
	return nil
}

// idle is what a server costs that nobody asks.
func (m *siteMeasure) idle(ctx context.Context, _ []string) error {
	before, err := cpuOf(m.server.cmd.Process.Pid)
	if err != nil {
		m.report.missing("idle server, CPU", errNoCPU)
		return nil
	}
	began := time.Now()
	select {
	case <-time.After(min(2*time.Second, 2*m.cmd.Round)):
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	after, err := cpuOf(m.server.cmd.Process.Pid)
	if err != nil {
		return err
	}
	m.report.told("idle server, CPU", inMS(after-before)/time.Since(began).Seconds(), "ms/s")
	return nil
}
