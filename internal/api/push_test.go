package api_test

import (
	"context"
	"crypto/ecdh"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"dateline/internal/news"
	"dateline/internal/web"
)

// pushed is a server's side of Web Push that counts tests.
type pushed struct {
	tested []string
	fault  error
}

func (p *pushed) PublicKey() string { return "BPublic" }
func (p *pushed) KeyID() string     { return "key1" }
func (p *pushed) TestReader(_ context.Context, s news.Subscription) error {
	p.tested = append(p.tested, s.Endpoint)
	return p.fault
}

func endpoint(name string) string { return "https://fcm.googleapis.com/fcm/send/" + name }

// goodKeys are those of a browser.
var goodKeys = func() string {
	k, err := ecdh.P256().GenerateKey(rand.Reader)
	if err != nil {
		panic(err)
	}
	b64 := base64.RawURLEncoding
	return fmt.Sprintf(`{"p256dh":%q,"auth":%q}`, b64.EncodeToString(k.PublicKey().Bytes()), b64.EncodeToString(make([]byte, 16)))
}()

// browser is what a browser named so sends, with what its reader chose.
func browser(name, choices string) string { return subscription(endpoint(name), goodKeys, choices) }

func subscription(endpoint, keys, choices string) string {
	if choices != "" {
		choices = "," + choices
	}
	return `{"endpoint":` + quote(endpoint) + `,"expirationTime":null,"keys":` + keys + choices + `}`
}

const subscriptions = "/api/v1/push/subscriptions"

func (h *house) count() int {
	h.t.Helper()
	counts, err := h.store.SubscriptionCounts(h.t.Context())
	if err != nil {
		h.t.Fatal(err)
	}
	n := 0
	for _, c := range counts {
		n += c
	}
	return n
}

func (h *house) lookup(name string) said {
	h.t.Helper()
	return h.call("", "POST", "/api/v1/push/lookup", `{"endpoint":"`+endpoint(name)+`"}`)
}

func TestSubscribe(t *testing.T) {
	onBoth(t, func(h *house) {
		t := h.t
		id := h.published(`"headline":"Bridge closed","section":"world","topics":["Roads","Rails"],"body":"Both lanes."`)
		h.want(h.lookup("one"), 404, "unknown")
		s := h.want(h.call("", "POST", subscriptions, browser("one", `"topics":["Roads"],"stories":["`+id+`"],"importance":"breaking","only_chosen":true,"quiet_hours":{"from":"22:00","to":"07:30","time_zone":"Asia/Baghdad"},"most_per_day":3,"language":"ar","unknown":{"a":1}`)), 201, "subscribe")
		if fmt.Sprint(s.at("topics"), s.at("stories")) != "[roads] ["+id+"]" || s.str("importance") != "breaking" || s.at("only_chosen") != true || s.str("quiet_hours.to") != "07:30" ||
			s.str("quiet_hours.time_zone") != "Asia/Baghdad" || s.at("most_per_day") != 3. || s.str("language") != "ar" || s.str("state") != "active" {
			t.Errorf("subscribed: %s", s.Body)
		}
		if l := h.want(h.lookup("one"), 200, "look up"); l.Body.String() != s.Body.String() {
			t.Errorf("looked up %s, want %s", l.Body, s.Body)
		}
		sub, err := h.store.Subscription(t.Context(), endpoint("one"))
		if err != nil || sub.KeyID != "key1" || sub.Number == 0 {
			t.Errorf("kept: %+v, %v", sub, err)
		}
		// The same endpoint again replaces it.
		s = h.want(h.call("", "POST", subscriptions, browser("one", `"topics":["rails","roads"]`)), 201, "again")
		if fmt.Sprint(s.at("topics")) != "[rails roads]" || s.len("stories") != 0 || s.at("quiet_hours") != nil || s.str("language") != "en" || h.count() != 1 {
			t.Errorf("again: %s, %d are kept", s.Body, h.count())
		}
		// One click less.
		s = h.want(h.call("", "POST", "/api/v1/push/stop", `{"endpoint":"`+endpoint("one")+`","topic":"roads"}`), 200, "stop a topic")
		if fmt.Sprint(s.at("topics")) != "[rails]" {
			t.Errorf("stopped: %s", s.Body)
		}
		h.want(h.call("", "POST", "/api/v1/push/stop", `{"endpoint":"`+endpoint("one")+`","topic":"roads"}`), 200, "twice")
		h.want(h.call("", "POST", "/api/v1/push/stop", `{"endpoint":"`+endpoint("one")+`"}`), 422, "stop what?")
		h.want(h.call("", "POST", "/api/v1/push/stop", `{"endpoint":"`+endpoint("two")+`","topic":"roads"}`), 404, "who?")
		// The browser has another endpoint now: with its choices, unless it chooses anew.
		s = h.want(h.call("", "POST", subscriptions, browser("two", `"replaces":"`+endpoint("one")+`"`)), 201, "replace")
		moved, err := h.store.Subscription(t.Context(), endpoint("two"))
		if fmt.Sprint(s.at("topics")) != "[rails]" || h.count() != 1 || err != nil || moved.Number != sub.Number {
			t.Errorf("replaced: %s, %d are kept, number %d was %d, %v", s.Body, h.count(), moved.Number, sub.Number, err)
		}
		s = h.want(h.call("", "POST", subscriptions, browser("three", `"paused":true,"topics":["roads"],"replaces":"`+endpoint("two")+`"`)), 201, "replace and choose")
		if fmt.Sprint(s.at("topics")) != "[roads]" || s.at("paused") != true || h.count() != 1 {
			t.Errorf("replaced and chosen: %s, %d are kept", s.Body, h.count())
		}
		for range 2 {
			h.want(h.call("", "DELETE", subscriptions, `{"endpoint":"`+endpoint("three")+`"}`), 204, "unsubscribe")
		}
		h.want(h.lookup("three"), 404, "after unsubscribing")
		if k := h.want(h.call("", "GET", "/api/v1/push/key", ""), 200, "key"); k.str("public_key") != "BPublic" {
			t.Errorf("key: %s", k.Body)
		}
	})
}

// What waits for a visit with our key is not made ours by being sent again.
func TestAnImportedSubscriptionWaits(t *testing.T) {
	h := newHouse(t)
	h.want(h.call("", "POST", subscriptions, browser("one", "")), 201, "subscribe")
	_, err := h.store.ChangeSubscription(t.Context(), endpoint("one"), func(s *news.Subscription) error {
		s.State, s.KeyID = news.SubscriptionWaiting, ""
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if s := h.want(h.call("", "POST", subscriptions, browser("one", "")), 201, "again"); s.str("state") != "waiting" {
		t.Errorf("again: %s", s.Body)
	}
	h.want(h.call("", "POST", "/api/v1/push/test", `{"endpoint":"`+endpoint("one")+`"}`), 409, "test it")
	if s := h.want(h.call("", "POST", subscriptions, browser("two", `"replaces":"`+endpoint("one")+`"`)), 201, "made anew"); s.str("state") != "active" || h.count() != 1 {
		t.Errorf("made anew: %s", s.Body)
	}
}

func TestSubscriptionsAreCheckedStrictly(t *testing.T) {
	h := newHouse(t)
	h.published(`"headline":"Bridge closed","section":"world","topics":["Roads"],"body":"Both lanes."`)
	hidden := h.draft(`"headline":"Minister resigns","section":"world","topics":["Minister resigns"],"body":"Text."`)
	offCurve := strings.Replace(goodKeys, `"p256dh":"B`, `"p256dh":"C`, 1)
	for _, c := range []struct{ body, fields string }{
		{browser("a", `"topics":["nothing"]`), "topics"}, {browser("a", `"topics":["minister-resigns"]`), "topics"}, {browser("a", `"topics":"roads"`), "topics"},
		{browser("a", `"stories":["`+hidden+`"]`), "stories"}, {browser("a", `"stories":["`+string(news.NewID[news.StoryID]())+`"]`), "stories"}, {browser("a", `"stories":["x"]`), "stories"},
		{browser("a", `"importance":"huge"`), "importance"}, {browser("a", `"most_per_day":-1`), "most_per_day"}, {browser("a", `"language":"??"`), "language"},
		{browser("a", `"quiet_hours":{"from":"25:00","to":"7"}`), "quiet_hours.from quiet_hours.to"}, {browser("a", `"quiet_hours":{"from":"22:00","to":"07:00","zone":"UTC"}`), "quiet_hours.zone"},
		{browser("a", `"quiet_hours":{"from":"22:00","to":"07:00","time_zone":"Mars"}`), "quiet_hours"},
		{subscription(endpoint("a"), offCurve, ""), "keys.p256dh"}, {subscription(endpoint("a"), strings.Replace(goodKeys, `"auth":"A`, `"auth":"`, 1), ""), "keys.auth"},
		{subscription(endpoint("a"), "{}", ""), "keys.p256dh"}, {subscription(endpoint("a"), "null", ""), "keys.p256dh"}, {subscription(endpoint("a"), "7", ""), "keys"},
		{subscription(endpoint(strings.Repeat("a", 2048)), goodKeys, ""), "endpoint"}, {subscription("", goodKeys, ""), "endpoint"},
		{subscription("https://push.example/x", goodKeys, `"endpoint":"`+endpoint("a")+`"`), "endpoint"}, {`{"endpoint":7,"keys":` + goodKeys + `}`, "endpoint"},
		{`[]`, "(all)"},
	} {
		if s := h.want(h.call("", "POST", subscriptions, c.body), 422, c.body); s.fields() != c.fields {
			t.Errorf("%.200s names %q, want %q", c.body, s.fields(), c.fields)
		}
	}
	h.want(h.call("", "POST", subscriptions, browser("a", `"x":"`+strings.Repeat("x", 8<<10)+`"`)), 413, "9 kB")
	h.want(h.call("", "POST", subscriptions, `{"endpoint"`), 400, "no JSON")
	if n := h.count(); n != 0 {
		t.Errorf("%d are kept", n)
	}
	// What is hidden and what is not there are told alike.
	one := h.call("", "POST", subscriptions, browser("a", `"stories":["`+hidden+`"]`)).Body.String()
	none := string(news.NewID[news.StoryID]())
	two := h.call("", "POST", subscriptions, browser("a", `"stories":["`+none+`"]`)).Body.String()
	if strings.ReplaceAll(one, hidden, none) != two {
		t.Errorf("a hidden story is told from none:\n%s\n%s", one, two)
	}
	// A story that is gone since must not keep its follower from choosing.
	id := h.published(`"headline":"Soon gone","section":"world","body":"Text."`)
	h.want(h.call("", "POST", subscriptions, browser("b", `"stories":["`+id+`"]`)), 201, "follow")
	h.want(h.call(news.Editor, "POST", "/api/v1/stories/"+id+"/kill", ""), 200, "kill")
	h.want(h.call("", "POST", subscriptions, browser("b", `"topics":["roads"],"stories":["`+id+`"]`)), 201, "choose more")
	h.want(h.call("", "POST", subscriptions, browser("c", `"stories":["`+id+`"]`)), 422, "follow what is gone")
}

// Endpoints are attackers' addresses.
func TestHostileEndpoints(t *testing.T) {
	h := newHouse(t)
	lines := strings.Split(string(shared(t, "hostile/generated/ssrf/push_endpoints.txt"))+"\n"+string(shared(t, "hostile/generated/ssrf/urls.txt")), "\n")
	for _, line := range append(lines, endpoint(strings.Repeat("x", 20<<10))) {
		if line == "" || line == "https://wns2-par02p.notify.windows.com/?token=x" { // a real one among them
			continue
		}
		s := h.call("", "POST", subscriptions, subscription(line, goodKeys, ""))
		if s.Code != 422 && s.Code != 413 || s.Code == 422 && s.fields() != "endpoint" {
			t.Errorf("%.100q: %d %.300s", line, s.Code, s.Body)
		}
		h.want(h.call("", "POST", "/api/v1/push/test", `{"endpoint":`+quote(line[:min(len(line), 2000)])+`}`), 404, "test "+line)
	}
	if n := h.count(); n != 0 || len(h.push.tested) > 0 {
		t.Errorf("%d are kept, sent to %q", n, h.push.tested)
	}
}

// Another site's page cannot subscribe its visitors here.
func TestNoOtherSiteSubscribes(t *testing.T) {
	h := newHouse(t)
	gate, err := web.NewGate(h.public, nil, nil, slog.New(slog.DiscardHandler), h.handler)
	if err != nil {
		t.Fatal(err)
	}
	h.handler = gate
	ask := func(extra ...string) said {
		r := httptest.NewRequest("POST", "https://news.example"+subscriptions, strings.NewReader(browser("one", "")))
		r.Header.Set("Content-Type", "application/json")
		return h.ask(r, "", extra...)
	}
	for _, from := range [][]string{{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Site", "same-site"}, {"Origin", "https://evil.example"}, {"Origin", "null"}} {
		s := h.want(ask(from...), 403, strings.Join(from, ": "))
		if s.Header().Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("%v may read the answer", from)
		}
	}
	// What a form can send without asking first is no JSON.
	h.want(ask("Content-Type", "text/plain"), 415, "a form's text")
	if h.count() != 0 {
		t.Error("it was kept")
	}
	h.want(ask("Sec-Fetch-Site", "same-origin", "Origin", "https://news.example"), 201, "our own page")
}

func TestPushIsThrottled(t *testing.T) {
	h := newHouse(t)
	h.client = netip.MustParseAddr("203.0.113.7")
	for i := range 60 {
		if s := h.lookup("one"); s.Code != 404 {
			t.Fatalf("request %d: %d", i, s.Code)
		}
	}
	for _, c := range []struct{ method, path string }{{"POST", subscriptions}, {"DELETE", subscriptions}, {"POST", "/api/v1/push/stop"}, {"POST", "/api/v1/push/test"}, {"GET", "/api/v1/push/key"}} {
		if s := h.want(h.call("", c.method, c.path, ""), 429, c.path); s.Header().Get("Retry-After") == "" {
			t.Errorf("%s does not say when to ask again", c.path)
		}
	}
	h.want(h.call("", "GET", "/api/v1/search?q=x", ""), 200, "a search from there")
	h.pass(2 * time.Second)
	h.want(h.lookup("one"), 404, "two seconds later")
	h.client = netip.MustParseAddr("203.0.113.8")
	h.want(h.lookup("one"), 404, "a neighbour")
}

func TestTestsForReaders(t *testing.T) {
	h := newHouse(t)
	h.want(h.call("", "POST", subscriptions, browser("one", "")), 201, "subscribe")
	ask := func() said { return h.call("", "POST", "/api/v1/push/test", `{"endpoint":"`+endpoint("one")+`"}`) }
	h.push.fault = errors.New("no route")
	h.want(ask(), 503, "a service that is not there")
	h.push.fault = news.Refuse(news.Gone, "This subscription is no more.")
	h.want(ask(), 410, "gone")
	h.push.fault = nil
	h.want(ask(), 202, "test")
	if s := h.want(ask(), 429, "a fourth"); len(h.push.tested) != 3 || len(s.Header().Get("Retry-After")) < 3 {
		t.Errorf("%d tests, wait %q", len(h.push.tested), s.Header().Get("Retry-After"))
	}
	h.pass(21 * time.Minute)
	h.want(ask(), 202, "later")
}

// Strangers have no keys in common.
func TestKeysWithoutAToken(t *testing.T) {
	h := newHouse(t)
	for _, name := range []string{"one", "two"} {
		h.want(h.call("", "POST", subscriptions, browser(name, ""), "Idempotency-Key", "same"), 201, name)
	}
	if h.count() != 2 {
		t.Errorf("%d are kept, want 2", h.count())
	}
}
