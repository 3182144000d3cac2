package newsroom

import (
	"context"
	"net/http"
	"slices"
	"strconv"

	"dateline/internal/news"
	"dateline/internal/web"
)

// A frontForm arranges the front page: a lead, then pins in order.
type frontForm struct {
	frame
	Revision int
	Slots    []slotChoice
	Choices  []choice
	Query    string
	Theirs   []string // headlines as somebody else arranged them meanwhile
}

// A slotChoice is one place on the front page.
type slotChoice struct {
	Name  string // of the field: lead, pin1 …
	Label string
	Story news.StoryID
}

type choice struct {
	ID       news.StoryID
	Headline string
	When     string
}

func (n *Newsroom) frontPage(w http.ResponseWriter, r *http.Request, who news.Actor) error {
	f, err := n.o.Shelf.Front(r.Context())
	if err != nil {
		return err
	}
	view := n.frontForm(r, who, f)
	return n.showFront(w, r, http.StatusOK, view)
}

func (n *Newsroom) frontForm(r *http.Request, who news.Actor, f news.Front) frontForm {
	view := frontForm{frame: n.frame(r, who, "front", "Front page"), Revision: f.Revision, Query: r.URL.Query().Get("q")}
	view.Slots = append(view.Slots, slotChoice{"lead", "Lead", f.Lead})
	for i := range news.MaxPins {
		s := slotChoice{Name: "pin" + strconv.Itoa(i+1), Label: "Pin " + strconv.Itoa(i+1)}
		if i < len(f.Pins) {
			s.Story = f.Pins[i]
		}
		view.Slots = append(view.Slots, s)
	}
	return view
}

// frontChoices is how many of the latest published stories are offered.
const frontChoices = 60

// showFront completes the form with the stories to choose from: the latest, those
// that a search found, and those already arranged however old.
func (n *Newsroom) showFront(w http.ResponseWriter, r *http.Request, status int, view frontForm) error {
	ctx := r.Context()
	add := func(id news.StoryID, headline, when string) {
		if !slices.ContainsFunc(view.Choices, func(c choice) bool { return c.ID == id }) {
			view.Choices = append(view.Choices, choice{id, headline, when})
		}
	}
	list := news.StoryList{Status: news.Published, Limit: frontChoices}
	if view.Query != "" {
		list.Text = view.Query
		if err := n.offer(ctx, list, add); err != nil {
			return err
		}
		list.Text = ""
	}
	if err := n.offer(ctx, list, add); err != nil {
		return err
	}
	var chosen []news.StoryID
	for _, s := range view.Slots {
		if news.IsID(string(s.Story)) {
			chosen = append(chosen, s.Story)
		}
	}
	for _, id := range chosen {
		s, err := n.o.Stories.Story(ctx, id)
		if news.KindOf(err) == news.NotFound {
			continue
		}
		if err != nil {
			return err
		}
		note := ""
		if s.Status != news.Published {
			note = statusWords[s.Status] + ", not shown"
		} else {
			note = n.when(s.FirstPublished)
		}
		add(id, s.Content.Headline, note)
	}
	return n.render(w, status, "front", view)
}

func (n *Newsroom) offer(ctx context.Context, l news.StoryList, add func(news.StoryID, string, string)) error {
	stories, _, err := n.o.Stories.Stories(ctx, l)
	if err != nil {
		return err
	}
	for i := range stories {
		if stories[i].Kind == news.Article {
			add(stories[i].ID, stories[i].Content.Headline, n.when(stories[i].FirstPublished))
		}
	}
	return nil
}

func (n *Newsroom) saveFront(w http.ResponseWriter, r *http.Request, who news.Actor) error {
	in, err := web.ReadForm(w, r, "", 0)
	if err != nil {
		return err
	}
	var f news.Front
	f.Revision, _ = strconv.Atoi(in.Get("revision"))
	f.Lead = news.StoryID(in.Get("lead"))
	for i := range news.MaxPins {
		if id := news.StoryID(in.Get("pin" + strconv.Itoa(i+1))); id != "" {
			f.Pins = append(f.Pins, id)
		}
	}
	_, err = n.o.Publishing.SetFront(r.Context(), who, f)
	if err == nil {
		return seeOther(w, r, "/desk/front", "front")
	}
	kind := news.KindOf(err)
	if kind != news.Stale && kind != news.Invalid {
		return err
	}
	view := n.frontForm(r, who, f)
	status := view.failed(err)
	if kind == news.Stale {
		theirs, err := n.o.Shelf.Front(r.Context())
		if err != nil {
			return err
		}
		if view.Theirs, err = n.headlines(r.Context(), theirs); err != nil {
			return err
		}
		view.Revision = theirs.Revision
		view.Problem = "Somebody arranged the front page while you did. Yours is still in the form and not saved; theirs is shown below it."
	}
	return n.showFront(w, r, status, view)
}

// headlines names the stories of an arrangement that readers can see.
func (n *Newsroom) headlines(ctx context.Context, f news.Front) ([]string, error) {
	ids := f.Pins
	if f.Lead != "" {
		ids = append([]news.StoryID{f.Lead}, f.Pins...)
	}
	cards, err := n.o.Shelf.CardsByID(ctx, ids)
	if err != nil {
		return nil, err
	}
	out := make([]string, 0, len(cards))
	for _, c := range cards {
		out = append(out, c.Headline)
	}
	return out, nil
}
