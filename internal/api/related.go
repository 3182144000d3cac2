package api

import (
	"context"
	"slices"
	"strings"
	"time"

	"dateline/internal/news"
	"dateline/internal/search"
)

// relatedUsual is how many stories "Read more" shows.
const relatedUsual = 6

// A relatedReply is a story that shares something with the one asked about.
type relatedReply struct {
	ID          string     `json:"id"`
	URL         string     `json:"url"`
	Headline    string     `json:"headline" doc:"Plain text."`
	Standfirst  *string    `json:"standfirst"`
	PublishedAt *time.Time `json:"published_at"`
	Section     *ref       `json:"section"`
	Reason      string     `json:"reason" doc:"For people."`
	Topics      []ref      `json:"topics" doc:"The topics in common."`
	Words       []string   `json:"words" doc:"The telling words in common, strongest first."`
	Score       float64    `json:"score"`
}

func (a *API) related(ctx context.Context, q *request) (answer, error) {
	n, err := q.limit(relatedUsual, 20)
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
	found, err := a.neighbours(ctx, q, n+4) // some may be hidden since
	if err != nil {
		return answer{}, err
	}
	ids := make([]news.StoryID, len(found))
	for i, f := range found {
		ids[i] = news.StoryID(f.ID)
	}
	cards, err := a.o.Stories.CardsByID(ctx, ids)
	if err != nil {
		return answer{}, err
	}
	var items []relatedReply
	for _, c := range cards {
		i := slices.Index(ids, c.ID)
		if c.Kind != news.Article || i < 0 || len(items) == n {
			continue
		}
		items = append(items, a.neighbour(c, found[i]))
	}
	return replyList(items, "")
}

// neighbours asks the index. A story that is not visible is there for writers alone;
// for anybody else it takes the same one query as a story that does not exist.
func (a *API) neighbours(ctx context.Context, q *request, n int) ([]search.Related, error) {
	id := q.story()
	visible, err := a.o.Stories.CardsByID(ctx, []news.StoryID{id})
	if err != nil {
		return nil, err
	}
	if len(visible) == 1 {
		return a.o.Index.Related(ctx, string(id), n)
	}
	if !q.who.Role.Writes() {
		return nil, news.Missing("story")
	}
	s, err := a.o.Stories.Story(ctx, id)
	if err != nil {
		return nil, err
	}
	c := &s.Content
	d := search.Document{
		ID: string(s.ID), Language: c.Language, Headline: c.Headline, Standfirst: c.Standfirst, Body: c.Body.Text(),
		Captions: strings.Join(c.Body.Captions(), "\n"), Section: c.Section.Slug,
	}
	for _, t := range c.Topics {
		d.Topics = append(d.Topics, t.Slug)
	}
	return a.o.Index.RelatedTo(ctx, d, n)
}

func (a *API) neighbour(c news.Card, f search.Related) relatedReply {
	out := relatedReply{
		ID: string(c.ID), URL: a.absolute(c.Address), Headline: c.Headline, Standfirst: text(c.Standfirst),
		PublishedAt: when(c.FirstPublished), Section: refOrNull(c.Section),
		Topics: []ref{}, Words: append([]string{}, f.Words...), Score: round(f.Score),
	}
	var why, names []string
	for _, t := range c.Topics {
		if slices.Contains(f.Topics, t.Slug) {
			out.Topics = append(out.Topics, ref(t))
			names = append(names, t.Name)
		}
	}
	if len(names) > 0 {
		why = append(why, "Topics in common: "+strings.Join(names, ", ")+".")
	}
	if len(f.Words) > 0 {
		why = append(why, "Words in common: "+strings.Join(f.Words, ", ")+".")
	}
	if out.Reason = strings.Join(why, " "); out.Reason == "" {
		out.Reason = "It is about much the same."
	}
	return out
}
