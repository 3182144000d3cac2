package newsroom

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"dateline/internal/markup"
	"dateline/internal/news"
)

// An editorPage is the form in which a story is written, and all that stands beside it.
type editorPage struct {
	frame
	Form     storyForm
	Story    *news.Story // nil for a new one
	Steps    []news.Step // what this person may do now
	Sections []news.Section
	Topics   []news.Topic // to choose from
	Zones    []string
	Picture  *news.Picture  // the lead, as uploaded
	Recent   []news.Picture // to choose from
	Report   markup.Report  // what the text lost on its way in
	Preview  previewPart
	More     []moreRow    // what stands under "Read more"
	Guesses  []topicGuess // topics that it may have
	Conflict *conflict
	Last     []news.Entry // of the record
	Saved    bool         // this page follows a save: the browser's own copy may go
	PlanZone string       // the zone times on the form are in
	Release  time.Time    // when a scheduled story goes out
}

// A conflict is what somebody else saved while this person wrote or read.
type conflict struct {
	By   string
	At   time.Time
	N    int
	Read int         // the revision this person read and would have decided on; 0 when they wrote
	Diff []fieldDiff // from theirs to what was typed, or from what was read to theirs
}

// Title of the form's first button and others depend on these.
func (p editorPage) CanSave() bool { return p.Story == nil || slices.Contains(p.Steps, news.Save) }

// Unkept tells whether the form holds what was typed and is kept nowhere yet.
func (p editorPage) Unkept() bool {
	return p.Problem != "" && (p.Conflict == nil || p.Conflict.Read == 0)
}

// Changed tells whether readers see less than the latest revision.
func (p editorPage) Changed() bool {
	return p.Story != nil && p.Story.Unpublished()
}

// topicsOffered bounds the list to choose from; others may be typed.
const topicsOffered = 300

func (n *Newsroom) newStory(w http.ResponseWriter, r *http.Request, who news.Actor) error {
	page := editorPage{
		frame: n.frame(r, who, "new", "New story"),
		Form:  storyForm{Kind: string(news.Article), CommentsOpen: true, TimeZone: n.o.Zone.String()},
	}
	if who.Role == news.Reporter { // an editor begins stories for others
		page.Form.Byline = who.Name
	}
	if r.URL.Query().Get("kind") == string(news.Page) {
		page.Form.Kind = string(news.Page)
	}
	return n.showEditor(w, r, http.StatusOK, page)
}

func (n *Newsroom) story(w http.ResponseWriter, r *http.Request, who news.Actor) error {
	s, err := n.storyOf(r)
	if err != nil {
		return err
	}
	page := n.editorOf(r, who, s)
	q := r.URL.Query()
	page.Saved = q.Has("done")
	if q.Get("done") == "publish" && s.Live != nil {
		page.Live = n.liveTimes(s, who, q)
	}
	return n.showEditor(w, r, http.StatusOK, page)
}

// liveTimes are the figures that our own redirect carries, and what an editor may want
// to do next.
func (n *Newsroom) liveTimes(s *news.Story, who news.Actor, q url.Values) *liveTimes {
	l := &liveTimes{Page: ms(q.Get("page")), Search: ms(q.Get("search")), Feeds: ms(q.Get("feeds")), URL: s.Address}
	if n.alertsOn() && who.Role.Publishes() && s.Kind == news.Article {
		l.Alert = "/desk/alerts/new?story=" + string(s.ID)
	}
	return l
}

// ms reads a figure that our own redirect carries.
func ms(s string) int64 {
	v, err := strconv.ParseInt(s, 10, 64)
	if err != nil || v < 0 || v > 600_000 {
		return 0
	}
	return v
}

// storyOf looks up the story that the address names.
func (n *Newsroom) storyOf(r *http.Request) (*news.Story, error) {
	id := r.PathValue("id")
	if !news.IsID(id) {
		return nil, news.Missing("story")
	}
	return n.o.Stories.Story(r.Context(), news.StoryID(id))
}

// editorOf makes the page of a story as it is kept.
func (n *Newsroom) editorOf(r *http.Request, who news.Actor, s *news.Story) editorPage {
	title := s.Content.Headline
	return editorPage{frame: n.frame(r, who, "", title), Form: n.formOf(s), Story: s, Steps: s.Steps(who)}
}

// showEditor completes the page with everything to choose from, and shows it.
func (n *Newsroom) showEditor(w http.ResponseWriter, r *http.Request, status int, page editorPage) error {
	ctx := r.Context()
	var err error
	if page.Sections, err = n.o.Shelf.Sections(ctx); err != nil {
		return err
	}
	if page.Topics, _, err = n.o.Shelf.AllTopics(ctx, "", topicsOffered); err != nil {
		return err
	}
	if page.Recent, err = n.o.Shelf.RecentPictures(ctx, 12); err != nil {
		return err
	}
	page.Zones = zones
	if page.Form.Media != "" {
		switch p, err := n.o.Shelf.Picture(ctx, news.MediaID(page.Form.Media)); {
		case err == nil:
			page.Picture = &p
		case news.KindOf(err) != news.NotFound:
			return err
		}
	}
	if page.Story != nil {
		if page.Last, err = n.o.Stories.Entries(ctx, string(page.Story.ID), 5); err != nil {
			return err
		}
		page.Release = page.Story.PublishAt
	}
	if err = n.more(ctx, &page); err != nil {
		return err
	}
	page.PlanZone = n.zoneOf(page.Form.TimeZone).String()
	if page.Preview, err = n.previewOf(ctx, page.Form); err != nil {
		return err
	}
	return n.render(w, status, "editor", page)
}

// unread shows a story as somebody saved it while this person was about to decide on
// revision seen, and how it differs from that.
func (n *Newsroom) unread(w http.ResponseWriter, r *http.Request, who news.Actor, s *news.Story, seen int, form storyForm, problem string) error {
	page := n.editorOf(r, who, s)
	page.Form.Note, page.Form.Change = form.Note, form.Change
	page.Problem, page.Done = problem, ""
	read, err := n.o.Stories.Revision(r.Context(), s.ID, seen)
	switch {
	case news.KindOf(err) == news.NotFound: // nonsense in the form
		return n.showEditor(w, r, http.StatusConflict, page)
	case err != nil:
		return err
	}
	now, err := n.o.Stories.Revision(r.Context(), s.ID, s.Revision)
	if err != nil {
		return err
	}
	page.Conflict = &conflict{By: now.By, At: now.At, N: now.N, Read: seen, Diff: n.compare(&read.Content, &now.Content)}
	return n.showEditor(w, r, http.StatusConflict, page)
}

// theirs finds out who saved the story's latest revision, and how what was typed
// differs from it.
func (n *Newsroom) theirs(ctx context.Context, s *news.Story, typed news.Content) (*conflict, error) {
	rev, err := n.o.Stories.Revision(ctx, s.ID, s.Revision)
	if err != nil {
		return nil, err
	}
	return &conflict{By: rev.By, At: rev.At, N: rev.N, Diff: n.compare(&s.Content, &typed)}, nil
}
