package store

import (
	"context"
	"encoding/json"
	"fmt"

	"dateline/internal/news"
)

// Front gives the front page's arrangement.
func (s *Store) Front(ctx context.Context) (news.Front, error) {
	f, err := loadFront(s.read(ctx), "")
	return f, s.translate(err)
}

func loadFront(q querier, alone string) (news.Front, error) {
	var f news.Front
	var pins string
	if err := q.row(`SELECT lead, pins, revision FROM front WHERE one = 1`+alone).Scan(&f.Lead, &pins, &f.Revision); err != nil {
		return f, fmt.Errorf("load the front page: %w", err)
	}
	return f, json.Unmarshal([]byte(pins), &f.Pins)
}

// SetFront arranges the front page, unless somebody did since f.Revision.
func (s *Store) SetFront(ctx context.Context, who news.Actor, f news.Front) (news.Front, int64, error) {
	n, err := s.write(ctx, func(t *tx) error {
		have, err := loadFront(t, t.s.dialect.alone())
		if err != nil {
			return err
		}
		if have.Revision != f.Revision {
			return &news.Error{Kind: news.Stale, Current: have.Revision, Message: "Somebody arranged the front page while you did. Look at theirs, then save yours again."}
		}
		return t.putFront(who, f)
	})
	if err == nil {
		f.Revision++
	}
	return f, n, err
}

// putFront writes an arrangement whose revision is the one that this transaction holds.
func (t *tx) putFront(who news.Actor, f news.Front) error {
	pins, err := json.Marshal(append([]news.StoryID{}, f.Pins...))
	if err != nil {
		return err
	}
	if _, err := t.exec(`UPDATE front SET lead = $1, pins = $2, revision = revision + 1 WHERE one = 1`, string(f.Lead), string(pins)); err != nil {
		return fmt.Errorf("arrange the front page: %w", err)
	}
	t.change(news.FrontChange, "front", news.FrontTag)
	return t.record(who, "arrange", "front", "")
}
