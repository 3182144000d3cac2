package search

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	_ "modernc.org/sqlite"
)

// Options of an index; the zero value works.
type Options struct {
	Now      func() time.Time // the clock by which documents age; nil is time.Now
	HalfLife time.Duration    // after which news counts 0.7 of new, at last 0.4; 0 is 180 days
	Language string           // of documents that name none, and first guess for queries; empty is "en"
}

// An Index is one file of searchable documents. All methods may be called at the same time.
type Index struct {
	path string
	o    Options

	// Held for reading by whatever uses the file, for writing by what replaces it.
	life   sync.RWMutex
	w, r   *sql.DB
	closed bool

	writing sync.Mutex // one Apply at a time, from its reading of the state to its columns
	cols    *columns
	words   *wordsFile
}

// Open opens the index at path and makes it if it is missing. A file that is damaged, or of another version, gives
// way to an empty index (it is kept once under the name path.damaged): Applied is 0 then, and the feeder feeds
// everything again. A database that is no index is ErrForeign.
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
	x := &Index{path: path, o: o}
	err = x.open()
	if isDamage(err) || errors.Is(err, errVersion) {
		if err = setAside(path); err == nil {
			err = x.open()
		}
	}
	if err != nil {
		return nil, fmt.Errorf("open search index %s: %w", path, err)
	}
	return x, nil
}

// open needs life held for writing, or nobody else to know x.
func (x *Index) open() error {
	w, r, err := openFiles(x.path)
	if err != nil {
		return err
	}
	cols, err := loadColumns(context.Background(), w)
	if err != nil {
		return errors.Join(err, w.Close(), r.Close())
	}
	words, err := openWords(x.path+wordsEnding, cols.count() > 0)
	if err != nil {
		return errors.Join(err, w.Close(), r.Close())
	}
	_ = x.words.close() // of the file before this one: all in it was written
	x.w, x.r, x.cols, x.words = w, r, cols, words
	return nil
}

// setAside moves a file that cannot be used out of the way. The log goes first: an old one must never meet a new
// file, which SQLite would mend with it.
func setAside(path string) error {
	if err := removeLog(path); err != nil {
		return err
	}
	if err := os.Rename(path, path+".damaged"); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}

// removeLog removes what is kept beside the file at path.
func removeLog(path string) error {
	for _, end := range []string{"-wal", "-shm", wordsEnding} {
		if err := os.Remove(path + end); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	return nil
}

// Close waits for searches under way and closes the file. What was applied is in it.
func (x *Index) Close() error {
	x.life.Lock()
	defer x.life.Unlock()
	return x.close()
}

func (x *Index) close() error {
	if x.closed {
		return nil
	}
	x.closed = true
	// Readers first: the last to close moves the log into the file, which readers may not.
	if err := errors.Join(x.r.Close(), x.w.Close(), x.words.close()); err != nil {
		return fmt.Errorf("close search index %s: %w", x.path, err)
	}
	return nil
}

var errClosed = errors.New("search index is closed")

// enter keeps the file open until the function it returns is called.
func (x *Index) enter() (leave func(), err error) {
	x.life.RLock()
	if x.closed {
		x.life.RUnlock()
		return nil, errClosed
	}
	return x.life.RUnlock, nil
}

// fail puts what was tried before err, and names damage as such.
func (x *Index) fail(what string, err error) error {
	if isDamage(err) {
		return fmt.Errorf("%s in search index %s: %w (%w)", what, x.path, ErrDamaged, err)
	}
	return fmt.Errorf("%s in search index %s: %w", what, x.path, err)
}

// Applied is the number of the last change that is in the index; 0 when none is.
func (x *Index) Applied(ctx context.Context) (int64, error) {
	leave, err := x.enter()
	if err != nil {
		return 0, err
	}
	defer leave()
	var n int64
	if err := x.r.QueryRowContext(ctx, "SELECT applied FROM state").Scan(&n); err != nil {
		return 0, x.fail("read last change", err)
	}
	return n, nil
}

// Len is how many documents the index holds.
func (x *Index) Len() int {
	leave, err := x.enter()
	if err != nil {
		return 0
	}
	defer leave()
	return x.cols.count()
}

// Check reads the whole file and says what is wrong with it; it takes seconds on a large one.
func (x *Index) Check(ctx context.Context) error {
	leave, err := x.enter()
	if err != nil {
		return err
	}
	defer leave()
	var verdict string
	if err := x.r.QueryRowContext(ctx, "PRAGMA quick_check(1)").Scan(&verdict); err != nil {
		return x.fail("check", err)
	}
	if verdict != "ok" {
		return fmt.Errorf("check search index %s: %w: %s", x.path, ErrDamaged, verdict)
	}
	x.writing.Lock()
	defer x.writing.Unlock()
	if _, err := x.w.ExecContext(ctx, "INSERT INTO word(word) VALUES ('integrity-check')"); err != nil {
		return x.fail("check", err)
	}
	return nil
}
