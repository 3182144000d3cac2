package desk

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"

	"dateline/internal/imaging"
	"dateline/internal/news"
)

// Upload brings in a picture: measured, its words read from its metadata, its
// renditions made, every file durable before the picture is known. Nothing of it is
// public until a visible story uses it. name is the file's own, for the record.
func (d *Desk) Upload(ctx context.Context, who news.Actor, name string, data []byte) (news.Picture, error) {
	if !who.Role.Writes() {
		return news.Picture{}, news.Refuse(news.Denied, "Bringing in pictures needs a reporter's or an editor's account.")
	}
	in, err := imaging.Inspect(ctx, data)
	if err != nil {
		return news.Picture{}, asRefusal(err)
	}
	sum := sha256.Sum256(data)
	p := news.Picture{
		ID: news.NewID[news.MediaID](), Token: news.Secret(), Hash: hex.EncodeToString(sum[:]),
		Type: in.Type, Width: in.Width, Height: in.Height, Bytes: int64(len(data)),
		Caption: in.Metadata.Caption, Credit: credit(in.Metadata), Alt: in.Metadata.Alt,
		Copyright: in.Metadata.Copyright, By: who.Name,
	}
	if err := d.develop(ctx, &p, data); err != nil {
		return news.Picture{}, err
	}
	if err := d.o.Pictures.AddPicture(ctx, who, p); err != nil {
		return news.Picture{}, fmt.Errorf("keep picture %s (%q): %w", p.ID, name, err)
	}
	return p, nil
}

// develop makes the renditions and puts all files away. Files are named by content,
// so one that is there already, from an upload before, is the same.
func (d *Desk) develop(ctx context.Context, p *news.Picture, data []byte) error {
	if old, known, err := d.o.Pictures.PictureByHash(ctx, p.Hash); err != nil {
		return err
	} else if known {
		p.Renditions, p.Colour = old.Renditions, old.Colour
		return nil
	}
	made, err := imaging.Renditions(ctx, data, imaging.Options{Credit: p.Credit, Copyright: p.Copyright})
	if err != nil {
		return asRefusal(err)
	}
	if err := d.o.Files.Put(ctx, p.File(news.Rendition{}), data); err != nil {
		return fmt.Errorf("keep the original of picture %s: %w", p.ID, err)
	}
	for _, m := range made {
		r := news.Rendition{Width: m.Width, Height: m.Height, Type: m.Type, Ext: m.Ext, Bytes: int64(len(m.Bytes))}
		if err := d.o.Files.Put(ctx, p.File(r), m.Bytes); err != nil {
			return fmt.Errorf("keep picture %s in width %d: %w", p.ID, r.Width, err)
		}
		p.Renditions = append(p.Renditions, r)
		p.Colour = m.Colour
	}
	return nil
}

// credit is the line under a picture: who is to be named, else who took it.
func credit(m imaging.Metadata) string {
	for _, s := range []string{m.Credit, m.Byline, m.Source} {
		if s != "" {
			return s
		}
	}
	return ""
}

func asRefusal(err error) error {
	var r *imaging.Refused
	if !errors.As(err, &r) {
		return err
	}
	e := news.Wrong("file", "%s", r.Reason)
	return e
}
