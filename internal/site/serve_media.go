package site

import (
	"context"
	"errors"
	"io/fs"
	"net/http"
	"path"
	"strconv"
	"strings"
	"sync"
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
	// Not for ever: a story that is killed must take its pictures along.
	h.Set("Cache-Control", "public, max-age=3600")
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

// fullStories holds the whole of stories that feeds show, so that after each
// publication only what changed is read and parsed again.
type fullStories struct {
	mu   sync.Mutex
	held map[news.StoryID]*news.Story
}

// most is how many are held: the feeds of all lists share most of theirs.
const mostFull = 200

// story gives the whole story of a card: from memory if nothing of it changed since.
func (f *fullStories) story(ctx context.Context, from Stories, c news.Card) (*news.Story, error) {
	f.mu.Lock()
	st := f.held[c.ID]
	f.mu.Unlock()
	if st != nil && st.Changed.Equal(c.Changed) {
		return st, nil
	}
	st, err := from.Shown(ctx, c.ID)
	if news.KindOf(err) == news.NotFound {
		return nil, nil // hidden since its card was read: left out
	}
	if err != nil {
		return nil, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.held == nil || len(f.held) >= mostFull {
		f.held = map[news.StoryID]*news.Story{}
	}
	f.held[c.ID] = st
	return st, nil
}
