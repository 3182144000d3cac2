package newsroom

import (
	"net/http"
	"strconv"

	"dateline/internal/news"
)

// A historyPage is everything that happened to a story, and what two of its
// revisions have different.
type historyPage struct {
	frame
	Story     *news.Story
	Revisions []news.Revision
	Versions  map[int]news.Version // by the revision they published; the latest of it
	Entries   []news.Entry
	From, To  int
	Diff      []fieldDiff
	Compared  bool
}

// What bounds the page: of the record, and of what was published, the latest.
const (
	entriesShown  = 200
	versionsShown = 500
)

func (n *Newsroom) history(w http.ResponseWriter, r *http.Request, who news.Actor) error {
	ctx := r.Context()
	s, err := n.storyOf(r)
	if err != nil {
		return err
	}
	view := historyPage{frame: n.frame(r, who, "", "History: "+s.Content.Headline), Story: s, Versions: map[int]news.Version{}}
	if view.Revisions, err = n.o.Stories.Revisions(ctx, s.ID); err != nil {
		return err
	}
	versions, err := n.o.Stories.Versions(ctx, s.ID, 0, versionsShown)
	if err != nil {
		return err
	}
	for i := len(versions) - 1; i >= 0; i-- {
		view.Versions[versions[i].Revision] = versions[i]
	}
	if view.Entries, err = n.o.Stories.Entries(ctx, string(s.ID), entriesShown); err != nil {
		return err
	}
	view.To, _ = strconv.Atoi(r.URL.Query().Get("to"))
	view.From, _ = strconv.Atoi(r.URL.Query().Get("from"))
	if view.To == 0 {
		view.To = s.Revision
	}
	if view.From == 0 {
		view.From = view.To - 1
	}
	if view.From < 1 || view.From == view.To {
		return n.render(w, http.StatusOK, "history", view)
	}
	a, err := n.o.Stories.Revision(ctx, s.ID, view.From)
	if err != nil {
		return err
	}
	b, err := n.o.Stories.Revision(ctx, s.ID, view.To)
	if err != nil {
		return err
	}
	view.Diff, view.Compared = n.compare(&a.Content, &b.Content), true
	return n.render(w, http.StatusOK, "history", view)
}
