package api

import (
	"context"
	"encoding/json"
	"net/http/httptest"
	"testing"
	"time"
	"unicode/utf8"

	"dateline/internal/news"
	"dateline/internal/web"
	"dateline/internal/webpush"
)

// shelf has the sections and nothing else.
type shelf struct{ Shelf }

func (shelf) Sections(context.Context) ([]news.Section, error) { return news.FirstSections("en"), nil }

// Whatever is sent, it is refused with a newsroom's error or becomes content that the
// newsroom's own check takes, that can be written as an answer, and that reads back
// as the same.
func FuzzStory(f *testing.F) {
	for _, s := range []string{
		`{"headline":"A","body":"**b** [l](https://e.example/)","topics":["x",{"slug":"y","name":"Y"}],"section":"WORLD"}`,
		`{"headline":"A","body_html":"<p>x<table><tr><td>1","publish_at":"2026-11-25T18:00:00+01:00","time_zone":"Europe/Berlin"}`,
		`{"headline":"A","body_doc":{"type":"doc","content":[{"type":"paragraph","content":[{"type":"text","text":"x"}]}]}}`,
		`{"headline":"A","picture":{"media":"01a214ec-8016-77b6-84ac-27322fba694a","caption":"c"},"comments":"closed","kind":"page"}`,
		`{"headline":null,"body":null,"section":null,"embargo_until":null}`, `{"headline":"\ud800"}`, `{"a":1,"a":2}`, `{`,
	} {
		f.Add([]byte(s), true)
		f.Add([]byte(s), false)
	}
	a := &API{o: Options{Shelf: shelf{}}}
	f.Fuzz(func(t *testing.T, data []byte, fresh bool) {
		if len(data) > 1<<16 {
			return
		}
		q := &request{Request: httptest.NewRequest("POST", "/api/v1/stories", nil), body: data}
		e, err := a.readEdit(t.Context(), q, fresh)
		if err != nil {
			return
		}
		if !json.Valid(data) || !utf8.Valid(data) {
			t.Fatalf("took %q, which is no JSON", data)
		}
		c := news.Content{Headline: "-"}
		var plan news.Plan
		e.apply(&c, &plan)
		if err := c.Clean(); err != nil {
			t.Fatalf("took %q, which the newsroom refuses: %v", data, err)
		}
		out, err := content(&c, true)
		if err != nil {
			t.Fatalf("took %q and cannot write it: %v", data, err)
		}
		b, err := json.Marshal(map[string]any{
			"headline": out.Headline, "body_doc": out.BodyDoc, "topics": out.Topics, "section": out.Section, "embargo_until": out.EmbargoUntil,
		})
		if err != nil {
			t.Fatal(err)
		}
		again, err := a.readEdit(t.Context(), &request{Request: q.Request, body: b}, true)
		if err != nil {
			t.Fatalf("what was answered is refused when sent back: %v\n%s", err, b)
		}
		if !again.body.Equal(c.Body) {
			t.Fatalf("the body changed on its way back:\n%s", b)
		}
	})
}

func FuzzQuery(f *testing.F) {
	for _, s := range []string{"q=a&limit=3", "q=%22a+b%22&from=2026-11-25&to=2026-11-25T00:00:00Z", "page=2&sort=newest", "q=%ff", "cursor=9&section=World", "q=a;b", "%zz"} {
		f.Add(s)
	}
	a := &API{o: Options{Shelf: shelf{}}}
	a.o.Zone = time.UTC
	f.Fuzz(func(t *testing.T, raw string) {
		values, err := readQuery(raw, searchParams)
		if err != nil {
			return
		}
		q := &request{Request: httptest.NewRequest("GET", "/", nil), query: values}
		got, err := a.searchQuery(t.Context(), q)
		if err == nil && (got.Limit < 1 || got.Limit > 100 || got.Offset < 0 || got.Offset > 10_000 || !utf8.ValidString(got.Text)) {
			t.Errorf("%q became %+v", raw, got)
		}
	})
}

// noStories has none that readers see, subscribers keep nothing.
type (
	memory      interface{ Stories }
	noStories   struct{ memory }
	subscribers struct{ Subscribers }
	pushSide    struct{ Push }
)

func (noStories) Cards(context.Context, news.Listing) ([]news.Card, bool, error) {
	return nil, false, nil
}
func (noStories) CardsByID(context.Context, []news.StoryID) ([]news.Card, error) { return nil, nil }
func (pushSide) KeyID() string                                                   { return "k" }
func (subscribers) Subscription(context.Context, string) (news.Subscription, error) {
	return news.Subscription{}, news.Missing("subscription")
}
func (subscribers) SaveSubscription(_ context.Context, s news.Subscription, _ string) (news.Subscription, bool, error) {
	return s, true, nil
}
func (subscribers) ChangeSubscription(_ context.Context, _ string, f func(*news.Subscription) error) (s news.Subscription, err error) {
	return s, f(&s)
}

// Whatever a stranger sends, it is refused with an error of the newsroom's or kept in a
// form that the checks take again.
func FuzzSubscribe(f *testing.F) {
	const keys = `{"p256dh":"BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8","auth":"BTBZMqHH6r4Tts7J_aSIgg"}`
	for _, s := range []string{
		`{"endpoint":"https://fcm.googleapis.com/fcm/send/x","expirationTime":null,"keys":` + keys + `,"quiet_hours":{"from":"22:00","to":"07:00"}}`,
		`{"endpoint":"https://fcm.googleapis.com@127.0.0.1/x","keys":` + keys + `,"topics":["a"]}`,
		`{"endpoint":"https://x.push.apple.com:443?a","keys":` + keys + `,"replaces":"y","paused":true}`,
		`{"keys":null,"stories":[""],"most_per_day":99,"language":"??"}`, `{"keys":{"p256dh":1}}`, `[]`, `{"a":1,"A":2}`, `null`, `{`,
	} {
		f.Add([]byte(s))
	}
	services, err := webpush.NewServices(nil, nil)
	if err != nil {
		f.Fatal(err)
	}
	a := &API{o: Options{Stories: noStories{}, Subscribers: subscribers{}, Push: pushSide{}, Services: services, Zone: time.UTC, Language: "en", Now: time.Now}}
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > maxPush {
			return
		}
		q := &request{Request: httptest.NewRequest("POST", "/api/v1/push/subscriptions", nil), body: data}
		ans, err := a.subscribe(t.Context(), q)
		if err != nil {
			if web.Explain(err).Status >= 500 {
				t.Fatalf("%q: %v", data, err)
			}
			return
		}
		if !json.Valid(ans.body) || ans.status != 201 {
			t.Errorf("%q: %d %q", data, ans.status, ans.body)
		}
		var in subscriptionInput
		if err := q.decodeTolerant(&in); err != nil {
			t.Fatalf("%q reads otherwise the second time: %v", data, err)
		}
		if e, err := services.Parse(in.Endpoint); err != nil || e.IsZero() {
			t.Errorf("%q was taken: %v", in.Endpoint, err)
		}
	})
}
