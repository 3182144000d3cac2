package store

import (
	"context"
	"database/sql"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strings"

	"dateline/internal/news"
)

// Load puts back the rows that fill gives to put, in one transaction: all of them, or
// none when fill fails. The database must be Empty; tables and columns that this
// version does not have are refused. An alert that was on its way when the backup was
// made, or should have left since, is stopped: who has got it is not known here. Like
// every rule, fill may run twice.
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
		l := loading{t: t, texts: map[string]*rowText{}, binary: map[string]map[string]bool{}}
		if err := fill(l.put); err != nil {
			return err
		}
		if err := t.flush(); err != nil {
			return err
		}
		// A backup of before there were alerts has no such row.
		if _, err := t.exec(`INSERT INTO subscription_seq (one, n) VALUES (1, 0) ON CONFLICT DO NOTHING`); err != nil {
			return err
		}
		if err := t.stopOverdue(); err != nil {
			return err
		}
		// From here on it is another line of changes than the one it was copied from.
		return t.setSetting("timeline", news.Secret())
	})
	return err
}

// A loading puts the rows of a dump back.
type loading struct {
	t      *tx
	texts  map[string]*rowText        // by table and columns
	binary map[string]map[string]bool // by table, then column
	rows   int
}

// put puts one row back, later: with others of its table.
func (l *loading) put(table string, columns []string, values []any) error {
	if !slices.Contains(dumped, table) {
		return fmt.Errorf("the backup has a table %q that this version does not know", table)
	}
	names := strings.Join(columns, ", ")
	text := l.texts[table+" "+names]
	if text == nil {
		for _, c := range columns {
			if strings.Trim(c, "abcdefghijklmnopqrstuvwxyz_") != "" {
				return fmt.Errorf("the backup has a column %q", c)
			}
		}
		rows, err := l.t.rows(`SELECT * FROM ` + table + ` LIMIT 0`)
		if err != nil {
			return err
		}
		_, l.binary[table], err = columnsOf(rows)
		if err := errors.Join(err, rows.Close()); err != nil {
			return err
		}
		text = &rowText{table, `INSERT INTO ` + table + ` (` + names + `) VALUES `, ``}
		l.texts[table+" "+names] = text
	}
	if len(values) != len(columns) {
		return fmt.Errorf("restore a row of %s: it has %d values for %d columns", table, len(values), len(columns))
	}
	values = slices.Clone(values)
	for i, c := range columns {
		if b, ok := values[i].(string); ok && l.binary[table][c] {
			var err error
			if values[i], err = base64.StdEncoding.DecodeString(b); err != nil {
				return fmt.Errorf("restore a row of %s: %s: %w", table, c, err)
			}
		}
	}
	l.t.insert(text, values...)
	if l.rows++; l.rows%mostRows == 0 {
		return l.t.flush()
	}
	return nil
}

// stopOverdue stops the alerts that are on their way or should be.
func (t *tx) stopOverdue() error {
	list, args := in(2, openStates)
	var late []*news.Alert
	rows, err := t.rows(`SELECT `+alertColumns+` FROM alert WHERE leaves_at > 0 AND leaves_at <= $1 AND state IN `+list, append([]any{us(t.now)}, args...)...)
	err = each(rows, err, func(r *sql.Rows) error {
		a, err := scanAlert(r.Scan)
		late = append(late, a)
		return err
	})
	if err != nil {
		return err
	}
	for _, a := range late {
		h, err := t.head(a.ID)
		if err != nil && !errors.Is(err, errNotFrozen) {
			return err
		}
		a.Tally = h.tally
		a.State, a.Ended, a.Stopper = news.AlertStopped, t.now, news.System
		a.Reason = "The newsroom was restored from a backup. Who got this alert since the backup was made is not known."
		if err := t.putAlert(false, a); err != nil {
			return err
		}
		if err := t.record(news.System, string(news.Stop), "alert:"+string(a.ID), a.Reason); err != nil {
			return err
		}
	}
	return nil
}
