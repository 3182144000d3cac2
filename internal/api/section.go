package api

import (
	"context"
	"net/http"
	"strings"

	"dateline/internal/news"
)

type sectionInput struct {
	Name     string `json:"name" need:"yes"`
	Slug     string `json:"slug" doc:"If not given: made of the name."`
	Position int    `json:"position" doc:"Where it stands among the others, from 1; if not given: last."`
}

type sectionReply struct {
	Slug     string `json:"slug"`
	Name     string `json:"name"`
	Position int    `json:"position"`
	URL      string `json:"url"`
}

func (a *API) section(s news.Section) sectionReply {
	return sectionReply{s.Slug, s.Name, s.Position, a.absolute("/sections/" + s.Slug)}
}

func (a *API) listSections(ctx context.Context, _ *request) (answer, error) {
	sections, err := a.o.Shelf.Sections(ctx)
	if err != nil {
		return answer{}, err
	}
	var items []sectionReply
	for _, s := range sections {
		items = append(items, a.section(s))
	}
	return replyList(items, "")
}

func (a *API) addSection(ctx context.Context, q *request) (answer, error) {
	var in sectionInput
	if err := q.decode(&in, false); err != nil {
		return answer{}, err
	}
	s := news.Section{Slug: in.Slug, Name: in.Name, Position: in.Position}
	if err := s.Clean(); err != nil {
		return answer{}, err
	}
	if in.Position < 0 || in.Position > 10_000 {
		return answer{}, news.Wrong("position", "Use a whole number from 1 to 10000.")
	}
	have, err := a.o.Shelf.Sections(ctx)
	if err != nil {
		return answer{}, err
	}
	for _, h := range have {
		if h.Slug == s.Slug || strings.EqualFold(h.Name, s.Name) {
			return answer{}, news.Refuse(news.Conflict, "There is a section %q already, with the slug %s.", h.Name, h.Slug)
		}
		if in.Position == 0 {
			s.Position = max(s.Position, h.Position+1)
		}
	}
	if s, err = a.o.Publishing.SaveSection(ctx, q.who, s); err != nil {
		return answer{}, err
	}
	return reply(http.StatusCreated, a.section(s))
}
