package newsroom

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/net/html"

	"dateline/internal/auth"
	"dateline/internal/desk"
	"dateline/internal/news"
	"dateline/internal/store"
	"dateline/internal/web"
)

// atOnce is a Shower for one node that shows everything at once.
type atOnce struct{}

func (atOnce) Wait(context.Context, int64, []string) (news.Timing, error) {
	return news.Timing{Page: 8 * time.Millisecond, Search: 12 * time.Millisecond, Feeds: 9 * time.Millisecond}, nil
}

// hasty is the desk with a colleague who does something just before a decision is
// taken.
type hasty struct {
	*desk.Desk
	h *house
}

func (d hasty) Publish(ctx context.Context, who news.Actor, id news.StoryID, size news.ChangeSize, note string) (desk.Published, error) {
	if d.h.colleague != nil {
		d.h.colleague()
	}
	return d.Desk.Publish(ctx, who, id, size, note)
}

// drawer is a media store in memory.
type drawer struct {
	mu    sync.Mutex
	files map[string][]byte
}

func (d *drawer) Put(_ context.Context, name string, data []byte) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.files[name] = bytes.Clone(data)
	return nil
}

// A house is the desk over a real database, with somebody of every role.
type house struct {
	t      *testing.T
	store  *store.Store
	desk   *desk.Desk
	rooms  *Newsroom
	srv    *httptest.Server
	keeper *auth.Keeper
	files  *drawer
	post   *postroom
	mails  chan string // sign-in links that were mailed
	people map[news.Role]news.Person

	colleague func() // does something just before Publish decides
}

var zone = mustZone("Europe/Berlin")

func mustZone(name string) *time.Location {
	z, err := time.LoadLocation(name)
	if err != nil {
		panic(err)
	}
	return z
}

func open(t *testing.T) *house {
	t.Helper()
	h := &house{t: t, files: &drawer{files: map[string][]byte{}}, people: map[news.Role]news.Person{}}
	log := slog.New(slog.NewTextHandler(testLog{t}, &slog.HandlerOptions{Level: slog.LevelWarn}))
	ctx := t.Context()
	var err error
	if h.store, err = store.Open(ctx, "sqlite:"+filepath.Join(t.TempDir(), "dateline.db"), store.Options{Zone: zone}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { h.store.Close() })
	house := news.AlertHouse{Countdown: 3 * time.Second, Patience: 3 * time.Minute, Fresh: 5 * time.Minute}
	h.post = &postroom{store: h.store, house: house, tally: map[news.AlertID]*news.Tally{}, frozen: map[news.AlertID]bool{}}
	h.mails = make(chan string, 5)
	h.desk = desk.New(desk.Options{
		Stories: h.store, Pictures: h.store, Files: h.files, Live: atOnce{}, Zone: zone, Log: log,
		Flashes: h.store, Alerts: h.store, Courier: h.post, House: house,
	})
	public, _ := url.Parse("http://news.example.org")
	h.keeper = auth.New(auth.Options{
		Store: h.store, Public: public, Now: h.store.Now,
		Client: (&web.Gate{}).Client, Secure: (&web.Gate{}).Secure,
	})
	ass := web.NewAssets()
	h.rooms, err = New(Options{
		Stories: h.store, Shelf: h.store, Staff: h.store, Writing: h.desk, Publishing: hasty{h.desk, h}, Flashing: h.desk, Keeper: h.keeper,
		Assets: ass, Log: log, Now: h.store.Now, Zone: zone, SiteName: "The Example", Public: public,
		Alerting: h.desk, House: house, Devices: h.store, Push: pushes{}, Notices: h.store, Missed: h.store,
		MailLink: h.mailLink,
	})
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.Handle("/desk/", h.rooms)
	mux.Handle(web.AssetRoot, ass)
	mux.HandleFunc("/media/{token}/{file}", h.media)
	mux.HandleFunc("/sw.js", func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Content-Type", "text/javascript") })
	gate, err := web.NewGate(public, nil, nil, log, mux)
	if err != nil {
		t.Fatal(err)
	}
	h.srv = httptest.NewServer(gate)
	t.Cleanup(h.srv.Close)
	for _, role := range roles {
		p, err := auth.NewPerson(string(role)+"@example.org", strings.ToUpper(string(role[:1]))+string(role[1:])+" Person", role, h.store.Now())
		if err != nil {
			t.Fatal(err)
		}
		if err := h.store.AddPerson(ctx, news.Command("test"), p); err != nil {
			t.Fatal(err)
		}
		h.people[role] = p
	}
	return h
}

// mailLink is a mail server that is quick.
func (h *house) mailLink(ctx context.Context, email string) error {
	p, err := h.store.PersonByEmail(ctx, email)
	if err != nil {
		h.mails <- email + " nobody"
		return nil
	}
	link, err := h.keeper.NewLink(ctx, p.ID)
	h.mails <- p.Email + " " + link
	return err
}

type testLog struct{ t *testing.T }

func (l testLog) Write(b []byte) (int, error) { l.t.Logf("%s", b); return len(b), nil }

func (h *house) media(w http.ResponseWriter, r *http.Request) {
	p, _, err := h.store.PictureByToken(r.Context(), r.PathValue("token"))
	if err != nil {
		http.NotFound(w, r)
		return
	}
	for _, x := range p.Renditions {
		if fmt.Sprintf("%d.%s", x.Width, x.Ext) == r.PathValue("file") {
			h.files.mu.Lock()
			defer h.files.mu.Unlock()
			w.Header().Set("Content-Type", x.Type)
			w.Write(h.files.files[p.File(x)])
			return
		}
	}
	http.NotFound(w, r)
}

func (h *house) actor(role news.Role) news.Actor {
	p := h.people[role]
	return news.Actor{ID: string(p.ID), Name: p.Name, Role: p.Role, Via: "desk"}
}

// A browser is somebody's, with its cookies; it follows no redirect on its own.
type browser struct {
	h    *house
	http *http.Client
	cook []*http.Cookie
}

// An answer is a page as a browser got it.
type answer struct {
	t      *testing.T
	name   string
	status int
	header http.Header
	body   string
	doc    *html.Node
}

func (h *house) stranger() *browser {
	return &browser{h: h, http: &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// as signs somebody of a role in, by a link, as they would.
func (h *house) as(role news.Role) *browser {
	h.t.Helper()
	b := h.stranger()
	link, err := h.keeper.NewLink(h.t.Context(), h.people[role].ID)
	if err != nil {
		h.t.Fatal(err)
	}
	u, _ := url.Parse(link)
	b.get(u.RequestURI()).is(200)
	b.post("/desk/sign-in", url.Values{"key": {u.Query().Get("key")}}).is(303)
	return b
}

func (b *browser) do(method, path string, body io.Reader, header map[string]string) *answer {
	b.h.t.Helper()
	r, err := http.NewRequest(method, b.h.srv.URL+path, body)
	if err != nil {
		b.h.t.Fatal(err)
	}
	for k, v := range header {
		r.Header.Set(k, v)
	}
	for _, c := range b.cook {
		r.AddCookie(c)
	}
	resp, err := b.http.Do(r)
	if err != nil {
		b.h.t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		b.h.t.Fatal(err)
	}
	for _, c := range resp.Cookies() {
		b.cook = slices.DeleteFunc(b.cook, func(old *http.Cookie) bool { return old.Name == c.Name })
		if c.MaxAge >= 0 {
			b.cook = append(b.cook, c)
		}
	}
	doc, err := html.Parse(bytes.NewReader(text))
	if err != nil {
		b.h.t.Fatal(err)
	}
	return &answer{b.h.t, method + " " + path, resp.StatusCode, resp.Header, string(text), doc}
}

func (b *browser) get(path string) *answer {
	b.h.t.Helper()
	return b.do("GET", path, nil, nil)
}

func (b *browser) post(path string, v url.Values) *answer {
	b.h.t.Helper()
	return b.do("POST", path, strings.NewReader(v.Encode()), map[string]string{"Content-Type": "application/x-www-form-urlencoded"})
}

func (b *browser) upload(path string, v url.Values, name string, data []byte) *answer {
	b.h.t.Helper()
	var buf bytes.Buffer
	w := multipart.NewWriter(&buf)
	for k, vs := range v {
		for _, x := range vs {
			w.WriteField(k, x)
		}
	}
	p, err := w.CreateFormFile("file", name)
	if err != nil {
		b.h.t.Fatal(err)
	}
	p.Write(data)
	w.Close()
	return b.do("POST", path, &buf, map[string]string{"Content-Type": w.FormDataContentType()})
}

// draft writes a story by a role and gives its address at the desk.
func (h *house) draft(b *browser, headline, body string) string {
	h.t.Helper()
	v := b.get("/desk/stories/new").is(200).form()
	v.Set("headline", headline)
	v.Set("body", body)
	v.Set("section", "world")
	v.Set("do", "save")
	to := b.post("/desk/stories", v).is(303).to()
	path, _, _ := strings.Cut(to, "?")
	return path
}

func (h *house) kept(path string) *news.Story {
	h.t.Helper()
	s, err := h.store.Story(h.t.Context(), news.StoryID(strings.TrimPrefix(path, "/desk/stories/")))
	if err != nil {
		h.t.Fatal(err)
	}
	return s
}

func photo(t *testing.T, w, hgt int) []byte {
	t.Helper()
	m := image.NewRGBA(image.Rect(0, 0, w, hgt))
	for y := range hgt {
		for x := range w {
			m.Set(x, y, color.RGBA{uint8(40 + 120*x/w), uint8(90 + 90*y/hgt), 140, 255})
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
