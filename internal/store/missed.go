package store

import (
	"context"
	"database/sql"
	"fmt"

	"dateline/internal/news"
)

// NoteMissed adds to how often questions were asked that found nothing. What nobody has asked for long goes, and what is
// more than anybody would read.
func (s *Store) NoteMissed(ctx context.Context, missed []news.MissedSearch) error {
	if len(missed) == 0 {
		return nil
	}
	_, err := s.write(ctx, func(t *tx) error {
		for _, m := range missed {
			if _, err := t.exec(`
				INSERT INTO missed_search (query, times, last) VALUES ($1, $2, $3)
				ON CONFLICT (query) DO UPDATE SET times = missed_search.times + excluded.times, last = excluded.last`,
				m.Query, m.Times, us(t.now)); err != nil {
				return err
			}
		}
		_, err := t.exec(`DELETE FROM missed_search WHERE last < $1
			OR last < (SELECT last FROM missed_search ORDER BY last DESC LIMIT 1 OFFSET $2)`,
			us(t.now.Add(-news.MissedMemory)), news.MaxMissed-1)
		return err
	})
	if err != nil {
		return fmt.Errorf("keep the searches that found nothing: %w", err)
	}
	return nil
}

// MissedSearches gives what was asked for most often and not found, at most limit.
func (s *Store) MissedSearches(ctx context.Context, limit int) ([]news.MissedSearch, error) {
	var out []news.MissedSearch
	rows, err := s.read(ctx).rows(`SELECT query, times, last FROM missed_search ORDER BY times DESC, last DESC, query LIMIT $1`, max(0, min(limit, news.MaxMissed)))
	err = each(rows, err, func(r *sql.Rows) error {
		var m news.MissedSearch
		var last int64
		err := r.Scan(&m.Query, &m.Times, &last)
		m.Last = at(last)
		out = append(out, m)
		return err
	})
	return out, s.translate(err)
}

// ForgetMissed takes a question off the list; asked again often enough, it comes back.
func (s *Store) ForgetMissed(ctx context.Context, query string) error {
	_, err := s.write(ctx, func(t *tx) error {
		_, err := t.exec(`DELETE FROM missed_search WHERE query = $1`, query)
		return err
	})
	return err
}
