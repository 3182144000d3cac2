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

// policyKey is the setting that holds what counts for all comments.
const policyKey = "comments"

func loadPolicy(q querier) (p news.CommentPolicy, err error) {
	var raw string
	err = q.row(`SELECT value FROM setting WHERE key = $1`, policyKey).Scan(&raw)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return p, err
	}
	if raw != "" {
		if err := json.Unmarshal([]byte(raw), &p); err != nil {
			return p, fmt.Errorf("read the comments' settings: %w", err)
		}
	}
	return p.Complete(), nil
}

// CommentPolicy gives what is set for all comments.
func (s *Store) CommentPolicy(ctx context.Context) (news.CommentPolicy, error) {
	p, err := loadPolicy(s.read(ctx))
	return p, s.translate(err)
}

// SetCommentPolicy changes it. The policy carries the revision that was read; when
// somebody else was faster the answer is Stale.
func (s *Store) SetCommentPolicy(ctx context.Context, who news.Actor, p news.CommentPolicy) (int64, error) {
	n, err := s.write(ctx, func(t *tx) error {
		have, err := loadPolicy(t)
		if err != nil {
			return err
		}
		if have.Revision != p.Revision {
			return &news.Error{Kind: news.Stale, Current: have.Revision, Message: "Somebody changed these settings while you were looking at them. Look again, then save."}
		}
		next := p
		next.Revision++
		raw, err := json.Marshal(next)
		if err != nil {
			return err
		}
		if err := t.setSetting(policyKey, string(raw)); err != nil {
			return err
		}
		t.change(news.CommentChange, policyKey, news.TalkTag)
		return t.record(who, "set", "setting:"+policyKey, "")
	})
	if err != nil {
		return 0, fmt.Errorf("set the comments' settings: %w", err)
	}
	return n, nil
}

func loadTalk(q querier, id news.StoryID) (news.Talk, error) {
	t := news.Talk{Story: id}
	var hold, slow, closed int64
	err := q.row(`SELECT mode, hold_all, slow, closed, shown, held FROM talk WHERE story_id = $1`, id).Scan(&t.Mode, &hold, &slow, &closed, &t.Shown, &t.Held)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return t, fmt.Errorf("look up the comments of story %s: %w", id, err)
	}
	t.HoldAll, t.Slow, t.Closed = hold != 0, time.Duration(slow)*time.Microsecond, closed != 0
	return t, nil
}

// Talk gives what is set for the comments of a story, and how many there are.
func (s *Store) Talk(ctx context.Context, id news.StoryID) (news.Talk, error) {
	t, err := loadTalk(s.read(ctx), id)
	return t, s.translate(err)
}

// SetTalk changes what is set for the comments of a story; set is given it as it stands.
func (s *Store) SetTalk(ctx context.Context, who news.Actor, id news.StoryID, set func(*news.Talk) error) (news.Talk, int64, error) {
	var talk news.Talk
	n, err := s.write(ctx, func(t *tx) (err error) {
		var one int
		if err := t.row(`SELECT COUNT(*) FROM story WHERE id = $1`, id).Scan(&one); err != nil || one == 0 {
			return errors.Join(err, news.Missing("story"))
		}
		if talk, err = loadTalk(t, id); err != nil {
			return err
		}
		if err := set(&talk); err != nil {
			return err
		}
		if _, err := t.exec(`
			INSERT INTO talk (story_id, mode, hold_all, slow, closed, shown, held, purged_at, refresh_at, counted_at) VALUES ($1, $2, $3, $4, $5, 0, 0, 0, 0, 0)
			ON CONFLICT (story_id) DO UPDATE SET mode = excluded.mode, hold_all = excluded.hold_all, slow = excluded.slow, closed = excluded.closed`,
			id, string(talk.Mode), bit(talk.HoldAll), talk.Slow.Microseconds(), bit(talk.Closed)); err != nil {
			return err
		}
		if err := t.commentsMoved(id, true); err != nil {
			return err
		}
		return t.record(who, "comments", "story:"+string(id), talk.String())
	})
	if err != nil {
		return talk, 0, fmt.Errorf("set the comments of story %s: %w", id, err)
	}
	return talk, n, nil
}

func loadRules(q querier) ([]news.Rule, error) {
	all, err := allRules(q)
	on := all[:0]
	for _, r := range all {
		if !r.Off {
			on = append(on, r)
		}
	}
	return on, err
}

func allRules(q querier) ([]news.Rule, error) {
	var out []news.Rule
	rows, err := q.rows(`SELECT rule FROM comment_rule ORDER BY made_at, id`)
	err = each(rows, err, func(r *sql.Rows) error {
		var raw string
		if err := r.Scan(&raw); err != nil {
			return err
		}
		out = append(out, news.Rule{})
		return json.Unmarshal([]byte(raw), &out[len(out)-1])
	})
	return out, err
}

// Rules gives every rule, those that are off too, oldest first.
func (s *Store) Rules(ctx context.Context) ([]news.Rule, error) {
	out, err := allRules(s.read(ctx))
	return out, s.translate(err)
}

// SaveRule adds or changes a rule; with an empty Kind it is deleted.
func (s *Store) SaveRule(ctx context.Context, who news.Actor, r news.Rule) error {
	_, err := s.write(ctx, func(t *tx) error {
		if r.Kind == "" {
			if _, err := t.exec(`DELETE FROM comment_rule WHERE id = $1`, r.ID); err != nil {
				return err
			}
			return t.record(who, "delete", "rule:"+string(r.ID), r.Name)
		}
		raw, err := json.Marshal(r)
		if err != nil {
			return err
		}
		if _, err := t.exec(`INSERT INTO comment_rule (id, made_at, rule) VALUES ($1, $2, $3) ON CONFLICT (id) DO UPDATE SET rule = excluded.rule`,
			r.ID, us(r.Made), string(raw)); err != nil {
			return err
		}
		return t.record(who, "save", "rule:"+string(r.ID), r.Name)
	})
	if err != nil {
		return fmt.Errorf("save a rule: %w", err)
	}
	return nil
}

// seededKey says that a site was given its first rules. A newsroom that deleted them is
// not given them again.
const seededKey = "comment-rules"

// SeedRules gives a new site its first rules, once.
func (s *Store) SeedRules(ctx context.Context, rules []news.Rule) error {
	done, err := s.Setting(ctx, seededKey)
	if err != nil || done != "" {
		return err
	}
	_, err = s.write(ctx, func(t *tx) error {
		var k int
		if err := t.row(`SELECT COUNT(*) FROM setting WHERE key = $1`, seededKey).Scan(&k); err != nil || k > 0 {
			return err // another node was faster
		}
		for _, r := range rules {
			raw, err := json.Marshal(r)
			if err != nil {
				return err
			}
			if _, err := t.exec(`INSERT INTO comment_rule (id, made_at, rule) VALUES ($1, $2, $3)`, r.ID, us(r.Made), string(raw)); err != nil {
				return err
			}
		}
		return t.setSetting(seededKey, "1")
	})
	if err != nil {
		return fmt.Errorf("give the site its first rules: %w", err)
	}
	return nil
}

// CommentKey is what the hashes of address blocks are keyed with, made at its first use:
// who steals a backup of the comments alone cannot try all addresses.
func (s *Store) CommentKey(ctx context.Context) (string, error) {
	const key = "comment-key"
	have, err := s.Setting(ctx, key)
	if err != nil || have != "" {
		return have, err
	}
	_, err = s.write(ctx, func(t *tx) error {
		_, err := t.exec(`INSERT INTO setting (key, value) VALUES ($1, $2) ON CONFLICT (key) DO NOTHING`, key, news.LongSecret())
		return err
	})
	if err != nil {
		return "", fmt.Errorf("make the comments' key: %w", err)
	}
	return s.Setting(ctx, key)
}
