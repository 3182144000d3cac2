package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"strings"

	"dateline/internal/news"
)

// queueWhere says what each of the moderators' lists holds, and how it is sorted: what
// waits is worked through oldest first, what was decided is looked at newest first.
var queueWhere = map[news.QueueName]struct {
	where string
	older bool // newest first
}{
	news.HeldQueue:     {`comment.status = 'held'`, false},
	news.FlaggedQueue:  {`comment.flags > 0 AND LOWER(comment.status) = 'published'`, false}, // few of a million: by their flags, not by their status
	news.RejectedQueue: {`comment.status = 'rejected'`, true},
	news.AllQueue:      {`comment.status <> 'deleted'`, true},
	news.NewPeopleQueue: {`comment.status IN ('held', 'published') AND comment.decided_at = 0 AND comment.reader_id <> ''
		AND comment.created_at > $1 AND reader.passed + reader.rejected <= 1`, true},
}

// CommentQueue gives one of the moderators' lists. Drafts and withdrawn stories have no
// comments that anybody needs to read: they come back with their story.
func (s *Store) CommentQueue(ctx context.Context, l news.CommentQueue) (list []news.Queued, next string, err error) {
	which, ok := queueWhere[l.Which]
	if !ok {
		return nil, "", news.Wrong("status", "Choose one of held, flagged, new-people, all or rejected.")
	}
	where, args := []string{which.where}, []any{us(s.Now().AddDate(0, 0, -7))}
	moment := `comment.created_at`
	if l.Which == news.FlaggedQueue {
		moment = `(comment.created_at + 0)` // the few that are flagged are sorted, not all looked through
	}
	if l.Which != news.NewPeopleQueue {
		args[0] = int64(-1)
		where = append(where, moment+` > $1`)
	}
	also := func(cond string, v any) {
		args = append(args, v)
		where = append(where, fmt.Sprintf(cond, len(args)))
	}
	if l.Story != "" {
		also(`comment.story_id = $%d`, l.Story)
	}
	if l.Reader != "" {
		also(`comment.reader_id = $%d`, l.Reader)
	}
	if l.Text != "" {
		also(`LOWER(comment.text) LIKE $%d ESCAPE '\'`, "%"+escapeLike(strings.ToLower(l.Text))+"%")
	}
	order := moment + `, comment.id`
	if l.Cursor != "" {
		after, id, err := commentCursor(l.Cursor)
		if err != nil {
			return nil, "", err
		}
		args = append(args, after, id)
		sign := `>`
		if which.older {
			sign = `<`
		}
		where = append(where, fmt.Sprintf(`(%s, comment.id) %s ($%d, $%d)`, moment, sign, len(args)-1, len(args)))
	}
	if which.older {
		order = moment + ` DESC, comment.id DESC`
	}
	limit := min(max(1, l.Limit), 100)
	args = append(args, limit+1)
	q := s.read(ctx)
	rows, err := comments(q, `SELECT `+commentColumns+` FROM`+commentTables+`WHERE `+strings.Join(where, ` AND `)+
		` ORDER BY `+order+fmt.Sprintf(` LIMIT $%d`, len(args)), args...)
	if err != nil {
		return nil, "", s.translate(fmt.Errorf("list the queue %s: %w", l.Which, err))
	}
	rows, next = cutComments(rows, limit)
	list, err = s.queued(q, rows)
	return list, next, s.translate(err)
}

func escapeLike(s string) string {
	return strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(s)
}

// queued puts beside comments what a decision on them needs: the story, the person, why
// readers flagged it, what is answered, and how many wait that say nearly the same.
func (s *Store) queued(q querier, rows []commentRow) ([]news.Queued, error) {
	out := make([]news.Queued, len(rows))
	if len(rows) == 0 {
		return out, nil
	}
	list := ofStory(rows, nil)
	var ids, parents []news.CommentID
	var stories []news.StoryID
	var readers []news.ReaderID
	for _, c := range list {
		ids, stories = append(ids, c.ID), append(stories, c.Story)
		if c.Parent != "" {
			parents = append(parents, c.Parent)
		}
		if c.Reader != "" {
			readers = append(readers, c.Reader)
		}
	}
	cards, err := queueCards(q, stories)
	if err != nil {
		return nil, err
	}
	people, err := readersByID(q, readers)
	if err != nil {
		return nil, err
	}
	answered, err := textsOf(q, parents)
	if err != nil {
		return nil, err
	}
	why, err := flagsOf(q, ids)
	if err != nil {
		return nil, err
	}
	alike, err := alikeTo(q, ids)
	if err != nil {
		return nil, err
	}
	for i, c := range list {
		out[i] = news.Queued{Comment: c, Story: cards[c.Story], Record: news.ReaderRecord{Reader: people[c.Reader]}, Why: why[c.ID], Alike: alike[c.ID]}
		out[i].Record.Passed, out[i].Record.Rejected = people[c.Reader].Passed, people[c.Reader].Rejected
		if a, ok := answered[c.Parent]; ok {
			out[i].Comment.AnswerTo, out[i].Answered = a[0], a[1]
		}
	}
	return out, nil
}

// pairs runs a query of an identifier and what belongs to it.
func pairs[K ~string](q querier, text string, args []any, put func(id K, r *sql.Rows) []any, done func(id K)) error {
	rows, err := q.rows(text, args...)
	return each(rows, err, func(r *sql.Rows) error {
		var id K
		into := put(id, r)
		if err := r.Scan(append([]any{&id}, into...)...); err != nil {
			return err
		}
		done(id)
		return nil
	})
}

func queueCards(q querier, ids []news.StoryID) (map[news.StoryID]news.Card, error) {
	out := map[news.StoryID]news.Card{}
	list, args := in(1, ids)
	var raw string
	err := pairs(q, `SELECT id, card FROM story WHERE card <> '' AND id IN `+list, args, func(news.StoryID, *sql.Rows) []any { return []any{&raw} }, func(id news.StoryID) {
		var c news.Card
		if json.Unmarshal([]byte(raw), &c) == nil {
			out[id] = c
		}
	})
	return out, err
}

func textsOf(q querier, ids []news.CommentID) (map[news.CommentID][2]string, error) {
	out := map[news.CommentID][2]string{}
	if len(ids) == 0 {
		return out, nil
	}
	list, args := in(1, ids)
	var name, text string
	err := pairs(q, `SELECT comment.id, COALESCE(reader.name, comment.name), comment.text FROM comment LEFT JOIN reader ON reader.id = comment.reader_id WHERE comment.id IN `+list, args,
		func(news.CommentID, *sql.Rows) []any { return []any{&name, &text} }, func(id news.CommentID) { out[id] = [2]string{name, text} })
	return out, err
}

// flagsOf gives why readers flagged comments, the last ones first; not who they are.
func flagsOf(q querier, ids []news.CommentID) (map[news.CommentID][]string, error) {
	out := map[news.CommentID][]string{}
	list, args := in(1, ids)
	var why string
	err := pairs(q, `SELECT comment_id, why FROM comment_flag WHERE comment_id IN `+list+` ORDER BY at DESC LIMIT 500`, args,
		func(news.CommentID, *sql.Rows) []any { return []any{&why} }, func(id news.CommentID) {
			if len(out[id]) < 10 {
				out[id] = append(out[id], why)
			}
		})
	return out, err
}

// alikeTo counts the others that wait and say nearly the same.
func alikeTo(q querier, ids []news.CommentID) (map[news.CommentID]int, error) {
	out := map[news.CommentID]int{}
	list, args := in(1, ids)
	var n int
	err := pairs(q, `SELECT a.id, (SELECT COUNT(*) FROM (SELECT 1 FROM comment b WHERE b.words = a.words AND b.status = 'held' AND b.id <> a.id LIMIT 1000) AS x)
		FROM comment a WHERE a.words <> '' AND a.id IN `+list, args,
		func(news.CommentID, *sql.Rows) []any { return []any{&n} }, func(id news.CommentID) { out[id] = n })
	return out, err
}

// Alike gives the held comments that say nearly the same as one, with it, for a decision
// on all at once.
func (s *Store) Alike(ctx context.Context, id news.CommentID, limit int) (ids []news.CommentID, err error) {
	rows, err := s.read(ctx).rows(`SELECT id FROM comment WHERE status = 'held' AND words <> '' AND words = (SELECT words FROM comment WHERE id = $1)
		ORDER BY created_at LIMIT $2`, id, min(max(1, limit), mostSeen))
	err = each(rows, err, func(r *sql.Rows) error {
		ids = append(ids, "")
		return r.Scan(&ids[len(ids)-1])
	})
	return ids, s.translate(err)
}

// QueueCounts says how much waits in each list, at most 1,000 each: beyond it the number
// helps nobody.
func (s *Store) QueueCounts(ctx context.Context) (map[news.QueueName]int, error) {
	out := map[news.QueueName]int{}
	for _, name := range []news.QueueName{news.HeldQueue, news.FlaggedQueue} {
		var n int
		if err := s.read(ctx).row(`SELECT COUNT(*) FROM (SELECT 1 FROM comment WHERE ` + queueWhere[name].where + ` LIMIT 1000) AS x`).Scan(&n); err != nil {
			return nil, s.translate(fmt.Errorf("count the queue %s: %w", name, err))
		}
		out[name] = n
	}
	return out, nil
}

func commentLog(q querier, where string, args ...any) ([]news.CommentLog, error) {
	var out []news.CommentLog
	rows, err := q.rows(`SELECT id, comment_id, at, who_id, who, action, before_status, after_status, note, reasons FROM comment_log WHERE `+where, args...)
	err = each(rows, err, func(r *sql.Rows) error {
		var l news.CommentLog
		var when int64
		var reasons string
		if err := r.Scan(&l.ID, &l.Comment, &when, &l.WhoID, &l.Who, &l.Action, &l.Before, &l.After, &l.Note, &reasons); err != nil {
			return err
		}
		l.At = at(when)
		if reasons != "" {
			if err := json.Unmarshal([]byte(reasons), &l.Reasons); err != nil {
				return err
			}
		}
		out = append(out, l)
		return nil
	})
	return out, err
}

// CommentLog gives what was decided, newest first: about one comment, or with none about all.
func (s *Store) CommentLog(ctx context.Context, id news.CommentID, before string, limit int) ([]news.CommentLog, error) {
	where, args := `$1 = '' OR comment_id = $1`, []any{string(id)}
	if id == "" {
		where, args = `who_id <> '' AND action NOT IN ('post', 'edit', 'delete-own')`, nil
		if before != "" {
			where, args = where+` AND id < $1`, []any{before}
		}
	}
	args = append(args, min(max(1, limit), mostSeen))
	out, err := commentLog(s.read(ctx), where+fmt.Sprintf(` ORDER BY id DESC LIMIT $%d`, len(args)), args...)
	return out, s.translate(err)
}
