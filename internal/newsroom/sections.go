package newsroom

import (
	"net/http"
	"strconv"

	"dateline/internal/news"
	"dateline/internal/web"
)

type sectionsPage struct {
	frame
	Sections []news.Section
	Typed    news.Section // what was typed when it was refused
}

func (n *Newsroom) sections(w http.ResponseWriter, r *http.Request, who news.Actor) error {
	return n.showSections(w, r, who, news.Section{}, nil)
}

func (n *Newsroom) showSections(w http.ResponseWriter, r *http.Request, who news.Actor, typed news.Section, refused error) error {
	view := sectionsPage{frame: n.frame(r, who, "sections", "Sections"), Typed: typed}
	status := http.StatusOK
	if refused != nil {
		status = view.failed(refused)
	}
	var err error
	if view.Sections, err = n.o.Shelf.Sections(r.Context()); err != nil {
		return err
	}
	if typed.Position == 0 {
		view.Typed.Position = len(view.Sections) + 1
	}
	return n.render(w, status, "sections", view)
}

// saveSection adds a section, or renames and moves the one whose slug is given.
func (n *Newsroom) saveSection(w http.ResponseWriter, r *http.Request, who news.Actor) error {
	in, err := web.ReadForm(w, r, "", 0)
	if err != nil {
		return err
	}
	s := news.Section{Slug: in.Get("slug"), Name: in.Get("name")}
	position, err := strconv.Atoi(in.Get("position"))
	if err != nil || position < 1 || position > 1000 {
		return n.showSections(w, r, who, s, news.Wrong("position", "Use a number from 1 to 1000."))
	}
	s.Position = position
	if s.Slug == "" { // a new one must not take over an old one's address
		have, err := n.o.Shelf.Sections(r.Context())
		if err != nil {
			return err
		}
		for _, h := range have {
			if h.Slug == news.Slug(s.Name) {
				return n.showSections(w, r, who, s, news.Wrong("name", "There is a section with this address already: %s.", h.Name))
			}
		}
	}
	if _, err := n.o.Publishing.SaveSection(r.Context(), who, s); err != nil {
		if news.KindOf(err) == news.Invalid {
			return n.showSections(w, r, who, s, err)
		}
		return err
	}
	return seeOther(w, r, "/desk/sections", "section")
}
