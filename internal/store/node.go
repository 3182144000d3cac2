package store

import (
	"context"
	"database/sql"
	"time"

	"dateline/internal/news"
)

// Beat says that node has applied every change up to applied, and that it may serve
// from its cache for lease from now; it gives the lease's end by the database's clock.
func (s *Store) Beat(ctx context.Context, node string, applied int64, lease time.Duration) (time.Time, error) {
	if err := s.measureClock(ctx); err != nil {
		return time.Time{}, err
	}
	till := s.Now().Add(lease)
	_, err := s.write(ctx, func(t *tx) error {
		_, err := t.exec(`
			INSERT INTO node (name, applied, lease_till) VALUES ($1, $2, $3)
			ON CONFLICT (name) DO UPDATE SET applied = excluded.applied, lease_till = excluded.lease_till`,
			node, applied, us(till))
		return err
	})
	return till, err
}

// Leave takes node off the list, so that nobody waits for it.
func (s *Store) Leave(ctx context.Context, node string) error {
	_, err := s.write(ctx, func(t *tx) error {
		_, err := t.exec(`DELETE FROM node WHERE name = $1 OR lease_till < $2`, node, us(t.now.Add(-time.Hour)))
		return err
	})
	return err
}

// Lagging names the nodes whose lease runs and that have not applied change n.
func (s *Store) Lagging(ctx context.Context, n int64) ([]string, error) {
	var names []string
	rows, err := s.read(ctx).rows(`SELECT name FROM node WHERE applied < $1 AND lease_till > $2 ORDER BY name`, n, us(s.Now()))
	err = each(rows, err, func(r *sql.Rows) error {
		names = append(names, "")
		return r.Scan(&names[len(names)-1])
	})
	return names, s.translate(err)
}

// Setting gives a stored setting, "" when it is unset.
func (s *Store) Setting(ctx context.Context, key string) (string, error) {
	var v string
	err := s.read(ctx).row(`SELECT value FROM setting WHERE key = $1`, key).Scan(&v)
	if err == sql.ErrNoRows {
		return "", nil
	}
	return v, s.translate(err)
}

// SetSetting stores a setting that pages show.
func (s *Store) SetSetting(ctx context.Context, who news.Actor, key, value string) (int64, error) {
	return s.write(ctx, func(t *tx) error {
		t.change(news.SiteChange, key, news.SiteTag)
		if err := t.setSetting(key, value); err != nil {
			return err
		}
		return t.record(who, "set", "setting:"+key, value)
	})
}

// NoteSetting stores a setting that no page shows.
func (s *Store) NoteSetting(ctx context.Context, key, value string) error {
	_, err := s.write(ctx, func(t *tx) error { return t.setSetting(key, value) })
	return err
}

// NoteOrigin remembers the public address that a server answers at, for commands that
// print links. Nothing that readers see depends on it.
func (s *Store) NoteOrigin(ctx context.Context, origin string) error {
	if have, err := s.Setting(ctx, "origin"); err != nil || have == origin {
		return err
	}
	return s.NoteSetting(ctx, "origin", origin)
}

// firstSetting sets what nobody has set, and tells whether it did; of nodes that start
// together one does, and the others wait until it has committed.
func (t *tx) firstSetting(key, value string) (bool, error) {
	n, err := t.exec(`INSERT INTO setting (key, value) VALUES ($1, $2) ON CONFLICT (key) DO NOTHING`, key, value)
	return n > 0, err
}

func (t *tx) setSetting(key, value string) error {
	_, err := t.exec(`INSERT INTO setting (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value`, key, value)
	return err
}
