package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// benchSearchCmd measures the search index alone, without pages and database: making it,
// opening it, asking it, and writing to it while it is asked. Each is done by a process of
// its own, and by any other program that takes the same orders (--beside), one after the
// other on the same articles and queries.
type benchSearchCmd struct {
	benchFlags
	Beside []string      `help:"Programs to measure beside, with the same articles and queries; see bench/README.md for what they are asked." placeholder:"PROGRAM"`
	Mixed  time.Duration `help:"How long each round of mixed queries lasts." default:"5s"`
	Writes int           `help:"How many articles are written one after the other, to see when each is found." default:"200"`
}

func (c *benchSearchCmd) Run(ctx context.Context, std *std) error {
	if part := os.Getenv(benchPartEnv); part != "" {
		return benchPart(part, std)
	}
	if c.Size == 0 {
		c.Size = 120_000
	}
	if c.Mixed < 50*time.Millisecond || c.Mixed > 10*time.Minute || c.Writes < 1 || c.Writes > 10_000 {
		return wrongUsage("--mixed and --writes: use 50ms to 10m, and 1 to 10000")
	}
	if c.Database != "" || c.AdminListen != "" {
		return wrongUsage("--database and --admin-listen: the index is measured without a database and a server; leave them out")
	}
	limit := time.Duration(1+len(c.Beside)) * (5*time.Minute + time.Duration(c.Size)*10*time.Millisecond + 3*c.Mixed)
	return c.measure(ctx, std, "search", limit, c.search)
}

// A searchOrder has a process make an index of the articles, or ask the one that was made:
// one of Articles and Queries is given. A peer gets these orders as lines of JSON on its
// standard input, the second in a new process, and answers with searchMade or searchAsked.
type searchOrder struct {
	Dir      string        `json:"dir"`      // where the index is, and nothing else
	Articles string        `json:"articles"` // file to make it from: lines of searchArticle
	Queries  string        `json:"queries"`  // file of what to ask: lines of searchQuery
	Rounds   int           `json:"rounds"`   // how often each is asked, after once that does not count
	Mixed    time.Duration `json:"mixed"`    // how long two workers ask the mixed ones, and again while articles are written
	Writes   string        `json:"writes"`   // file of articles to write, each with a Mark that finds it alone
	Rate     int           `json:"rate"`     // of those, how many a second while others ask
}

// A searchMade says what making took. Reading the articles does not count.
type searchMade struct {
	Articles int           `json:"articles"`
	Wall     time.Duration `json:"wall"`
	CPU      time.Duration `json:"cpu"` // 0 where the system does not tell
	Bytes    int64         `json:"bytes"`
}

// A searchAsked says how soon the answers came.
type searchAsked struct {
	First     time.Duration `json:"first"` // from opening the index to the first answer
	FirstCPU  time.Duration `json:"first_cpu"`
	Heap      float64       `json:"heap"` // bytes, of a Go program after all queries; 0 is unknown
	Resident  float64       `json:"resident"`
	Anonymous float64       `json:"anonymous"` // of that, what is no mapped file
	Kinds     []searchKind  `json:"kinds"`
	Found     searchTimes   `json:"found"`   // from handing over an article to finding it
	Quiet     searchMixed   `json:"quiet"`   // while nothing is written
	Writing   searchMixed   `json:"writing"` // while articles are
	Late      searchTimes   `json:"late"`    // as Found, while others ask
}

type searchKind struct {
	Kind string `json:"kind"`
	searchTimes
	Best99 time.Duration `json:"best99"` // p99 of each query's fastest round, which no other process disturbed
	Hits   int           `json:"hits"`   // queries that found something
}

type searchTimes struct {
	N   int           `json:"n"`
	P50 time.Duration `json:"p50"`
	P99 time.Duration `json:"p99"`
}

func timesOf(all []time.Duration) searchTimes {
	return searchTimes{len(all), quantile(all, 0.50), quantile(all, 0.99)}
}

type searchMixed struct {
	PerSecond float64       `json:"per_second"`
	CPU       time.Duration `json:"cpu"` // all that the process used meanwhile; 0 where the system does not tell
	searchTimes
}

const (
	searchRounds = 3
	searchRate   = 20 // writes a second, which is more than the largest newsroom's
)

func (c *benchSearchCmd) search(ctx context.Context, b *bench) error {
	s := &searchBench{bench: b}
	b.say("writing %d articles", b.Size)
	if err := s.write(c.Writes); err != nil {
		return err
	}
	b.report.told("articles", float64(b.Size), "articles")
	b.report.told("text", float64(s.text)/1e6, "MB")
	own, err := s.engine(ctx, "", c.Mixed)
	if err != nil {
		return err
	}
	s.own(own)
	if len(c.Beside) == 0 {
		b.report.missing("other engines beside", errors.New("give --beside PROGRAM, built in bench/"))
	}
	for _, program := range c.Beside {
		peer, err := s.engine(ctx, program, c.Mixed)
		if err != nil {
			return err
		}
		s.beside(strings.TrimSuffix(filepath.Base(program), ".exe"), own, peer)
	}
	return nil
}

// A searchBench is what all engines are measured with.
type searchBench struct {
	*bench
	text int64 // bytes, of all articles
}

func (s *searchBench) file(name string) string { return filepath.Join(s.dir, name+".jsonl") }

type searchResult struct {
	searchMade
	searchAsked
}

// engine has one make its index and answer, in two processes, and removes the index.
func (s *searchBench) engine(ctx context.Context, program string, mixed time.Duration) (r searchResult, err error) {
	name := program
	if name == "" {
		name = "the index"
	}
	dir, err := os.MkdirTemp(s.dir, "index-")
	if err != nil {
		return r, fmt.Errorf("make a folder for the index: %w", err)
	}
	for _, step := range []struct {
		say    string
		order  searchOrder
		answer any
	}{
		{"made", searchOrder{Dir: dir, Articles: s.file("articles")}, &r.searchMade},
		{"asked", searchOrder{Dir: dir, Queries: s.file("queries"), Rounds: searchRounds, Mixed: mixed, Writes: s.file("writes"), Rate: searchRate}, &r.searchAsked},
	} {
		s.say("%s is being %s", name, step.say)
		part, err := s.part("search", program)
		if err != nil {
			return r, err
		}
		if err := part.ask(ctx, step.order, step.answer); err != nil {
			return r, err
		}
		part.stop()
	}
	if r.Articles != s.Size || len(r.Kinds) == 0 {
		return r, fmt.Errorf("%s took %d of %d articles, and was asked %d kinds of queries", name, r.Articles, s.Size, len(r.Kinds))
	}
	return r, os.RemoveAll(dir)
}
