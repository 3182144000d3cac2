package newsroom

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"dateline/internal/news"
	"dateline/internal/web"
)

// maxPicture is the largest picture file that is taken, in bytes.
const maxPicture = 40 << 20

// attach brings in the picture chosen in a form, if there is one, and puts it where
// the form says: as the lead or at the end of the text. A picture chosen from those
// here already becomes the lead.
func (n *Newsroom) attach(r *http.Request, who news.Actor, in web.Form, page *editorPage) error {
	f := &page.Form
	if err := n.pin(r.Context(), f); err != nil {
		return err
	}
	if chosen := in.Get("choose"); chosen != "" && len(in.File) == 0 && chosen != f.Media {
		p, err := n.o.Shelf.Picture(r.Context(), news.MediaID(chosen))
		if err != nil {
			return news.Wrong("picture", "There is no such picture.")
		}
		n.place(in.Get("use"), f, p)
	}
	if len(in.File) == 0 {
		return nil
	}
	p, err := n.o.Writing.Upload(r.Context(), who, in.FileName, in.File)
	if err != nil {
		return err
	}
	n.place(in.Get("use"), f, p)
	return nil
}

func (n *Newsroom) place(use string, f *storyForm, p news.Picture) {
	if use == "body" {
		f.Body = strings.TrimRight(f.Body, "\n") + "\n\n" + pictureSign(p) + "\n"
		return
	}
	f.Media, f.Caption, f.Credit, f.Alt = string(p.ID), p.Caption, p.Credit, p.Alt
}

// pictureSign writes a picture as the text holds it.
func pictureSign(p news.Picture) string {
	alt := strings.NewReplacer(`\`, `\\`, "[", `\[`, "]", `\]`, "\n", " ").Replace(p.Alt)
	words := p.Caption
	if p.Credit != "" {
		words = strings.TrimSpace(words) + " | " + p.Credit
	}
	words = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", " ").Replace(words)
	if words = strings.TrimSpace(words); words == "" {
		return fmt.Sprintf("![%s](media:%s)", alt, p.ID)
	}
	return fmt.Sprintf("![%s](media:%s \"%s\")", alt, p.ID, words)
}

// upload brings in a picture for the script, which has put it where it belongs.
func (n *Newsroom) upload(w http.ResponseWriter, r *http.Request, who news.Actor) error {
	in, leave, err := n.readHeavy(w, r, "file")
	if err != nil {
		return err
	}
	defer leave()
	if len(in.File) == 0 {
		return news.Wrong("file", "Choose a picture.")
	}
	p, err := n.o.Writing.Upload(r.Context(), who, in.FileName, in.File)
	if err != nil {
		return err
	}
	return writeJSON(w, struct {
		ID      news.MediaID `json:"id"`
		Thumb   string       `json:"thumb"`
		Caption string       `json:"caption"`
		Credit  string       `json:"credit"`
		Alt     string       `json:"alt"`
		Sign    string       `json:"sign"`
		Width   int          `json:"width"`
		Height  int          `json:"height"`
	}{p.ID, thumb(&p), p.Caption, p.Credit, p.Alt, pictureSign(p), p.Width, p.Height})
}

// thumb is the address of a picture's smallest rendition, or empty.
func thumb(p *news.Picture) string {
	r, ok := smallest(p)
	if !ok {
		return ""
	}
	return p.Path(r)
}

// large is the address of the widest rendition of at most 960 pixels, or the smallest.
func large(p *news.Picture) string {
	best, ok := smallest(p)
	if !ok {
		return ""
	}
	for _, r := range p.Renditions {
		if r.Type == "image/jpeg" && r.Width <= 960 && r.Width > best.Width {
			best = r
		}
	}
	return p.Path(best)
}

func smallest(p *news.Picture) (news.Rendition, bool) {
	var best news.Rendition
	for _, r := range p.Renditions {
		if r.Type == "image/jpeg" && (best.Width == 0 || r.Width < best.Width) {
			best = r
		}
	}
	return best, best.Width > 0
}

func writeJSON(w http.ResponseWriter, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("X-Content-Type-Options", web.NoSniff)
	_, err = w.Write(b)
	return err
}
