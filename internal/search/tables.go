package search

import (
	"context"
	"database/sql"
	"encoding/json"
)

// A tableWriter holds the statements of one transaction.
type tableWriter struct {
	find, drop, dropWords, insert, insertWords *sql.Stmt
}

func prepareWriter(ctx context.Context, tx *sql.Tx) (*tableWriter, error) {
	var t tableWriter
	for _, s := range []struct {
		stmt **sql.Stmt
		text string
	}{
		{&t.find, "SELECT row FROM doc WHERE id = $1"},
		{&t.drop, "DELETE FROM doc WHERE row = $1"},
		{&t.dropWords, "DELETE FROM word WHERE rowid = $1"},
		{&t.insert, `
			INSERT INTO doc (id, published, section, topics, authors, telling)
			VALUES ($1, $2, $3, $4, $5, $6)`},
		{&t.insertWords, `
			INSERT INTO word (rowid, headline, standfirst, body, captions, labels, more)
			VALUES ($1, $2, $3, $4, $5, $6, $7)`},
	} {
		var err error
		if *s.stmt, err = tx.PrepareContext(ctx, s.text); err != nil {
			t.close()
			return nil, err
		}
	}
	return &t, nil
}

// close gives the statements back; they end with their transaction in any case, so errors mean nothing.
func (t *tableWriter) close() {
	for _, s := range []*sql.Stmt{t.find, t.drop, t.dropWords, t.insert, t.insertWords} {
		if s != nil {
			s.Close()
		}
	}
}

func (t *tableWriter) remove(ctx context.Context, id string) error {
	var row int64
	switch err := t.find.QueryRowContext(ctx, id).Scan(&row); err {
	case nil:
	case sql.ErrNoRows:
		return nil
	default:
		return err
	}
	if _, err := t.dropWords.ExecContext(ctx, row); err != nil {
		return err
	}
	_, err := t.drop.ExecContext(ctx, row)
	return err
}

func (t *tableWriter) add(ctx context.Context, e *entry) error {
	topics, err := json.Marshal(e.topics)
	if err != nil {
		return err
	}
	authors, err := json.Marshal(e.authors)
	if err != nil {
		return err
	}
	res, err := t.insert.ExecContext(ctx, e.id, e.published, e.section, string(topics), string(authors), packTelling(e.telling))
	if err != nil {
		return err
	}
	if e.row, err = res.LastInsertId(); err != nil {
		return err
	}
	_, err = t.insertWords.ExecContext(ctx, e.row, e.words[0], e.words[1], e.words[2], e.words[3], e.words[4], e.more)
	return err
}
