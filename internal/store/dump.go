package store

import (
	"context"
	"database/sql"
	"encoding/base64"
	"errors"
	"fmt"
)

// dumped lists the tables of a backup, each after those it refers to. Left out is
// what belongs to this running installation alone: nodes, sessions, sign-in links,
// idempotency keys and what the operator was told.
var dumped = []string{
	"setting", "section", "topic", "author", "person", "token", "picture", "story", "revision", "version",
	"listing", "story_topic", "address", "picture_use", "front", "entry", "imported", "job", "change", "change_seq",
	"push_key", "subscription_seq", "subscription", "staff_device", "mail_subscription", "mail_link",
	"reader", "reader_token", "passkey", "comment", "comment_like", "comment_flag", "comment_log", "talk", "comment_rule", "sanction", "reader_note",
	"alert", "alert_record", "delivery", "delivery_chunk", "delivery_lease",
}

// Dump gives every row that a backup keeps to row, table by table in an order in
// which they can be put back, all as of one moment. Values are int64 or string; bytes
// are base64. Push keys are sealed as they are kept: the key file is no part of it.
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
		columns, binary, err := columnsOf(rows)
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
				if b, ok := v.([]byte); ok && binary[columns[i]] {
					values[i] = base64.StdEncoding.EncodeToString(b)
				} else if ok {
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

// columnsOf names the columns of rows, and those among them that hold bytes.
func columnsOf(rows *sql.Rows) (names []string, binary map[string]bool, err error) {
	types, err := rows.ColumnTypes()
	if err != nil {
		return nil, nil, err
	}
	binary = map[string]bool{}
	for _, c := range types {
		names = append(names, c.Name())
		if is := c.DatabaseTypeName(); is == "BLOB" || is == "BYTEA" {
			binary[c.Name()] = true
		}
	}
	return names, binary, nil
}

// Empty tells whether nobody has worked here yet, nor asked for alerts: no story,
// picture, person or subscription.
func (s *Store) Empty(ctx context.Context) (bool, error) {
	var some string
	err := s.read(ctx).row(`
		SELECT id FROM story UNION ALL SELECT id FROM picture UNION ALL SELECT id FROM person
		UNION ALL SELECT endpoint FROM subscription UNION ALL SELECT id FROM mail_subscription LIMIT 1`).Scan(&some)
	if errors.Is(err, sql.ErrNoRows) {
		return true, nil
	}
	return false, s.translate(err)
}

// Check asks the engine whether the database is whole; it gives what is wrong.
func (s *Store) Check(ctx context.Context) ([]string, error) {
	return s.dialect.check(ctx, s.r)
}
