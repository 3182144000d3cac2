package newsroom

import (
	"context"
	"html/template"
	"net/http"
	"strings"

	"dateline/internal/markup"
	"dateline/internal/news"
	"dateline/internal/web"
)

// A previewPart is a story as readers will read it, in the desk's own face.
type previewPart struct {
	Form    storyForm
	Body    template.HTML // made by markup, with our own figures in its slots
	Picture *news.Picture
	Report  markup.Report
	Words   int
	Lang    string
}

type previewPage struct {
	frame
	Preview previewPart
}

// preview shows what was typed without keeping it: as a part of the page for the
// script, as a page of its own for the button.
func (n *Newsroom) preview(w http.ResponseWriter, r *http.Request, who news.Actor) error {
	in, leave, err := n.readStoryForm(w, r)
	if err != nil {
		return err
	}
	defer leave()
	part, err := n.previewOf(r.Context(), typed(in))
	if err != nil {
		return err
	}
	view := previewPage{frame: n.frame(r, who, "", "Preview"), Preview: part}
	if r.Header.Get("Desk-Part") == "preview" {
		return n.write(w, http.StatusOK, "preview", "preview-part", view.Preview)
	}
	return n.render(w, http.StatusOK, "preview", view)
}

func (n *Newsroom) previewOf(ctx context.Context, f storyForm) (previewPart, error) {
	part := previewPart{Form: f, Lang: f.Language}
	if len(f.Body) > news.MaxBody {
		part.Report = markup.Report{{What: "The text is longer than " + web.Size(news.MaxBody) + " and cannot be shown or saved", Count: 1}}
		return part, nil
	}
	doc, report := markup.FromMarkdown(f.Body)
	part.Report, part.Words = report, doc.Words()
	doc = dropForeign(doc, &part.Report)
	var ids []news.MediaID
	for _, p := range doc.Pictures() {
		if news.IsID(p.Media) {
			ids = append(ids, news.MediaID(p.Media))
		}
	}
	if news.IsID(f.Media) {
		ids = append(ids, news.MediaID(f.Media))
	}
	pictures, err := n.o.Shelf.Pictures(ctx, ids)
	if err != nil {
		return part, err
	}
	if p, ok := pictures[news.MediaID(f.Media)]; ok {
		part.Picture = &p
	}
	body := markup.Render(doc, markup.RenderOptions{Dateline: f.Dateline, Lang: f.Language})
	part.Body = template.HTML(body.HTML(func(s markup.Slot) string { return n.slot(s, pictures) }))
	return part, nil
}

// slot draws a slot with the desk's own templates, so that every word is escaped.
func (n *Newsroom) slot(s markup.Slot, pictures map[news.MediaID]news.Picture) string {
	var b strings.Builder
	view := struct {
		markup.Slot
		Picture *news.Picture
	}{Slot: s}
	if p, ok := pictures[news.MediaID(s.Media)]; ok {
		view.Picture = &p
	}
	if err := n.pages["preview"].ExecuteTemplate(&b, "slot", view); err != nil {
		n.o.Log.Error("preview slot failed", "err", err)
		return ""
	}
	return b.String()
}

// convert turns pasted HTML into the desk's Markdown, and says what did not fit.
func (n *Newsroom) convert(w http.ResponseWriter, r *http.Request, _ news.Actor) error {
	in, leave, err := n.readHeavy(w, r, "")
	if err != nil {
		return err
	}
	defer leave()
	html := in.Get("html")
	if len(html) > news.MaxBody {
		return news.Refuse(news.TooLarge, "This is too large: at most %s.", web.Size(news.MaxBody))
	}
	doc, report := markup.FromHTML(html)
	doc = dropForeign(doc, &report)
	return writeJSON(w, struct {
		Markdown string        `json:"markdown"`
		Report   markup.Report `json:"report"`
	}{doc.Markdown(), report})
}
