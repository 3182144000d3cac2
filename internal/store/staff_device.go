package store

import (
	"context"
	"database/sql"
	"fmt"

	"dateline/internal/news"
)

// SaveStaffDevice keeps a browser of somebody on the staff. One that was somebody
// else's is theirs no more.
func (s *Store) SaveStaffDevice(ctx context.Context, d news.StaffDevice) error {
	_, err := s.write(ctx, func(t *tx) error {
		hash := hashOf(d.Endpoint)
		_, err := t.exec(`
			INSERT INTO staff_device (hash, person_id, endpoint, keys, key_id, created_at) VALUES ($1, $2, $3, $4, $5, $6)
			ON CONFLICT (hash) DO UPDATE SET person_id = excluded.person_id, keys = excluded.keys, key_id = excluded.key_id`,
			hash[:], string(d.Person), d.Endpoint, d.Keys[:], d.KeyID, us(t.now))
		return err
	})
	if err != nil {
		return fmt.Errorf("save a device of %s: %w", d.Person, err)
	}
	return nil
}

// StaffDevices gives the devices of people, or of the whole staff if none are named,
// the oldest first. Whoever is shut out has none.
func (s *Store) StaffDevices(ctx context.Context, people ...news.PersonID) ([]news.StaffDevice, error) {
	q, args := `SELECT d.person_id, d.endpoint, d.keys, d.key_id, d.created_at
		FROM staff_device d JOIN person ON person.id = d.person_id WHERE person.disabled = 0`, []any(nil)
	if len(people) > 0 {
		var list string
		list, args = in(1, people)
		q += ` AND person.id IN ` + list
	}
	var out []news.StaffDevice
	rows, err := s.read(ctx).rows(q+` ORDER BY d.created_at, d.hash`, args...)
	err = each(rows, err, func(r *sql.Rows) error {
		var d news.StaffDevice
		var keys []byte
		var created int64
		if err := r.Scan(&d.Person, &d.Endpoint, &keys, &d.KeyID, &created); err != nil {
			return err
		}
		if len(keys) != len(d.Keys) {
			return fmt.Errorf("a device of %s has keys of %d bytes, not %d", d.Person, len(keys), len(d.Keys))
		}
		copy(d.Keys[:], keys)
		d.Created = at(created)
		out = append(out, d)
		return nil
	})
	return out, s.translate(err)
}

// DeleteStaffDevice forgets a device; one that is not known is forgotten already.
func (s *Store) DeleteStaffDevice(ctx context.Context, endpoint string) error {
	_, err := s.write(ctx, func(t *tx) error {
		hash := hashOf(endpoint)
		_, err := t.exec(`DELETE FROM staff_device WHERE hash = $1`, hash[:])
		return err
	})
	if err != nil {
		return fmt.Errorf("delete a device: %w", err)
	}
	return nil
}
