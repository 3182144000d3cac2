package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path"
	"strings"

	"dateline/internal/archive"
	"dateline/internal/imaging"
	"dateline/internal/markup"
	"dateline/internal/news"
)

// A pictureFolder finds the files of an export's pictures; it never leaves its
// folder, whatever an export asks for.
type pictureFolder struct{ root *os.Root }

func openPictureFolder(dir string) (*pictureFolder, error) {
	r, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("open the folder of pictures: %w", err)
	}
	return &pictureFolder{r}, nil
}

func (f *pictureFolder) close() { f.root.Close() }

// read finds the file behind a picture's address: the whole path, what follows
// "uploads/", or just the name.
func (f *pictureFolder) read(address string) ([]byte, bool, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, false, nil
	}
	full := strings.TrimPrefix(path.Clean("/"+u.Path), "/")
	tries := []string{full}
	if _, after, ok := strings.Cut(full, "uploads/"); ok {
		tries = append(tries, after, "uploads/"+after)
	}
	tries = append(tries, path.Base(full))
	for _, name := range tries {
		if name == "" || name == "." {
			continue
		}
		file, err := f.root.Open(name)
		if err != nil {
			continue
		}
		data, err := io.ReadAll(io.LimitReader(file, imaging.MaxFileBytes+1))
		file.Close()
		if err != nil {
			return nil, false, fmt.Errorf("read the picture %s: %w", name, err)
		}
		return data, true, nil
	}
	return nil, false, nil
}

// bringPictures brings the story's pictures in and lets its body and lead name
// ours. A picture that is not to be had leaves the story; the export is kept, so a
// later run with the files brings it.
func (im *importer) bringPictures(ctx context.Context, r *archive.Story, in *news.Imported, notes *[]string) error {
	missing := 0
	var failed error
	id := func(address, oldID string, words markup.Picture) (news.MediaID, bool) {
		if failed != nil {
			return "", false
		}
		got, ok, err := im.picture(ctx, address, oldID)
		if err != nil {
			failed = err
		}
		if !ok {
			missing++
			im.lost(address + oldID)
		}
		return got, ok
	}
	old := map[string]string{}
	for _, p := range r.Pictures {
		old[p.URL] = p.OldID
	}
	in.Content.Body = r.Body.MapPictures(func(p markup.Picture) (markup.Picture, bool) {
		if !p.Foreign() && p.Media != "" && old[p.Media] == "" {
			missing++
			im.lost(p.Media)
			return p, false // an identifier of somebody else's is none of ours
		}
		got, ok := id(p.Media, old[p.Media], p)
		p.Media = string(got)
		return p, ok
	})
	if f := r.Featured; f != nil {
		if got, ok := id(f.URL, f.OldID, markup.Picture{}); ok {
			in.Content.Picture = &news.PictureUse{Media: got, Caption: cut(f.Caption, news.MaxLead), Credit: cut(f.Credit, news.MaxLine), Alt: cut(f.Alt, news.MaxLead)}
		}
	}
	if missing > 0 {
		*notes = append(*notes, fmt.Sprintf("%d of its pictures could not be had", missing))
	}
	return failed
}

// lost counts a picture that was not to be had, once however often it is shown.
func (im *importer) lost(picture string) {
	if !im.missing[picture] {
		im.missing[picture] = true
		im.report.PicturesMissing++
	}
}

// picture brings one picture in, once.
func (im *importer) picture(ctx context.Context, address, oldID string) (news.MediaID, bool, error) {
	if im.pictures == nil || address == "" {
		return "", false, nil
	}
	key := oldID
	if key == "" {
		key = address
	}
	if id, ok, err := im.store.ImportedPicture(ctx, im.origin, key); ok || err != nil {
		return id, ok, err
	}
	data, ok, err := im.pictures.read(address)
	if !ok || err != nil {
		return "", false, err
	}
	if im.cmd.DryRun {
		_, err := imaging.Inspect(ctx, data)
		return "", false, onlyOurs(err)
	}
	p, err := im.desk.Upload(ctx, im.who, path.Base(address), data)
	if news.KindOf(err) == news.Invalid {
		im.report.notice("a picture is not one that can be shown", 1, path.Base(address))
		return "", false, nil
	}
	if err != nil {
		return "", false, err
	}
	im.report.PicturesBrought++
	return p.ID, true, im.store.RememberPicture(ctx, im.origin, key, p.ID)
}

// onlyOurs drops an error that is about the picture itself.
func onlyOurs(err error) error {
	var r *imaging.Refused
	if errors.As(err, &r) {
		return nil
	}
	return err
}
