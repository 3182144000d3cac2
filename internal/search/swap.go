package search

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// Reset empties the index: Applied is 0, and everything is to be fed again. It is what mends ErrDamaged; a file
// that can still be read is set aside just the same, under the name path.damaged.
func (x *Index) Reset() error {
	x.life.Lock()
	defer x.life.Unlock()
	if x.closed {
		return errClosed
	}
	// What a damaged file has to say on closing is no news.
	_, _ = x.r.Close(), x.w.Close()
	err := setAside(x.path)
	if err == nil {
		err = x.open()
	}
	if err != nil {
		x.closed = true
		return fmt.Errorf("reset search index %s: %w", x.path, err)
	}
	return nil
}

// Beside opens a new, empty index next to this one, to be filled while this one serves, and then handed to Swap or
// closed and removed with Discard. What an earlier attempt left there is gone.
func (x *Index) Beside() (*Index, error) {
	path := x.path + ".new"
	if err := removeFile(path); err != nil {
		return nil, fmt.Errorf("begin new search index: %w", err)
	}
	return Open(path, x.o)
}

// Discard closes an index and removes its file.
func (x *Index) Discard() error {
	return errors.Join(x.Close(), removeFile(x.path))
}

func removeFile(path string) error {
	if err := removeLog(path); err != nil {
		return err
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}

// Swap puts next, which came from Beside, in this index's place, for all who hold this one; next is of no use after.
// Searches wait for the moment it takes. The feeder must have given next every change that this one has, and give
// neither any meanwhile; else the error is ErrBehind, nothing happens, and feeding next further and calling again
// is right. After any other error this index goes on as it was, or says on its next use that it is closed.
func (x *Index) Swap(ctx context.Context, next *Index) error {
	x.life.Lock()
	defer x.life.Unlock()
	next.life.Lock()
	defer next.life.Unlock()
	if x.closed || next.closed {
		return errClosed
	}
	var mine, its int64
	if err := next.w.QueryRowContext(ctx, "SELECT applied FROM state").Scan(&its); err != nil {
		return next.fail("swap", err)
	}
	// A damaged index can be behind nothing.
	if err := x.w.QueryRowContext(ctx, "SELECT applied FROM state").Scan(&mine); err != nil && !isDamage(err) {
		return x.fail("swap", err)
	}
	if its < mine {
		return fmt.Errorf("swap search index at change %d for one at %d: %w", mine, its, ErrBehind)
	}
	if err := next.close(); err != nil {
		return err
	}
	_, _ = x.r.Close(), x.w.Close() // it is to vanish
	x.closed = true
	if err := replaceFile(next.path, x.path); err != nil {
		return errors.Join(fmt.Errorf("swap search index: %w", err), x.reopen())
	}
	return x.reopen()
}

func (x *Index) reopen() error {
	if err := x.open(); err != nil {
		return fmt.Errorf("open search index %s: %w", x.path, err)
	}
	x.closed = false
	return nil
}

// replaceFile moves a closed index over another one. The other's log goes first, as in setAside; a crash in between
// leaves an index without its last changes, which are fed again.
func replaceFile(from, to string) error {
	if err := removeLog(to); err != nil {
		return err
	}
	if err := os.Rename(from+wordsEnding, to+wordsEnding); err != nil {
		return err
	}
	if err := os.Rename(from, to); err != nil {
		return err
	}
	return syncDir(filepath.Dir(to))
}

// syncDir makes a renaming last through a power cut.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
