package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"dateline/internal/news"
)

// dropAtOnce is how many chunks are deleted in one transaction: few milliseconds, so
// that a publication does not wait behind a million recipients of last month.
const dropAtOnce = 2000

// DropRecipients forgets who got the alerts of which all that replaced them was over
// before a moment, too. Their numbers, and the record by push service, stay. It says of
// how many alerts.
func (s *Store) DropRecipients(ctx context.Context, before time.Time) (int, error) {
	var old []news.AlertID
	rows, err := s.read(ctx).rows(`
		SELECT a.id FROM alert a
		WHERE a.ended_at > 0 AND a.ended_at < $1
			AND EXISTS (SELECT 1 FROM delivery_chunk c WHERE c.alert_id = a.id)
			AND NOT EXISTS (SELECT 1 FROM alert x WHERE x.original = a.original AND (x.ended_at = 0 OR x.ended_at >= $1))`, us(before))
	err = each(rows, err, func(r *sql.Rows) error {
		old = append(old, "")
		return r.Scan(&old[len(old)-1])
	})
	if err != nil {
		return 0, fmt.Errorf("look for recipients to forget: %w", s.translate(err))
	}
	for i, id := range old {
		if err := s.dropRecipients(ctx, id); err != nil {
			return i, fmt.Errorf("forget the recipients of alert %s: %w", id, err)
		}
	}
	return len(old), nil
}

func (s *Store) dropRecipients(ctx context.Context, id news.AlertID) error {
	for dropped := int64(dropAtOnce); dropped == dropAtOnce; {
		_, err := s.write(ctx, func(t *tx) (err error) {
			if _, err := t.exec(`DELETE FROM delivery_lease WHERE alert_id = $1`, string(id)); err != nil {
				return err
			}
			dropped, err = t.exec(`
				DELETE FROM delivery_chunk WHERE alert_id = $1
					AND n IN (SELECT n FROM delivery_chunk WHERE alert_id = $2 ORDER BY n LIMIT $3)`, string(id), string(id), dropAtOnce)
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}
