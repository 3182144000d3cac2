package store

import (
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"dateline/internal/news"
)

// commentColumns read a comment with the writer's name as it is now, and the member of
// staff who has the same mail address.
const commentColumns = `comment.id, comment.story_id, comment.thread_id, comment.parent_id, comment.reader_id,
	COALESCE(reader.name, comment.name), COALESCE(person.name, ''), comment.text, comment.status, comment.reasons,
	comment.created_at, comment.edited_at, comment.decided_at, comment.decided_by, comment.featured, comment.likes, comment.flags, comment.replies`

const commentTables = ` comment LEFT JOIN reader ON reader.id = comment.reader_id
	LEFT JOIN person ON person.email = reader.email AND person.disabled = 0 `

// A commentRow is a comment, and the name of the member of staff who wrote it.
type commentRow struct {
	news.Comment
	staff string
}

func scanComment(scan func(...any) error) (c commentRow, err error) {
	var reasons string
	var created, edited, decided, featured int64
	if err := scan(&c.ID, &c.Story, &c.Thread, &c.Parent, &c.Reader, &c.Name, &c.staff, &c.Text, &c.Status, &reasons,
		&created, &edited, &decided, &c.DecidedBy, &featured, &c.Likes, &c.Flags, &c.Replies); err != nil {
		return c, err
	}
	c.Created, c.Edited, c.Decided, c.Featured = at(created), at(edited), at(decided), featured != 0
	c.Staff = c.staff != ""
	if reasons != "" {
		if err := json.Unmarshal([]byte(reasons), &c.Reasons); err != nil {
			return c, fmt.Errorf("read the reasons of comment %s: %w", c.ID, err)
		}
	}
	return c, nil
}

// comments runs a query of commentColumns.
func comments(q querier, text string, args ...any) ([]commentRow, error) {
	var out []commentRow
	rows, err := q.rows(text, args...)
	err = each(rows, err, func(r *sql.Rows) error {
		c, err := scanComment(r.Scan)
		out = append(out, c)
		return err
	})
	return out, err
}

// ofStory gives comments with what only their neighbours tell: which are by those who
// wrote the story, and whom answers answer.
func ofStory(rows []commentRow, byline []news.Ref) []news.Comment {
	out := make([]news.Comment, len(rows))
	names := make(map[news.CommentID]string, len(rows))
	for i, r := range rows {
		out[i] = r.Comment
		for _, by := range byline {
			out[i].Author = out[i].Author || r.staff != "" && strings.EqualFold(by.Name, r.staff)
		}
		names[r.ID] = r.Name
	}
	for i := range out {
		out[i].AnswerTo = names[out[i].Parent]
	}
	return out
}

func loadComment(q querier, id news.CommentID) (news.Comment, error) {
	c, err := scanComment(q.row(`SELECT `+commentColumns+` FROM`+commentTables+`WHERE comment.id = $1`, id).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return c.Comment, news.Missing("comment")
	}
	return c.Comment, err
}

func reasonsText(r []news.Reason) (string, error) {
	if len(r) == 0 {
		return "", nil
	}
	b, err := json.Marshal(r)
	return string(b), err
}
