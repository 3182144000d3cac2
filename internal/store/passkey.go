package store

import (
	"context"
	"database/sql"
	"errors"

	"dateline/internal/news"
)

// AddPasskeyAsk keeps a challenge until it is answered or old.
func (s *Store) AddPasskeyAsk(ctx context.Context, x news.PasskeyAsk) error {
	_, err := s.write(ctx, func(t *tx) error {
		if _, err := t.exec(`DELETE FROM passkey_ask WHERE expires_at < $1`, us(t.now)); err != nil {
			return err
		}
		_, err := t.exec(`INSERT INTO passkey_ask (challenge, reader_id, data, expires_at) VALUES ($1, $2, $3, $4)`, x.Challenge, x.Reader, x.Data, us(x.Expires))
		return err
	})
	return err
}

// TakePasskeyAsk gives a challenge that was not answered yet, once.
func (s *Store) TakePasskeyAsk(ctx context.Context, challenge string) (x news.PasskeyAsk, err error) {
	_, err = s.write(ctx, func(t *tx) error {
		var expires int64
		err := t.row(`DELETE FROM passkey_ask WHERE challenge = $1 RETURNING challenge, reader_id, data, expires_at`, challenge).
			Scan(&x.Challenge, &x.Reader, &x.Data, &expires)
		x.Expires = at(expires)
		if errors.Is(err, sql.ErrNoRows) || err == nil && x.Expires.Before(t.now) {
			return news.Missing("challenge")
		}
		return err
	})
	return x, err
}

const passkeyColumns = `passkey.id, passkey.reader_id, passkey.data, passkey.created_at, passkey.used_at`

func scanPasskey(scan func(...any) error) (x news.Passkey, err error) {
	var created, used int64
	err = scan(&x.ID, &x.Reader.ID, &x.Data, &created, &used)
	x.Created, x.Used = at(created), at(used)
	return x, err
}

// Passkeys gives a reader's, oldest first.
func (s *Store) Passkeys(ctx context.Context, id news.ReaderID) (list []news.Passkey, err error) {
	rows, err := s.read(ctx).rows(`SELECT `+passkeyColumns+` FROM passkey WHERE reader_id = $1 ORDER BY created_at, id`, id)
	err = each(rows, err, func(r *sql.Rows) error {
		x, err := scanPasskey(r.Scan)
		list = append(list, x)
		return err
	})
	return list, s.translate(err)
}

// Passkey gives one with its reader.
func (s *Store) Passkey(ctx context.Context, id string) (news.Passkey, error) {
	q := s.read(ctx)
	x, err := scanPasskey(q.row(`SELECT `+passkeyColumns+` FROM passkey WHERE id = $1`, id).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return x, news.Missing("passkey")
	}
	if err == nil {
		x.Reader, err = loadReader(q, `reader.id = $1`, x.Reader.ID)
	}
	return x, s.translate(err)
}

// AddPasskey keeps a new one of x.Reader's.
func (s *Store) AddPasskey(ctx context.Context, x news.Passkey) error {
	_, err := s.write(ctx, func(t *tx) error {
		var n int
		if err := t.row(`SELECT COUNT(*) FROM passkey WHERE reader_id = $1`, x.Reader.ID).Scan(&n); err != nil {
			return err
		}
		if n >= news.MaxPasskeys {
			return news.Refuse(news.Conflict, "You have %d passkeys. Remove one first.", n)
		}
		added, err := t.exec(`INSERT INTO passkey (id, reader_id, data, created_at, used_at) VALUES ($1, $2, $3, $4, 0) ON CONFLICT DO NOTHING`, x.ID, x.Reader.ID, x.Data, us(t.now))
		if err != nil {
			return err
		}
		if added == 0 {
			return news.Refuse(news.Conflict, "This passkey is known already.")
		}
		return nil
	})
	return err
}

// UsedPasskey notes that one was used, and its new state.
func (s *Store) UsedPasskey(ctx context.Context, id, data string) error {
	_, err := s.write(ctx, func(t *tx) error {
		_, err := t.exec(`UPDATE passkey SET data = $1, used_at = $2 WHERE id = $3`, data, us(t.now), id)
		return err
	})
	return err
}

// RemovePasskey takes one of a reader's away; another's is not found.
func (s *Store) RemovePasskey(ctx context.Context, reader news.ReaderID, id string) error {
	_, err := s.write(ctx, func(t *tx) error {
		removed, err := t.exec(`DELETE FROM passkey WHERE id = $1 AND reader_id = $2`, id, reader)
		if err != nil {
			return err
		}
		if removed == 0 {
			return news.Missing("passkey")
		}
		return nil
	})
	return err
}
