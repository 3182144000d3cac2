package store

import (
	"context"
	"database/sql"
	"fmt"

	"dateline/internal/news"
)

// ShownAlerts gives the last alerts as readers may see them, the newest first, one for
// a chain of corrections: its last words that went out. While readers cannot see the
// story nothing of its alerts is told, unless the last of them was a withdrawal: then
// only that, in the withdrawal's own words.
func (s *Store) ShownAlerts(ctx context.Context, limit int) ([]news.ShownAlert, error) {
	var out []news.ShownAlert
	rows, err := s.read(ctx).rows(`
		SELECT a.id, last.id, last.kind, last.title, last.body, last.language, a.started_at, last.started_at,
			CASE WHEN `+s.shownHere()+` THEN story.address ELSE '' END,
			CASE WHEN `+s.shownHere()+` THEN a.title ELSE '' END
		FROM alert a
		JOIN alert last ON last.id = (
			SELECT x.id FROM alert x WHERE x.original = a.id AND x.started_at > 0
			ORDER BY x.composed_at DESC, x.id DESC LIMIT 1)
		JOIN story ON story.id = a.story_id
		WHERE a.started_at > 0 AND a.kind = 'news' AND ((`+s.shownHere()+`) OR last.kind = 'withdrawal')
		ORDER BY a.started_at DESC, a.id DESC LIMIT $2`, us(s.Now()), max(1, min(limit, 200)))
	err = each(rows, err, func(r *sql.Rows) error {
		var x news.ShownAlert
		var last news.AlertID
		var first, corrected int64
		var was string
		err := r.Scan(&x.ID, &last, &x.Kind, &x.Title, &x.Body, &x.Language, &first, &corrected, &x.Address, &was)
		x.At = at(first)
		if last != x.ID {
			x.Corrected = at(corrected)
		}
		if x.Kind == news.CorrectionAlert {
			x.Was = was
		}
		out = append(out, x)
		return err
	})
	if err != nil {
		return nil, s.translate(fmt.Errorf("list the last alerts: %w", err))
	}
	return out, nil
}
