package store

import (
	"context"
	"database/sql"
	"fmt"

	"dateline/internal/news"
)

// PushKeys gives all push keys, the current one first, then the newest.
func (s *Store) PushKeys(ctx context.Context) ([]news.PushKey, error) {
	keys, err := pushKeys(s.read(ctx), "")
	if err != nil {
		return nil, s.translate(fmt.Errorf("read the push keys: %w", err))
	}
	return keys, nil
}

func pushKeys(q querier, alone string) ([]news.PushKey, error) {
	var out []news.PushKey
	rows, err := q.rows(`SELECT id, public, sealed, is_current, created_at FROM push_key ORDER BY is_current DESC, created_at DESC, id DESC` + alone)
	err = each(rows, err, func(r *sql.Rows) error {
		var k news.PushKey
		var current, created int64
		err := r.Scan(&k.ID, &k.Public, &k.Sealed, &current, &created)
		k.Current, k.Created = current != 0, at(created)
		out = append(out, k)
		return err
	})
	return out, err
}

// FirstPushKey makes k the current key of a newsroom that has none, and gives the keys
// that there are: of several nodes that start at once one gives the key.
func (s *Store) FirstPushKey(ctx context.Context, k news.PushKey) (kept []news.PushKey, err error) {
	_, err = s.write(ctx, func(t *tx) error {
		// There is always a current one if there is any, and the index allows no second.
		if err := t.putPushKey(k, true, `ON CONFLICT DO NOTHING`); err != nil {
			return err
		}
		kept, err = pushKeys(t, "")
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("keep the first push key: %w", err)
	}
	return kept, nil
}

// AddPushKey adds a key; if k.Current, browsers subscribe with it from now on. A key
// that is there already is kept as it is sealed now.
func (s *Store) AddPushKey(ctx context.Context, who news.Actor, k news.PushKey) error {
	_, err := s.write(ctx, func(t *tx) error {
		current := k.Current
		have, err := pushKeys(t, t.s.dialect.alone())
		if err != nil {
			return err
		}
		if len(have) == 0 {
			current = true
		}
		if current {
			if _, err := t.exec(`UPDATE push_key SET is_current = 0 WHERE is_current = 1`); err != nil {
				return err
			}
		}
		if err := t.putPushKey(k, current, `ON CONFLICT (id) DO UPDATE SET sealed = excluded.sealed,
			is_current = CASE WHEN excluded.is_current = 1 THEN 1 ELSE push_key.is_current END`); err != nil {
			return err
		}
		if current {
			t.change(news.SiteChange, "push-key", news.SiteTag) // pages hand it to browsers
		}
		return t.record(who, "add", "push-key:"+k.ID, "")
	})
	if err != nil {
		return fmt.Errorf("add push key %s: %w", k.ID, err)
	}
	return nil
}

func (t *tx) putPushKey(k news.PushKey, current bool, conflict string) error {
	created := us(k.Created)
	if created == 0 {
		created = us(t.now)
	}
	_, err := t.exec(`INSERT INTO push_key (id, public, sealed, is_current, created_at) VALUES ($1, $2, $3, $4, $5) `+conflict,
		k.ID, k.Public, k.Sealed, bit(current), created)
	return err
}
