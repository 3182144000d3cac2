package search

import (
	"errors"
	"os"
	"strings"

	"dateline/internal/search/segment"
)

// An index of another version is made anew: raise it when newEntry puts other things into the index, or raise
// analysisVersion.
const indexVersion = 2<<8 + analysisVersion

// errVersion says that what is kept beside the index does not belong to it.
var errVersion = errors.New("search index has another version")

// The fields of a document, the longest first: what stands in it takes the fewest bytes.
const (
	inBody = iota
	inHeadline
	inStandfirst
	inCaptions
	inLabels
	fields
)

// The columns of keys. The languages whose words a document has are nobody's filter: they say how to read a query.
const (
	bySection = iota
	byTopic
	byAuthor
	bySpoken
	columns
)

func segmentOptions() segment.Options {
	return segment.Options{Analyzer: indexVersion, Fields: fieldWeights[:], Columns: columns}
}

// foreign refuses a SQLite database that is not ours before anything is written to it. One that is ours is an index of
// former times, which gives way.
func foreign(path string) error {
	f, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer f.Close() // only read
	head := make([]byte, 72)
	n, _ := f.ReadAt(head, 0) // what is too short for a database is none
	if n < len(head) || !strings.HasPrefix(string(head), "SQLite format 3\x00") {
		return nil
	}
	if string(head[68:]) != "DlSx" {
		return ErrForeign
	}
	for _, end := range []string{"", "-wal", "-shm"} {
		if err := os.Remove(path + end); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	return nil
}
