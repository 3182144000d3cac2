package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"dateline/internal/news"
)

// A story's page takes commentBurst new comments as they come, and is a busy one's then:
// it takes new ones at most every commentPause, so that phones are not sent the whole page
// again and again; lists that count them, every countPause.
const (
	commentPause = 30 * time.Second
	commentBurst = 5
	countPause   = 5 * time.Minute
)

// commentsMoved has pages with a story's comments made anew: at once if a person waits for
// it or something was taken from them, or if they were not often lately; else when the
// pause is over. purged_at is the moment up to which the pauses of all that were made lie
// one behind the other (the generic cell rate algorithm).
func (t *tx) commentsMoved(id news.StoryID, atOnce bool) error {
	var purged, refresh, counted int64
	var shown int
	if err := t.row(`SELECT purged_at, refresh_at, counted_at, shown FROM talk WHERE story_id = $1`, id).Scan(&purged, &refresh, &counted, &shown); err != nil {
		return err
	}
	now := us(t.now)
	if due := purged - (commentBurst-1)*commentPause.Microseconds(); !atOnce && now < due {
		if refresh > 0 {
			return nil
		}
		_, err := t.exec(`UPDATE talk SET refresh_at = $2 WHERE story_id = $1`, id, due)
		return err
	}
	return t.refreshComments(id, purged, counted, shown)
}

func (t *tx) refreshComments(id news.StoryID, purged, counted int64, shown int) error {
	now := us(t.now)
	tags := []string{news.CommentsTag(id)}
	if shown <= 1 || now >= counted+countPause.Microseconds() {
		tags, counted = append(tags, news.StoryTag(id)), now
	}
	t.change(news.CommentChange, string(id), tags...)
	_, err := t.exec(`UPDATE talk SET purged_at = $2, refresh_at = 0, counted_at = $3 WHERE story_id = $1`, id, min(max(purged, now), now+commentBurst*commentPause.Microseconds())+commentPause.Microseconds(), counted)
	return err
}

// commentsDue has them made anew after the pause, for what can wait: a like.
func (t *tx) commentsDue(id news.StoryID) error {
	_, err := t.exec(`UPDATE talk SET refresh_at = $2 WHERE story_id = $1 AND refresh_at = 0`, id, us(t.now.Add(commentPause)))
	return err
}

// RefreshComments has the pages made anew whose pause is over, and says how many. When
// there are none nothing is written.
func (s *Store) RefreshComments(ctx context.Context) (int, error) {
	due := func(q querier) (ids []news.StoryID, err error) {
		rows, err := q.rows(`SELECT story_id FROM talk WHERE refresh_at > 0 AND refresh_at <= $1 ORDER BY refresh_at LIMIT 100`, us(s.Now()))
		err = each(rows, err, func(r *sql.Rows) error {
			ids = append(ids, "")
			return r.Scan(&ids[len(ids)-1])
		})
		return ids, err
	}
	some, err := due(s.read(ctx))
	if err != nil || len(some) == 0 {
		return 0, s.translate(err)
	}
	n := 0
	_, err = s.write(ctx, func(t *tx) error {
		ids, err := due(t)
		n = len(ids)
		for _, id := range ids {
			if err != nil {
				return err
			}
			var purged, counted int64
			var shown int
			if err = t.row(`SELECT purged_at, counted_at, shown FROM talk WHERE story_id = $1`, id).Scan(&purged, &counted, &shown); err == nil {
				err = t.refreshComments(id, purged, counted, shown)
			}
		}
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("have comments made anew: %w", err)
	}
	return n, nil
}

// blockMemory is how long it is kept from which address block a comment came.
const blockMemory = 30 * 24 * time.Hour

// ForgetBlocks forgets from where comments came that are old enough, some at a time, and
// sign-ins that were not used.
func (s *Store) ForgetBlocks(ctx context.Context) error {
	_, err := s.write(ctx, func(t *tx) error {
		if _, err := t.exec(`DELETE FROM reader_sign_in WHERE expires_at < $1`, us(t.now.Add(-24*time.Hour))); err != nil {
			return err
		}
		if _, err := t.exec(`DELETE FROM reader_session WHERE expires_at < $1`, us(t.now)); err != nil {
			return err
		}
		_, err := t.exec(`UPDATE comment SET block = '' WHERE id IN (SELECT id FROM comment WHERE block > '' AND created_at < $1 LIMIT 1000)`, us(t.now.Add(-blockMemory)))
		return err
	})
	if err != nil {
		return fmt.Errorf("forget where comments came from: %w", err)
	}
	return nil
}
