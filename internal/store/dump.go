package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"

	"dateline/internal/news"
)

// dumped lists the tables of a backup, each after those it refers to. Left out is
// what belongs to this running installation alone: nodes, sessions, sign-in links
// and idempotency keys.
var dumped = []string{
	"setting", "section", "topic", "author", "person", "token", "picture", "story", "revision", "version",
	"listing", "story_topic", "address", "picture_use", "front", "entry", "imported", "job", "change", "change_seq",
}

// Dump gives every row that a backup keeps to row, table by table in an order in
// which they can be put back, all as of one moment. Values are int64 or string.
func (s *Store) Dump(ctx context.Context, row func(table string, columns []string, values []any) error) error {
	t, err := s.r.BeginTx(ctx, s.dialect.snapshot())
	if err != nil {
		return s.translate(fmt.Errorf("begin a backup: %w", err))
	}
	defer t.Rollback() // reading only: there is nothing to lose
	for _, table := range dumped {
		rows, err := t.QueryContext(ctx, `SELECT * FROM `+table+` ORDER BY 1, 2`)
		if err != nil {
			return s.translate(fmt.Errorf("back up %s: %w", table, err))
		}
		columns, err := rows.Columns()
		if err != nil {
			rows.Close()
			return err
		}
		err = each(rows, nil, func(r *sql.Rows) error {
			values := make([]any, len(columns))
			into := make([]any, len(columns))
			for i := range values {
				into[i] = &values[i]
			}
			if err := r.Scan(into...); err != nil {
				return err
			}
			for i, v := range values {
				if b, ok := v.([]byte); ok {
					values[i] = string(b)
				}
			}
			return row(table, columns, values)
		})
		if err != nil {
			return s.translate(fmt.Errorf("back up %s: %w", table, err))
		}
	}
	return nil
}

// Empty tells whether nobody has worked here yet: no story, picture or person.
func (s *Store) Empty(ctx context.Context) (bool, error) {
	var n int
	err := s.read(ctx).row(`SELECT (SELECT count(*) FROM story) + (SELECT count(*) FROM picture) + (SELECT count(*) FROM person)`).Scan(&n)
	return n == 0, s.translate(err)
}

// Load puts back the rows that fill gives to put, in one transaction: all of them, or
// none when fill fails. The database must be Empty; tables and columns that this
// version does not have are refused. Like every rule, fill may run twice.
func (s *Store) Load(ctx context.Context, fill func(put func(table string, columns []string, values []any) error) error) error {
	empty, err := s.Empty(ctx)
	if err != nil {
		return err
	}
	if !empty {
		return news.Refuse(news.Conflict, "The database is not empty. Restore into a new one.")
	}
	_, err = s.write(ctx, func(t *tx) error {
		for _, table := range slices.Backward(dumped) {
			if _, err := t.exec(`DELETE FROM ` + table); err != nil {
				return fmt.Errorf("empty %s: %w", table, err)
			}
		}
		if err := fill(t.put); err != nil {
			return err
		}
		// From here on it is another line of changes than the one it was copied from.
		return t.setSetting("timeline", news.Secret())
	})
	return err
}

// put puts one row of a dump back.
func (t *tx) put(table string, columns []string, values []any) error {
	if !slices.Contains(dumped, table) {
		return fmt.Errorf("the backup has a table %q that this version does not know", table)
	}
	for _, c := range columns {
		if strings.Trim(c, "abcdefghijklmnopqrstuvwxyz_") != "" {
			return fmt.Errorf("the backup has a column %q", c)
		}
	}
	if _, err := t.exec(`INSERT INTO `+table+` (`+strings.Join(columns, ", ")+`) VALUES (`+places(1, len(columns))+`)`, values...); err != nil {
		return fmt.Errorf("restore a row of %s: %w", table, err)
	}
	return nil
}

// Check asks the engine whether the database is whole; it gives what is wrong.
func (s *Store) Check(ctx context.Context) ([]string, error) {
	return s.dialect.check(ctx, s.r)
}
