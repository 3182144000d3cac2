package api

import (
	"context"
	"net/http"
	"time"

	"dateline/internal/auth"
	"dateline/internal/news"
)

// Subscribers is the memory of browsers that asked for alerts.
type Subscribers interface {
	// SaveSubscription keeps s under its endpoint. The browser's old endpoint, if it
	// replaces one, is forgotten in the same step, and its Number passes on.
	SaveSubscription(ctx context.Context, s news.Subscription, replaces string) (saved news.Subscription, created bool, err error)
	Subscription(ctx context.Context, endpoint string) (news.Subscription, error)
	ChangeSubscription(ctx context.Context, endpoint string, change func(*news.Subscription) error) (news.Subscription, error)
	DeleteSubscription(ctx context.Context, endpoint string) (bool, error)
}

// Push is this server's side of Web Push.
type Push interface {
	PublicKey() string // the current VAPID key, base64url; empty while alerts cannot be sent
	KeyID() string     // of that key
	// TestReader sends a test to one browser.
	TestReader(ctx context.Context, s news.Subscription) error
}

// These routes are for browsers that nobody knows, so their limits are by address: far
// above what a household does on one evening, below what is worth somebody's while.
const (
	pushBurst = 60
	pushRate  = 1 // a second
	// maxPush bounds a request, in bytes. An endpoint has at most 2,048.
	maxPush = 8 << 10
	// pushWrites at once, so that a crowd of new readers leaves room for a publication.
	pushWrites = 2
	// A browser may have so many tests an hour.
	testsAnHour = 3
	// throttled addresses and endpoints are remembered up to this number.
	maxThrottled = 20_000
)

// pushing lets a handler work only where browsers can subscribe.
func (a *API) pushing(h handler) handler {
	return func(ctx context.Context, q *request) (answer, error) {
		if a.o.Subscribers == nil || a.o.Push == nil || a.o.Services == nil || a.o.Push.PublicKey() == "" {
			return answer{}, errNoAlerts
		}
		return h(ctx, q)
	}
}

// writing takes turns at the store.
func (a *API) writing(h handler) handler {
	return a.pushing(func(ctx context.Context, q *request) (answer, error) {
		leave, err := a.subscribing.Enter(ctx)
		if err != nil {
			return answer{}, err
		}
		defer leave()
		return h(ctx, q)
	})
}

// pushRoutes are for readers' browsers. None takes a key for doing it once: each may be
// sent again as it is.
func (a *API) pushRoutes() []Route {
	limit := auth.NewThrottle(pushBurst, pushRate, maxThrottled, a.o.Now)
	a.tests = auth.NewThrottle(testsAnHour, float64(testsAnHour)/time.Hour.Seconds(), maxThrottled, a.o.Now)
	routes := []Route{
		{Pattern: "POST /api/v1/push/subscriptions", Summary: "Ask for alerts, or change what was chosen: the same endpoint again replaces it. Send the browser's PushSubscription.toJSON() with the choices beside its members.",
			In: subscriptionInput{}, Out: choicesReply{}, Status: http.StatusCreated, serve: a.writing(a.subscribe)},
		{Pattern: "DELETE /api/v1/push/subscriptions", Summary: "Have no more alerts. It is no mistake if there were none.",
			In: endpointInput{}, Status: http.StatusNoContent, serve: a.writing(a.unsubscribe)},
		{Pattern: "POST /api/v1/push/lookup", Summary: "What a browser chose; 404 if it has no alerts.",
			In: endpointInput{}, Out: choicesReply{}, Status: http.StatusOK, serve: a.pushing(a.lookup)},
		{Pattern: "POST /api/v1/push/stop", Summary: "Stop one topic, or one story, and keep the rest.",
			In: stopTopicInput{}, Out: choicesReply{}, Status: http.StatusOK, serve: a.writing(a.stopTopic)},
		{Pattern: "POST /api/v1/push/test", Summary: "Send this browser a test; three an hour.",
			In: endpointInput{}, Status: http.StatusAccepted, serve: a.pushing(a.testReader)},
		{Pattern: "GET /api/v1/push/key", Summary: "The VAPID key that browsers subscribe with.",
			Out: pushKeyReply{}, Status: http.StatusOK, serve: a.pushing(a.pushKey)},
	}
	for i := range routes {
		rt := &routes[i]
		rt.Who, rt.limit = Anyone, limit
		if rt.In != nil {
			rt.most, rt.within = maxPush, pushTime
		}
	}
	return routes
}
