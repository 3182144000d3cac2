package syndication

import (
	"slices"
	"strconv"
	"strings"

	"dateline/internal/markup"
	"dateline/internal/news"
)

// A shown is one picture with the words that one story gives it.
type shown struct {
	urn                  string
	renditions           []news.Rendition // JPEG, smallest first; never empty
	address              func(news.Rendition) string
	caption, credit, alt string
	copyright            string
}

// show finds a picture of which there are files to show; nil if there are none.
// The story's words go before the picture's own.
func (s *Site) show(pictures map[news.MediaID]news.Picture, use news.PictureUse) *shown {
	p, ok := pictures[use.Media]
	if !ok {
		return nil
	}
	out := &shown{
		urn: urn("picture", string(p.ID)), copyright: p.Copyright,
		caption: first(use.Caption, p.Caption), credit: first(use.Credit, p.Credit), alt: first(use.Alt, p.Alt),
	}
	if sameWords(out.alt, out.caption) {
		out.alt = "" // else it is heard twice
	}
	out.renditions = make([]news.Rendition, 0, len(p.Renditions))
	for _, r := range p.Renditions {
		if r.Type != "image/jpeg" {
			continue // not every reader shows newer formats
		}
		out.renditions = append(out.renditions, r)
	}
	slices.SortStableFunc(out.renditions, func(a, b news.Rendition) int { return a.Width - b.Width })
	if len(out.renditions) == 0 {
		return nil
	}
	out.address = func(r news.Rendition) string { return s.abs(p.Path(r)) }
	return out
}

// largest and middle choose a file: middle is the widest of at most 960 pixels,
// which is what a feed reader's column wants.
func (p *shown) largest() (news.Rendition, string) {
	r := p.renditions[len(p.renditions)-1]
	return r, p.address(r)
}

func (p *shown) middle() (news.Rendition, string) {
	at := p.renditions[0]
	for _, r := range p.renditions {
		if r.Width <= 960 {
			at = r
		}
	}
	return at, p.address(at)
}

// figure is the picture as HTML for readers of feeds.
func (p *shown) figure() string {
	r, address := p.middle()
	var b strings.Builder
	b.WriteString(`<figure><img src="` + markup.EscapeText(address) + `" alt="` + markup.EscapeText(p.alt) +
		`" width="` + strconv.Itoa(r.Width) + `" height="` + strconv.Itoa(r.Height) + `">`)
	if p.caption != "" || p.credit != "" {
		b.WriteString("<figcaption>" + markup.EscapeText(p.caption))
		if p.credit != "" {
			if p.caption != "" {
				b.WriteString(" ")
			}
			b.WriteString("<small>" + markup.EscapeText(p.credit) + "</small>")
		}
		b.WriteString("</figcaption>")
	}
	b.WriteString("</figure>\n")
	return b.String()
}

func first(words ...string) string {
	for _, s := range words {
		if s != "" {
			return s
		}
	}
	return ""
}

// sameWords tells whether two texts say the same to a listener.
func sameWords(a, b string) bool {
	plain := func(s string) string {
		return strings.TrimRight(strings.ToLower(strings.Join(strings.Fields(s), " ")), ".")
	}
	return a != "" && plain(a) == plain(b)
}
