package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"dateline/internal/news"
)

const mailColumns = `id, email, secret, only_chosen, topics, stories, importance, language, created_at, confirmed_at`

func scanMail(scan func(...any) error) (m news.MailSubscription, err error) {
	var only, created, confirmed int64
	var topics, stories string
	if err := scan(&m.ID, &m.Email, &m.Secret, &only, &topics, &stories, &m.Importance, &m.Language, &created, &confirmed); err != nil {
		return m, err
	}
	m.OnlyChosen, m.Created, m.Confirmed = only != 0, at(created), at(confirmed)
	if topics != "" {
		err = json.Unmarshal([]byte(topics), &m.Topics)
	}
	if err == nil && stories != "" {
		err = json.Unmarshal([]byte(stories), &m.Stories)
	}
	if err != nil {
		return m, fmt.Errorf("read mail subscription %s: %w", m.ID, err)
	}
	return m, nil
}

// SaveMailSubscription keeps what was chosen for an address until it is confirmed; what
// the address has confirmed before stays as it is until then, so that nobody who knows
// it can change what its reader gets. Of several wishes the last one counts. Addresses
// that nobody confirmed in time are dropped.
func (s *Store) SaveMailSubscription(ctx context.Context, m news.MailSubscription) error {
	topics, err := listText(m.Topics)
	if err != nil {
		return err
	}
	stories, err := listText(m.Stories)
	if err != nil {
		return err
	}
	email := strings.ToLower(m.Email)
	_, err = s.write(ctx, func(t *tx) error {
		if _, err := t.exec(`DELETE FROM mail_subscription WHERE confirmed_at = 0 AND (email = $1 OR created_at < $2)`,
			email, us(t.now.Add(-news.MailUnconfirmed))); err != nil {
			return err
		}
		_, err := t.exec(`INSERT INTO mail_subscription (`+mailColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0)`,
			m.ID, email, m.Secret, bit(m.OnlyChosen), topics, stories, string(m.Importance), m.Language, us(t.now))
		return err
	})
	if err != nil {
		return fmt.Errorf("save mail subscription %s: %w", m.ID, err)
	}
	return nil
}

// MailSubscription gives one by its identifier; else NotFound.
func (s *Store) MailSubscription(ctx context.Context, id string) (news.MailSubscription, error) {
	m, err := scanMail(s.read(ctx).row(`SELECT `+mailColumns+` FROM mail_subscription WHERE id = $1`, id).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return m, news.Missing("mail subscription")
	}
	return m, s.translate(err)
}

// ConfirmMailSubscription is the reader's yes to the link with that secret, which works
// for news.MailUnconfirmed; once confirmed, it stays so. It takes the place of what the
// address had confirmed before, whose links still stop it. Else it is NotFound.
func (s *Store) ConfirmMailSubscription(ctx context.Context, id, secret string) (m news.MailSubscription, err error) {
	_, err = s.write(ctx, func(t *tx) error {
		m, err = scanMail(t.row(`
			UPDATE mail_subscription SET confirmed_at = CASE WHEN confirmed_at = 0 THEN $3 ELSE confirmed_at END
			WHERE id = $1 AND secret = $2 AND (confirmed_at > 0 OR created_at >= $4) RETURNING `+mailColumns,
			id, secret, us(t.now), us(t.now.Add(-news.MailUnconfirmed))).Scan)
		if errors.Is(err, sql.ErrNoRows) {
			return news.Missing("mail subscription")
		}
		if err != nil {
			return err
		}
		if _, err := t.exec(`
			INSERT INTO mail_link (id, secret, email)
			SELECT id, secret, email FROM mail_subscription WHERE email = $1 AND confirmed_at > 0 AND id <> $2
			ON CONFLICT (id) DO NOTHING`, m.Email, id); err != nil {
			return err
		}
		_, err = t.exec(`DELETE FROM mail_subscription WHERE email = $1 AND confirmed_at > 0 AND id <> $2`, m.Email, id)
		return err
	})
	if err != nil {
		return news.MailSubscription{}, fmt.Errorf("confirm mail subscription %s: %w", id, err)
	}
	return m, nil
}

// StopMailSubscription forgets the address that the link with that secret was sent to,
// the last one or an earlier one, and tells whether there was any.
func (s *Store) StopMailSubscription(ctx context.Context, id, secret string) (bool, error) {
	found := false
	_, err := s.write(ctx, func(t *tx) error {
		found = false
		var email string
		err := t.row(`
			SELECT email FROM mail_subscription WHERE id = $1 AND secret = $2
			UNION SELECT email FROM mail_link WHERE id = $1 AND secret = $2`, id, secret).Scan(&email)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		if err != nil {
			return err
		}
		n, err := t.exec(`DELETE FROM mail_subscription WHERE email = $1`, email)
		if err != nil {
			return err
		}
		found = n > 0
		_, err = t.exec(`DELETE FROM mail_link WHERE email = $1`, email)
		return err
	})
	if err != nil {
		return false, fmt.Errorf("stop mail subscription %s: %w", id, err)
	}
	return found, nil
}

// MailSubscriptionsAfter gives at most limit confirmed ones after an identifier, in the
// order of identifiers; empty begins.
func (s *Store) MailSubscriptionsAfter(ctx context.Context, id string, limit int) ([]news.MailSubscription, error) {
	var out []news.MailSubscription
	rows, err := s.read(ctx).rows(`SELECT `+mailColumns+` FROM mail_subscription WHERE id > $1 AND confirmed_at > 0 ORDER BY id LIMIT $2`, id, limit)
	err = each(rows, err, func(r *sql.Rows) error {
		m, err := scanMail(r.Scan)
		out = append(out, m)
		return err
	})
	if err != nil {
		return nil, s.translate(fmt.Errorf("list mail subscriptions: %w", err))
	}
	return out, nil
}
