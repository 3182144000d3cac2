package newsroom

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"dateline/internal/desk"
	"dateline/internal/news"
	"dateline/internal/store"
)

func draftOf(i int) desk.Draft {
	return desk.Draft{Content: news.Content{Headline: fmt.Sprintf("Story number %d", i)}}
}

func TestFrontPage(t *testing.T) {
	h := open(t)
	b := h.as(news.Editor)
	var ids []news.StoryID
	for i := range 4 {
		s, err := h.desk.Create(t.Context(), h.actor(news.Editor), draftOf(i))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := h.desk.Publish(t.Context(), h.actor(news.Editor), s.ID, "", ""); err != nil {
			t.Fatal(err)
		}
		ids = append(ids, s.ID)
	}
	page := b.get("/desk/front").is(200)
	rev := attr(page.all("input", "name", "revision")[0], "value")
	v := url.Values{"revision": {rev}, "lead": {string(ids[2])}, "pin1": {string(ids[0])}, "pin3": {string(ids[1])}, "pin4": {string(ids[2])}}
	b.get(b.post("/desk/front", v).is(303).to()).says("The front page is arranged")
	f, err := h.store.Front(t.Context())
	if err != nil || f.Lead != ids[2] || len(f.Pins) != 2 || f.Pins[1] != ids[1] {
		t.Errorf("front: %+v %v", f, err)
	}
	v.Set("lead", string(ids[3])) // from the old page
	page = b.post("/desk/front", v).is(409).says("Somebody arranged the front page while you did", "Story number 2")
	lead := page.all("select", "name", "lead")[0]
	kept := false
	for o := range lead.Descendants() {
		kept = kept || attr(o, "value") == string(ids[3]) && has(o, "selected")
	}
	if !kept {
		t.Error("the form lost what was chosen")
	}
	b.post("/desk/front", url.Values{"revision": {"1"}, "lead": {"nonsense"}}).is(422)
	b.get("/desk/front?q=number+1").is(200)
}

func TestSectionsAndTopics(t *testing.T) {
	h := open(t)
	b := h.as(news.Editor)
	b.get("/desk/sections").is(200)
	b.post("/desk/sections", url.Values{"name": {"Science"}, "position": {"6"}}).is(303)
	b.get("/desk/sections").says("/sections/science")
	b.post("/desk/sections", url.Values{"name": {"World!"}, "position": {"7"}}).is(422).says("this address already")
	b.post("/desk/sections", url.Values{"name": {"X"}, "position": {"zero"}}).is(422)
	b.post("/desk/sections", url.Values{"slug": {"science"}, "name": {"Science and Health"}, "position": {"2"}}).is(303)
	b.post("/desk/topics", url.Values{"name": {"Kabul"}, "kind": {"place"}, "aliases": {"کابل\r\nCaubul\r\n"}}).is(303)
	b.get("/desk/topics").is(200).says("Kabul", "place", "Caubul")
	b.post("/desk/topics", url.Values{"name": {"Kabul"}, "kind": {"place"}}).is(422)
	b.get("/desk/topics/kabul").is(200)
	b.post("/desk/topics/kabul", url.Values{"name": {"Kābul"}, "kind": {"place"}}).is(303)
	b.post("/desk/topics/kabul", url.Values{"name": {"Kabul"}, "kind": {"place"}, "dates": {"2027-02-02  Talks\r\n\r\n2026-12-01 Elections\r\n"}}).is(303)
	b.get("/desk/topics/kabul").is(200).says("2026-12-01 Elections 2027-02-02 Talks")
	b.post("/desk/topics/kabul", url.Values{"name": {"Kabul"}, "kind": {"place"}, "dates": {"2026-12-01 Elections\r\n2026-02-30 Talks"}}).is(422).says("Number 2: begin with a day that exists", "2026-02-30 Talks")
	b.post("/desk/topics/kabul", url.Values{"name": {"Kabul"}, "kind": {"place"}, "dates": {"2026-12-01"}}).is(422).says("Number 1: say what happens")
	b.post("/desk/topics/none", url.Values{"name": {"None"}, "kind": {"place"}}).is(404)
	b.post("/desk/topics", url.Values{"name": {"Odd"}, "kind": {"planet"}}).is(422).says("Choose subject")
}

func TestStaff(t *testing.T) {
	h := open(t)
	admin := h.as(news.Admin)
	page := admin.post("/desk/staff", url.Values{"name": {"New Person"}, "email": {"new@example.org"}, "role": {"reporter"}}).is(200).says("New Person")
	link := attr(page.all("input", "aria-label", "Sign-in link")[0], "value")
	u, err := url.Parse(link)
	if err != nil || u.Host != "news.example.org" {
		t.Fatalf("link %q %v", link, err)
	}
	b := h.stranger()
	b.get(u.RequestURI()).is(200).says("Welcome, New Person", "once")
	b.get(u.RequestURI()).is(200)
	b.post("/desk/sign-in", url.Values{"key": {u.Query().Get("key")}}).is(303)
	b.get("/desk/").is(200).says("New Person, reporter")
	h.stranger().get(u.RequestURI()).is(404).says("does not work")
	admin.post("/desk/staff", url.Values{"name": {"Again"}, "email": {"NEW@example.org"}, "role": {"editor"}}).is(422).says("on the staff already")
	admin.post("/desk/staff", url.Values{"name": {""}, "email": {"x"}, "role": {"king"}}).is(422)
	people, _ := h.store.People(t.Context())
	for _, p := range people {
		if p.Email == "new@example.org" {
			admin.post("/desk/staff/"+string(p.ID)+"/disable", nil).is(303)
			b.get("/desk/").is(303)
			admin.post("/desk/staff/"+string(p.ID)+"/link", nil).is(409)
			admin.post("/desk/staff/"+string(p.ID)+"/enable", nil).is(303)
			admin.post("/desk/staff/"+string(p.ID)+"/link", nil).is(200)
		}
	}
	admin.post("/desk/staff/"+string(h.people[news.Admin].ID)+"/disable", nil).is(409).says("cannot disable yourself")
	admin.post("/desk/tokens", url.Values{"token_name": {"a\x1b[2Jb"}, "token_role": {"reporter"}}).is(422) // it is printed on terminals
	page = admin.post("/desk/tokens", url.Values{"token_name": {"agency"}, "token_role": {"reporter"}}).is(200)
	if secret := attr(page.all("input", "aria-label", "API token")[0], "value"); !strings.HasPrefix(secret, "dl_") {
		t.Errorf("token %q", secret)
	}
	tokens, _ := h.store.Tokens(t.Context())
	admin.post("/desk/tokens/"+string(tokens[0].ID)+"/revoke", nil).is(303)
	admin.get("/desk/staff").is(200).says("revoked")
}

func TestFirstAdminSetsUp(t *testing.T) {
	h := open(t)
	link, err := h.keeper.NewLink(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	u, _ := url.Parse(link)
	b := h.stranger()
	b.get(u.RequestURI()).is(200).says("Set up this newsroom")
	key := u.Query().Get("key")
	b.post("/desk/sign-in", url.Values{"key": {key}, "name": {"Chief"}, "email": {"no"}}).is(422).says("Use a mail address")
	b.post("/desk/sign-in", url.Values{"key": {key}, "name": {"Chief"}, "email": {"chief@example.org"}}).is(303)
	b.get("/desk/staff").is(200).says("Chief, admin")
	b.post("/desk/sign-out", nil).is(303)
	b.get("/desk/staff").is(303)
	b.get("/desk/sign-in").is(200).says("dateline staff link EMAIL")
}

// TestRoutes walks the table: who may come, nobody from another site's page, nobody
// who is not signed in, and never from a cache.
func TestRoutes(t *testing.T) {
	h := open(t)
	s, err := h.desk.Create(t.Context(), h.actor(news.Reporter), draftOf(1))
	if err != nil {
		t.Fatal(err)
	}
	browsers := map[news.Role]*browser{}
	for _, role := range roles {
		browsers[role] = h.as(role)
	}
	for _, r := range h.rooms.Routes() {
		method, path, _ := strings.Cut(r.Pattern, " ")
		path = strings.NewReplacer("{id}", string(s.ID), "{$}", "", "{slug}", "none").Replace(path)
		if r.Who != All {
			a := h.stranger().do(method, path, strings.NewReader(""), nil)
			if method == "GET" && (a.status != 303 || a.to() != "/desk/sign-in") || method != "GET" && a.status != 401 {
				t.Errorf("%s signed out = %d %s, want the way to sign in", r.Pattern, a.status, a.to())
			}
			if method != "GET" {
				a.says("Your text is still in this page")
			}
		}
		for _, role := range roles {
			if method == "POST" {
				for name, value := range map[string]string{"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"} {
					if a := browsers[role].do(method, path, strings.NewReader(""), map[string]string{name: value}); a.status != 403 {
						t.Errorf("%s as %s with %s %s = %d, want 403", r.Pattern, role, name, value, a.status)
					}
				}
			}
			if r.Pattern == "POST /desk/sign-out" || r.Pattern == "GET /desk/sign-in" || r.Pattern == "POST /desk/sign-in" {
				continue
			}
			a := browsers[role].do(method, path, strings.NewReader("x=1"), map[string]string{"Content-Type": "application/x-www-form-urlencoded"})
			if may := r.Who.Admits(role); may == (a.status == 403) {
				t.Errorf("%s as %s = %d, and may come: %v", r.Pattern, role, a.status, may)
			}
			if a.status >= 500 {
				t.Errorf("%s as %s = %d", r.Pattern, role, a.status)
			}
			if cc := a.header.Get("Cache-Control"); cc != "no-store" {
				t.Errorf("%s: Cache-Control %q, want no-store", r.Pattern, cc)
			}
			if a.status == 200 && strings.HasPrefix(a.header.Get("Content-Type"), "text/html") {
				csp := a.header.Get("Content-Security-Policy")
				if !strings.HasPrefix(csp, "default-src 'none'") || strings.Contains(csp, "unsafe") {
					t.Errorf("%s: policy %q", r.Pattern, csp)
				}
				if strings.Contains(a.body, " style=") || strings.Contains(a.body, " onclick=") || strings.Contains(a.body, "https://fonts") {
					t.Errorf("%s: inline style or script, or a third party", r.Pattern)
				}
			}
		}
	}
}

// silent is a database that takes questions and never answers.
type silent struct{ *store.Store }

func (silent) CountStories(ctx context.Context) (map[news.Status]int, error) {
	<-ctx.Done()
	return nil, errors.New("driver: broken pipe to db.internal:5432")
}

func TestDatabaseGone(t *testing.T) {
	h := open(t)
	b := h.as(news.Editor)
	h.rooms.o.Stories = silent{h.store}
	start := time.Now()
	a := b.get("/desk/").is(503).says("Busy", "What readers see is not affected")
	if took := time.Since(start); took > 3*time.Second {
		t.Errorf("the answer took %v, want at most 3s", took)
	}
	if strings.Contains(a.body, "5432") || a.header.Get("Retry-After") == "" {
		t.Errorf("headers %v, page %s", a.header, a.text(nil))
	}
	h.store.Close()
	if a := b.get("/desk/"); a.status < 500 || strings.Contains(a.body, "sql") {
		t.Errorf("without a database: %d %s", a.status, a.text(nil))
	}
}
