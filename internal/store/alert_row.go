package store

import (
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"dateline/internal/news"
)

const alertColumns = `id, kind, state, story_id, original, replaces, title, body, language, address,
	composed_at, leaves_at, started_at, ended_at, rest`

// alertRest is what of an alert nothing is looked up by.
type alertRest struct {
	Picture    news.MediaID `json:",omitzero"`
	Audience   news.Audience
	Importance news.Importance
	Urgency    news.Urgency
	TTL        time.Duration
	Pace       time.Duration `json:",omitzero"`
	Composer   news.Actor
	Approver   news.Actor `json:",omitzero"`
	Approved   time.Time  `json:",omitzero"`
	Alone      bool       `json:",omitzero"`
	SendAt     time.Time  `json:",omitzero"`
	Stopper    news.Actor `json:",omitzero"`
	Reason     string     `json:",omitzero"`
	Tally      news.Tally `json:",omitzero"`
}

func scanAlert(scan func(...any) error) (*news.Alert, error) {
	var a news.Alert
	var composed, leaves, started, ended int64
	var text string
	if err := scan(&a.ID, &a.Kind, &a.State, &a.Story, &a.Original, &a.Replaces, &a.Title, &a.Body, &a.Language, &a.Address,
		&composed, &leaves, &started, &ended, &text); err != nil {
		return nil, err
	}
	a.Composed, a.Leaves, a.Started, a.Ended = at(composed), at(leaves), at(started), at(ended)
	var r alertRest
	if err := json.Unmarshal([]byte(text), &r); err != nil {
		return nil, fmt.Errorf("read alert %s: %w", a.ID, err)
	}
	a.Picture, a.Audience, a.Importance, a.Urgency, a.TTL, a.Pace = r.Picture, r.Audience, r.Importance, r.Urgency, r.TTL, r.Pace
	a.Composer, a.Approver, a.Approved, a.Alone, a.SendAt = r.Composer, r.Approver, r.Approved, r.Alone, r.SendAt
	a.Stopper, a.Reason, a.Tally = r.Stopper, r.Reason, r.Tally
	return &a, nil
}

func (t *tx) putAlert(fresh bool, a *news.Alert) error {
	rest, err := json.Marshal(alertRest{
		Picture: a.Picture, Audience: a.Audience, Importance: a.Importance, Urgency: a.Urgency, TTL: a.TTL, Pace: a.Pace,
		Composer: a.Composer, Approver: a.Approver, Approved: at(us(a.Approved)), Alone: a.Alone, SendAt: at(us(a.SendAt)),
		Stopper: a.Stopper, Reason: a.Reason, Tally: a.Tally,
	})
	if err != nil {
		return fmt.Errorf("write alert %s: %w", a.ID, err)
	}
	q := `UPDATE alert SET kind = $2, state = $3, story_id = $4, original = $5, replaces = $6, title = $7, body = $8, language = $9,
			address = $10, composed_at = $11, leaves_at = $12, started_at = $13, ended_at = $14, rest = $15
		WHERE id = $1`
	if fresh {
		q = `INSERT INTO alert (` + alertColumns + `) VALUES (` + places(1, 15) + `) ON CONFLICT (id) DO NOTHING`
	}
	n, err := t.exec(q, string(a.ID), string(a.Kind), string(a.State), string(a.Story), string(a.Original), string(a.Replaces),
		a.Title, a.Body, a.Language, a.Address, us(a.Composed), us(a.Leaves), us(a.Started), us(a.Ended), string(rest))
	if err == nil && fresh && n == 0 {
		// Two tries of one request at the same moment: the other one made it.
		err = news.Refuse(news.Conflict, "There is this alert already.")
	}
	if err != nil {
		return fmt.Errorf("write alert %s: %w", a.ID, err)
	}
	t.change(news.AlertChange, string(a.ID), news.AlertsTag)
	return nil
}

func loadAlert(q querier, id news.AlertID, alone string) (*news.Alert, error) {
	if !news.IsID(string(id)) {
		return nil, news.Missing("alert")
	}
	a, err := scanAlert(q.row(`SELECT `+alertColumns+` FROM alert WHERE id = $1`+alone, string(id)).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, news.Missing("alert")
	}
	return a, err
}
