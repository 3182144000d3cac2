// Command search-fts5 answers queries with SQLite's FTS5 through modernc.org/sqlite, so that
// "dateline bench search --beside" can measure Dateline's index beside it; what it is asked
// stands in package searchpeer. The table keeps no text of its own, has an index for the
// beginnings of words, and columns weighed as Dateline weighs them.
package main

import (
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	_ "modernc.org/sqlite"

	"dateline/bench/internal/searchpeer"
)

func main() { searchpeer.Main("search-fts5", open) }

type engine struct{ db *sql.DB }

func open(dir string) (searchpeer.Engine, error) {
	db, err := sql.Open("sqlite", "file:"+filepath.Join(dir, "index.db")+
		"?_pragma=journal_mode(WAL)&_pragma=synchronous(NORMAL)&_pragma=busy_timeout(10000)&_pragma=cache_size(-65536)&_txlock=immediate")
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(4)
	db.SetMaxIdleConns(4)
	_, err = db.Exec(`
		CREATE TABLE IF NOT EXISTS article (n INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, section TEXT NOT NULL, year TEXT NOT NULL, published INTEGER NOT NULL);
		CREATE TABLE IF NOT EXISTS label (n INTEGER NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL, PRIMARY KEY (n, kind, name)) WITHOUT ROWID;
		CREATE VIRTUAL TABLE IF NOT EXISTS word USING fts5(headline, standfirst, body, labels,
			content='', contentless_delete=1, tokenize='porter unicode61 remove_diacritics 2', prefix='2 3');`)
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return &engine{db}, nil
}

// Put gives an article that is replaced a new number, as it is published anew: numbers
// are in the order of publication.
func (e *engine) Put(batch []searchpeer.Article) error {
	tx, err := e.db.Begin()
	if err != nil {
		return err
	}
	defer tx.Rollback()
	for i := range batch {
		if err := put(tx, &batch[i]); err != nil {
			return fmt.Errorf("put %s: %w", batch[i].ID, err)
		}
	}
	return tx.Commit()
}

func put(tx *sql.Tx, a *searchpeer.Article) error {
	var old int64
	err := tx.QueryRow("DELETE FROM article WHERE id = ? RETURNING n", a.ID).Scan(&old)
	if err == nil {
		if _, err := tx.Exec("DELETE FROM word WHERE rowid = ?", old); err != nil {
			return err
		}
		if _, err := tx.Exec("DELETE FROM label WHERE n = ?", old); err != nil {
			return err
		}
	} else if !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	r, err := tx.Exec("INSERT INTO article (n, id, section, year, published) VALUES ((SELECT coalesce(max(n), 0) + 1 FROM article), ?, ?, ?, ?)",
		a.ID, a.Section, a.Published.UTC().Format("2006"), a.Published.Unix())
	if err != nil {
		return err
	}
	n, err := r.LastInsertId()
	if err != nil {
		return err
	}
	for kind, names := range map[string][]string{"topic": a.Topics, "author": a.Authors} {
		for _, name := range names {
			if _, err := tx.Exec("INSERT OR IGNORE INTO label (n, kind, name) VALUES (?, ?, ?)", n, kind, name); err != nil {
				return err
			}
		}
	}
	_, err = tx.Exec("INSERT INTO word (rowid, headline, standfirst, body, labels) VALUES (?, ?, ?, ?, ?)",
		n, a.Headline, a.Standfirst, a.Body, strings.Join(a.Authors, ", ")+", "+strings.Join(a.Topics, ", "))
	return err
}

const (
	best   = "SELECT a.id FROM (SELECT rowid FROM word WHERE word MATCH ? ORDER BY bm25(word, 3.0, 1.5, 1.0, 1.0) LIMIT 10) w JOIN article a ON a.n = w.rowid"
	newest = "SELECT a.id FROM (SELECT rowid FROM word WHERE word MATCH ? ORDER BY rowid DESC LIMIT 10) w JOIN article a ON a.n = w.rowid"
	facets = `WITH hit AS MATERIALIZED (SELECT rowid AS n FROM word WHERE word MATCH ?)
		SELECT 'section', section, count(*) FROM hit JOIN article USING (n) GROUP BY section
		UNION ALL SELECT 'year', year, count(*) FROM hit JOIN article USING (n) GROUP BY year
		UNION ALL SELECT kind, name, count(*) FROM hit JOIN label USING (n) GROUP BY kind, name`
)

func (e *engine) Ask(q *searchpeer.Query) ([]string, error) {
	if q.Kind == searchpeer.Misspelt {
		return nil, searchpeer.ErrCannot
	}
	expr := expression(q)
	ask := best
	if q.Kind == searchpeer.Newest {
		ask = newest
	}
	ids, err := column(e.db, ask, expr, 0)
	if err == nil && q.Kind == searchpeer.Facets {
		_, err = column(e.db, facets, expr, 2)
	}
	return ids, err
}

// column reads all rows, and keeps the first column; more is how many others there are.
func column(db *sql.DB, ask, expr string, more int) (out []string, err error) {
	rows, err := db.Query(ask, expr)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var s string
	to := []any{&s}
	for range more {
		to = append(to, new(any))
	}
	for rows.Next() {
		if err := rows.Scan(to...); err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	return out, rows.Err()
}

func expression(q *searchpeer.Query) string {
	text := strings.ReplaceAll(q.Text, `"`, "")
	if q.Match == "phrase" {
		return `"` + text + `"`
	}
	with := " AND "
	if q.Match == "any" {
		with = " OR "
	}
	var parts []string
	for _, w := range strings.Fields(text) {
		parts = append(parts, `"`+w+`"`)
	}
	expr := strings.Join(parts, with)
	if q.Match == "prefix" {
		expr += "*"
	}
	return expr
}

func (e *engine) Close() error { return e.db.Close() }
