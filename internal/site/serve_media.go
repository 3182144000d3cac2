package site

import (
	"errors"
	"io/fs"
	"net/http"
	"path"
	"strconv"
	"strings"
	"time"

	"dateline/internal/news"
)

// mediaCSP keeps a picture from being anything but a picture.
const mediaCSP = "default-src 'none'; sandbox"

// serveMedia answers with a picture's file: to everybody while a visible story uses
// the picture, to staff before. Nobody else can tell one that is not public from one
// that does not exist.
func (s *Site) serveMedia(w http.ResponseWriter, r *http.Request) error {
	token := r.PathValue("token")
	if len(token) != 32 || strings.Trim(token, "0123456789abcdef") != "" {
		return news.Missing("picture")
	}
	p, shown, err := s.c.Pictures.PictureByToken(r.Context(), token)
	if err != nil {
		return err
	}
	if !shown {
		if _, err := s.c.Staff(r); err != nil {
			return news.Missing("picture")
		}
	}
	file := r.PathValue("file")
	ext := path.Ext(file)
	width, err := strconv.Atoi(strings.TrimSuffix(file, ext))
	if err != nil || ext == "" {
		return news.Missing("picture")
	}
	for _, made := range p.Renditions {
		if made.Width == width && made.Ext == ext[1:] {
			return s.sendPicture(w, r, &p, made, shown)
		}
	}
	return news.Missing("picture")
}

func (s *Site) sendPicture(w http.ResponseWriter, r *http.Request, p *news.Picture, made news.Rendition, shown bool) error {
	f, _, err := s.c.Files.Open(r.Context(), p.File(made))
	if errors.Is(err, fs.ErrNotExist) {
		s.c.Log.Error("a picture's file is missing; restore it from a backup", "picture", p.ID, "file", p.File(made))
		return news.Missing("picture")
	}
	if err != nil {
		return err
	}
	defer f.Close()
	h := w.Header()
	h.Set("Content-Type", made.Type)
	h.Set("Content-Security-Policy", mediaCSP)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("ETag", `"`+p.Hash[:16]+"-"+strconv.Itoa(made.Width)+`"`)
	// Not for long: a story that is killed must take its pictures along, and asking
	// again costs a few bytes.
	h.Set("Cache-Control", "public, max-age=300")
	if !shown {
		h.Set("Cache-Control", "private, no-store")
	}
	http.ServeContent(w, r, "", time.Time{}, f)
	return nil
}

func (s *Site) serveFavicon(w http.ResponseWriter, r *http.Request) error {
	w.Header().Set("Content-Type", "image/vnd.microsoft.icon")
	w.Header().Set("Cache-Control", "public, max-age=86400")
	_, err := w.Write(Favicon())
	return err
}
