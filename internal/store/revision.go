package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"math"

	"dateline/internal/markup"
	"dateline/internal/news"
)

var revisionRows = rowText{"revision", `INSERT INTO revision (story_id, n, content, at, by_id, by_name, note) VALUES `, ``}

func (t *tx) addRevision(st *news.Story, content string, who news.Actor, note string) {
	t.insert(&revisionRows, string(st.ID), st.Revision, content, us(st.Changed), who.ID, who.Name, note)
}

var versionRows = rowText{"version", `
	INSERT INTO version (story_id, n, revision, content, doc, body, text, change, at, by_id, by_name, note) VALUES `, ``}

// addVersion keeps the document apart from the rest of the content: readers' pages
// need what was rendered of it and its words, never itself, and reading it costs more
// than all the rest of a page.
func (t *tx) addVersion(id news.StoryID, v *news.Version) error {
	c := v.Content
	c.Body = markup.Document{}
	content, err := json.Marshal(&c)
	if err != nil {
		return err
	}
	doc, err := v.Content.Body.MarshalJSON()
	if err != nil {
		return err
	}
	body, err := json.Marshal(v.Body)
	if err != nil {
		return err
	}
	t.insert(&versionRows,
		string(id), v.N, v.Revision, string(content), string(doc), string(body), v.Text, string(v.Change), us(v.At), v.ByID, v.By, v.Note)
	return nil
}

const versionColumns = `n, revision, content, doc, body, text, change, at, by_id, by_name, note`

func scanVersion(scan func(...any) error) (news.Version, error) {
	var v news.Version
	var content, body string
	var doc []byte
	var when int64
	if err := scan(&v.N, &v.Revision, &content, &doc, &body, &v.Text, &v.Change, &when, &v.ByID, &v.By, &v.Note); err != nil {
		return v, err
	}
	v.At = at(when)
	if err := json.Unmarshal([]byte(content), &v.Content); err != nil {
		return v, fmt.Errorf("read version %d: %w", v.N, err)
	}
	v.Content.Body = markup.Kept(doc)
	if err := json.Unmarshal([]byte(body), &v.Body); err != nil {
		return v, fmt.Errorf("read the body of version %d: %w", v.N, err)
	}
	return v, nil
}

func loadVersion(q querier, id news.StoryID, n int) (news.Version, error) {
	v, err := scanVersion(q.row(`SELECT `+versionColumns+` FROM version WHERE story_id = $1 AND n = $2`, string(id), n).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return v, news.Missing("version")
	}
	return v, err
}

// Versions lists publications of a story, newest first, at most limit of those before
// the one numbered before (0: of all). What they said is left out, which may be 2 MB
// each: neither their documents nor what was made of them is read.
func (s *Store) Versions(ctx context.Context, id news.StoryID, before, limit int) ([]news.Version, error) {
	var out []news.Version
	rows, err := s.read(ctx).rows(`SELECT n, revision, content, '', '[]', '', change, at, by_id, by_name, note FROM version
		WHERE story_id = $1 AND n < $2 ORDER BY n DESC LIMIT $3`, string(id), upTo(before), limit)
	err = each(rows, err, func(r *sql.Rows) error {
		v, err := scanVersion(r.Scan)
		out = append(out, v)
		return err
	})
	return out, s.translate(err)
}

// upTo makes of "before the n-th, or all" a bound for SQL.
func upTo(n int) int {
	if n <= 0 {
		return math.MaxInt32
	}
	return n
}

// versionBytes bounds how much of versions' texts is read at once; the first two are
// read whatever they hold, since a page compares them.
const versionBytes = 1 << 20

// versionTexts are versions with what they say.
func (s *Store) versionTexts(ctx context.Context, id news.StoryID, before, limit int) ([]news.Version, error) {
	var out []news.Version
	size := 0
	rows, err := s.read(ctx).rows(`SELECT n, revision, content, '', '[]', text, change, at, by_id, by_name, note FROM version
		WHERE story_id = $1 AND n < $2 ORDER BY n DESC LIMIT $3`, string(id), upTo(before), limit)
	if err != nil {
		return nil, s.translate(err)
	}
	defer rows.Close()
	for rows.Next() && (len(out) < 2 || size < versionBytes) {
		v, err := scanVersion(rows.Scan)
		if err != nil {
			return nil, s.translate(err)
		}
		size += len(v.Text)
		out = append(out, v)
	}
	return out, s.translate(rows.Err())
}

// Version gives one publication of a story.
func (s *Store) Version(ctx context.Context, id news.StoryID, n int) (news.Version, error) {
	v, err := loadVersion(s.read(ctx), id, n)
	return v, s.translate(err)
}

const revisionColumns = `n, content, at, by_id, by_name, note`

func scanRevision(scan func(...any) error) (news.Revision, error) {
	var v news.Revision
	var content string
	var when int64
	if err := scan(&v.N, &content, &when, &v.ByID, &v.By, &v.Note); err != nil {
		return v, err
	}
	v.At = at(when)
	return v, json.Unmarshal([]byte(content), &v.Content)
}

// Revisions lists the latest 500 saves of a story, newest first, without what they say.
func (s *Store) Revisions(ctx context.Context, id news.StoryID) ([]news.Revision, error) {
	var out []news.Revision
	rows, err := s.read(ctx).rows(`SELECT n, '{}', at, by_id, by_name, note FROM revision WHERE story_id = $1 ORDER BY n DESC LIMIT 500`, string(id))
	err = each(rows, err, func(r *sql.Rows) error {
		v, err := scanRevision(r.Scan)
		out = append(out, v)
		return err
	})
	return out, s.translate(err)
}

// Revision gives one save of a story.
func (s *Store) Revision(ctx context.Context, id news.StoryID, n int) (news.Revision, error) {
	v, err := scanRevision(s.read(ctx).row(`SELECT `+revisionColumns+` FROM revision WHERE story_id = $1 AND n = $2`, string(id), n).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return v, news.Missing("revision")
	}
	return v, s.translate(err)
}

// Entries gives the record about a subject, newest first.
func (s *Store) Entries(ctx context.Context, subject string, limit int) ([]news.Entry, error) {
	var out []news.Entry
	rows, err := s.read(ctx).rows(`SELECT at, who, action, subject, note FROM entry WHERE subject = $1 ORDER BY id DESC LIMIT $2`, subject, limit)
	err = each(rows, err, func(r *sql.Rows) error {
		var e news.Entry
		var when int64
		err := r.Scan(&when, &e.Who, &e.Action, &e.Subject, &e.Note)
		e.At = at(when)
		out = append(out, e)
		return err
	})
	return out, s.translate(err)
}
