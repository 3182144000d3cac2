package newsroom

import (
	"context"
	"html/template"
	"net/http"
	"slices"
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
	cards, err := n.cardsOf(ctx, body)
	if err != nil {
		return part, err
	}
	part.Body = template.HTML(body.HTML(func(s markup.Slot) string { return n.slot(s, pictures, cards) }))
	return part, nil
}

// unseenCards bounds how many stories that readers cannot see a preview looks up, each
// on its own.
const unseenCards = 10

// A previewCard is a story of ours in another's text.
type previewCard struct {
	Headline string
	Status   news.Status // empty when readers see the card
}

// cardsOf finds the stories whose cards stand in a text. Readers see those that are
// published; an editor is told which others are meant, and that they stay hidden.
func (n *Newsroom) cardsOf(ctx context.Context, body markup.Body) (map[news.StoryID]previewCard, error) {
	var ids []news.StoryID
	cards := map[news.StoryID]previewCard{}
	for _, s := range body.Slots() {
		if id := news.StoryID(s.Story); s.Kind == markup.SlotRelated && news.IsID(s.Story) && len(ids) < 200 && !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	shown, err := n.o.Stories.CardsByID(ctx, ids)
	if err != nil {
		return nil, err
	}
	for _, c := range shown {
		cards[c.ID] = previewCard{Headline: c.Headline}
	}
	looked := 0
	for _, id := range ids {
		if _, ok := cards[id]; ok || looked == unseenCards {
			continue
		}
		looked++
		st, err := n.o.Stories.Story(ctx, id)
		if news.KindOf(err) == news.NotFound {
			continue
		}
		if err != nil {
			return nil, err
		}
		cards[id] = previewCard{Headline: st.Content.Headline, Status: st.Status}
	}
	return cards, nil
}

// slot draws a slot with the desk's own templates, so that every word is escaped.
func (n *Newsroom) slot(s markup.Slot, pictures map[news.MediaID]news.Picture, cards map[news.StoryID]previewCard) string {
	var b strings.Builder
	view := struct {
		markup.Slot
		Picture *news.Picture
		Card    previewCard
	}{Slot: s, Card: cards[news.StoryID(s.Story)]}
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
