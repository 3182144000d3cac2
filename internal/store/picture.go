package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"

	"dateline/internal/news"
)

const pictureColumns = `id, token, hash, type, width, height, bytes, caption, credit, alt, copyright, colour, renditions, created_at, by_name`

func scanPicture(scan func(...any) error) (news.Picture, error) {
	var p news.Picture
	var renditions string
	var created int64
	if err := scan(&p.ID, &p.Token, &p.Hash, &p.Type, &p.Width, &p.Height, &p.Bytes, &p.Caption, &p.Credit, &p.Alt,
		&p.Copyright, &p.Colour, &renditions, &created, &p.By); err != nil {
		return p, err
	}
	p.Created = at(created)
	return p, json.Unmarshal([]byte(renditions), &p.Renditions)
}

// AddPicture keeps a picture whose files are durable already.
func (s *Store) AddPicture(ctx context.Context, who news.Actor, p news.Picture) error {
	renditions, err := json.Marshal(append([]news.Rendition{}, p.Renditions...))
	if err != nil {
		return err
	}
	_, err = s.write(ctx, func(t *tx) error {
		if _, err := t.exec(`
			INSERT INTO picture (`+pictureColumns+`)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`,
			string(p.ID), p.Token, p.Hash, p.Type, p.Width, p.Height, p.Bytes, p.Caption, p.Credit, p.Alt,
			p.Copyright, p.Colour, string(renditions), us(t.now), who.Name); err != nil {
			return err
		}
		return t.record(who, "upload", "picture:"+string(p.ID), p.Caption)
	})
	return err
}

// Picture gives one picture, for staff.
func (s *Store) Picture(ctx context.Context, id news.MediaID) (news.Picture, error) {
	if !news.IsID(string(id)) {
		return news.Picture{}, news.Missing("picture")
	}
	p, err := scanPicture(s.read(ctx).row(`SELECT `+pictureColumns+` FROM picture WHERE id = $1`, string(id)).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return p, news.Missing("picture")
	}
	return p, s.translate(err)
}

// Pictures gives those of the named pictures that exist, at most 500.
func (s *Store) Pictures(ctx context.Context, ids []news.MediaID) (map[news.MediaID]news.Picture, error) {
	ids = ids[:min(len(ids), 500)]
	out := make(map[news.MediaID]news.Picture, len(ids))
	if len(ids) == 0 {
		return out, nil
	}
	list, args := in(1, ids)
	rows, err := s.read(ctx).rows(`SELECT `+pictureColumns+` FROM picture WHERE id IN `+list, args...)
	err = each(rows, err, func(r *sql.Rows) error {
		p, err := scanPicture(r.Scan)
		out[p.ID] = p
		return err
	})
	return out, s.translate(err)
}

// PictureByToken gives the picture behind a public address, and whether readers may
// see it: while a visible story uses it.
func (s *Store) PictureByToken(ctx context.Context, token string) (news.Picture, bool, error) {
	q := s.read(ctx)
	p, err := scanPicture(q.row(`SELECT `+pictureColumns+` FROM picture WHERE token = $1`, token).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return p, false, news.Missing("picture")
	}
	if err != nil {
		return p, false, s.translate(err)
	}
	var uses int
	err = q.row(`
		SELECT count(*) FROM picture_use JOIN story ON story.id = picture_use.story_id
		WHERE `+s.shownHere()+` AND picture_use.picture_id = $2`, us(s.Now()), string(p.ID)).Scan(&uses)
	return p, uses > 0, s.translate(err)
}

// PictureByHash gives a picture made from the same original, if there is one.
func (s *Store) PictureByHash(ctx context.Context, hash string) (news.Picture, bool, error) {
	p, err := scanPicture(s.read(ctx).row(`SELECT `+pictureColumns+` FROM picture WHERE hash = $1 ORDER BY id LIMIT 1`, hash).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return p, false, nil
	}
	return p, err == nil, s.translate(err)
}

// RecentPictures gives the newest pictures, for the desk.
func (s *Store) RecentPictures(ctx context.Context, limit int) ([]news.Picture, error) {
	var out []news.Picture
	rows, err := s.read(ctx).rows(`SELECT `+pictureColumns+` FROM picture ORDER BY created_at DESC, id DESC LIMIT $1`, limit)
	err = each(rows, err, func(r *sql.Rows) error {
		p, err := scanPicture(r.Scan)
		out = append(out, p)
		return err
	})
	return out, s.translate(err)
}
