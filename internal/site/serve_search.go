package site

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"dateline/internal/news"
	"dateline/internal/pagecache"
	"dateline/internal/search"
)

// searchWait is how long a search waits for its turn before the reader is asked to
// come back: articles must not suffer from a flood of searches.
const searchWait = 2 * time.Second

func (s *Site) serveSearch(w http.ResponseWriter, r *http.Request) error {
	q := s.c.Cache.Query(r)
	return s.c.Cache.Serve(w, r, "", func(ctx context.Context) (pagecache.Response, error) {
		wait, cancel := context.WithTimeout(ctx, searchWait)
		defer cancel()
		leave, err := s.asking.Enter(wait)
		if err != nil {
			return pagecache.Response{}, news.Refuse(news.Busy, "Many people are searching just now. Try again in a moment.")
		}
		defer leave()
		p, err := s.search(ctx, q)
		if err != nil {
			return pagecache.Response{}, err
		}
		resp, err := s.response(http.StatusOK, p, []string{news.SiteTag})
		resp.Unkept = true // there is no end of questions
		return resp, err
	})
}

func (s *Site) search(ctx context.Context, q url.Values) (*SearchPage, error) {
	c, err := s.chrome(ctx, "/search", "")
	if err != nil {
		return nil, err
	}
	p := &SearchPage{Chrome: c, Form: SearchForm{
		Query: strings.ToValidUTF8(q.Get("q"), ""), Section: q.Get("section"), Topic: q.Get("topic"), Author: q.Get("author"),
		From: q.Get("from"), To: q.Get("to"), Sort: q.Get("sort"), Exact: q.Get("exact") == "1",
	}}
	if p.Form.Sort != "newest" {
		p.Form.Sort = "relevance"
	}
	p.Query = p.Form.Query
	p.NoIndex = len(q) > 0
	for _, x := range c.Sections {
		p.Form.Sections = append(p.Form.Sections, Option{Slug: strings.TrimPrefix(x.URL, "/sections/"), Name: x.Name})
	}
	ask, err := s.question(ctx, p)
	if err != nil {
		return nil, err
	}
	p.Asked = strings.TrimSpace(p.Form.Query) != "" || p.Form.Section+p.Form.Topic+p.Form.Author+p.Form.From+p.Form.To != ""
	if !p.Asked || len(p.Problems) > 0 {
		return p, nil
	}
	n, err := strconv.Atoi(q.Get("page"))
	if err != nil || n < 1 || n > maxPages {
		n = 1
	}
	ask.Offset, ask.Limit = (n-1)*listPage, listPage
	return p, s.found(ctx, p, ask, n)
}

// question turns the form into a query, and notes what it cannot use.
func (s *Site) question(ctx context.Context, p *SearchPage) (search.Query, error) {
	f := &p.Form
	ask := search.Query{Text: f.Query, Section: f.Section, Topic: f.Topic, Author: f.Author, Exact: f.Exact}
	if f.Sort == "newest" {
		ask.Sort = search.Newest
	}
	day := func(v string, problem SearchProblem) time.Time {
		t, err := time.ParseInLocation(time.DateOnly, v, s.c.Zone)
		if err != nil && v != "" {
			p.Problems = append(p.Problems, problem)
		}
		return t
	}
	ask.From, ask.To = day(f.From, ProblemFrom), day(f.To, ProblemTo)
	if !ask.To.IsZero() {
		if ask.To.Before(ask.From) {
			p.Problems = append(p.Problems, ProblemOrder)
		}
		ask.To = ask.To.AddDate(0, 0, 1) // the whole last day
	}
	unknown := false
	check := func(slug string, look func() error) error {
		if slug == "" {
			return nil
		}
		err := look()
		if news.KindOf(err) == news.NotFound {
			unknown = true
			return nil
		}
		return err
	}
	if err := check(f.Section, func() error { _, err := s.c.Shelf.Section(ctx, f.Section); return err }); err != nil {
		return ask, err
	}
	if err := check(f.Topic, func() error {
		h, err := s.head(ctx, topicList, f.Topic)
		name := f.Topic
		if err == nil {
			name = h.name
		}
		f.Topics = append(f.Topics, Option{Slug: f.Topic, Name: name})
		return err
	}); err != nil {
		return ask, err
	}
	if err := check(f.Author, func() error {
		h, err := s.head(ctx, authorList, f.Author)
		f.AuthorName = f.Author
		if err == nil {
			f.AuthorName = h.name
		}
		return err
	}); err != nil {
		return ask, err
	}
	if unknown {
		p.Problems = append(p.Problems, ProblemUnknown)
	}
	return ask, nil
}

// found fills the page with one page of results. Every hit is looked up in the
// database again, which alone decides what may be shown.
func (s *Site) found(ctx context.Context, p *SearchPage, ask search.Query, n int) error {
	res, err := s.c.Finder.Search(ctx, ask)
	if err != nil {
		return err
	}
	ids := make([]news.StoryID, len(res.Hits))
	for i, hit := range res.Hits {
		ids[i] = news.StoryID(hit.ID)
	}
	cards, err := s.c.Stories.CardsByID(ctx, ids)
	if err != nil {
		return err
	}
	h, err := s.shelf(ctx, cards)
	if err != nil {
		return err
	}
	if s.c.Missed != nil && res.Total == 0 && n == 1 && !p.Form.Narrowed() && !p.Form.Exact {
		s.c.Missed(p.Form.Query)
	}
	p.Total = max(0, res.Total-(len(ids)-len(cards)))
	for _, c := range cards {
		r := SearchResult{Story: h.card(c)}
		if p.Form.Query != "" {
			if err := s.highlight(ctx, &r, c, res.Marked); err != nil {
				return err
			}
		}
		p.Results = append(p.Results, r)
	}
	if err := s.reworded(ctx, p, res, n); err != nil {
		return err
	}
	more := res.Total > ask.Offset+ask.Limit && ask.Offset+ask.Limit < search.MaxOffset
	p.Pager = pager(searchURL(p.Form, nil)+"&", n, min(res.Total, search.MaxOffset), more)
	p.Path = searchURL(p.Form, nil)
	if p.Form.Narrowed() {
		p.ClearURL = searchURL(SearchForm{Query: p.Form.Query}, nil)
	}
	return s.facets(ctx, p, res.Facets)
}

// highlight marks what was asked for in the headline and in the text.
func (s *Site) highlight(ctx context.Context, r *SearchResult, c news.Card, q string) error {
	r.Headline = runs(search.Mark(c.Headline, c.Language, q))
	if f := search.Highlight(c.Standfirst, c.Language, q, 1); len(f) > 0 {
		r.Excerpts = append(r.Excerpts, runs(f[0]))
		return nil
	}
	st, err := s.c.Stories.Shown(ctx, c.ID)
	if news.KindOf(err) == news.NotFound {
		return nil // gone since; the next look will not list it
	}
	if err != nil {
		return err
	}
	for _, f := range search.Highlight(st.Live.Text, c.Language, q, 2) {
		r.Excerpts = append(r.Excerpts, runs(f))
	}
	return nil
}

func runs(f search.Fragment) []MarkedRun {
	var out []MarkedRun
	at := 0
	for _, m := range f.Marks {
		if m.Start > at {
			out = append(out, MarkedRun{Text: f.Text[at:m.Start]})
		}
		out = append(out, MarkedRun{Text: f.Text[m.Start:m.End], Marked: true})
		at = m.End
	}
	if at < len(f.Text) {
		out = append(out, MarkedRun{Text: f.Text[at:]})
	}
	return out
}

// searchURL is the address of a search with one thing changed.
func searchURL(f SearchForm, change func(*SearchForm)) string {
	if change != nil {
		change(&f)
	}
	v := url.Values{}
	for _, kv := range [...]struct{ k, v string }{
		{"q", f.Query}, {"section", f.Section}, {"topic", f.Topic}, {"author", f.Author}, {"from", f.From}, {"to", f.To}} {
		if kv.v != "" {
			v.Set(kv.k, kv.v)
		}
	}
	if f.Sort == "newest" {
		v.Set("sort", "newest")
	}
	if f.Exact && f.Query != "" {
		v.Set("exact", "1")
	}
	return "/search?" + v.Encode()
}

// facetItems is how many ways of one kind are offered.
const facetItems = 8

func (s *Site) facets(ctx context.Context, p *SearchPage, found search.Facets) error {
	names := map[string]string{}
	for _, x := range p.Form.Sections {
		names[x.Slug] = x.Name
	}
	add := func(kind FacetKind, counts []search.Count, on string, name func(key string) string, set func(f *SearchForm, key string)) {
		facet := Facet{Kind: kind}
		for _, c := range counts[:min(len(counts), facetItems)] {
			n := name(c.Key)
			if n == "" {
				continue
			}
			key := c.Key
			if c.Key == on {
				key = ""
			}
			facet.Items = append(facet.Items, FacetItem{Name: n, Count: c.N, On: c.Key == on,
				URL: searchURL(p.Form, func(f *SearchForm) { set(f, key) })})
		}
		// One way that everything goes narrows nothing.
		if len(facet.Items) > 1 || len(facet.Items) == 1 && facet.Items[0].On {
			p.Facets = append(p.Facets, facet)
		}
	}
	add(FacetSection, found.Sections, p.Form.Section, func(k string) string { return names[k] },
		func(f *SearchForm, k string) { f.Section = k })
	slugs := make([]string, 0, facetItems)
	for _, c := range found.Topics[:min(len(found.Topics), facetItems)] {
		slugs = append(slugs, c.Key)
	}
	topics, err := s.c.Shelf.Topics(ctx, slugs)
	if err != nil {
		return err
	}
	for _, slug := range slugs {
		if t, ok := topics[slug]; ok && slug != p.Form.Topic {
			p.Form.Topics = append(p.Form.Topics, Option{Slug: slug, Name: t.Name})
		}
	}
	add(FacetTopic, found.Topics, p.Form.Topic, func(k string) string { return topics[k].Name },
		func(f *SearchForm, k string) { f.Topic = k })
	authors := map[string]string{}
	for _, c := range found.Authors[:min(len(found.Authors), facetItems)] {
		a, err := s.c.Shelf.Author(ctx, c.Key)
		if err != nil && news.KindOf(err) != news.NotFound {
			return err
		}
		authors[c.Key] = a.Name
	}
	add(FacetAuthor, found.Authors, p.Form.Author, func(k string) string { return authors[k] },
		func(f *SearchForm, k string) { f.Author = k })
	add(FacetYear, found.Years, yearOf(p.Form), func(k string) string { return k }, func(f *SearchForm, k string) {
		f.From, f.To = "", ""
		if k != "" {
			f.From, f.To = k+"-01-01", k+"-12-31"
		}
	})
	return nil
}

// yearOf is the year that the form's days are exactly, or "".
func yearOf(f SearchForm) string {
	y, ok := strings.CutSuffix(f.From, "-01-01")
	if ok && f.To == y+"-12-31" {
		return y
	}
	return ""
}
