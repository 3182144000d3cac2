package store

import (
	"context"
	"fmt"

	"dateline/internal/news"
)

var importedComments = rowText{"comment", commentInsert.before, ` ON CONFLICT (id) DO NOTHING`}

// ImportComments keeps comments that another system had under a story: with their dates
// and names, without accounts. Those that came before are left as they are, by their
// identifiers. The number is that of the change.
func (s *Store) ImportComments(ctx context.Context, who news.Actor, story news.StoryID, list []news.Comment) (int64, error) {
	n, err := s.write(ctx, func(t *tx) error {
		for i := range list {
			c := &list[i]
			reasons, err := reasonsText(c.Reasons)
			if err != nil {
				return err
			}
			t.insert(&importedComments, c.ID, story, c.Thread, c.Parent, bit(c.ID == c.Thread), bit(c.Shown()), c.Reader, c.Name, c.Text, string(c.Status), reasons,
				us(c.Created), 0, us(c.Decided), c.DecidedBy, 0, 0, 0, 0, news.CommentRank(c.Created, 0, false), "", "")
		}
		for _, q := range []string{
			`UPDATE comment SET replies = (SELECT COUNT(*) FROM comment answer WHERE answer.thread_id = comment.id AND answer.seen = 1 AND answer.top = 0) WHERE story_id = $1 AND top = 1`,
			`UPDATE comment SET seen = CASE WHEN status = 'published' OR status = 'deleted' AND replies > 0 THEN 1 ELSE 0 END WHERE story_id = $1 AND top = 1`,
			`INSERT INTO talk (story_id, mode, hold_all, slow, closed, shown, held, purged_at, refresh_at, counted_at)
				SELECT $1, '', 0, 0, 0, COALESCE(SUM(CASE WHEN status = 'published' THEN 1 ELSE 0 END), 0), COALESCE(SUM(CASE WHEN status = 'held' THEN 1 ELSE 0 END), 0), 0, 0, 0 FROM comment WHERE story_id = $1
				ON CONFLICT (story_id) DO UPDATE SET shown = excluded.shown, held = excluded.held`,
		} {
			if _, err := t.exec(q, story); err != nil {
				return err
			}
		}
		if err := t.commentsMoved(story, true); err != nil {
			return err
		}
		return t.record(who, "import", "comments:"+string(story), fmt.Sprint(len(list)))
	})
	if err != nil {
		return 0, fmt.Errorf("import comments of story %s: %w", story, err)
	}
	return n, nil
}
