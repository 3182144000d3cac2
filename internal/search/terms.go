package search

import (
	"context"
	"database/sql"
	"errors"
)

// Vocabulary hands over every term of the index in byte order, each with the number of documents that have it, until
// do says false. Terms are as analyse makes them; the slice is only good until do returns. It reads everything once,
// so it is for making a dictionary of one's own now and then.
func (x *Index) Vocabulary(ctx context.Context, do func(term []byte, df int) bool) error {
	return x.vocabulary(ctx, func(db *sql.DB) (err error) {
		rows, err := db.QueryContext(ctx, "SELECT term, doc FROM temp.vocabulary ORDER BY term")
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, rows.Close()) }()
		for rows.Next() {
			var term sql.RawBytes
			var df int
			if err := rows.Scan(&term, &df); err != nil {
				return err
			}
			if !do(term, df) {
				return nil
			}
		}
		return rows.Err()
	})
}

// Frequency is the number of documents that have term.
func (x *Index) Frequency(ctx context.Context, term string) (df int, err error) {
	err = x.vocabulary(ctx, func(db *sql.DB) error {
		err := db.QueryRowContext(ctx, "SELECT doc FROM temp.vocabulary WHERE term = $1", term).Scan(&df)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		return err
	})
	return df, err
}

// vocabulary lends a connection on which FTS5 shows its terms as a table; such a table is never in the file itself.
func (x *Index) vocabulary(ctx context.Context, use func(*sql.DB) error) (err error) {
	leave, err := x.enter()
	if err != nil {
		return err
	}
	defer leave()
	db, err := openDB(x.path, "", 1)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if _, err := db.ExecContext(ctx, "CREATE VIRTUAL TABLE temp.vocabulary USING fts5vocab('main', 'word', 'row')"); err != nil {
		return x.fail("read vocabulary", err)
	}
	if err := use(db); err != nil {
		return x.fail("read vocabulary", err)
	}
	return nil
}
