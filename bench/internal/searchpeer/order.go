// Package searchpeer has a search engine measured by "dateline bench search --beside".
//
// Such a program gets orders as lines of JSON on its standard input, answers each with a
// line on its standard output, and ends when its input does. The first order has it make
// an index in an empty folder; the second comes to a new process and has it ask that index.
// Times are in nanoseconds.
//
//	{"dir":"…","articles":"FILE"}
//	{"articles":120000,"wall":…,"cpu":…,"bytes":…}
//	{"dir":"…","queries":"FILE","rounds":3,"mixed":5000000000,"writes":"FILE","rate":20}
//	{"first":…,"kinds":[{"kind":"1 word","n":1500,"p50":…,"p99":…,"best99":…,"hits":1500}],"found":{…},"quiet":{…},"writing":{…},"late":{…}}
//
// The files are lines of Article and of Query. Reading them does not count. What an engine
// cannot do it leaves out of kinds; everything else has to be answered.
package searchpeer

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"time"
)

// An Article is one to be found.
type Article struct {
	ID         string    `json:"id"`
	Headline   string    `json:"headline"`
	Standfirst string    `json:"standfirst"`
	Body       string    `json:"body"`
	Section    string    `json:"section"`
	Topics     []string  `json:"topics"`
	Authors    []string  `json:"authors"`
	Published  time.Time `json:"published"`
	Mark       string    `json:"mark"` // of one to be written: a word that finds it alone
}

// A Query is one thing to ask, for the best ten.
type Query struct {
	Kind  string `json:"kind"`
	Text  string `json:"text"`
	Match string `json:"match"` // all words, any of them, as a "phrase", or with the last as a prefix
	Mixed bool   `json:"mixed"` // two workers ask it at once
}

// Kinds that ask for more than the best ten by relevance.
const (
	Newest   = "2 words, newest first"
	Facets   = "result page with count and facets"
	Misspelt = "misspelt"
)

// An Engine is an opened index. Ask comes from several goroutines, also during Put.
type Engine interface {
	// Put adds articles, or replaces those with the same ID; they are found on return.
	Put(batch []Article) error
	// Ask gives the best ten, by ID. What the engine has nothing like is ErrCannot.
	Ask(q *Query) ([]string, error)
	Close() error
}

// ErrCannot says that an engine has no such query.
var ErrCannot = errors.New("this engine cannot do that")

type order struct {
	Dir      string        `json:"dir"`
	Articles string        `json:"articles"`
	Queries  string        `json:"queries"`
	Rounds   int           `json:"rounds"`
	Mixed    time.Duration `json:"mixed"`
	Writes   string        `json:"writes"`
	Rate     int           `json:"rate"`
}

type made struct {
	Articles int           `json:"articles"`
	Wall     time.Duration `json:"wall"`
	CPU      time.Duration `json:"cpu"`
	Bytes    int64         `json:"bytes"`
}

// Main carries out orders for the engine that open opens, and makes where there is none,
// and ends the process.
func Main(name string, open func(dir string) (Engine, error)) {
	runtime.GOMAXPROCS(min(2, runtime.NumCPU())) // as the index measured beside
	if err := Serve(os.Stdin, os.Stdout, open); err != nil {
		fmt.Fprintf(os.Stderr, "%s: %v\n", name, err)
		os.Exit(1)
	}
}

// Serve is Main without the process.
func Serve(in io.Reader, out io.Writer, open func(dir string) (Engine, error)) error {
	orders, answers := json.NewDecoder(in), json.NewEncoder(out)
	for {
		var o order
		if err := orders.Decode(&o); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return fmt.Errorf("read an order: %w", err)
		}
		var answer any
		var err error
		switch {
		case o.Articles != "":
			answer, err = o.make(open)
		case o.Queries != "":
			answer, err = o.ask(open)
		default:
			err = errors.New("an order without articles and queries")
		}
		if err == nil {
			err = answers.Encode(answer)
		}
		if err != nil {
			return err
		}
	}
}
