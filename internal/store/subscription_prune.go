package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"

	"dateline/internal/news"
)

// pruneBatch is how many subscriptions are deleted in one transaction.
const pruneBatch = 1024

// spared is how long a browser whose endpoint changed is not pruned: what was said of
// its number may have been said of the endpoint it had when a long alert began.
const spared = news.MaxAlertTTL + news.MaxPace

// PruneSubscriptions deletes those of the numbers that are still here, as after an
// alert whose push services said that they are gone, and counts them.
func (s *Store) PruneSubscriptions(ctx context.Context, numbers news.Recipients) (int, error) {
	pruned := 0
	batches := slices.Chunk(slices.Collect(numbers.All()), pruneBatch)
	for batch := range batches {
		var gone []uint32
		_, err := s.write(ctx, func(t *tx) error {
			gone = gone[:0]
			if _, err := t.lastNumber(); err != nil { // nobody saves meanwhile
				return err
			}
			values := make([]any, len(batch))
			for i, n := range batch {
				values[i] = int64(n)
			}
			list, args := inAny(2, values)
			rows, err := t.rows(`DELETE FROM subscription WHERE moved_at <= $1 AND number IN `+list+` RETURNING number`,
				append([]any{us(t.now.Add(-spared))}, args...)...)
			err = each(rows, err, func(r *sql.Rows) error {
				gone = append(gone, 0)
				return r.Scan(&gone[len(gone)-1])
			})
			if err == nil && len(gone) > 0 {
				t.change(news.SubscriptionChange, news.NumberRange{From: slices.Min(gone), To: slices.Max(gone)}.String())
			}
			return err
		})
		if err != nil {
			return pruned, fmt.Errorf("prune subscriptions: %w", err)
		}
		pruned += len(gone)
	}
	return pruned, nil
}
