package search

import (
	"context"
	"errors"
	"fmt"
	"os"
)

// Reset empties the index: Applied is 0, and everything is to be fed again. It is what mends ErrDamaged.
func (x *Index) Reset() error {
	x.writing.Lock()
	defer x.writing.Unlock()
	if err := x.segments.Clear(); err != nil {
		return fmt.Errorf("reset search index: %w", err)
	}
	words, err := openWords(x.path+wordsEnding, false)
	if err != nil {
		return fmt.Errorf("reset search index: %w", err)
	}
	return x.closeWords(words)
}

// Beside opens a new, empty index next to this one, to be filled while this one serves, and then handed to Swap or
// closed and removed with Discard. What an earlier attempt left there is gone.
func (x *Index) Beside() (*Index, error) {
	next, err := Open(x.path+".new", x.o)
	if err != nil {
		return nil, fmt.Errorf("begin new search index: %w", err)
	}
	if err := next.Reset(); err != nil {
		return nil, errors.Join(fmt.Errorf("begin new search index: %w", err), next.Close())
	}
	return next, nil
}

// Discard closes an index and removes its files.
func (x *Index) Discard() error {
	err := os.Remove(x.path + wordsEnding)
	if errors.Is(err, os.ErrNotExist) {
		err = nil
	}
	return errors.Join(x.Close(), x.segments.Remove(), err)
}

// Swap puts next, which came from Beside, in this index's place, for all who hold this one; next is of no use after.
// Searches wait for nothing: each sees the one or the other. The feeder must have given next every change that this
// one has, and give neither any meanwhile; else the error is ErrBehind, nothing happens, and feeding next further and
// calling again is right. After any other error this index goes on as it was.
func (x *Index) Swap(ctx context.Context, next *Index) error {
	mine, err := x.Applied(ctx)
	if err != nil {
		return err
	}
	its, err := next.Applied(ctx)
	if err != nil {
		return err
	}
	if its < mine {
		return fmt.Errorf("swap search index at change %d for one at %d: %w", mine, its, ErrBehind)
	}
	x.writing.Lock()
	defer x.writing.Unlock()
	next.writing.Lock()
	defer next.writing.Unlock()
	if err := x.segments.Take(next.segments); err != nil {
		return x.fail("swap", err)
	}
	if err := os.Rename(next.path+wordsEnding, x.path+wordsEnding); err != nil {
		return x.fail("swap", err)
	}
	return x.closeWords(next.words.Swap(nil))
}
