package store

import (
	"cmp"
	"context"
	"database/sql"
	"slices"

	"dateline/internal/news"
)

// undone are the chunks of alert $1 that are node $2's, free ones if that is empty, and
// not done. Asked for by itself SQLite finds them in their index; where the rows are
// wanted, it walked over all that are done.
const undone = `SELECT n FROM delivery_chunk WHERE alert_id = $1 AND node = $2 AND done = 0`

// Claim leases up to most chunks that are not done and no living node's, the lowest
// first, and says how many chunks are not done. It fails with news.ErrAlertStopped.
func (l *Ledger) Claim(ctx context.Context, alert news.AlertID, node string, most int) (chunks []news.DeliveryChunk, left int, err error) {
	_, err = l.s.write(ctx, func(t *tx) error {
		chunks = nil
		h, err := t.going(alert)
		if err != nil {
			return err
		}
		left = h.undone
		if err := t.freeDead(alert); err != nil {
			return err
		}
		rows, err := t.rows(`
			UPDATE delivery_chunk SET node = $3 WHERE alert_id = $1 AND n IN (`+undone+` ORDER BY n LIMIT $4) RETURNING n, bits`,
			string(alert), "", node, max(most, 0))
		err = each(rows, err, func(r *sql.Rows) error {
			n, row, err := scanChunk(r)
			chunks = append(chunks, news.DeliveryChunk{N: n, Todo: row.Todo()})
			return err
		})
		if err != nil || len(chunks) == 0 {
			return err
		}
		slices.SortFunc(chunks, func(a, b news.DeliveryChunk) int { return cmp.Compare(a.N, b.N) })
		_, err = t.exec(`
			INSERT INTO delivery_lease (alert_id, node, till) VALUES ($1, $2, $3)
			ON CONFLICT (alert_id, node) DO UPDATE SET till = excluded.till`, string(alert), node, us(t.now.Add(leaseTime)))
		return err
	})
	return chunks, left, ledgerError("claim chunks", alert, err)
}

// freeDead frees the chunks of nodes that did not renew their lease in time.
func (t *tx) freeDead(alert news.AlertID) error {
	var dead []string
	rows, err := t.rows(`SELECT node FROM delivery_lease WHERE alert_id = $1 AND till <= $2`, string(alert), us(t.now))
	err = each(rows, err, func(r *sql.Rows) error {
		dead = append(dead, "")
		return r.Scan(&dead[len(dead)-1])
	})
	for node := range slices.Values(dead) {
		if err == nil {
			err = t.free(alert, node)
		}
	}
	return err
}

// free ends a node's lease and frees what of its chunks is not done.
func (t *tx) free(alert news.AlertID, node string) error {
	if _, err := t.exec(`UPDATE delivery_chunk SET node = '' WHERE alert_id = $1 AND n IN (`+undone+`)`, string(alert), node); err != nil {
		return err
	}
	_, err := t.exec(`DELETE FROM delivery_lease WHERE alert_id = $1 AND node = $2`, string(alert), node)
	return err
}

// Renew prolongs the lease of a node's chunks, unless it ended, and tells the alert's
// numbers. It fails with news.ErrAlertStopped.
func (l *Ledger) Renew(ctx context.Context, alert news.AlertID, node string) (news.Tally, error) {
	var h head
	_, err := l.s.write(ctx, func(t *tx) (err error) {
		if h, err = t.going(alert); err != nil {
			return err
		}
		_, err = t.exec(`UPDATE delivery_lease SET till = $1 WHERE alert_id = $2 AND node = $3 AND till > $4`,
			us(t.now.Add(leaseTime)), string(alert), node, us(t.now))
		return err
	})
	if err != nil {
		return news.Tally{}, ledgerError("renew leases", alert, err)
	}
	return h.tally, nil
}

// Release ends a node's lease.
func (l *Ledger) Release(ctx context.Context, alert news.AlertID, node string) error {
	_, err := l.s.write(ctx, func(t *tx) error {
		if _, err := t.head(alert); err != nil {
			return err
		}
		return t.free(alert, node)
	})
	return ledgerError("release leases", alert, err)
}
