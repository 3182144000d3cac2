package auth

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"dateline/internal/news"
)

// memory is a Store that behaves like the real one.
type memory struct {
	mu       sync.Mutex
	now      func() time.Time
	people   map[news.PersonID]news.Person
	links    map[string]news.SignInLink
	sessions map[string]news.Session
	tokens   map[string]news.Token
}

func (m *memory) Person(_ context.Context, id news.PersonID) (news.Person, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if p, ok := m.people[id]; ok {
		return p, nil
	}
	return news.Person{}, news.Missing("person")
}

func (m *memory) AddPerson(_ context.Context, _ news.Actor, p news.Person) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.people[p.ID] = p
	return nil
}

func (m *memory) AddSignInLink(_ context.Context, l news.SignInLink) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.links[l.Hash] = l
	return nil
}

func (m *memory) SignInLink(_ context.Context, hash string) (news.SignInLink, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if l, ok := m.links[hash]; ok && l.Expires.After(m.now()) {
		return l, nil
	}
	return news.SignInLink{}, news.Missing("link")
}

func (m *memory) SpendSignInLink(ctx context.Context, hash string) (news.SignInLink, error) {
	l, err := m.SignInLink(ctx, hash)
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.links, hash)
	return l, err
}

func (m *memory) AddSession(_ context.Context, s news.Session) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.sessions[s.Hash] = s
	return nil
}

func (m *memory) Session(_ context.Context, hash string) (news.Session, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	s, ok := m.sessions[hash]
	if !ok || !s.Expires.After(m.now()) {
		return s, news.Missing("session")
	}
	s.Person = m.people[s.Person.ID]
	return s, nil
}

func (m *memory) ExtendSession(_ context.Context, hash string, expires time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	s, ok := m.sessions[hash]
	if !ok {
		return news.Missing("session")
	}
	s.Expires = expires
	m.sessions[hash] = s
	return nil
}

func (m *memory) EndSession(_ context.Context, hash string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.sessions, hash)
	return nil
}

func (m *memory) TokenByHash(_ context.Context, hash string) (news.Token, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if t, ok := m.tokens[hash]; ok {
		return t, nil
	}
	return news.Token{}, news.Missing("token")
}

type house struct {
	*Keeper
	store *memory
	clock time.Time
	from  string
}

func newHouse(t *testing.T, public string) *house {
	t.Helper()
	u, err := url.Parse(public)
	if err != nil {
		t.Fatal(err)
	}
	h := &house{clock: time.Date(2026, 11, 25, 9, 0, 0, 0, time.UTC), from: "192.0.2.1"}
	now := func() time.Time { return h.clock }
	h.store = &memory{now: now, people: map[news.PersonID]news.Person{}, links: map[string]news.SignInLink{},
		sessions: map[string]news.Session{}, tokens: map[string]news.Token{}}
	h.Keeper = New(Options{
		Store: h.store, Public: u, Now: now,
		Client: func(*http.Request) netip.Addr { return netip.MustParseAddr(h.from) },
		Secure: func(*http.Request) bool { return u.Scheme == "https" },
	})
	return h
}

func (h *house) hire(t *testing.T, role news.Role) news.Person {
	t.Helper()
	p, err := NewPerson("ada@example.org", "Ada", role, h.clock)
	if err != nil {
		t.Fatal(err)
	}
	h.store.people[p.ID] = p
	return p
}

// secretOf makes a link and gives the secret in it.
func (h *house) secretOf(t *testing.T, id news.PersonID) string {
	t.Helper()
	link, err := h.NewLink(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(link)
	if err != nil || u.Path != LinkPath {
		t.Fatalf("link %q: %v, want path %s", link, err, LinkPath)
	}
	return u.Query().Get("key")
}

func (h *house) redeem(t *testing.T, secret string, first news.Person) (*http.Cookie, error) {
	t.Helper()
	w := httptest.NewRecorder()
	_, err := h.Redeem(w, httptest.NewRequest("POST", LinkPath, nil), secret, first)
	if c := w.Result().Cookies(); len(c) > 0 {
		return c[0], err
	}
	return nil, err
}

func with(c *http.Cookie) *http.Request {
	r := httptest.NewRequest("GET", "/desk/", nil)
	if c != nil {
		r.AddCookie(c)
	}
	return r
}

func TestSignInByLink(t *testing.T) {
	h := newHouse(t, "https://news.example.org")
	p := h.hire(t, news.Editor)
	secret := h.secretOf(t, p.ID)
	for range 3 { // a mail scanner looks, too
		if got, err := h.Link(httptest.NewRequest("GET", LinkPath, nil), secret); err != nil || got.ID != p.ID {
			t.Fatalf("looking at the link: %v, %v", got, err)
		}
	}
	c, err := h.redeem(t, secret, news.Person{})
	if err != nil {
		t.Fatal(err)
	}
	if c.Name != "__Host-dateline" || !c.Secure || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.Domain != "" {
		t.Errorf("cookie is %+v", c)
	}
	who, err := h.FromRequest(with(c))
	if err != nil || who.Name != "Ada" || who.Role != news.Editor || who.Via != "desk" || who.ID != string(p.ID) {
		t.Errorf("signed in as %v, %v", who, err)
	}
	if _, err := h.redeem(t, secret, news.Person{}); news.KindOf(err) != news.NotFound {
		t.Errorf("spending the link again: %v, want not found", err)
	}
	for s := range h.store.sessions {
		if s == c.Value {
			t.Error("the session's token is kept as it is, not hashed")
		}
	}
	if err := h.SignOut(httptest.NewRecorder(), with(c)); err != nil {
		t.Fatal(err)
	}
	if _, err := h.FromRequest(with(c)); news.KindOf(err) != news.Unauthenticated {
		t.Errorf("after signing out: %v", err)
	}
}

func TestPlainCookieOnHTTP(t *testing.T) {
	h := newHouse(t, "http://127.0.0.1:8080")
	c, err := h.redeem(t, h.secretOf(t, h.hire(t, news.Reporter).ID), news.Person{})
	if err != nil || c.Name != "dateline" || c.Secure {
		t.Errorf("cookie %+v, %v", c, err)
	}
	over := newHouse(t, "https://news.example.org")
	over.store = h.store
	if _, err := over.FromRequest(with(c)); news.KindOf(err) != news.Unauthenticated {
		t.Errorf("plain cookie over TLS: %v, want unauthenticated", err)
	}
}

func TestRefusals(t *testing.T) {
	h := newHouse(t, "https://news.example.org")
	p := h.hire(t, news.Editor)
	old := h.secretOf(t, p.ID)
	h.clock = h.clock.Add(LinkLife)
	disabled := h.secretOf(t, p.ID)
	if _, err := h.redeem(t, old, news.Person{}); news.KindOf(err) != news.NotFound {
		t.Errorf("an old link: %v, want not found", err)
	}
	oldSays := spent.Message
	p.Disabled = true
	h.store.people[p.ID] = p
	for name, secret := range map[string]string{
		"disabled": disabled, "unknown": news.LongSecret(), "short": "abc", "empty": "", "upper case": strings.ToUpper(news.LongSecret()),
	} {
		_, err := h.redeem(t, secret, news.Person{})
		if err == nil || err.Error() != oldSays {
			t.Errorf("%s: %v, want the same words for all", name, err)
		}
	}
}

func TestSessionEnds(t *testing.T) {
	h := newHouse(t, "https://news.example.org")
	p := h.hire(t, news.Editor)
	c, err := h.redeem(t, h.secretOf(t, p.ID), news.Person{})
	if err != nil {
		t.Fatal(err)
	}
	begun := h.clock
	for h.clock.Sub(begun) < Whole-11*time.Hour { // in use every eleven hours
		if _, err := h.FromRequest(with(c)); err != nil {
			t.Fatalf("after %v in use: %v", h.clock.Sub(begun), err)
		}
		h.clock = h.clock.Add(11 * time.Hour)
	}
	h.clock = begun.Add(Whole)
	if _, err := h.FromRequest(with(c)); news.KindOf(err) != news.Unauthenticated {
		t.Errorf("after a week: %v, want unauthenticated", err)
	}
	if c, err = h.redeem(t, h.secretOf(t, p.ID), news.Person{}); err != nil {
		t.Fatal(err)
	}
	h.clock = h.clock.Add(Idle)
	if _, err := h.FromRequest(with(c)); news.KindOf(err) != news.Unauthenticated {
		t.Errorf("idle for %v: %v, want unauthenticated", Idle, err)
	}
	if c, err = h.redeem(t, h.secretOf(t, p.ID), news.Person{}); err != nil {
		t.Fatal(err)
	}
	p.Disabled = true
	h.store.people[p.ID] = p
	if _, err := h.FromRequest(with(c)); news.KindOf(err) != news.Unauthenticated {
		t.Errorf("disabled: %v, want unauthenticated", err)
	}
}

func TestFirstAdmin(t *testing.T) {
	h := newHouse(t, "http://localhost:8080")
	secret := h.secretOf(t, "")
	_, err := h.redeem(t, secret, news.Person{Email: "not a mail", Name: " "})
	if news.KindOf(err) != news.Invalid {
		t.Fatalf("bad words: %v, want invalid", err)
	}
	c, err := h.redeem(t, secret, news.Person{Email: "Chief@Example.org", Name: "Chief", Role: news.Reporter})
	if err != nil {
		t.Fatalf("a mistake must not spend the link: %v", err)
	}
	if who, err := h.FromRequest(with(c)); err != nil || who.Role != news.Admin {
		t.Errorf("first admin is %v, %v", who, err)
	}
	if _, err := h.redeem(t, secret, news.Person{Email: "b@example.org", Name: "B"}); news.KindOf(err) != news.NotFound {
		t.Errorf("second admin by the same link: %v", err)
	}
}

func TestOneOfManySpends(t *testing.T) {
	h := newHouse(t, "http://localhost:8080")
	secret := h.secretOf(t, h.hire(t, news.Editor).ID)
	var wg sync.WaitGroup
	var mu sync.Mutex
	won := 0
	for range 8 {
		wg.Go(func() {
			if _, err := h.Redeem(httptest.NewRecorder(), httptest.NewRequest("POST", LinkPath, nil), secret, news.Person{}); err == nil {
				mu.Lock()
				won++
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	if won != 1 {
		t.Errorf("%d sign-ins by one link, want 1", won)
	}
}

func TestTokens(t *testing.T) {
	h := newHouse(t, "https://news.example.org")
	tok, secret := h.NewToken("agency", news.Reporter)
	h.store.tokens[tok.Hash] = tok
	revoked, gone := h.NewToken("old", news.Admin)
	revoked.Revoked = h.clock
	h.store.tokens[revoked.Hash] = revoked
	for _, c := range []struct {
		header string
		ok     bool
	}{
		{"Bearer " + secret, true}, {"bearer " + secret, true}, {"Bearer " + gone, false}, {"Bearer ", false},
		{"Bearer dl_" + news.LongSecret(), false}, {"Basic " + secret, false}, {secret, false}, {"Bearer " + tok.Hash, false},
	} {
		r := httptest.NewRequest("GET", "/api/v1/stories", nil)
		r.Header.Set("Authorization", c.header)
		who, err := h.FromRequest(r)
		if c.ok && (err != nil || who.Name != "agency" || who.Via != "api") || !c.ok && news.KindOf(err) != news.Unauthenticated {
			t.Errorf("%.20q: %v, %v", c.header, who, err)
		}
	}
}

func TestGuessingIsThrottled(t *testing.T) {
	h := newHouse(t, "https://news.example.org")
	guess := func() error {
		_, err := h.Link(httptest.NewRequest("GET", LinkPath, nil), news.LongSecret())
		return err
	}
	for range 20 {
		guess()
	}
	if err := guess(); news.KindOf(err) != news.TooMany {
		t.Errorf("after 20 wrong ones: %v, want too many", err)
	}
	h.from = "192.0.2.2"
	if err := guess(); news.KindOf(err) != news.NotFound {
		t.Errorf("from elsewhere: %v, want not found", err)
	}
	h.from = "192.0.2.1"
	h.clock = h.clock.Add(11 * time.Second)
	if err := guess(); news.KindOf(err) != news.NotFound {
		t.Errorf("a while later: %v, want not found", err)
	}
}

// Somebody who shares an address with the newsroom cannot shut it out.
func TestGuessersShutNobodyOut(t *testing.T) {
	h := newHouse(t, "https://news.example.org")
	p := h.hire(t, news.Editor)
	good := h.secretOf(t, p.ID)
	tok, secret := h.NewToken("agency", news.Editor)
	h.store.tokens[tok.Hash] = tok
	ask := func(token string) error {
		r := httptest.NewRequest("GET", "/api/v1/stories", nil)
		r.Header.Set("Authorization", "Bearer "+token)
		_, err := h.FromRequest(r)
		return err
	}
	for range 50 {
		ask(TokenPrefix + news.LongSecret())
	}
	if err := ask(TokenPrefix + news.LongSecret()); news.KindOf(err) != news.TooMany {
		t.Errorf("the 51st guess: %v, want too many", err)
	}
	if err := ask(secret); err != nil {
		t.Errorf("the right token after 50 guesses: %v, want it let in", err)
	}
	if _, err := h.Link(httptest.NewRequest("GET", LinkPath, nil), good); err != nil {
		t.Errorf("the right link after 50 guesses: %v, want it shown", err)
	}
	if _, err := h.redeem(t, good, news.Person{}); err != nil {
		t.Errorf("the right link after 50 guesses: %v, want sign-in", err)
	}
}

func TestThrottleIsBounded(t *testing.T) {
	now := time.Unix(0, 0)
	th := NewThrottle(2, 1, 100, func() time.Time { return now })
	for i := range 10_000 {
		th.Allow(netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)}).String(), 1)
	}
	if n := len(th.buckets); n > 100 {
		t.Errorf("%d buckets, want at most 100", n)
	}
	for i, want := range []bool{true, true, false} {
		if got := th.Allow("x", 1); got != want {
			t.Errorf("try %d: %v, want %v", i+1, got, want)
		}
	}
	if w := th.Wait("x", 1); w != time.Second {
		t.Errorf("wait %v, want 1s", w)
	}
	now = now.Add(time.Second)
	if !th.Allow("x", 1) {
		t.Error("a second later one more is due")
	}
}
