package site

import (
	"html/template"
	"strings"
)

// body is the story's text with its dateline at the beginning of the first
// paragraph, or in a paragraph of its own where the text begins with
// something else (a heading, a picture).
func (p *ArticlePage) body() []BodyPiece {
	if p.Dateline == "" {
		return p.Body
	}
	mark := `<span data-part="dateline"><bdi>` + template.HTMLEscapeString(p.Dateline) + `</bdi> —</span> `
	pieces := make([]BodyPiece, 0, len(p.Body)+1)
	if len(p.Body) > 0 {
		if opening, rest, ok := firstParagraph(string(p.Body[0].HTML)); ok {
			pieces = append(pieces, BodyPiece{HTML: template.HTML(opening + mark + rest)})
			return append(pieces, p.Body[1:]...)
		}
	}
	pieces = append(pieces, BodyPiece{HTML: template.HTML("<p>" + mark + "</p>")})
	return append(pieces, p.Body...)
}

// firstParagraph cuts HTML behind its opening tag if that is a paragraph.
func firstParagraph(html string) (opening, rest string, ok bool) {
	if !strings.HasPrefix(html, "<p>") && !strings.HasPrefix(html, "<p ") {
		return "", "", false
	}
	end := strings.IndexByte(html, '>') + 1
	if end == 0 {
		return "", "", false
	}
	return html[:end], html[end:], true
}

// lastCorrection is the newest true correction, for the note at the top; nil
// if there is none. Updates and clarifications take back nothing.
func lastCorrection(all []Correction) *Correction {
	var last *Correction
	for i := range all {
		if c := &all[i]; c.Kind == "correction" && (last == nil || c.At.After(last.At)) {
			last = c
		}
	}
	return last
}
