package store

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"dateline/internal/news"
)

// mostSeen are at most so many comments in one answer of any list.
const mostSeen = 500

// Threads gives a page of what readers see under a story that they may see; else it is
// NotFound. Deleted comments are gaps: without words and without a name.
func (s *Store) Threads(ctx context.Context, l news.ThreadList) (p news.ThreadPage, err error) {
	q := s.read(ctx)
	card, err := s.shownCardOf(ctx, l.Story)
	if err != nil {
		return p, err
	}
	t, err := loadTalk(q, l.Story)
	if err != nil {
		return p, s.translate(err)
	}
	if p.Total, p.Page = t.Shown, max(1, l.Page); p.Total == 0 {
		return p, nil
	}
	if err := q.row(`SELECT COUNT(*) FROM comment WHERE story_id = $1 AND top = 1 AND seen = 1`, l.Story).Scan(&p.Threads); err != nil {
		return p, s.translate(fmt.Errorf("count threads: %w", err))
	}
	by := map[news.CommentOrder]string{news.NewestComments: `created_at DESC, id DESC`, news.OldestComments: `created_at, id`}[l.Order]
	if by == "" {
		by = `rank DESC, id DESC`
	}
	limit := min(max(1, l.Threads), 100)
	if l.At != "" {
		if p.Page, err = s.pageOf(q, l, limit); err != nil {
			return p, s.translate(err)
		}
	}
	tops, err := comments(q, `SELECT `+commentColumns+` FROM (SELECT * FROM comment WHERE story_id = $1 AND top = 1 AND seen = 1 ORDER BY `+by+` LIMIT $2 OFFSET $3) AS`+commentTables+
		`ORDER BY `+qualified(by), l.Story, limit, (p.Page-1)*limit)
	if err != nil {
		return p, s.translate(fmt.Errorf("list threads of story %s: %w", l.Story, err))
	}
	answers, err := s.firstAnswers(q, tops, max(0, l.Answers))
	if err != nil {
		return p, s.translate(fmt.Errorf("list answers: %w", err))
	}
	var rows []commentRow
	for _, top := range tops {
		rows = append(rows, top)
		rows = append(rows, answers[top.ID]...)
	}
	p.Comments = gaps(ofStory(rows, card.Byline))
	return p, nil
}

// qualified puts the table's name before the columns of an order.
func qualified(by string) string {
	parts := strings.Split(by, ", ")
	for i, c := range parts {
		parts[i] = "comment." + c
	}
	return strings.Join(parts, ", ")
}

// pageOf is the page that a thread stands on.
func (s *Store) pageOf(q querier, l news.ThreadList, limit int) (int, error) {
	before := map[news.CommentOrder]string{
		news.NewestComments: `(comment.created_at, comment.id) > (x.created_at, x.id)`,
		news.OldestComments: `(comment.created_at, comment.id) < (x.created_at, x.id)`,
	}[l.Order]
	if before == "" {
		before = `(comment.rank, comment.id) > (x.rank, x.id)`
	}
	var n int
	err := q.row(`SELECT COUNT(*) FROM comment, (SELECT created_at, rank, id FROM comment WHERE id = $2) AS x
		WHERE comment.story_id = $1 AND comment.top = 1 AND comment.seen = 1 AND `+before, l.Story, l.At).Scan(&n)
	return n/limit + 1, err
}

// firstAnswers are the first answers of each thread, oldest first.
func (s *Store) firstAnswers(q querier, tops []commentRow, n int) (map[news.CommentID][]commentRow, error) {
	out := map[news.CommentID][]commentRow{}
	var ids []news.CommentID
	for _, c := range tops {
		if c.Replies > 0 {
			ids = append(ids, c.ID)
		}
	}
	if len(ids) == 0 || n == 0 {
		return out, nil
	}
	list, args := in(2, ids)
	rows, err := comments(q, `SELECT `+commentColumns+` FROM (
			SELECT * FROM (
				SELECT *, ROW_NUMBER() OVER (PARTITION BY thread_id ORDER BY created_at, id) AS nth
				FROM comment WHERE thread_id IN `+list+` AND seen = 1 AND top = 0) AS numbered
			WHERE nth <= $1) AS`+commentTables+`ORDER BY comment.thread_id, comment.created_at, comment.id`, append([]any{n}, args...)...)
	for _, r := range rows {
		out[r.Thread] = append(out[r.Thread], r)
	}
	return out, err
}

// gaps takes the words and the names from deleted comments.
func gaps(list []news.Comment) []news.Comment {
	for i := range list {
		if c := &list[i]; c.Status == news.CommentDeleted {
			*c = news.Comment{ID: c.ID, Story: c.Story, Thread: c.Thread, Parent: c.Parent, Status: c.Status, Created: c.Created, Replies: c.Replies}
		}
	}
	return list
}

// shownCardOf is the card of a story that readers may see; else NotFound.
func (s *Store) shownCardOf(ctx context.Context, id news.StoryID) (news.Card, error) {
	cards, err := s.CardsByID(ctx, []news.StoryID{id})
	if err == nil && len(cards) == 0 {
		err = news.Missing("story")
	}
	if err != nil {
		return news.Card{}, err
	}
	return cards[0], nil
}

// Answers gives at most limit answers of a thread that readers see, oldest first, after
// one of them; empty begins.
func (s *Store) Answers(ctx context.Context, thread, after news.CommentID, limit int) ([]news.Comment, error) {
	q := s.read(ctx)
	top, err := s.ShownComment(ctx, thread)
	if err != nil {
		return nil, err
	}
	card, err := s.shownCardOf(ctx, top.Story)
	if err != nil {
		return nil, err
	}
	rows, err := comments(q, `SELECT `+commentColumns+` FROM`+commentTables+`
		WHERE comment.thread_id = $1 AND comment.seen = 1 AND comment.top = 0
			AND (comment.created_at, comment.id) > (COALESCE((SELECT created_at FROM comment WHERE id = $2), 0), $2)
		ORDER BY comment.created_at, comment.id LIMIT $3`, thread, after, min(max(1, limit), mostSeen))
	if err != nil {
		return nil, s.translate(fmt.Errorf("list answers of %s: %w", thread, err))
	}
	out := gaps(ofStory(rows, card.Byline))
	for i := range out {
		if out[i].Parent == top.ID {
			out[i].AnswerTo = top.Name
		}
	}
	return out, nil
}

// ShownComment gives a comment that readers see, be it as a gap, under a story that they
// may see; else NotFound.
func (s *Store) ShownComment(ctx context.Context, id news.CommentID) (news.Comment, error) {
	rows, err := comments(s.read(ctx), `SELECT `+commentColumns+` FROM`+commentTables+`WHERE comment.id = $1 AND comment.seen = 1`, id)
	if err != nil {
		return news.Comment{}, s.translate(fmt.Errorf("look up comment %s: %w", id, err))
	}
	if len(rows) == 0 {
		return news.Comment{}, news.Missing("comment")
	}
	card, err := s.shownCardOf(ctx, rows[0].Story)
	if news.KindOf(err) == news.NotFound {
		err = news.Missing("comment")
	}
	if err != nil {
		return news.Comment{}, err
	}
	return gaps(ofStory(rows, card.Byline))[0], nil
}

// Comment gives one in any status, for its writer and for moderators.
func (s *Store) Comment(ctx context.Context, id news.CommentID) (news.Comment, error) {
	c, err := loadComment(s.read(ctx), id)
	if err != nil {
		err = s.translate(fmt.Errorf("look up comment %s: %w", id, err))
	}
	return c, err
}

// CommentCounts says how many comments readers see under each of these stories; those
// without one are left out. At most 200 are looked up.
func (s *Store) CommentCounts(ctx context.Context, ids []news.StoryID) (map[news.StoryID]int, error) {
	out := map[news.StoryID]int{}
	if ids = ids[:min(len(ids), 200)]; len(ids) == 0 {
		return out, nil
	}
	list, args := in(1, ids)
	rows, err := s.read(ctx).rows(`SELECT story_id, shown FROM talk WHERE shown > 0 AND story_id IN `+list, args...)
	err = each(rows, err, func(r *sql.Rows) error {
		var id news.StoryID
		var n int
		err := r.Scan(&id, &n)
		out[id] = n
		return err
	})
	return out, s.translate(err)
}

// ReaderComments gives a reader's own, in any status, newest first; a deleted one has no
// words any more.
func (s *Store) ReaderComments(ctx context.Context, id news.ReaderID, cursor string, limit int) (list []news.Comment, next string, err error) {
	before, last, err := commentCursor(cursor)
	if err != nil {
		return nil, "", err
	}
	limit = min(max(1, limit), 100)
	rows, err := comments(s.read(ctx), `SELECT `+commentColumns+` FROM`+commentTables+`
		WHERE comment.reader_id = $1 AND (comment.created_at, comment.id) < ($2, $3)
		ORDER BY comment.created_at DESC, comment.id DESC LIMIT $4`, id, before, last, limit+1)
	if err != nil {
		return nil, "", s.translate(fmt.Errorf("list comments of a reader: %w", err))
	}
	rows, next = cutComments(rows, limit)
	return ofStory(rows, nil), next, nil
}

// The cursor of lists, newest first, is the last one's moment and identifier.
func commentCursor(cursor string) (before int64, id string, err error) {
	if cursor == "" {
		return 1 << 62, "", nil
	}
	moment, id, _ := strings.Cut(cursor, ".")
	if _, err := fmt.Sscanf(moment, "%d", &before); err != nil || !news.IsID(id) {
		return 0, "", news.Wrong("cursor", "This cursor is not one that was given out.")
	}
	return before, id, nil
}

func cutComments(rows []commentRow, limit int) ([]commentRow, string) {
	if len(rows) <= limit {
		return rows, ""
	}
	last := rows[limit-1]
	return rows[:limit], fmt.Sprintf("%d.%s", us(last.Created), last.ID)
}

// AllComments gives every comment of a story in any status, oldest first, for an export.
func (s *Store) AllComments(ctx context.Context, story news.StoryID) ([]news.Comment, error) {
	rows, err := comments(s.read(ctx), `SELECT `+commentColumns+` FROM`+commentTables+`WHERE comment.story_id = $1 ORDER BY comment.created_at, comment.id`, story)
	return ofStory(rows, nil), s.translate(err)
}
