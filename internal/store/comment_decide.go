package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"dateline/internal/news"
)

// DecideComments changes comments as decide says, all of them or none. Each change is in
// the log; one that says Quiet leaves its comment as it is. Missing ones are NotFound.
func (s *Store) DecideComments(ctx context.Context, who news.Actor, ids []news.CommentID, decide func(news.Comment, news.Reader) (news.CommentOutcome, error)) ([]news.Comment, int64, error) {
	var out []news.Comment
	n, err := s.write(ctx, func(t *tx) error {
		out = nil
		for _, id := range ids {
			c, err := t.decideComment(who, id, decide)
			if err != nil {
				return err
			}
			out = append(out, c)
		}
		return nil
	})
	if err != nil {
		return nil, 0, fmt.Errorf("decide on comments: %w", err)
	}
	return out, n, nil
}

func (t *tx) decideComment(who news.Actor, id news.CommentID, decide func(news.Comment, news.Reader) (news.CommentOutcome, error)) (news.Comment, error) {
	var one int // nobody else decides meanwhile
	if err := t.row(`SELECT 1 FROM comment WHERE id = $1`+t.s.dialect.alone(), id).Scan(&one); err != nil && !errors.Is(err, sql.ErrNoRows) {
		return news.Comment{}, err
	}
	before, err := loadComment(t, id)
	if err != nil {
		return before, err
	}
	var reader news.Reader
	if before.Reader != "" {
		if reader, err = loadReader(t, `reader.id = $1`, before.Reader); err != nil && news.KindOf(err) != news.NotFound {
			return before, err
		}
	}
	o, err := decide(before, reader)
	if err != nil || o.Quiet {
		return before, err
	}
	c := &o.Comment
	reasons, err := reasonsText(c.Reasons)
	if err != nil {
		return before, err
	}
	if _, err := t.exec(`
		UPDATE comment SET text = $2, status = $3, reasons = $4, edited_at = $5, decided_at = $6, decided_by = $7, featured = $8, flags = $9, rank = $10,
			seen = CASE WHEN $3 = 'published' OR $3 = 'deleted' AND replies > 0 THEN 1 ELSE 0 END,
			words = CASE WHEN $3 = 'deleted' THEN '' ELSE words END
		WHERE id = $1`,
		id, c.Text, string(c.Status), reasons, us(c.Edited), us(c.Decided), c.DecidedBy, bit(c.Featured), c.Flags,
		news.CommentRank(c.Created, c.Likes, c.Featured)); err != nil {
		return before, err
	}
	if err := t.logComment(who, id, o, before.Status, before.Reasons); err != nil {
		return before, err
	}
	if err := t.count(c, before.Status, c.Status, true); err != nil {
		return before, err
	}
	if before.Shown() && c.Shown() && (before.Text != c.Text || before.Featured != c.Featured) {
		if err := t.commentsMoved(c.Story, true); err != nil {
			return before, err
		}
	}
	return *c, t.enqueue(o.Jobs...)
}

// UndoComment takes a moderator's decision back: the comment is again what it was before.
// Only the last decision about a comment can be undone; else it is a Conflict.
func (s *Store) UndoComment(ctx context.Context, who news.Actor, logID string) (news.Comment, int64, error) {
	var out news.Comment
	n, err := s.write(ctx, func(t *tx) error {
		l, err := commentLog(t, `id = $1`, logID)
		if err != nil {
			return err
		}
		if len(l) == 0 {
			return news.Missing("decision")
		}
		last, err := commentLog(t, `comment_id = $1 ORDER BY id DESC LIMIT 1`, l[0].Comment)
		if err != nil {
			return err
		}
		if len(last) == 0 || last[0].ID != logID || l[0].After == news.CommentDeleted || l[0].Before == "" {
			return news.Refuse(news.Conflict, "Something else was decided about this comment since. Decide anew.")
		}
		out, err = t.decideComment(who, l[0].Comment, func(c news.Comment, _ news.Reader) (news.CommentOutcome, error) {
			switch l[0].Action {
			case "feature", "unfeature":
				c.Featured = l[0].Action == "unfeature"
			default:
				c.Status, c.Reasons, c.Decided, c.DecidedBy = l[0].Before, l[0].Reasons, t.now, who.Name
			}
			return news.CommentOutcome{Comment: c, Action: "undo", Note: l[0].Action}, nil
		})
		return err
	})
	if err != nil {
		return out, 0, fmt.Errorf("undo a decision: %w", err)
	}
	return out, n, nil
}

// LikeComment notes that a reader likes a shown comment, or no longer does. A person's
// like counts once; their own comment they cannot like. Pages tell of it when they are
// made anew for another reason, or half a minute later.
func (s *Store) LikeComment(ctx context.Context, reader news.ReaderID, id news.CommentID, on bool) (news.Comment, error) {
	var c news.Comment
	_, err := s.write(ctx, func(t *tx) (err error) {
		if c, err = t.shownComment(id); err != nil {
			return err
		}
		if c.Reader == reader {
			return news.Refuse(news.Conflict, "You cannot like a comment of your own.")
		}
		var moved int64
		if on {
			moved, err = t.exec(`INSERT INTO comment_like (comment_id, reader_id, at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`, id, reader, us(t.now))
		} else {
			moved, err = t.exec(`DELETE FROM comment_like WHERE comment_id = $1 AND reader_id = $2`, id, reader)
			moved = -moved
		}
		if err != nil || moved == 0 {
			return err
		}
		c.Likes += int(moved)
		if _, err := t.exec(`UPDATE comment SET likes = likes + $2, rank = $3 WHERE id = $1`, id, moved, news.CommentRank(c.Created, c.Likes, c.Featured)); err != nil {
			return err
		}
		return t.commentsDue(c.Story)
	})
	if err != nil {
		return c, fmt.Errorf("like a comment: %w", err)
	}
	return c, nil
}

// shownComment is a comment that readers see now, under a story that they may see.
func (t *tx) shownComment(id news.CommentID) (news.Comment, error) {
	c, err := loadComment(t, id)
	if err == nil && !c.Shown() {
		err = news.Missing("comment")
	}
	if err == nil {
		_, err = t.shownCard(c.Story)
	}
	return c, err
}

// FlagComment notes that a reader reports a comment. decide is asked what follows from
// the flags that are open then; a second flag of the same person changes nothing, nor
// does one about what a moderator has decided on in favour of since they saw it.
func (s *Store) FlagComment(ctx context.Context, reader news.ReaderID, id news.CommentID, why string, decide func(news.Comment, news.CommentPolicy) (news.CommentOutcome, error)) (news.Comment, int64, error) {
	var out news.Comment
	n, err := s.write(ctx, func(t *tx) error {
		c, err := t.shownComment(id)
		if err != nil {
			return err
		}
		out = c
		fresh, err := t.exec(`INSERT INTO comment_flag (comment_id, reader_id, why, at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`, id, reader, why, us(t.now))
		if err != nil || fresh == 0 {
			return err
		}
		policy, err := loadPolicy(t)
		if err != nil {
			return err
		}
		out, err = t.decideComment(news.Actor{ID: "flag", Name: "Readers"}, id, func(c news.Comment, _ news.Reader) (news.CommentOutcome, error) {
			c.Flags++
			return decide(c, policy)
		})
		return err
	})
	if err != nil {
		return out, 0, fmt.Errorf("flag a comment: %w", err)
	}
	return out, n, nil
}
