package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"dateline/internal/news"
)

// CreateAlert keeps the alert that compose makes about a story as it is in this
// moment; nobody changes the story between the rule and the commit. editors counts
// those who could be the second person. The rule may run twice. The number is that of
// the last change.
func (s *Store) CreateAlert(ctx context.Context, who news.Actor, story news.StoryID, compose func(st *news.Story, editors int, now time.Time) (*news.Alert, news.AlertOutcome, error)) (*news.Alert, int64, error) {
	var made *news.Alert
	n, err := s.write(ctx, func(t *tx) error {
		st, err := t.story(story)
		if err != nil {
			return err
		}
		editors, err := t.editors()
		if err != nil {
			return err
		}
		a, o, err := compose(st, editors, t.now)
		if err != nil {
			return err
		}
		made = a
		return t.settleAlert(who, true, a, o)
	})
	if err != nil {
		return nil, 0, fmt.Errorf("create an alert about story %s: %w", story, err)
	}
	return made, n, nil
}

// UpdateAlert runs rule on the alert and its story as they are, whatever the story's
// status, and writes what it decided: alert, the one that takes its place, record,
// jobs and changes together or not at all. next is nil unless the rule made one. When
// the rule found nothing to do, the number is the last one committed.
func (s *Store) UpdateAlert(ctx context.Context, who news.Actor, id news.AlertID, rule func(a *news.Alert, st *news.Story, editors int, now time.Time) (news.AlertOutcome, error)) (after, next *news.Alert, n int64, err error) {
	var quiet int64
	n, err = s.write(ctx, func(t *tx) error {
		after, next, quiet = nil, nil, 0
		a, err := loadAlert(t, id, t.s.dialect.alone())
		if err != nil {
			return err
		}
		st, err := t.story(a.Story)
		if err != nil {
			return err
		}
		editors, err := t.editors()
		if err != nil {
			return err
		}
		o, err := rule(a, st, editors, t.now)
		if err != nil {
			return err
		}
		after = a
		if o.Quiet {
			return t.row(`SELECT n FROM change_seq WHERE one = 1`).Scan(&quiet)
		}
		next = o.Next
		return t.settleAlert(who, false, a, o)
	})
	if err != nil {
		return nil, nil, 0, fmt.Errorf("update alert %s: %w", id, err)
	}
	return after, next, max(n, quiet), nil
}

// settleAlert writes a and what o decided.
func (t *tx) settleAlert(who news.Actor, fresh bool, a *news.Alert, o news.AlertOutcome) error {
	if err := t.putAlert(fresh, a); err != nil {
		return err
	}
	if err := t.record(who, string(o.Step), "alert:"+string(a.ID), o.Note); err != nil {
		return err
	}
	if o.Next != nil {
		if err := t.onlyNext(o.Next); err != nil {
			return err
		}
		if err := t.putAlert(true, o.Next); err != nil {
			return err
		}
		if err := t.record(who, string(o.Step), "alert:"+string(o.Next.ID), o.Note); err != nil {
			return err
		}
	}
	return t.enqueue(o.Jobs...)
}

// onlyNext refuses a second replacement of one alert: of two editors at the same moment
// the later would not have seen what the other sent, and that would not be stopped.
func (t *tx) onlyNext(next *news.Alert) error {
	var n int
	err := t.row(`SELECT count(*) FROM alert WHERE original = $1 AND replaces = $2 AND id <> $3 AND NOT (state = $4 AND started_at = 0)`,
		string(next.Original), string(next.Replaces), string(next.ID), string(news.AlertStopped)).Scan(&n)
	if err == nil && n > 0 {
		return news.Refuse(news.Conflict, "Somebody else has just replaced this alert. Look at what they sent, then correct that if you still have to.")
	}
	return err
}

// editors counts the people who may decide what readers see.
func (t *tx) editors() (int, error) {
	sum := 0
	rows, err := t.rows(`SELECT role, count(*) FROM person WHERE disabled = 0 GROUP BY role`)
	err = each(rows, err, func(r *sql.Rows) error {
		var role news.Role
		var n int
		err := r.Scan(&role, &n)
		if role.Publishes() {
			sum += n
		}
		return err
	})
	return sum, err
}

// Alert loads an alert, for staff.
func (s *Store) Alert(ctx context.Context, id news.AlertID) (*news.Alert, error) {
	a, err := loadAlert(s.read(ctx), id, "")
	return a, s.translate(err)
}

// openStates are those of alerts that are not over.
var openStates = []news.AlertState{news.AlertAwaiting, news.AlertScheduled, news.AlertCounting, news.AlertQueued, news.AlertSending}

// Alerts lists alerts, the last composed first, and gives the next page's cursor,
// empty at the end.
func (s *Store) Alerts(ctx context.Context, l news.AlertList) (items []news.Alert, next string, err error) {
	limit := l.Limit
	if limit < 1 || limit > 100 {
		limit = 20
	}
	where, args := []string{"kind <> 'drill'"}, []any{}
	arg := func(cond string, v any) {
		args = append(args, v)
		where = append(where, fmt.Sprintf(cond, len(args)))
	}
	if l.Story != "" {
		arg("story_id = $%d", string(l.Story))
	}
	if l.Original != "" {
		arg("original = $%d", string(l.Original))
	}
	if l.Open {
		list, states := in(len(args)+1, openStates)
		args = append(args, states...)
		where = append(where, "state IN "+list)
	}
	if !l.Since.IsZero() {
		arg("composed_at >= $%d", us(l.Since))
	}
	if l.Cursor != "" {
		composed, id, ok := strings.Cut(l.Cursor, ".")
		n, err := strconv.ParseInt(composed, 10, 64)
		if !ok || err != nil || !news.IsID(id) {
			return nil, "", news.Wrong("cursor", "This cursor was not made by this list.")
		}
		args = append(args, n, id)
		where = append(where, fmt.Sprintf("(composed_at, id) < ($%d, $%d)", len(args)-1, len(args)))
	}
	args = append(args, limit+1)
	q := fmt.Sprintf(`SELECT %s FROM alert WHERE %s ORDER BY composed_at DESC, id DESC LIMIT $%d`,
		alertColumns, strings.Join(where, " AND "), len(args))
	rows, err := s.read(ctx).rows(q, args...)
	err = each(rows, err, func(r *sql.Rows) error {
		a, err := scanAlert(r.Scan)
		if err == nil {
			items = append(items, *a)
		}
		return err
	})
	if err != nil {
		return nil, "", s.translate(fmt.Errorf("list alerts: %w", err))
	}
	if len(items) > limit {
		items = items[:limit]
		last := &items[limit-1]
		next = fmt.Sprintf("%d.%s", us(last.Composed), last.ID)
	}
	return items, next, nil
}

// KeepDelivery keeps the record of an alert by push service, which only its writer
// reads; the last one counts.
func (s *Store) KeepDelivery(ctx context.Context, id news.AlertID, record []byte) error {
	_, err := s.write(ctx, func(t *tx) error {
		_, err := t.exec(`
			INSERT INTO alert_record (alert_id, record) VALUES ($1, $2)
			ON CONFLICT (alert_id) DO UPDATE SET record = excluded.record`, string(id), string(record))
		return err
	})
	if err != nil {
		return fmt.Errorf("keep the delivery record of alert %s: %w", id, err)
	}
	return nil
}

// KeptDelivery gives what KeepDelivery kept; NotFound if nothing.
func (s *Store) KeptDelivery(ctx context.Context, id news.AlertID) ([]byte, error) {
	var record string
	err := s.read(ctx).row(`SELECT record FROM alert_record WHERE alert_id = $1`, string(id)).Scan(&record)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, news.Missing("delivery record")
	}
	return []byte(record), s.translate(err)
}
