package store

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"

	"dateline/internal/news"
)

var settledRows = rowText{"delivery_chunk", `INSERT INTO delivery_chunk (alert_id, n, node, done, bits) VALUES `, `
	ON CONFLICT (alert_id, n) DO UPDATE SET done = excluded.done, bits = excluded.bits`}

// Settle adds what became of messages, all or nothing.
func (l *Ledger) Settle(ctx context.Context, alert news.AlertID, marks []news.DeliveryMark) error {
	if len(marks) == 0 {
		return nil
	}
	marks = byChunk(marks)
	_, err := l.s.write(ctx, func(t *tx) error {
		if _, err := t.head(alert); err != nil {
			return err
		}
		var change news.Tally
		done := 0
		for part := range slices.Chunk(marks, 64) {
			c, d, err := t.settleChunks(alert, part)
			if err != nil {
				return err
			}
			change.Accepted, change.Gone, change.Failed, change.Retrying = change.Accepted+c.Accepted, change.Gone+c.Gone, change.Failed+c.Failed, change.Retrying+c.Retrying
			done += d
		}
		_, err := t.exec(`UPDATE delivery SET accepted = accepted + $2, gone = gone + $3, failed = failed + $4,
				retrying = retrying + $5, undone = undone - $6 WHERE alert_id = $1`,
			string(alert), change.Accepted, change.Gone, change.Failed, change.Retrying, done)
		return err
	})
	return ledgerError(fmt.Sprintf("settle %d chunks", len(marks)), alert, err)
}

// settleChunks applies marks, one for each chunk and in their order, and gives by how
// much they change the numbers and how many chunks they finish.
func (t *tx) settleChunks(alert news.AlertID, marks []news.DeliveryMark) (change news.Tally, done int, err error) {
	numbers := make([]any, len(marks))
	for i := range marks {
		numbers[i] = int64(marks[i].N)
	}
	list, args := inAny(2, numbers)
	i := 0
	rows, err := t.rows(`SELECT n, bits FROM delivery_chunk WHERE alert_id = $1 AND n IN `+list+` ORDER BY n`, append([]any{string(alert)}, args...)...)
	var changed [][]any
	err = each(rows, err, func(r *sql.Rows) error {
		n, row, err := scanChunk(r)
		if err != nil {
			return err
		}
		for marks[i].N != n { // a chunk without an audience has no row
			i++
		}
		before := row
		row.Apply(&marks[i])
		if row == before {
			return nil
		}
		was, is := before.Tally(), row.Tally()
		change.Accepted += is.Accepted - was.Accepted
		change.Gone += is.Gone - was.Gone
		change.Failed += is.Failed - was.Failed
		change.Retrying += is.Retrying - was.Retrying
		over := row.Todo() == news.Bits{}
		if over && before.Todo() != (news.Bits{}) {
			done++
		}
		changed = append(changed, []any{string(alert), int64(n), "", bit(over), rowBits(&row)})
		return nil
	})
	for _, values := range changed {
		t.insert(&settledRows, values...)
	}
	return change, done, err
}

// byChunk puts marks in the order of their chunks, one for each.
func byChunk(marks []news.DeliveryMark) []news.DeliveryMark {
	marks = slices.Clone(marks)
	slices.SortFunc(marks, func(a, b news.DeliveryMark) int { return cmp.Compare(a.N, b.N) })
	out := marks[:0]
	for i := range marks {
		if last := len(out) - 1; last >= 0 && out[last].N == marks[i].N {
			out[last].Merge(&marks[i])
		} else {
			out = append(out, marks[i])
		}
	}
	return out
}
