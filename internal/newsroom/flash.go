package newsroom

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"time"

	"dateline/internal/desk"
	"dateline/internal/news"
	"dateline/internal/web"
)

// Flashing is the decision of the worst night, and the bar that it puts on every page.
type Flashing interface {
	// Flash keeps f.ID: the same again is the story that is there.
	Flash(ctx context.Context, who news.Actor, f news.Flash) (desk.Published, error)
	// Breaking gives the bar, zero if there is none, and its story's card while readers see it.
	Breaking(ctx context.Context) (news.BreakingBar, *news.Card, error)
	EndBreaking(ctx context.Context, who news.Actor, story news.StoryID) error
}

// A flashForm is made for a phone at night: two fields, one button.
type flashForm struct {
	frame
	ID         news.StoryID // made with the form, so that sending it twice is one story
	Headline   string
	Standfirst string
	Section    string
	Language   string
	Sections   []news.Section
	Bar        *news.Card // of the story that stands on every page now
	Until      time.Time
}

// flashRoutes are the pages of a flash.
func (n *Newsroom) flashRoutes() []Route {
	return []Route{
		{Pattern: "GET /desk/flash", Who: Deciders, serve: n.flashForm},
		{Pattern: "POST /desk/flash", Who: Deciders, serve: n.flash, within: decisionTime},
		{Pattern: "GET /desk/flash/{id}", Who: Deciders, serve: n.flashed},
		{Pattern: "POST /desk/flash/{id}/end-breaking", Who: Deciders, serve: n.endBreaking, within: decisionTime},
	}
}

func (n *Newsroom) flashForm(w http.ResponseWriter, r *http.Request, who news.Actor) error {
	view := flashForm{frame: n.frame(r, who, "flash", "Flash"), ID: news.NewID[news.StoryID]()}
	return n.showFlash(w, r, http.StatusOK, view)
}

// showFlash completes the form. The first section is chosen until somebody chooses.
func (n *Newsroom) showFlash(w http.ResponseWriter, r *http.Request, status int, view flashForm) error {
	ctx := r.Context()
	var err error
	if view.Sections, err = n.o.Shelf.Sections(ctx); err != nil {
		return err
	}
	if r.Method == http.MethodGet && len(view.Sections) > 0 {
		view.Section = view.Sections[0].Slug
	}
	bar, card, err := n.o.Flashing.Breaking(ctx)
	if err != nil {
		return err
	}
	view.Bar, view.Until = card, bar.Until
	return n.render(w, status, "flash", view)
}

// flash publishes what the form says. Sent again, for whatever reason, it leads to what
// the first one published.
func (n *Newsroom) flash(w http.ResponseWriter, r *http.Request, who news.Actor) error {
	in, err := web.ReadForm(w, r, "", 0)
	if err != nil {
		return err
	}
	view := flashForm{
		frame: n.frame(r, who, "flash", "Flash"), ID: news.StoryID(in.Get("id")), Headline: in.Text("headline"), Standfirst: in.Text("standfirst"),
		Section: in.Get("section"), Language: strings.TrimSpace(in.Get("language")),
	}
	if !news.IsID(string(view.ID)) {
		view.ID = news.NewID[news.StoryID]()
	}
	f := news.Flash{ID: view.ID, Headline: view.Headline, Text: view.Standfirst, Section: news.Ref{Slug: view.Section}, Language: view.Language}
	p, err := n.o.Flashing.Flash(r.Context(), who, f)
	q := url.Values{}
	switch {
	case err == nil:
		q.Set("page", millis(p.Live.Page))
		q.Set("search", millis(p.Live.Search))
		q.Set("feeds", millis(p.Live.Feeds))
	case p.Story != nil && news.KindOf(err) == news.Busy:
		n.o.Log.Warn("a flash is published, but not shown everywhere yet", "story", p.Story.ID, "err", err)
		q.Set("done", "flash-late")
	default:
		// Trying again is harmless, so a database that is busy is no reason to lose the text.
		if x := web.Explain(err); x.Internal() || x.Status == http.StatusNotFound {
			return err
		}
		return n.showFlash(w, r, view.failed(err), view)
	}
	if otherWords(p.Story, f) {
		q.Set("done", "flash-before")
	}
	http.Redirect(w, r, flashPath(p.Story.ID)+"?"+q.Encode(), http.StatusSeeOther)
	return nil
}

// otherWords tells whether a story is not what the form says: an earlier try made it.
func otherWords(s *news.Story, f news.Flash) bool {
	c := news.Content{Headline: f.Headline, Standfirst: f.Text}
	return c.Clean() != nil || c.Headline != s.Content.Headline || c.Standfirst != s.Content.Standfirst
}

// endBreaking takes the bar of a story down, from wherever its button stood.
func (n *Newsroom) endBreaking(w http.ResponseWriter, r *http.Request, who news.Actor) error {
	s, err := n.storyOf(r)
	if err != nil {
		return err
	}
	if err := n.o.Flashing.EndBreaking(r.Context(), who, s.ID); err != nil {
		return err
	}
	return seeOther(w, r, flashPath(s.ID), "bar-down")
}

func flashPath(id news.StoryID) string { return "/desk/flash/" + string(id) }
