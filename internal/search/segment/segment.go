// Package segment keeps an inverted index in immutable memory-mapped files and answers ranked queries from it; it knows terms as byte strings and documents as numbers, and no language.
//
// Its one caller is search, which makes terms of texts, and clauses of what a reader typed. An [Index] is a list of
// segments: each holds some documents, newest first, so that document 0 is the latest and every walk through a
// posting list goes from new to old. What [Index.Apply] was handed becomes a small segment in memory, in the same
// format as the files; the background merges small ones into larger ones and writes them out ([Index.Flush]).
// A document put again is a new one, and the old one is marked dead until a merge leaves it out.
//
// Nothing is synced when a change is applied; it is in a journal, which outlives the process but maybe no power cut.
// [View.Applied] says at which change the index is, and the caller, who owns the truth, goes on from there.
package segment

import "errors"

// ErrDamaged says that a file does not hold what was written to it.
var ErrDamaged = errors.New("index file is damaged")

// ErrClosed says that the index was closed.
var ErrClosed = errors.New("index is closed")

// ErrTerm says that a document has a term or an id that is empty or longer than MaxTerm.
var ErrTerm = errors.New("term or id is empty or too long")

// Options must be the same each time that an index is opened, or Analyzer must be another.
type Options struct {
	Analyzer uint32  // version of what made the terms; an index of another one gives way to an empty one
	Fields   []uint8 // weight of one occurrence in each field, in halves; at most MaxFields. The longest field first
	Columns  int     // of keys, at most MaxColumns
}

// Bounds of what an index takes.
const (
	MaxFields    = 8
	MaxColumns   = 16
	MaxTerm      = 512 // bytes
	MaxKey       = MaxTerm - 2
	MaxPositions = 1<<16 - 1 // of a document; what stands behind is found, but in no phrase
)

// firstWeight is what an occurrence in the first field counts.
func (o *Options) firstWeight() uint32 {
	if len(o.Fields) == 0 || o.Fields[0] == 0 {
		return 1
	}
	return uint32(o.Fields[0])
}

// NoPosition is the position of a token that is found without standing anywhere in the text.
const NoPosition = 1<<32 - 1

// A Document as it is put into the index.
type Document struct {
	ID     string
	Date   int64      // what Query.From, To and Recency speak of, in any unit; higher is newer
	Tokens []Token    // positions rise within a field
	Keys   [][]string // by column, to filter by and to count
	Own    []OwnTerm  // terms that tell most of it; those that are among its tokens are kept
}

// A Token is one occurrence of a term.
type Token struct {
	Term     string
	Field    uint8
	Position uint32 // in the field, from 0, or NoPosition
}

// An OwnTerm is one of a document's own terms.
type OwnTerm struct {
	Term   string
	Label  string // how to write it; empty is the term itself. The index remembers one for each term
	Weight uint8
}
