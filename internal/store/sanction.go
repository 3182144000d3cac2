package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"dateline/internal/news"
)

const sanctionColumns = `id, reader_id, block, until_at, message, by_name, at, lifted_at`

func sanctions(q querier, where string, args ...any) ([]news.Sanction, error) {
	var out []news.Sanction
	rows, err := q.rows(`SELECT `+sanctionColumns+` FROM sanction WHERE `+where, args...)
	err = each(rows, err, func(r *sql.Rows) error {
		var x news.Sanction
		var until, when, lifted int64
		if err := r.Scan(&x.ID, &x.Reader, &x.Block, &until, &x.Message, &x.By, &when, &lifted); err != nil {
			return err
		}
		x.Until, x.Forever, x.At, x.Lifted = at(until), until == 0, at(when), at(lifted)
		out = append(out, x)
		return nil
	})
	return out, err
}

// blockSanction is one in force against an address block; nil for none.
func blockSanction(q querier, block string, now time.Time) (*news.Sanction, error) {
	list, err := sanctions(q, `block = $1 AND lifted_at = 0 AND (until_at = 0 OR until_at > $2) LIMIT 1`, block, us(now))
	if err != nil || len(list) == 0 {
		return nil, err
	}
	return &list[0], nil
}

// Sanction keeps a person from commenting, and if address says so the address that their
// comment id came from, both until a moment or for ever.
func (s *Store) Sanction(ctx context.Context, who news.Actor, x news.Sanction, id news.CommentID, address bool) error {
	_, err := s.write(ctx, func(t *tx) error {
		if address && id != "" {
			if err := t.row(`SELECT block FROM comment WHERE id = $1`, id).Scan(&x.Block); err != nil {
				return err
			}
		}
		until := us(x.Until)
		if x.Forever {
			until = 0
		}
		if _, err := t.exec(`INSERT INTO sanction (`+sanctionColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, 0)`,
			x.ID, x.Reader, x.Block, until, x.Message, who.Name, us(t.now)); err != nil {
			return err
		}
		if x.Reader != "" {
			if _, err := t.exec(`UPDATE reader SET banned = $2, suspended_till = $3, told = $4 WHERE id = $1`, x.Reader, bit(x.Forever), until, x.Message); err != nil {
				return err
			}
		}
		return t.record(who, "sanction", "reader:"+string(x.Reader), x.Message)
	})
	if err != nil {
		return fmt.Errorf("keep a reader from commenting: %w", err)
	}
	return nil
}

// LiftSanctions lets a person, and the addresses they were kept from with it, comment again.
func (s *Store) LiftSanctions(ctx context.Context, who news.Actor, id news.ReaderID) error {
	_, err := s.write(ctx, func(t *tx) error {
		if _, err := t.exec(`UPDATE sanction SET lifted_at = $2 WHERE reader_id = $1 AND lifted_at = 0`, id, us(t.now)); err != nil {
			return err
		}
		if _, err := t.exec(`UPDATE reader SET banned = 0, suspended_till = 0, told = '' WHERE id = $1`, id); err != nil {
			return err
		}
		return t.record(who, "lift", "reader:"+string(id), "")
	})
	if err != nil {
		return fmt.Errorf("let a reader comment again: %w", err)
	}
	return nil
}

// AddReaderNote keeps what a moderator noted on a person.
func (s *Store) AddReaderNote(ctx context.Context, who news.Actor, id news.ReaderID, text string) error {
	_, err := s.write(ctx, func(t *tx) error {
		if _, err := t.exec(`INSERT INTO reader_note (id, reader_id, at, by_name, text) VALUES ($1, $2, $3, $4, $5)`,
			news.NewID[string](), id, us(t.now), who.Name, text); err != nil {
			return err
		}
		return t.record(who, "note", "reader:"+string(id), "")
	})
	if err != nil {
		return fmt.Errorf("note on a reader: %w", err)
	}
	return nil
}

// ReaderRecord gives a person's history as moderators see it.
func (s *Store) ReaderRecord(ctx context.Context, id news.ReaderID) (r news.ReaderRecord, err error) {
	q := s.read(ctx)
	if r.Reader, err = loadReader(q, `reader.id = $1`, id); err != nil {
		return r, s.translate(err)
	}
	r.Passed, r.Rejected = r.Reader.Passed, r.Reader.Rejected
	if err := q.row(`SELECT COALESCE(SUM(CASE WHEN status = 'held' THEN 1 ELSE 0 END), 0), COALESCE(SUM(CASE WHEN flags > 0 THEN 1 ELSE 0 END), 0) FROM comment WHERE reader_id = $1`, id).
		Scan(&r.Held, &r.Flagged); err != nil {
		return r, s.translate(err)
	}
	if r.Sanctions, err = sanctions(q, `reader_id = $1 ORDER BY at DESC LIMIT 100`, id); err != nil {
		return r, s.translate(err)
	}
	rows, err := q.rows(`SELECT at, by_name, text FROM reader_note WHERE reader_id = $1 ORDER BY id DESC LIMIT 100`, id)
	err = each(rows, err, func(x *sql.Rows) error {
		var n news.ReaderNote
		var when int64
		err := x.Scan(&when, &n.By, &n.Text)
		n.At = at(when)
		r.Notes = append(r.Notes, n)
		return err
	})
	return r, s.translate(err)
}
