package store

import (
	"database/sql"
	"fmt"
	"math/bits"
	"strings"
)

// A rowText is a statement that writes any number of rows: what stands before and
// after its list of VALUES. One text serves both engines.
type rowText struct {
	table         string // for errors
	before, after string
}

// mostRows is how many rows one statement writes at most: with more, the round trips
// saved are few, and what SQLite keeps prepared is large. The widest table stays far
// below what the engines take (32,766 placeholders in SQLite).
const mostRows = 128

// of gives the text for n rows of width values.
func (x *rowText) of(d dialect, n, width int) string {
	var b strings.Builder
	b.WriteString(x.before)
	for i := range n {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString("(" + d.row(1+i*width, width) + ")")
	}
	b.WriteString(x.after)
	return b.String()
}

// portions gives the rows to write a power of two at a time: a text for any number
// would be kept prepared once for every number, as with in.
func portions(rows [][]any, write func(n, width int, args []any) error) error {
	for len(rows) > 0 {
		n := min(mostRows, 1<<(bits.Len(uint(len(rows)))-1))
		width := len(rows[0])
		args := make([]any, 0, n*width)
		for _, r := range rows[:n] {
			args = append(args, r...)
		}
		if err := write(n, width, args); err != nil {
			return err
		}
		rows = rows[n:]
	}
	return nil
}

// waiting are the rows of a transaction that are still to be written by one statement.
type waiting struct {
	text *rowText
	rows [][]any
}

// insert writes a row, later: rows of a kind are written together, when the next
// statement runs or the transaction ends. A story's twenty rows, and the thousands of
// an import, so cost a few round trips. Kinds are written in the order in which their
// first rows came, so a row may refer to one that was given before it.
func (t *tx) insert(x *rowText, values ...any) {
	for i := range t.waiting {
		if w := &t.waiting[i]; w.text == x {
			w.rows = append(w.rows, values)
			return
		}
	}
	t.waiting = append(t.waiting, waiting{x, [][]any{values}})
}

// flush writes what waits. Its first error stays: whatever the transaction does
// after it, it will not commit.
func (t *tx) flush() error {
	if t.broken != nil || len(t.waiting) == 0 {
		return t.broken
	}
	all := t.waiting
	t.waiting = nil
	for _, w := range all {
		err := portions(w.rows, func(n, width int, args []any) error {
			_, err := t.exec(w.text.of(t.s.dialect, n, width), args...)
			return err
		})
		if err != nil {
			t.broken = fmt.Errorf("write %d rows of %s: %w", len(w.rows), w.text.table, err)
			return t.broken
		}
	}
	return nil
}

// insertAndSee writes rows at once and gives what the statement returns of each that
// was not there.
func (t *tx) insertAndSee(x *rowText, rows [][]any, scan func(*sql.Rows) error) error {
	return portions(rows, func(n, width int, args []any) error {
		found, err := t.rows(x.of(t.s.dialect, n, width), args...)
		if err := each(found, err, scan); err != nil {
			return fmt.Errorf("write %d rows of %s: %w", n, x.table, err)
		}
		return nil
	})
}
