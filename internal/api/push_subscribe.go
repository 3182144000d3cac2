package api

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"slices"

	"dateline/internal/news"
	"dateline/internal/web"
	"dateline/internal/webpush"
)

// A subscriptionInput is PushSubscription.toJSON(), which has members of the browser's
// own, and beside them what its reader chose.
type subscriptionInput struct {
	endpointInput
	Keys browserKeys `json:"keys" need:"yes"`
	choicesInput
	Replaces string `json:"replaces" doc:"The browser's endpoint until now, which is forgotten. Unless a choice is given, those made with it pass on."`
}

// browserKeys are what a browser gave to encrypt for it. It may add others.
type browserKeys struct {
	P256dh string `json:"p256dh" need:"yes" doc:"Its public key, base64url."`
	Auth   string `json:"auth" need:"yes" doc:"Its authentication secret, base64url."`
}

// UnmarshalJSON leaves members alone that it does not know.
func (k *browserKeys) UnmarshalJSON(b []byte) error {
	type plain browserKeys
	return json.Unmarshal(b, (*plain)(k))
}

// tolerant marks what browsers write: members that are not ours are let be.
type tolerant interface{ tolerates() }

func (subscriptionInput) tolerates() {}
func (browserKeys) tolerates()       {}

// decodeTolerant reads JSON as decode does, but members of the object itself that into
// does not have are let be.
func (q *request) decodeTolerant(into tolerant) error {
	var m map[string]json.RawMessage
	if err := web.DecodeJSON(q.body, &m); err != nil {
		return err
	}
	known := memberNames(reflect.TypeOf(into).Elem())
	for name := range m {
		if !slices.Contains(known, name) {
			delete(m, name)
		}
	}
	b, err := json.Marshal(m)
	if err != nil {
		return fmt.Errorf("put what a browser sent in order: %w", err)
	}
	return web.DecodeJSON(b, into)
}

func memberNames(t reflect.Type) (names []string) {
	for i := range t.NumField() {
		f := t.Field(i)
		if f.Anonymous {
			names = append(names, memberNames(f.Type)...)
		} else {
			names = append(names, f.Tag.Get("json"))
		}
	}
	return names
}

func (a *API) subscribe(ctx context.Context, q *request) (answer, error) {
	var in subscriptionInput
	if err := q.decodeTolerant(&in); err != nil {
		return answer{}, err
	}
	var f news.Faults
	s := news.Subscription{State: news.SubscriptionActive, KeyID: a.o.Push.KeyID(), Created: a.o.Now(), Seen: a.o.Now()}
	a.address(&f, &in, &s)
	in.choicesInput.apply(a, &f, &s)
	if err := f.Err(); err != nil {
		return answer{}, err
	}
	replaces := ""
	if in.Replaces != "" {
		if replaces, _ = a.kept(in.Replaces); replaces == s.Endpoint {
			replaces = ""
		}
	}
	before, err := a.before(ctx, s.Endpoint, replaces)
	if err != nil {
		return answer{}, err
	}
	if before.Endpoint == s.Endpoint && before.Keys == s.Keys {
		// The very subscription that is known: the VAPID key it was made with need not be
		// the current one; and if that is not ours, asking again does not make it so.
		s.KeyID, s.Created = before.KeyID, before.Created
		if before.State == news.SubscriptionWaiting {
			s.State = news.SubscriptionWaiting
		}
	}
	if err := a.checkChosen(ctx, &s, &before); err != nil {
		return answer{}, err
	}
	saved, _, err := a.o.Subscribers.SaveSubscription(ctx, s, replaces)
	if err == nil && replaces != "" && choosesAny(q.members()) {
		// The old endpoint's choices passed on, but its reader chooses anew.
		saved, err = a.o.Subscribers.ChangeSubscription(ctx, s.Endpoint, func(is *news.Subscription) error {
			rechoose(is, &s)
			return nil
		})
	}
	if err != nil {
		return answer{}, err
	}
	return reply(http.StatusCreated, choices(&saved))
}

// address reads where to send, and what to encrypt with.
func (a *API) address(f *news.Faults, in *subscriptionInput, s *news.Subscription) {
	e, err := a.o.Services.Parse(in.Endpoint)
	switch {
	case len(in.Endpoint) > webpush.MaxEndpoint:
		f.Add("endpoint", "At most %d bytes.", webpush.MaxEndpoint)
	case err != nil:
		f.Add("endpoint", "This is not the address of a push service that browsers use.")
	}
	s.Endpoint = e.String()
	keys, err := webpush.ParseKeys(in.Keys.P256dh, in.Keys.Auth)
	if err != nil {
		const anyAuth = "AAAAAAAAAAAAAAAAAAAAAA"
		if _, err := webpush.ParseKeys(in.Keys.P256dh, anyAuth); err != nil {
			f.Add("keys.p256dh", "This is not a browser's public key: 65 bytes on the curve P-256, in base64url.")
		} else {
			f.Add("keys.auth", "This is not an authentication secret: 16 bytes, in base64url.")
		}
	}
	s.Keys = news.SubscriptionKeys(keys)
}

// before is what is known of the browser that subscribes, by its endpoint or by the one
// it had until now; empty if nothing is.
func (a *API) before(ctx context.Context, endpoints ...string) (news.Subscription, error) {
	for _, e := range endpoints {
		if e == "" {
			continue
		}
		s, err := a.o.Subscribers.Subscription(ctx, e)
		if news.KindOf(err) != news.NotFound {
			return s, err
		}
	}
	return news.Subscription{}, nil
}
