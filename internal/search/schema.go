package search

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"

	"modernc.org/sqlite"
	lib "modernc.org/sqlite/lib"
)

const (
	applicationID = 0x446C5378 // "DlSx" in the file's header
	// A file of another version is made anew: raise it when the tables change, or analysisVersion.
	schemaVersion = 1<<8 + analysisVersion
)

// detail stays full, since phrases need places. Words have no ASCII but letters and digits, for which the ascii
// tokenizer is an exact splitter at blanks. "more" holds forms that have no place in the text.
const schema = `
CREATE VIRTUAL TABLE word USING fts5(
	headline, standfirst, body, captions, labels, more,
	content='', contentless_delete=1, tokenize='ascii'
);
INSERT INTO word(word, rank) VALUES ('hashsize', 8388608);
CREATE TABLE doc (
	row       INTEGER PRIMARY KEY AUTOINCREMENT, -- never used again: a document put again is another row
	id        TEXT NOT NULL UNIQUE,
	published INTEGER NOT NULL, -- microseconds, UTC
	section   TEXT NOT NULL,
	topics    TEXT NOT NULL, -- JSON list
	authors   TEXT NOT NULL, -- JSON list
	telling   TEXT NOT NULL  -- the words that tell most of it, for related documents: see packTelling
);
CREATE TABLE spoken (language TEXT PRIMARY KEY) WITHOUT ROWID; -- whose words are in the index
CREATE TABLE state (
	applied INTEGER NOT NULL, -- the last change's number
	writes  INTEGER NOT NULL  -- counts commits
);
INSERT INTO state VALUES (0, 0);
`

// bm25 weighs the columns of word in their order.
const bm25 = `bm25(word, 3.0, 1.5, 1.0, 0.5, 1.0, 1.0)`

// openFiles opens the file at path for writing and reading, making it if it is missing. Damaged contents give an
// error for which isDamage holds.
func openFiles(path string) (w, r *sql.DB, err error) {
	if err := foreign(path); err != nil {
		return nil, nil, err
	}
	// Readable by its owner alone; SQLite would let everybody read a new file.
	if f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600); err == nil {
		if err := f.Close(); err != nil {
			return nil, nil, err
		}
	} else if !errors.Is(err, os.ErrExist) {
		return nil, nil, err
	}
	w, err = openDB(path, "_pragma=synchronous(NORMAL)&_txlock=immediate&_pragma=journal_size_limit(16777216)", 1)
	if err != nil {
		return nil, nil, err
	}
	if err := prepareFile(w); err != nil {
		return nil, nil, errors.Join(err, w.Close())
	}
	r, err = openDB(path, "_pragma=query_only(1)", readers)
	if err != nil {
		return nil, nil, errors.Join(err, w.Close())
	}
	return w, r, nil
}

// Searches that run at the same time; more wait. Each keeps up to 4 MB of pages.
const readers = 4

func openDB(path, options string, conns int) (*sql.DB, error) {
	dsn := "file:" + (&url.URL{Path: path}).EscapedPath() + "?_pragma=busy_timeout(5000)&_pragma=cache_size(-4096)&" + options
	db, err := sql.Open("sqlite", dsn)
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(conns)
	db.SetMaxIdleConns(conns)
	return db, nil
}

// errVersion says that the file is an index as another version of this package made it.
var errVersion = errors.New("search index has another version")

func prepareFile(w *sql.DB) error {
	ctx := context.Background()
	var app, version int
	if err := w.QueryRowContext(ctx, "PRAGMA application_id").Scan(&app); err != nil {
		return err
	}
	if err := w.QueryRowContext(ctx, "PRAGMA user_version").Scan(&version); err != nil {
		return err
	}
	switch {
	case app == applicationID && version == schemaVersion:
		return writeAhead(ctx, w)
	case app == applicationID:
		return errVersion
	}
	tx, err := w.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() // after Commit it does nothing
	marks := fmt.Sprintf("PRAGMA application_id = %d; PRAGMA user_version = %d;", applicationID, schemaVersion)
	if _, err := tx.ExecContext(ctx, schema+marks); err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		return err
	}
	return writeAhead(ctx, w)
}

// writeAhead comes only after the file is ours: a log not yet moved into it would hide its mark from foreign.
func writeAhead(ctx context.Context, w *sql.DB) error {
	var mode string
	if err := w.QueryRowContext(ctx, "PRAGMA journal_mode = WAL").Scan(&mode); err != nil {
		return err
	}
	if mode != "wal" {
		return fmt.Errorf("SQLite keeps journal mode %s: is the file on a network disk?", mode)
	}
	return nil
}

// foreign refuses a SQLite database that is not ours before anything is written to it.
func foreign(path string) error {
	f, err := os.Open(path)
	if err != nil {
		if errors.Is(err, os.ErrNotExist) {
			return nil
		}
		return err
	}
	defer f.Close() // only read
	head := make([]byte, 72)
	n, _ := f.ReadAt(head, 0) // too short to have a header is garbage, which openFiles finds out
	if n < len(head) || !strings.HasPrefix(string(head), "SQLite format 3\x00") {
		return nil
	}
	app := uint32(head[68])<<24 | uint32(head[69])<<16 | uint32(head[70])<<8 | uint32(head[71])
	if app != applicationID {
		return ErrForeign
	}
	return nil
}

// isDamage says whether SQLite found the file to be no database or a broken one.
func isDamage(err error) bool {
	var e *sqlite.Error
	if !errors.As(err, &e) {
		return false
	}
	code := e.Code() & 0xFF
	return code == lib.SQLITE_CORRUPT || code == lib.SQLITE_NOTADB
}
