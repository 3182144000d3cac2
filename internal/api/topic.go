package api

import (
	"context"
	"net/http"

	"dateline/internal/news"
)

// A topicPatch changes only what is given.
type topicPatch struct {
	Name    string   `json:"name"`
	Kind    string   `json:"kind" enum:"subject,person,place,organisation,event"`
	Aliases []string `json:"aliases" doc:"Other names it goes by; the whole list."`

	Dates []topicDate `json:"dates" doc:"Days on which something happens; the whole list."`
}

type topicReply struct {
	Slug    string   `json:"slug"`
	Name    string   `json:"name"`
	Kind    string   `json:"kind" enum:"subject,person,place,organisation,event"`
	Aliases []string `json:"aliases"`
	URL     string   `json:"url"`

	Dates []topicDate `json:"dates"`
}

// A topicDate is of a topic; readers see those to come.
type topicDate struct {
	On    string `json:"on" doc:"A day on the site's calendar, like 2026-12-01."`
	Title string `json:"title" doc:"What happens."`
}

func (a *API) topic(t news.Topic) topicReply {
	out := topicReply{t.Slug, t.Name, string(t.Kind), append([]string{}, t.Aliases...), a.absolute("/topics/" + t.Slug), []topicDate{}}
	for _, d := range t.Dates {
		out.Dates = append(out.Dates, topicDate(d))
	}
	return out
}

func (a *API) listTopics(ctx context.Context, q *request) (answer, error) {
	limit, err := q.limit(20, 100)
	if err != nil {
		return answer{}, err
	}
	topics, next, err := a.o.Shelf.AllTopics(ctx, q.query["cursor"], limit)
	if err != nil {
		return answer{}, err
	}
	var items []topicReply
	for _, t := range topics {
		items = append(items, a.topic(t))
	}
	return replyList(items, next)
}

func (a *API) readTopic(ctx context.Context, q *request) (answer, error) {
	t, err := a.o.Shelf.Topic(ctx, q.PathValue("slug"))
	if err != nil {
		return answer{}, err
	}
	return reply(http.StatusOK, a.topic(t))
}

func (a *API) patchTopic(ctx context.Context, q *request) (answer, error) {
	var in topicPatch
	if err := q.decode(&in, false); err != nil {
		return answer{}, err
	}
	given := q.members()
	if len(given) == 0 {
		return answer{}, news.Wrong("(all)", "Give at least one field that should change.")
	}
	t, err := a.o.Shelf.Topic(ctx, q.PathValue("slug"))
	if err != nil {
		return answer{}, err
	}
	if _, ok := given["name"]; ok {
		t.Name = in.Name
	}
	if _, ok := given["kind"]; ok {
		t.Kind = news.TopicKind(in.Kind)
	}
	if _, ok := given["aliases"]; ok {
		t.Aliases = in.Aliases
	}
	if _, ok := given["dates"]; ok {
		t.Dates = nil
		for _, d := range in.Dates {
			t.Dates = append(t.Dates, news.TopicDate(d))
		}
	}
	if t, err = a.o.Publishing.SaveTopic(ctx, q.who, t); err != nil {
		return answer{}, err
	}
	return reply(http.StatusOK, a.topic(t))
}
