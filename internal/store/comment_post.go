package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"dateline/internal/news"
)

// mostCounted bounds what is counted for a decision: beyond it every rule has spoken.
const mostCounted = 1000

var commentInsert = rowText{"comment", `INSERT INTO comment (id, story_id, thread_id, parent_id, top, seen, reader_id, name, text, status, reasons,
	created_at, edited_at, decided_at, decided_by, featured, likes, flags, replies, rank, block, words) VALUES `, ``}

// PostComment writes the comment that decide makes of all that counts for the decision,
// read in the same transaction. A story that readers cannot see, and an answer to what
// they cannot see, is NotFound. The number is that of the change, 0 if readers see nothing
// new at once.
func (s *Store) PostComment(ctx context.Context, in news.NewComment, decide func(news.Posting) (news.CommentOutcome, error)) (news.Comment, int64, error) {
	var out news.Comment
	n, err := s.write(ctx, func(t *tx) error {
		p, err := t.posting(in)
		if err != nil {
			return err
		}
		o, err := decide(p)
		if err != nil {
			return err
		}
		out = o.Comment
		return t.addComment(p, in, o)
	})
	if err != nil {
		return news.Comment{}, 0, fmt.Errorf("post a comment: %w", err)
	}
	return out, n, nil
}

// posting reads what a decision on a new comment looks at.
func (t *tx) posting(in news.NewComment) (p news.Posting, err error) {
	p.Now = t.now
	if p.Card, err = t.shownCard(in.Story); err != nil {
		return p, err
	}
	if p.Reader, err = loadReader(t, `reader.id = $1`, in.Reader); err != nil {
		return p, err
	}
	if p.Talk, err = loadTalk(t, in.Story); err != nil {
		return p, err
	}
	if p.Policy, err = loadPolicy(t); err != nil {
		return p, err
	}
	if p.Rules, err = loadRules(t); err != nil {
		return p, err
	}
	if in.Parent != "" {
		parent, err := loadComment(t, in.Parent)
		if err != nil {
			return p, err
		}
		if parent.Story != in.Story || !parent.Shown() {
			return p, news.Missing("comment")
		}
		p.Parent = &parent
	}
	if p.OfReader, err = t.lately(`reader_id`, string(in.Reader)); err != nil {
		return p, err
	}
	if p.OfStory, err = t.lately(`story_id`, string(in.Story)); err != nil {
		return p, err
	}
	var last int64
	if err := t.row(`SELECT COALESCE(MAX(created_at), 0) FROM comment WHERE reader_id = $1 AND story_id = $2 AND created_at >= $3`,
		in.Reader, in.Story, us(t.now.Add(-24*time.Hour))).Scan(&last); err != nil {
		return p, err
	}
	p.Last = at(last)
	if in.Words != "" {
		if err := t.row(`SELECT COUNT(*) FROM (SELECT 1 FROM comment WHERE words = $1 AND created_at >= $2 LIMIT $3) AS x`,
			in.Words, us(t.now.Add(-24*time.Hour)), mostCounted).Scan(&p.Same); err != nil {
			return p, err
		}
	}
	if in.Block == "" {
		return p, nil
	}
	if p.OfBlock, err = t.lately(`block`, in.Block); err != nil {
		return p, err
	}
	p.Blocked, err = blockSanction(t, in.Block, t.now)
	return p, err
}

// lately counts comments by one column in each of news.CommentSpans.
func (t *tx) lately(column, value string) (n [3]int, err error) {
	q := `SELECT COALESCE(SUM(CASE WHEN created_at >= $2 THEN 1 ELSE 0 END), 0), COALESCE(SUM(CASE WHEN created_at >= $3 THEN 1 ELSE 0 END), 0), COUNT(*)
		FROM (SELECT created_at FROM comment WHERE ` + column + ` = $1 AND created_at >= $4 ORDER BY created_at DESC LIMIT $5) AS x`
	err = t.row(q, value, us(t.now.Add(-news.CommentSpans[0])), us(t.now.Add(-news.CommentSpans[1])), us(t.now.Add(-news.CommentSpans[2])), mostCounted).Scan(&n[0], &n[1], &n[2])
	return n, err
}

// shownCard is the card of a story that readers may see now.
func (t *tx) shownCard(id news.StoryID) (card news.Card, err error) {
	var raw string
	err = t.row(`SELECT card FROM story WHERE `+shown+` AND id = $2`, us(t.now), id).Scan(&raw)
	if errors.Is(err, sql.ErrNoRows) {
		return card, news.Missing("story")
	}
	if err != nil {
		return card, err
	}
	return card, json.Unmarshal([]byte(raw), &card)
}

// addComment writes a new comment and what follows from it.
func (t *tx) addComment(p news.Posting, in news.NewComment, o news.CommentOutcome) error {
	c := &o.Comment
	reasons, err := reasonsText(c.Reasons)
	if err != nil {
		return err
	}
	t.insert(&commentInsert, c.ID, c.Story, c.Thread, c.Parent, bit(c.ID == c.Thread), bit(c.Shown()), c.Reader, "", c.Text, string(c.Status), reasons,
		us(c.Created), 0, us(c.Decided), c.DecidedBy, 0, 0, 0, 0, news.CommentRank(c.Created, 0, false), in.Block, in.Words)
	if err := t.logComment(news.Actor{ID: string(c.Reader), Name: p.Reader.Name}, c.ID, o, "", nil); err != nil {
		return err
	}
	if err := t.count(c, "", c.Status, false); err != nil {
		return err
	}
	return t.enqueue(o.Jobs...)
}

var commentLogInsert = rowText{"comment_log", `INSERT INTO comment_log (id, comment_id, at, who_id, who, action, before_status, after_status, note, reasons) VALUES `, ``}

func (t *tx) logComment(who news.Actor, id news.CommentID, o news.CommentOutcome, before news.CommentStatus, was []news.Reason) error {
	if o.Action == "" {
		return nil
	}
	reasons, err := reasonsText(was)
	if err != nil {
		return err
	}
	t.insert(&commentLogInsert, news.NewID[string](), id, us(t.now), who.ID, who.Name, o.Action, string(before), string(o.Comment.Status), o.Note, reasons)
	return nil
}

// count keeps the numbers right when a comment goes from one status to another: of its
// story, its thread and its writer; and has the pages made anew that show it, atOnce if a
// person waits for that.
func (t *tx) count(c *news.Comment, before, after news.CommentStatus, atOnce bool) error {
	if before == after {
		return nil
	}
	is := func(s news.CommentStatus) (n int) {
		if after == s {
			n++
		}
		if before == s {
			n--
		}
		return n
	}
	shown, held, rejected := is(news.CommentPublished), is(news.CommentHeld), is(news.CommentRejected)
	if _, err := t.exec(`
		INSERT INTO talk (story_id, mode, hold_all, slow, closed, shown, held, purged_at, refresh_at, counted_at) VALUES ($1, '', 0, 0, 0, $2, $3, 0, 0, 0)
		ON CONFLICT (story_id) DO UPDATE SET shown = talk.shown + excluded.shown, held = talk.held + excluded.held`,
		c.Story, shown, held); err != nil {
		return err
	}
	if c.Reader != "" && (shown != 0 || rejected != 0) {
		if _, err := t.exec(`UPDATE reader SET passed = passed + $2, rejected = rejected + $3 WHERE id = $1`, c.Reader, shown, rejected); err != nil {
			return err
		}
	}
	if shown == 0 {
		return nil
	}
	if c.ID != c.Thread {
		// A deleted comment is seen, as a gap, while answers below it are.
		if _, err := t.exec(`UPDATE comment SET replies = replies + $2,
			seen = CASE WHEN status = 'published' OR status = 'deleted' AND replies + $2 > 0 THEN 1 ELSE 0 END WHERE id = $1`, c.Thread, shown); err != nil {
			return err
		}
	}
	return t.commentsMoved(c.Story, atOnce || shown < 0)
}
