package syndication

import (
	"strings"

	"dateline/internal/markup"
	"dateline/internal/news"
)

// text is a story's own text as HTML for elsewhere: with whole addresses, pictures
// in place, and cards of related stories as links. It is empty where there is none.
func (s *Site) text(v *news.Version, pictures map[news.MediaID]news.Picture, cards map[news.StoryID]news.Card) string {
	body := v.Body
	if body == nil {
		body = news.Render(&v.Content)
	}
	t := trimmer{site: s}
	n := 0
	for _, p := range body {
		n += len(p.HTML) + 64
	}
	t.b.Grow(n)
	for _, p := range body {
		switch {
		case p.Slot == nil:
			t.add(p.HTML)
		case p.Slot.Kind == markup.SlotPicture:
			use := news.PictureUse{Media: news.MediaID(p.Slot.Media), Caption: p.Slot.Caption, Credit: p.Slot.Credit, Alt: p.Slot.Alt}
			if pic := s.show(pictures, use); pic != nil {
				t.b.WriteString(pic.figure())
			}
		case p.Slot.Kind == markup.SlotRelated:
			if c, ok := cards[news.StoryID(p.Slot.Story)]; ok {
				_, link := s.links(&c)
				t.b.WriteString(`<p><a href="` + markup.EscapeText(link) + `">` + markup.EscapeText(c.Headline) + "</a></p>\n")
			}
		}
	}
	return t.html()
}

// notes are a story's corrections as HTML, for the end of its text.
func (s *Site) notes(corrections []news.Correction, lang string) string {
	var b strings.Builder
	for _, c := range corrections {
		text := strings.ReplaceAll(markup.EscapeText(c.Text), "\n", "<br>")
		b.WriteString("<p><strong>" + markup.EscapeText(s.note(c, lang)) + ":</strong> " + text + "</p>\n")
	}
	return b.String()
}

// links are a story's own address here and the one that its card leads to, which
// is elsewhere when the story is.
func (s *Site) links(c *news.Card) (here, link string) {
	here = s.abs(c.Address)
	if out := elsewhere(c.ExternalURL); out != "" {
		return here, out
	}
	return here, here
}

// within wraps HTML in its language and direction where they are not the feed's.
func within(html, lang, outer string) string {
	if html == "" || lang == "" || lang == outer && markup.Dir(lang) == "ltr" {
		return html
	}
	return `<div lang="` + markup.EscapeText(lang) + `" dir="` + markup.Dir(lang) + `">` + html + "</div>"
}
