package newsroom

import (
	"net/http"
	"net/url"

	"dateline/internal/news"
)

// A listPage is the stories by status.
type listPage struct {
	frame
	Tabs     []tab
	Status   news.Status
	Section  string
	Query    string
	Sections []news.Section
	Stories  []news.Story
	Next     string // address of the next page
	Paged    bool
	Notices  []news.Notice // what whoever runs the site should know; admins see it
	More     int           // of them that are not listed
}

type tab struct {
	Name   string
	URL    string
	Count  int
	Chosen bool
}

const listLength = 40

func (n *Newsroom) list(w http.ResponseWriter, r *http.Request, who news.Actor) error {
	ctx, q := r.Context(), r.URL.Query()
	view := listPage{frame: n.frame(r, who, "stories", "Stories"), Section: q.Get("section"), Query: q.Get("q"), Paged: q.Get("cursor") != ""}
	if s := q.Get("status"); s != "" {
		var err error
		if view.Status, err = news.ParseStatus(s); err != nil {
			return news.Missing("status")
		}
	}
	var err error
	if view.Notices, view.More, err = n.openNotices(ctx, who); err != nil {
		return err
	}
	counts, err := n.o.Stories.CountStories(ctx)
	if err != nil {
		return err
	}
	view.Tabs = tabs(counts, view)
	if view.Sections, err = n.o.Shelf.Sections(ctx); err != nil {
		return err
	}
	var next string
	view.Stories, next, err = n.o.Stories.Stories(ctx, news.StoryList{
		Status: view.Status, Section: view.Section, Text: view.Query, Cursor: q.Get("cursor"), Limit: listLength,
	})
	if err != nil {
		return err
	}
	if next != "" {
		view.Next = view.url(view.Status, next)
	}
	return n.render(w, http.StatusOK, "list", view)
}

// tabs offers every status that has stories, and those an editor always looks at.
func tabs(counts map[news.Status]int, view listPage) []tab {
	all := tab{Name: "All", URL: view.url("", ""), Chosen: view.Status == ""}
	out := []tab{all}
	for _, s := range news.Statuses {
		out[0].Count += counts[s]
		always := s == news.Draft || s == news.Submitted || s == news.Scheduled || s == news.Published
		if counts[s] > 0 || always || s == view.Status {
			out = append(out, tab{statusWords[s], view.url(s, ""), counts[s], s == view.Status})
		}
	}
	return out
}

// url is the list with the same filters in another status or place.
func (p listPage) url(s news.Status, cursor string) string {
	q := url.Values{}
	for name, v := range map[string]string{"status": string(s), "section": p.Section, "q": p.Query, "cursor": cursor} {
		if v != "" {
			q.Set(name, v)
		}
	}
	if len(q) == 0 {
		return "/desk/"
	}
	return "/desk/?" + q.Encode()
}
