package api

import (
	"context"
	"strings"
	"time"

	"dateline/internal/news"
	"dateline/internal/readmore"
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
	Reason      string     `json:"reason" enum:"pinned,topic,words" doc:"Why it stands there, in a word: an editor pinned it, they share a topic, or telling words."`
	Because     string     `json:"because" doc:"The same for people."`
	Topics      []ref      `json:"topics" doc:"The topics in common."`
	Words       []string   `json:"words" doc:"The telling words in common, strongest first."`
	Score       float64    `json:"score" doc:"0 of a pinned one."`
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
	found, err := a.under(ctx, q, n)
	if err != nil {
		return answer{}, err
	}
	var items []relatedReply
	for _, x := range found {
		items = append(items, a.underReply(x))
	}
	return replyList(items, "")
}

// under is what stands under the story as readers see it, or as it stands at the desk for who
// writes: whether a story is there that readers do not see is told to nobody else.
func (a *API) under(ctx context.Context, q *request, n int) ([]readmore.Item, error) {
	id := q.story()
	s, err := a.o.Stories.Shown(ctx, id)
	if err == nil {
		return a.more.Under(ctx, s, n)
	}
	if news.KindOf(err) != news.NotFound && news.KindOf(err) != news.Gone {
		return nil, err
	}
	if !q.who.Role.Writes() {
		return nil, news.Missing("story")
	}
	if s, err = a.o.Stories.Story(ctx, id); err != nil {
		return nil, err
	}
	return a.more.UnderDraft(ctx, s, n)
}

func (a *API) underReply(x readmore.Item) relatedReply {
	c := &x.Card
	out := relatedReply{
		ID: string(c.ID), URL: a.absolute(c.Address), Headline: c.Headline, Standfirst: text(c.Standfirst),
		PublishedAt: when(c.FirstPublished), Section: refOrNull(c.Section), Reason: string(x.Reason),
		Topics: refs(x.Topics), Words: append([]string{}, x.Words...), Score: round(x.Score),
	}
	var why, names []string
	if x.Reason == readmore.Pinned {
		why = append(why, "An editor pinned it.")
	}
	for _, t := range x.Topics {
		names = append(names, t.Name)
	}
	if len(names) > 0 {
		why = append(why, "Topics in common: "+strings.Join(names, ", ")+".")
	}
	if len(x.Words) > 0 {
		why = append(why, "Words in common: "+strings.Join(x.Words, ", ")+".")
	}
	if out.Because = strings.Join(why, " "); out.Because == "" {
		out.Because = "It is about much the same."
	}
	return out
}
