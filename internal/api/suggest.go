package api

import (
	"context"
	"net/url"

	"dateline/internal/news"
	"dateline/internal/search"
)

var suggestParams = []Param{
	{Name: "q", Doc: "What was typed so far; its last word may be unfinished."},
	{Name: "limit", Doc: "How many items, 1 to 20; 8 if not given."},
}

// suggestedHeadlines are enough: more would leave no room for words.
const suggestedHeadlines = 3

type suggestionReply struct {
	Kind string `json:"kind" enum:"topic,story,word"`
	Text string `json:"text" doc:"A topic's name, a story's headline, or the query with its last word completed; plain text."`
	URL  string `json:"url" doc:"Where it leads: the topic's page, the story, or the search."`
}

func (a *API) suggest(ctx context.Context, q *request) (answer, error) {
	limit, err := q.limit(8, 20)
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
	text := q.query["q"]
	found, err := a.o.Index.Suggest(ctx, text, limit)
	if err != nil {
		return answer{}, err
	}
	cards, topics, err := a.suggestedThings(ctx, found)
	if err != nil {
		return answer{}, err
	}
	items := make([]suggestionReply, 0, limit)
	headlines := 0
	for _, s := range found {
		switch s.Kind {
		case search.SuggestTopic:
			if t, ok := topics[s.Topic]; ok {
				items = append(items, suggestionReply{"topic", t.Name, a.absolute("/topics/" + t.Slug)})
			}
		case search.SuggestStory:
			// The database decides what may be seen, and what its headline is.
			if c, ok := cards[s.ID]; ok && headlines < suggestedHeadlines && search.Completes(c.Headline, text) {
				items = append(items, suggestionReply{"story", c.Headline, a.absolute(c.Address)})
				headlines++
			}
		case search.SuggestWord:
			items = append(items, suggestionReply{"word", s.Text, a.absolute("/search") + "?" + url.Values{"q": {s.Text}}.Encode()})
		}
	}
	return replyList(items[:min(len(items), limit)], "")
}

// suggestedThings are the stories and topics of suggestions, as the database has them.
func (a *API) suggestedThings(ctx context.Context, found []search.Suggestion) (map[string]news.Card, map[string]news.Topic, error) {
	var ids []news.StoryID
	var slugs []string
	for _, s := range found {
		switch s.Kind {
		case search.SuggestTopic:
			slugs = append(slugs, s.Topic)
		case search.SuggestStory:
			ids = append(ids, news.StoryID(s.ID))
		}
	}
	byID := make(map[string]news.Card)
	if len(ids) > 0 {
		cards, err := a.o.Stories.CardsByID(ctx, ids)
		if err != nil {
			return nil, nil, err
		}
		for _, c := range cards {
			byID[string(c.ID)] = c
		}
	}
	if len(slugs) == 0 {
		return byID, nil, nil
	}
	topics, err := a.o.Shelf.Topics(ctx, slugs)
	return byID, topics, err
}

// reworded tells what was made of a query.
func (a *API) reworded(ctx context.Context, res search.Results) (c *correctedReply, nameOf []ref, err error) {
	if r := res.Corrected; r != nil {
		c = &correctedReply{r.Text, codePoints(search.Fragment{Text: r.Text, Marks: r.Changed})}
	}
	nameOf = []ref{}
	if len(res.Topics) == 0 {
		return c, nameOf, nil
	}
	topics, err := a.o.Shelf.Topics(ctx, res.Topics)
	for _, slug := range res.Topics {
		if t, ok := topics[slug]; ok {
			nameOf = append(nameOf, ref{Name: t.Name, Slug: t.Slug})
		}
	}
	return c, nameOf, err
}
