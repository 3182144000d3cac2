package api_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"dateline/internal/api"
	"dateline/internal/auth"
	"dateline/internal/desk"
	"dateline/internal/live"
	"dateline/internal/mediastore"
	"dateline/internal/news"
	"dateline/internal/pagecache"
	"dateline/internal/search"
	"dateline/internal/store"
	"dateline/internal/store/pgtest"
	"dateline/internal/web"
	"dateline/internal/webpush"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }

// A house is a whole newsroom behind the API: a real database, index and desk.
type house struct {
	t       *testing.T
	handler http.Handler
	api     *api.API
	store   *store.Store
	node    *live.Node
	tokens  map[news.Role]string
	ids     map[news.Role]news.TokenID
	log     *syncBuffer
	keys    *keysBetween
	writing *writingBetween
	texts   web.Room
	courier *courier
	push    *pushed
	keeper  *auth.Keeper
	public  *url.URL

	mu     sync.Mutex
	ahead  time.Duration // of the real clock
	client netip.Addr
}

func (h *house) now() time.Time { h.mu.Lock(); defer h.mu.Unlock(); return time.Now().Add(h.ahead) }

// pass moves the clock of everything in the house.
func (h *house) pass(d time.Duration) { h.mu.Lock(); defer h.mu.Unlock(); h.ahead += d }

func newHouse(t *testing.T) *house {
	return newHouseOn(t, "sqlite:"+filepath.Join(t.TempDir(), "news.db"))
}

// onBoth runs a test on both engines.
func onBoth(t *testing.T, test func(h *house)) {
	t.Parallel()
	t.Run("sqlite", func(t *testing.T) { t.Parallel(); test(newHouse(t)) })
	t.Run("postgres", func(t *testing.T) { t.Parallel(); test(newHouseOn(t, pgtest.Database(t))) })
}

func newHouseOn(t *testing.T, database string) *house {
	t.Helper()
	h := &house{t: t, tokens: map[news.Role]string{}, ids: map[news.Role]news.TokenID{}, log: &syncBuffer{}, texts: web.NewRoom(1), client: netip.MustParseAddr("127.0.0.1")}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	var err error
	h.store, err = store.Open(t.Context(), database, store.Options{Now: h.now})
	must(err)
	t.Cleanup(func() { h.store.Close() })
	index, err := search.Open(filepath.Join(t.TempDir(), "index"), search.Options{Now: h.now})
	must(err)
	t.Cleanup(func() { index.Close() })
	files, err := mediastore.OpenDir(t.TempDir())
	must(err)
	h.node, err = live.Start(t.Context(), live.Options{Feed: h.store, Stories: h.store, Topics: h.store, Index: index, Cache: pagecache.New(pagecache.Options{}), Name: "one"})
	must(err)
	t.Cleanup(func() { h.node.Close() })
	h.courier, h.push = &courier{reach: 1000}, &pushed{}
	d := desk.New(desk.Options{Stories: h.store, Pictures: h.store, Files: files, Live: h.node, Alerts: h.store, Courier: h.courier})
	services, err := webpush.NewServices(nil, nil)
	must(err)
	public, _ := url.Parse("https://news.example")
	h.public = public
	keeper := auth.New(auth.Options{Store: h.store, Public: public, Now: h.now,
		Client: func(*http.Request) netip.Addr { return h.client }, Secure: func(*http.Request) bool { return false }})
	h.keeper = keeper
	for _, role := range []news.Role{news.Reporter, news.Editor, news.Moderator, news.Admin} {
		tok, secret := keeper.NewToken("a "+string(role), role)
		must(h.store.AddToken(t.Context(), news.Command("test"), tok))
		h.tokens[role], h.ids[role] = secret, tok.ID
	}
	h.keys = &keysBetween{Keys: h.store}
	h.writing = &writingBetween{Writing: d}
	h.api = api.New(api.Options{
		Stories: h.store, Shelf: h.store, Writing: h.writing, Publishing: d, Index: index, Keys: h.keys, Doorman: keeper,
		Public: public, Client: func(*http.Request) netip.Addr { return h.client }, Now: h.now,
		Log: slog.New(slog.NewTextHandler(h.log, nil)), Texts: h.texts,
		Alerting: d, Subscribers: h.store, Push: h.push, Services: services,
	})
	h.handler = h.api.Handler()
	return h
}

// keysBetween lets a test lose what is kept under a key.
type keysBetween struct {
	api.Keys
	lose bool
}

func (k *keysBetween) AnswerKey(ctx context.Context, token, key string, r news.Replay) error {
	if k.lose {
		return fmt.Errorf("the power is gone")
	}
	return k.Keys.AnswerKey(ctx, token, key, r)
}

// writingBetween lets a test hold or break the making of a story.
type writingBetween struct {
	api.Writing
	before func()
	after  error
}

func (w *writingBetween) Create(ctx context.Context, who news.Actor, d desk.Draft) (*news.Story, error) {
	if w.before != nil {
		w.before()
	}
	s, err := w.Writing.Create(ctx, who, d)
	if err == nil && w.after != nil {
		return s, w.after
	}
	return s, err
}

type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *syncBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}
func (b *syncBuffer) String() string { b.mu.Lock(); defer b.mu.Unlock(); return b.b.String() }

// A said is an answer.
type said struct {
	*httptest.ResponseRecorder
	m map[string]any
}

// at looks along a path of keys and indexes: "items.0.headline".
func (s said) at(path string) any {
	var v any = s.m
	for key := range strings.SplitSeq(path, ".") {
		switch x := v.(type) {
		case map[string]any:
			v = x[key]
		case []any:
			i := 0
			if _, err := fmt.Sscan(key, &i); err != nil || i >= len(x) {
				return nil
			}
			v = x[i]
		default:
			return nil
		}
	}
	return v
}

func (s said) str(path string) string { v, _ := s.at(path).(string); return v }
func (s said) len(path string) int    { v, _ := s.at(path).([]any); return len(v) }

// fields lists the fields that a refusal names.
func (s said) fields() string {
	var out []string
	list, _ := s.at("errors").([]any)
	for _, e := range list {
		out = append(out, e.(map[string]any)["field"].(string))
	}
	return strings.Join(out, " ")
}

// call asks as a role ("" for nobody); extra are header pairs.
func (h *house) call(role news.Role, method, path, body string, extra ...string) said {
	h.t.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	return h.ask(r, role, extra...)
}

func (h *house) ask(r *http.Request, role news.Role, extra ...string) said {
	h.t.Helper()
	if role != "" {
		r.Header.Set("Authorization", "Bearer "+h.tokens[role])
	}
	for i := 0; i < len(extra); i += 2 {
		r.Header.Set(extra[i], extra[i+1])
	}
	w := httptest.NewRecorder()
	h.handler.ServeHTTP(w, r)
	s := said{ResponseRecorder: w}
	if w.Code == http.StatusNoContent {
		if w.Body.Len() > 0 || w.Header().Get("Content-Type") != "" {
			h.t.Errorf("%s %s has no content, and yet %q", r.Method, r.URL, w.Body)
		}
		return s
	}
	if err := json.Unmarshal(w.Body.Bytes(), &s.m); err != nil {
		h.t.Errorf("%s %s answers %d with what is no JSON: %.200s", r.Method, r.URL, w.Code, w.Body)
	}
	if w.Header().Get("Cache-Control") != "no-store" {
		h.t.Errorf("%s %s may be kept by caches: %q", r.Method, r.URL, w.Header().Get("Cache-Control"))
	}
	kind := "application/json"
	if w.Code >= 400 {
		kind = "application/problem+json"
	}
	if got := w.Header().Get("Content-Type"); got != kind {
		h.t.Errorf("%s %s = %d is %s, want %s", r.Method, r.URL, w.Code, got, kind)
	}
	return s
}

// want fails unless the answer has the status.
func (h *house) want(s said, status int, what string) said {
	h.t.Helper()
	if s.Code != status {
		h.t.Fatalf("%s: %d, want %d: %.400s\n%s", what, s.Code, status, s.Body, h.log)
	}
	return s
}

// draft makes a story as an editor and gives its id.
func (h *house) draft(fields string) string {
	h.t.Helper()
	return h.want(h.call(news.Editor, "POST", "/api/v1/stories", "{"+fields+"}"), 201, "create "+fields).str("id")
}

// published makes and publishes one.
func (h *house) published(fields string) string {
	h.t.Helper()
	id := h.draft(fields)
	h.want(h.call(news.Editor, "POST", "/api/v1/stories/"+id+"/publish", ""), 200, "publish "+fields)
	return id
}

// file makes an upload.
func file(field, name string, data []byte) *http.Request {
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	p, _ := m.CreateFormFile(field, name)
	p.Write(data)
	m.Close()
	r := httptest.NewRequest("POST", "/api/v1/media", io.Reader(&b))
	r.Header.Set("Content-Type", m.FormDataContentType())
	return r
}

// shared reads real test material, or skips.
func shared(t testing.TB, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("../../../shared/data", path))
	if os.IsNotExist(err) {
		t.Skip("the shared test material is not here: ../shared/data/" + path)
	}
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func quote(s string) string { b, _ := json.Marshal(s); return string(b) }

func urlQuery(s string) string { return url.QueryEscape(s) }
