package search

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"dateline/internal/search/segment"
)

// Options of an index; the zero value works.
type Options struct {
	Now      func() time.Time // the clock by which documents age; nil is time.Now
	HalfLife time.Duration    // after which news counts 0.7 of new, at last 0.4; 0 is 180 days
	Language string           // of documents that name none, and first guess for queries; empty is "en"
}

// An Index is searchable documents, in a file and the folder beside it. All methods may be called at the same time.
type Index struct {
	path     string
	o        Options
	segments *segment.Index
	lost     error

	writing sync.Mutex // one change at a time, or one that replaces everything
	words   atomic.Pointer[wordsFile]
	known   atomic.Pointer[known] // what Know was told
}

// Open opens the index at path and makes it if it is missing; its folder is path.d. A file that is damaged, or of
// another version, gives way to an empty index: Applied is 0 then, and the feeder feeds everything again. Where only
// some documents are damaged, Applied is as old as they may be, and the feeder goes on from there. A database that is
// no index is ErrForeign.
func Open(path string, o Options) (*Index, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.HalfLife <= 0 {
		o.HalfLife = 180 * 24 * time.Hour
	}
	if o.Language == "" {
		o.Language = "en"
	}
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("open search index: %w", err)
	}
	if err := foreign(path); err != nil {
		return nil, fmt.Errorf("open search index %s: %w", path, err)
	}
	x := &Index{path: path, o: o}
	if x.segments, x.lost, err = segment.Open(path, segmentOptions()); err != nil {
		return nil, fmt.Errorf("open search index %s: %w", path, err)
	}
	words, err := openWords(x.path+wordsEnding, x.Len() > 0)
	if errors.Is(err, errVersion) {
		x.lost = errors.Join(x.lost, err)
		if err = x.segments.Clear(); err == nil {
			words, err = openWords(x.path+wordsEnding, false)
		}
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open search index %s: %w", path, err), x.segments.Close())
	}
	x.words.Store(words)
	return x, nil
}

// Lost says what was left out when the index was opened, and why; nil when it was whole.
func (x *Index) Lost() error { return x.lost }

// Close writes out what was applied and closes the files. Searches under way go on.
func (x *Index) Close() error {
	x.writing.Lock()
	defer x.writing.Unlock()
	if err := errors.Join(x.segments.Close(), x.closeWords(nil)); err != nil {
		return fmt.Errorf("close search index %s: %w", x.path, err)
	}
	return nil
}

// closeWords puts others in the place of the words beside the index, and closes those; writing is held.
func (x *Index) closeWords(next *wordsFile) error { return x.words.Swap(next).close() }

// view is the index as it is now, to be closed.
func (x *Index) view(ctx context.Context) (*segment.View, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return x.segments.View()
}

// fail puts what was tried before err, and names damage as such.
func (x *Index) fail(what string, err error) error {
	if errors.Is(err, segment.ErrDamaged) {
		return fmt.Errorf("%s in search index %s: %w (%w)", what, x.path, ErrDamaged, err)
	}
	return fmt.Errorf("%s in search index %s: %w", what, x.path, err)
}

// Applied is the number of the last change that is in the index; 0 when none is. After a power cut, or where files are
// damaged, it may be lower than what was acknowledged: what came after is to be fed again.
func (x *Index) Applied(ctx context.Context) (int64, error) {
	v, err := x.view(ctx)
	if err != nil {
		return 0, err
	}
	defer v.Close()
	return v.Applied(), nil
}

// Len is how many documents the index holds.
func (x *Index) Len() int {
	v, err := x.segments.View()
	if err != nil {
		return 0
	}
	defer v.Close()
	return v.Len()
}

// Check reads all files and says what is wrong with them, or why they could not be written lately.
func (x *Index) Check(ctx context.Context) error {
	v, err := x.view(ctx)
	if err != nil {
		return err
	}
	defer v.Close()
	if err := errors.Join(x.segments.Failure(), v.Check()); err != nil {
		return x.fail("check", err)
	}
	return nil
}
