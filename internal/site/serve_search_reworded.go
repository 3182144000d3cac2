package site

import (
	"context"

	"dateline/internal/search"
)

// reworded tells what was made of the query: words corrected, names looked for in other
// spellings, and, on the first page, the topics that it is a name of.
func (s *Site) reworded(ctx context.Context, p *SearchPage, res search.Results, n int) error {
	if res.Corrected != nil {
		p.Instead = res.Corrected.Text
	}
	for _, v := range res.Also {
		p.Also = append(p.Also, v.Also...)
	}
	if p.Instead != "" || len(p.Also) > 0 {
		p.ExactURL = searchURL(p.Form, func(f *SearchForm) { f.Exact = true })
	}
	if n > 1 || len(res.Topics) == 0 {
		return nil
	}
	topics, err := s.c.Shelf.Topics(ctx, res.Topics)
	if err != nil {
		return err
	}
	for _, slug := range res.Topics {
		if t, ok := topics[slug]; ok && slug != p.Form.Topic {
			p.Topics = append(p.Topics, NavItem{Name: t.Name, URL: "/topics/" + slug})
		}
	}
	return nil
}
