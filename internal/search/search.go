// Package search answers queries from an in-process index that the change feed keeps current; it knows nothing of news.
//
// An [Index] is a projection: whoever feeds it owns the truth, hands over each change once it is committed, with its
// number ([Index.Apply]), and after a crash asks which number came last ([Index.Applied]) and goes on from there.
// It holds only what may be seen now, so that totals, facets and related documents give nothing else away: the
// feeder removes what is hidden, and a search that begins after Apply returned does not find it.
//
// The index itself is package segment, which knows terms and documents: words are made here, by language, before they
// reach it (analyse), marks in the caller's text are found with the same words ([Highlight]), and every weight of the
// ranking stands in rank.go. It holds no text. What was applied outlives the process, though not always a power cut,
// which may take the last seconds; those are fed again. One process owns an index at a time.
package search

import (
	"errors"
	"time"
)

// ErrDamaged says that a file can no longer be read. The feeder calls [Index.Reset] and feeds everything again.
var ErrDamaged = errors.New("search index is damaged")

// ErrForeign says that the path holds a SQLite database that is no search index; Open leaves it untouched.
var ErrForeign = errors.New("this file is a database, but no search index: choose another path")

// ErrBehind says that [Index.Swap] was offered an index that has not seen every change that this one has.
var ErrBehind = errors.New("the new search index is behind the one in use")

// A Document is what can be found: texts in plain words, and the keys to filter by. Only ID is needed.
type Document struct {
	ID       string
	Language string // BCP 47; empty means Options.Language

	Headline   string // counts three times
	Standfirst string // counts one and a half times
	Body       string
	Captions   string // counts half
	Labels     string // names of topics and authors, a kicker: found, but never shown

	Published time.Time // the zero time sorts last
	Section   string
	Topics    []string
	Authors   []string
}

// Sort says in which order hits come.
type Sort int

const (
	Relevance Sort = iota // best first
	Newest                // latest first
)

// A Query is what a reader asks. Text may be anything at all: words, "phrases in quotation marks" (needed), and
// -words or -"phrases" (unwanted); it is never an error, and only its first 32 words in 4 KiB count.
// Stories with all of the words come first, those with only some of them after, whichever the order within.
// Text that is empty finds everything that passes the filters, newest first; text without a word finds nothing.
type Query struct {
	Text string

	Section, Topic, Author string    // exact keys; empty is any
	From, To               time.Time // From ≤ published < To; zero is open

	Exact    bool // as it is spelt: no corrections, no other spellings of names
	HitsOnly bool // leave out Total, AllWords and Facets, which take most of the time
	Sort     Sort
	Offset   int    // at most MaxOffset
	After    string // Results.Next of the page before, in place of Offset: at any depth, for the price of the first page
	Limit    int    // at most MaxLimit; 0 means 20
}

// Bounds of a page of results; what is beyond is cut down to them.
const (
	MaxLimit  = 100
	MaxOffset = 10_000
)

// Results are one page of hits, and what is true of all hits whether on this page or not.
type Results struct {
	Total    int // of the whole list
	AllWords int // how many of them have all words: those come first
	Hits     []Hit
	Next     string // for Query.After; empty after the last page
	Facets   Facets

	Corrected *Correction // what was looked for instead of the query; nil when it was the query
	Also      []Variant   // names that were looked for in other spellings too
	Topics    []string    // what the whole query is a name of, the likeliest first: see Index.Know
	Marked    string      // what to give Highlight and Mark, so that they show why a document was found
}

// A Hit is one document found. Score falls along the list only among hits with all words, then among the others.
type Hit struct {
	ID    string
	Score float64
}

// Facets count the whole list by key, the most frequent first (years, in UTC: latest first), at most 20 of a kind.
type Facets struct {
	Sections, Topics, Authors, Years []Count
}

// A Count says how many hits have a key.
type Count struct {
	Key string
	N   int
}

// A Related document shares topics and telling words with the one asked about; Topics and Words say which.
type Related struct {
	ID     string
	Score  float64
	Topics []string
	Words  []string // as they stood in a text, strongest first, at most 3
}
