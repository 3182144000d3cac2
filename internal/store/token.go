package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"dateline/internal/news"
)

const tokenColumns = `id, name, role, hash, created_at, used_at, revoked_at`

func scanToken(scan func(...any) error) (news.Token, error) {
	var x news.Token
	var created, used, revoked int64
	err := scan(&x.ID, &x.Name, &x.Role, &x.Hash, &created, &used, &revoked)
	x.Created, x.Used, x.Revoked = at(created), at(used), at(revoked)
	return x, err
}

// AddToken keeps an API token.
func (s *Store) AddToken(ctx context.Context, who news.Actor, x news.Token) error {
	_, err := s.write(ctx, func(t *tx) error {
		if _, err := t.exec(`INSERT INTO token (`+tokenColumns+`) VALUES ($1, $2, $3, $4, $5, 0, 0)`,
			string(x.ID), x.Name, string(x.Role), x.Hash, us(t.now)); err != nil {
			return err
		}
		return t.record(who, "add", "token:"+string(x.ID), x.Name)
	})
	return err
}

// Tokens lists all tokens, oldest first.
func (s *Store) Tokens(ctx context.Context) ([]news.Token, error) {
	var out []news.Token
	rows, err := s.read(ctx).rows(`SELECT ` + tokenColumns + ` FROM token ORDER BY created_at, id`)
	err = each(rows, err, func(r *sql.Rows) error {
		x, err := scanToken(r.Scan)
		out = append(out, x)
		return err
	})
	return out, s.translate(err)
}

// TokenByHash gives a token that works; else Unauthenticated.
func (s *Store) TokenByHash(ctx context.Context, hash string) (news.Token, error) {
	x, err := scanToken(s.read(ctx).row(`SELECT `+tokenColumns+` FROM token WHERE hash = $1 AND revoked_at = 0`, hash).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return x, news.Refuse(news.Unauthenticated, "This token is not known or was revoked.")
	}
	return x, s.translate(err)
}

// RevokeToken ends a token, named by its id or, if only one works by that name, its name.
func (s *Store) RevokeToken(ctx context.Context, who news.Actor, nameOrID string) error {
	_, err := s.write(ctx, func(t *tx) error {
		var ids []string
		rows, err := t.rows(`SELECT id FROM token WHERE revoked_at = 0 AND (id = $1 OR name = $2)`, nameOrID, nameOrID)
		err = each(rows, err, func(r *sql.Rows) error {
			ids = append(ids, "")
			return r.Scan(&ids[len(ids)-1])
		})
		switch {
		case err != nil:
			return err
		case len(ids) == 0:
			return news.Missing("token")
		case len(ids) > 1:
			return news.Wrong("token", "Several tokens are called %q. Use the identifier.", nameOrID)
		}
		if _, err := t.exec(`UPDATE token SET revoked_at = $2 WHERE id = $1`, ids[0], us(t.now)); err != nil {
			return err
		}
		return t.record(who, "revoke", "token:"+ids[0], "")
	})
	return err
}

// replayFor is how long an idempotency key is remembered, replayClaim how long a
// first request may take before another may try the key anew.
const (
	replayFor   = 24 * time.Hour
	replayClaim = time.Minute
)

// ClaimKey begins a request with an idempotency key. It gives the earlier answer if
// there is one; Invalid when the key came with another body; Conflict while the
// first is under way.
func (s *Store) ClaimKey(ctx context.Context, token, key, bodyHash string) (answered bool, r news.Replay, err error) {
	_, err = s.write(ctx, func(t *tx) error {
		answered, r = false, news.Replay{}
		if _, err := t.exec(`DELETE FROM replay WHERE at < $1 OR (status = 0 AND at < $2)`, us(t.now.Add(-replayFor)), us(t.now.Add(-replayClaim))); err != nil {
			return err
		}
		n, err := t.exec(`
			INSERT INTO replay (token, key, body_hash, status, header, body, at) VALUES ($1, $2, $3, 0, '', '', $4)
			ON CONFLICT (token, key) DO NOTHING`, token, key, bodyHash, us(t.now))
		if err != nil || n == 1 {
			return err
		}
		var hash string
		if err := t.row(`SELECT body_hash, status, header, body FROM replay WHERE token = $1 AND key = $2`, token, key).
			Scan(&hash, &r.Status, &r.Header, &r.Body); err != nil {
			return err
		}
		switch {
		case hash != bodyHash:
			return news.Wrong("Idempotency-Key", "This key was used for another request.")
		case r.Status == 0:
			return news.Refuse(news.Conflict, "The first request with this key is still under way. Ask again shortly.")
		}
		answered = true
		return nil
	})
	return answered, r, err
}

// AnswerKey remembers what a claimed key was answered.
func (s *Store) AnswerKey(ctx context.Context, token, key string, r news.Replay) error {
	_, err := s.write(ctx, func(t *tx) error {
		_, err := t.exec(`UPDATE replay SET status = $3, header = $4, body = $5 WHERE token = $1 AND key = $2`, token, key, r.Status, r.Header, r.Body)
		return err
	})
	return err
}

// FreeKey forgets a claimed key whose request failed for a reason of ours.
func (s *Store) FreeKey(ctx context.Context, token, key string) error {
	_, err := s.write(ctx, func(t *tx) error {
		_, err := t.exec(`DELETE FROM replay WHERE token = $1 AND key = $2 AND status = 0`, token, key)
		return err
	})
	return err
}
