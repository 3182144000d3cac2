package api

import (
	"context"
	"crypto/sha256"
	"net/http"
	"time"

	"dateline/internal/news"
	"dateline/internal/web"
	"dateline/internal/webpush"
)

type pushKeyReply struct {
	PublicKey string `json:"public_key" doc:"base64url, as PushManager.subscribe takes it."`
}

func (a *API) pushKey(context.Context, *request) (answer, error) {
	return reply(http.StatusOK, pushKeyReply{a.o.Push.PublicKey()})
}

// An endpointInput names a browser. Who knows its endpoint is that browser: push
// services make them unguessable.
type endpointInput struct {
	Endpoint string `json:"endpoint" need:"yes" doc:"Of the browser's PushSubscription."`
}

// kept is an endpoint in the form in which it is kept. One that is not allowed any more
// may have been once, and can still be looked up and deleted.
func (a *API) kept(endpoint string) (string, error) {
	switch {
	case endpoint == "":
		return "", news.Wrong("endpoint", "Send the endpoint of the browser's subscription.")
	case len(endpoint) > webpush.MaxEndpoint:
		return "", news.Wrong("endpoint", "At most %d bytes.", webpush.MaxEndpoint)
	}
	if e, err := a.o.Services.Parse(endpoint); err == nil {
		return e.String(), nil
	}
	return endpoint, nil
}

// named reads a request that has only an endpoint.
func (a *API) named(q *request) (string, error) {
	var in endpointInput
	if err := q.decode(&in, false); err != nil {
		return "", err
	}
	return a.kept(in.Endpoint)
}

func (a *API) unsubscribe(ctx context.Context, q *request) (answer, error) {
	endpoint, err := a.named(q)
	if err != nil {
		return answer{}, err
	}
	_, err = a.o.Subscribers.DeleteSubscription(ctx, endpoint)
	return answer{status: http.StatusNoContent}, err
}

func (a *API) lookup(ctx context.Context, q *request) (answer, error) {
	endpoint, err := a.named(q)
	if err != nil {
		return answer{}, err
	}
	s, err := a.o.Subscribers.Subscription(ctx, endpoint)
	if err != nil {
		return answer{}, err
	}
	return reply(http.StatusOK, choices(&s))
}

// A stopTopicInput says what a reader has enough of.
type stopTopicInput struct {
	endpointInput
	Topic string `json:"topic" doc:"Its slug. Give it or a story."`
	Story string `json:"story" doc:"Its id."`
}

// stopTopic is what the button on a notification does, perhaps twice.
func (a *API) stopTopic(ctx context.Context, q *request) (answer, error) {
	var in stopTopicInput
	if err := q.decode(&in, false); err != nil {
		return answer{}, err
	}
	endpoint, err := a.kept(in.Endpoint)
	if err != nil {
		return answer{}, err
	}
	if (in.Topic == "") == (in.Story == "") {
		return answer{}, news.Wrong("topic", "Give either a topic or a story.")
	}
	s, err := a.o.Subscribers.ChangeSubscription(ctx, endpoint, func(s *news.Subscription) error {
		s.Topics = without(s.Topics, in.Topic)
		s.Stories = without(s.Stories, news.StoryID(in.Story))
		return nil
	})
	if err != nil {
		return answer{}, err
	}
	return reply(http.StatusOK, choices(&s))
}

func without[T comparable](all []T, one T) []T {
	var left []T
	for _, x := range all {
		if x != one {
			left = append(left, x)
		}
	}
	return left
}

func (a *API) testReader(ctx context.Context, q *request) (answer, error) {
	endpoint, err := a.named(q)
	if err != nil {
		return answer{}, err
	}
	s, err := a.o.Subscribers.Subscription(ctx, endpoint)
	if err != nil {
		return answer{}, err
	}
	if s.State == news.SubscriptionWaiting {
		return answer{}, news.Refuse(news.Conflict, "This browser subscribed elsewhere. Have it subscribe here first.")
	}
	sum := sha256.Sum256([]byte(endpoint))
	if key := string(sum[:]); !a.tests.Allow(key, 1) {
		return answer{}, tooSoon{max(a.tests.Wait(key, 1), time.Second), "This browser had its tests for now. Ask again a little later."}
	}
	if err := a.o.Push.TestReader(ctx, s); err != nil {
		if news.KindOf(err) != 0 {
			return answer{}, err
		}
		a.o.Log.Warn("a reader's test was not taken", "err", err)
		return answer{}, news.Refuse(news.Busy, "The browser's push service did not take the test. Try again in a minute.")
	}
	return reply(http.StatusAccepted, struct{}{})
}

// A tooSoon is the refusal of what may be had again after a wait.
type tooSoon struct {
	wait time.Duration
	why  string
}

func (t tooSoon) Error() string { return t.why }

func (t tooSoon) write(w http.ResponseWriter, r *http.Request) {
	web.Problem(w, r, web.Failure{Status: http.StatusTooManyRequests, Name: "too-many", Title: "Too many requests", Retry: t.wait, Detail: t.why})
}
