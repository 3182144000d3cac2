package api

import "context"

// topicsSuggested is how many topics a draft is offered.
const topicsSuggested = 8

// A suggestedTopicReply is a topic that a story may well stand under, and why.
type suggestedTopicReply struct {
	Slug   string  `json:"slug"`
	Name   string  `json:"name"`
	Kind   string  `json:"kind" enum:"subject,person,place,organisation,event"`
	Reason string  `json:"reason" enum:"named,similar" doc:"The story calls it by name, or those most like it stand under it."`
	Times  int     `json:"times" doc:"How often it is called by name."`
	Score  float64 `json:"score" doc:"What part of the stories most like it stands under the topic, 0 to 1."`
}

func (a *API) suggestTopics(ctx context.Context, q *request) (answer, error) {
	n, err := q.limit(topicsSuggested, 20)
	if err != nil {
		return answer{}, err
	}
	s, err := a.o.Stories.Story(ctx, q.story())
	if err != nil {
		return answer{}, err
	}
	found, err := a.more.SuggestTopics(ctx, s, n)
	if err != nil {
		return answer{}, err
	}
	slugs := make([]string, len(found))
	for i, x := range found {
		slugs[i] = x.Topic
	}
	topics, err := a.o.Shelf.Topics(ctx, slugs)
	if err != nil {
		return answer{}, err
	}
	var items []suggestedTopicReply
	for _, x := range found {
		t, ok := topics[x.Topic]
		if !ok { // gone since
			continue
		}
		reason := "similar"
		if x.Times > 0 {
			reason = "named"
		}
		items = append(items, suggestedTopicReply{t.Slug, t.Name, string(t.Kind), reason, x.Times, round(x.Score)})
	}
	return replyList(items, "")
}
