package api

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"time"
	"unicode/utf8"

	"dateline/internal/news"
	"dateline/internal/search"
)

var searchParams = []Param{
	{Name: "q", Doc: "Words, \"phrases in quotation marks\" and -unwanted ones. Without it everything that passes the filters is found, newest first."},
	{Name: "section", Doc: "Name or slug, in any case."}, {Name: "topic", Doc: "Slug."}, {Name: "author", Doc: "Slug."},
	{Name: "from", Doc: "First day or moment of first publication, like 2026-11-25 or 2026-11-25T18:00:00Z."},
	{Name: "to", Doc: "Last day (included), or moment (not included)."},
	{Name: "sort", Doc: "relevance if not given.", Enum: []string{"relevance", "newest"}},
	{Name: "exact", Doc: "true looks for the words as they are spelt: no corrections, no other spellings of names.", Enum: []string{"true", "false"}},
	{Name: "page", Doc: "From 1; or use cursor."}, cursorParam, limitParam,
}

// A searchReply is a page of what was found. Total and facets count all of it.
type searchReply struct {
	list[hitReply]
	Total    int         `json:"total"`
	AllWords int         `json:"all_words" doc:"How many have all words; they come first."`
	Facets   facetsReply `json:"facets"`

	Corrected *correctedReply `json:"corrected" doc:"What was looked for in place of words that no story has; null when it was the query."`
	Also      []alsoReply     `json:"also" doc:"Names that were looked for in other spellings too."`
	NameOf    []ref           `json:"name_of" doc:"Topics that the whole query is a name of, the likeliest first."`
}

type correctedReply struct {
	Query string   `json:"query" doc:"The whole query, as it was looked for."`
	Marks [][2]int `json:"marks" doc:"What is not as it was asked: from and up to, counted in characters (Unicode code points)."`
}

type alsoReply struct {
	Word string   `json:"word"`
	Also []string `json:"also" doc:"As stories write it."`
}

type hitReply struct {
	ID          string      `json:"id"`
	URL         string      `json:"url"`
	Headline    string      `json:"headline" doc:"Plain text."`
	Standfirst  *string     `json:"standfirst"`
	Section     *ref        `json:"section"`
	Topics      []ref       `json:"topics"`
	Byline      []ref       `json:"byline"`
	Language    *string     `json:"language"`
	PublishedAt *time.Time  `json:"published_at"`
	UpdatedAt   *time.Time  `json:"updated_at"`
	Highlights  []highlight `json:"highlights"`
	Score       float64     `json:"score"`
}

// A highlight is plain text; whoever shows it as HTML escapes it.
type highlight struct {
	Field string   `json:"field" enum:"headline,standfirst,body"`
	Text  string   `json:"text" doc:"Plain text."`
	Marks [][2]int `json:"marks" doc:"What was found: from and up to, counted in characters (Unicode code points)."`
}

type facetsReply struct {
	Sections []facet `json:"sections"`
	Topics   []facet `json:"topics"`
	Authors  []facet `json:"authors"`
	Years    []facet `json:"years"`
}

type facet struct {
	Key   string `json:"key"`
	Name  string `json:"name"`
	Count int    `json:"count"`
}

func (a *API) search(ctx context.Context, q *request) (answer, error) {
	query, err := a.searchQuery(ctx, q)
	if err != nil {
		return answer{}, err
	}
	if q.who.ID == "" {
		leave, err := a.finding.Enter(ctx)
		if err != nil {
			return answer{}, err
		}
		defer leave()
	}
	res, err := a.o.Index.Search(ctx, query)
	if errors.Is(err, search.ErrCursor) {
		err = news.Wrong("cursor", "Use the cursor that came as next with the page before, or none.")
	}
	if err != nil {
		return answer{}, err
	}
	out := searchReply{Total: res.Total, AllWords: res.AllWords, Also: []alsoReply{}}
	if out.Corrected, out.NameOf, err = a.reworded(ctx, res); err != nil {
		return answer{}, err
	}
	for _, v := range res.Also {
		out.Also = append(out.Also, alsoReply(v))
	}
	marked := res.Marked
	if query.Text == "" {
		marked = ""
	}
	out.Items = make([]hitReply, 0, len(res.Hits))
	for _, hit := range res.Hits {
		// The index holds what was visible when it last heard; the database decides.
		s, err := a.o.Stories.Shown(ctx, news.StoryID(hit.ID))
		if news.KindOf(err) == news.NotFound {
			out.Total--
			out.AllWords = min(out.AllWords, out.Total)
			continue
		}
		if err != nil {
			return answer{}, err
		}
		out.Items = append(out.Items, a.hit(s, hit, marked))
	}
	out.Next = text(res.Next)
	if out.Facets, err = a.facets(ctx, res.Facets, out.Items); err != nil {
		return answer{}, err
	}
	return reply(http.StatusOK, out)
}

// searchQuery reads what is asked. An unknown topic or author finds nothing and is no
// mistake: saying which exist would tell of stories not published yet.
func (a *API) searchQuery(ctx context.Context, q *request) (search.Query, error) {
	var f news.Faults
	out := search.Query{Text: q.query["q"], Topic: q.query["topic"], Author: q.query["author"], Exact: q.query["exact"] == "true"}
	out.From = a.day(&f, "from", q.query["from"], false)
	out.To = a.day(&f, "to", q.query["to"], true)
	if q.query["sort"] == "newest" {
		out.Sort = search.Newest
	}
	var section news.Ref
	if err := a.findSection(ctx, &f, "section", q.query["section"], &section); err != nil {
		return out, err
	}
	out.Section = section.Slug
	var err error
	if out.Limit, err = q.limit(20, search.MaxLimit); err != nil {
		return out, err
	}
	out.After = q.query["cursor"]
	if s := q.query["page"]; s != "" {
		last := search.MaxOffset / out.Limit
		page, err := strconv.Atoi(s)
		if err != nil || page < 1 || page > last {
			f.Add("page", "Use a whole number from 1 to %d; the cursors of pages go on from there.", last)
		}
		if out.After != "" {
			f.Add("page", "Send page or cursor, not both.")
		}
		out.Offset = (page - 1) * out.Limit
	}
	return out, f.Err()
}

// day reads a day of the site's, or a moment. A last day is meant whole.
func (a *API) day(f *news.Faults, field, s string, last bool) time.Time {
	if s == "" {
		return time.Time{}
	}
	if t, err := time.ParseInLocation(time.DateOnly, s, a.o.Zone); err == nil && t.Year() > 0 {
		if last {
			t = t.AddDate(0, 0, 1)
		}
		return t
	}
	t, err := time.Parse(time.RFC3339, s)
	if err != nil || t.Year() < 1 {
		f.Add(field, "Use a day or a moment that exists, like 2026-11-25 or 2026-11-25T18:00:00Z.")
	}
	return t
}

func (a *API) hit(s *news.Story, hit search.Hit, asked string) hitReply {
	c := &s.Live.Content
	out := hitReply{
		ID: string(s.ID), URL: a.absolute(s.Address), Headline: c.Headline, Standfirst: text(c.Standfirst),
		Section: refOrNull(c.Section), Topics: refs(c.Topics), Byline: refs(c.Byline), Language: text(c.Language),
		PublishedAt: when(s.FirstPublished), UpdatedAt: when(s.Updated), Highlights: []highlight{}, Score: round(hit.Score),
	}
	if asked == "" {
		return out
	}
	lang := c.Language
	if lang == "" {
		lang = a.o.Language
	}
	add := func(field string, fragments ...search.Fragment) {
		for _, f := range fragments {
			if len(f.Marks) > 0 {
				out.Highlights = append(out.Highlights, highlight{field, f.Text, codePoints(f)})
			}
		}
	}
	add("headline", search.Mark(c.Headline, lang, asked))
	add("standfirst", search.Highlight(c.Standfirst, lang, asked, 1)...)
	add("body", search.Highlight(s.Live.Text, lang, asked, 2)...)
	return out
}

// codePoints counts marks as most languages count text.
func codePoints(f search.Fragment) [][2]int {
	out := make([][2]int, 0, len(f.Marks))
	at, n := 0, 0
	count := func(to int) int {
		n += utf8.RuneCountInString(f.Text[at:to])
		at = to
		return n
	}
	for _, m := range f.Marks {
		from := count(m.Start)
		out = append(out, [2]int{from, count(m.End)})
	}
	return out
}

// facets gives the keys their names.
func (a *API) facets(ctx context.Context, in search.Facets, hits []hitReply) (facetsReply, error) {
	sections, err := a.o.Shelf.Sections(ctx)
	if err != nil {
		return facetsReply{}, err
	}
	slugs := make([]string, len(in.Topics))
	for i, c := range in.Topics {
		slugs[i] = c.Key
	}
	topics, err := a.o.Shelf.Topics(ctx, slugs)
	if err != nil {
		return facetsReply{}, err
	}
	names := map[string]string{}
	for _, h := range hits { // most authors stand on the page already
		for _, r := range h.Byline {
			names[r.Slug] = r.Name
		}
	}
	out := facetsReply{Years: named(in.Years, func(key string) string { return key })}
	out.Sections = named(in.Sections, func(key string) string {
		for _, s := range sections {
			if s.Slug == key {
				return s.Name
			}
		}
		return ""
	})
	out.Topics = named(in.Topics, func(key string) string { return topics[key].Name })
	out.Authors = named(in.Authors, func(key string) string {
		if names[key] == "" {
			var author news.Author
			if author, err = a.o.Shelf.Author(ctx, key); err == nil {
				names[key] = author.Name
			} else if news.KindOf(err) == news.NotFound {
				err = nil
			}
		}
		return names[key]
	})
	return out, err
}

// named counts with names; a key without one is its own name.
func named(in []search.Count, name func(string) string) []facet {
	out := make([]facet, 0, len(in))
	for _, c := range in {
		n := name(c.Key)
		if n == "" {
			n = c.Key
		}
		out = append(out, facet{c.Key, n, c.N})
	}
	return out
}

// round keeps six digits of a score: more say nothing.
func round(x float64) float64 {
	x, err := strconv.ParseFloat(strconv.FormatFloat(x, 'g', 6, 64), 64)
	if err != nil {
		return 0 // infinite or no number at all, which JSON does not have
	}
	return x
}
