package main_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"
)

// A visitor is a browser: it keeps its cookies and follows nothing by itself.
type visitor struct {
	s   *server
	jar map[string]string
}

func (s *server) visitor() *visitor { return &visitor{s, map[string]string{}} }

func (v *visitor) do(method, path string, form url.Values, how ...with) reply {
	v.s.t.Helper()
	var body any
	if form != nil {
		body = strings.NewReader(form.Encode())
		how = append(how, header("Content-Type", "application/x-www-form-urlencoded"))
	}
	how = append(how, anonymous, func(r *http.Request) {
		for name, value := range v.jar {
			r.AddCookie(&http.Cookie{Name: name, Value: value})
		}
	})
	r := v.s.send(method, path, body, how...)
	for _, c := range (&http.Response{Header: r.header}).Cookies() {
		if c.MaxAge < 0 {
			delete(v.jar, c.Name)
		} else {
			v.jar[c.Name] = c.Value
		}
	}
	return r
}

func (v *visitor) wants(method, path string, form url.Values, status int, says ...string) reply {
	v.s.t.Helper()
	r := v.do(method, path, form)
	if r.status != status {
		v.s.t.Fatalf("%s %s: %d, want %d\n%.2000s", method, path, r.status, status, r.body)
	}
	for _, s := range says {
		if !strings.Contains(r.text(), s) {
			v.s.t.Errorf("%s %s does not say %q:\n%.3000s", method, path, s, r.text())
		}
	}
	return r
}

// mailed waits for a mail that the server printed, and gives what matches in it.
func (s *server) mailed(to, pattern string) string {
	s.t.Helper()
	want := regexp.MustCompile(`(?s)To: ` + regexp.QuoteMeta(to) + `.*?` + pattern)
	var found []string
	if err := s.until(10*time.Second, func() bool {
		found = want.FindStringSubmatch(s.said.String())
		return found != nil
	}); err != nil {
		s.t.Fatalf("no mail to %s with %s: %v\n%s", to, pattern, err, tail(s.said))
	}
	return found[1]
}

var commentID = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}`)

// newReader gives a reader's token.
func (s *server) newReader(email, name string) string {
	s.t.Helper()
	words := strings.Fields(s.must("reader", "add", email, "--name", name))
	return words[len(words)-1]
}

type comment struct {
	ID      string `json:"id"`
	Status  string `json:"status"`
	Text    string `json:"text"`
	Reasons []struct {
		Rule, Name, Detail string
		Words              []string
	} `json:"reasons"`
}

// TestCommentsByPrograms: what CONTRACT says, on both engines.
func TestCommentsByPrograms(t *testing.T) {
	engines(t, func(t *testing.T, database string) {
		s := serve(t, database)
		st := s.published(fields{"headline": "The bridge opens", "body": "At last.", "section": "world"})
		page := s.path(st.URL)
		ann, bob := header("Authorization", "Bearer "+s.newReader("ann@example.org", "Ann")), header("Authorization", "Bearer "+s.newReader("bob@example.org", "Bob"))
		post := func(who with, text, parent string, status int) comment {
			t.Helper()
			in := map[string]string{"text": text}
			if parent != "" {
				in["parent"] = parent
			}
			return decode[comment](t, s.send("POST", "/api/v1/stories/"+st.ID+"/comments", in, who), status)
		}
		first := post(ann, "I was there. *Really*.", "", 202)
		if first.Status != "published" || len(first.Reasons) != 0 {
			t.Fatalf("%+v", first)
		}
		if html := s.shows(page, 200); !strings.Contains(html, `data-part="comment"`) || !strings.Contains(html, "<em>Really</em>") {
			t.Error("the page does not show a comment that was answered as published")
		}
		held := post(bob, "Visit my c4sino now", first.ID, 202)
		if held.Status != "held" || len(held.Reasons) == 0 || held.Reasons[0].Name == "" || held.Reasons[0].Detail == "" || len(held.Reasons[0].Words) == 0 {
			t.Errorf("held: %+v", held)
		}
		if strings.Contains(s.shows(page, 200), "c4sino") {
			t.Error("a held comment is shown")
		}
		queue := decode[struct{ Items []comment }](t, s.send("GET", "/api/v1/comments?status=held", nil), 200)
		if len(queue.Items) != 1 || queue.Items[0].ID != held.ID || len(queue.Items[0].Reasons) == 0 {
			t.Errorf("queue: %+v", queue)
		}
		if got := decode[comment](t, s.send("GET", "/api/v1/comments/"+held.ID, nil, bob), 200); got.Status != "held" {
			t.Errorf("its writer sees %+v", got)
		}
		for name, r := range map[string]reply{
			"another reader reads a held comment": s.send("GET", "/api/v1/comments/"+held.ID, nil, ann),
			"an answer to a held one":             s.send("POST", "/api/v1/stories/"+st.ID+"/comments", map[string]string{"text": "x", "parent": held.ID}, ann),
			"no such story":                       s.send("POST", "/api/v1/stories/"+first.ID+"/comments", map[string]string{"text": "x"}, ann),
		} {
			if r.status != 404 {
				t.Errorf("%s: %d", name, r.status)
			}
		}
		for name, r := range map[string]reply{
			"nobody comments":            s.send("POST", "/api/v1/stories/"+st.ID+"/comments", map[string]string{"text": "x"}, anonymous),
			"a false token":              s.send("POST", "/api/v1/stories/"+st.ID+"/comments", map[string]string{"text": "x"}, header("Authorization", "Bearer dlr_"+strings.Repeat("0", 64))),
			"nobody reads the queue":     s.send("GET", "/api/v1/comments", nil, anonymous),
			"nobody reports":             s.send("POST", "/api/v1/comments/"+first.ID+"/flag", map[string]string{}, anonymous),
			"a signed-out browser posts": s.send("POST", "/api/v1/stories/"+st.ID+"/comments", map[string]string{"text": "x"}, anonymous, header("Cookie", "dateline-reader="+strings.Repeat("0", 64))),
		} {
			if r.status != 401 {
				t.Errorf("%s: %d", name, r.status)
			}
		}
		for name, r := range map[string]reply{
			"staff comment":              s.send("POST", "/api/v1/stories/"+st.ID+"/comments", map[string]string{"text": "x"}),
			"a reader reads the queue":   s.send("GET", "/api/v1/comments", nil, ann),
			"a reader passes":            s.send("POST", "/api/v1/comments/"+held.ID+"/pass", map[string]string{}, bob),
			"a reader publishes":         s.send("POST", "/api/v1/stories/"+st.ID+"/publish", map[string]string{}, bob),
			"a reporter decides":         s.send("POST", "/api/v1/comments/"+held.ID+"/pass", map[string]string{}, header("Authorization", "Bearer "+s.newToken("reporter"))),
			"a reader reads a draft":     s.send("GET", "/api/v1/stories/"+st.ID, nil, ann),
			"a reader's token at search": s.send("GET", "/api/v1/stories", nil, ann),
		} {
			if r.status != 403 {
				t.Errorf("%s: %d %s", name, r.status, r.text())
			}
		}
		for name, in := range map[string]any{
			"empty": map[string]string{"text": " \n"}, "long": map[string]string{"text": strings.Repeat("a", 5001)}, "unknown": map[string]string{"text": "a", "status": "published"},
			"nothing": map[string]string{}, "links": map[string]string{"text": strings.Repeat("http://a.example ", 50)}, "hidden": map[string]string{"text": "\u200b\u2060"},
		} {
			r := s.send("POST", "/api/v1/stories/"+st.ID+"/comments", in, ann)
			if r.status != 422 && r.status != 400 || !strings.Contains(r.header.Get("Content-Type"), "problem+json") {
				t.Errorf("%s: %d %s", name, r.status, r.text())
			}
		}
		if r := s.send("POST", "/api/v1/stories/"+st.ID+"/comments", map[string]string{"text": strings.Repeat("a", 3<<20)}, ann); r.status != 413 && r.status != 422 {
			t.Errorf("3 MB: %d", r.status)
		}
		passed := decode[comment](t, s.send("POST", "/api/v1/comments/"+held.ID+"/pass", nil), 200)
		if passed.Status != "published" || !strings.Contains(s.shows(page, 200), "c4sino") {
			t.Errorf("passed: %+v", passed)
		}
		if got := decode[comment](t, s.send("POST", "/api/v1/comments/"+held.ID+"/reject", map[string]string{"why": "Not here."}), 200); got.Status != "rejected" || strings.Contains(s.shows(page, 200), "c4sino") {
			t.Errorf("rejected: %+v", got)
		}
		if got := decode[comment](t, s.send("GET", "/api/v1/comments/"+held.ID, nil, bob), 200); len(got.Reasons) == 0 || got.Reasons[len(got.Reasons)-1].Detail != "Not here." {
			t.Errorf("its writer is told %+v", got)
		}
		key := header("Idempotency-Key", "once-1")
		one := decode[comment](t, s.send("POST", "/api/v1/stories/"+st.ID+"/comments", map[string]string{"text": "Said once only"}, ann, key), 202)
		two := decode[comment](t, s.send("POST", "/api/v1/stories/"+st.ID+"/comments", map[string]string{"text": "Said once only"}, ann, key), 202)
		if one.ID != two.ID {
			t.Error("one idempotency key made two comments")
		}
		if got := decode[comment](t, s.send("POST", "/api/v1/comments/"+one.ID+"/feature", nil), 200); got.Status != "published" {
			t.Errorf("featured: %+v", got)
		}
		list := decode[struct {
			Items []comment
			Next  *string
		}](t, s.send("GET", "/api/v1/stories/"+st.ID+"/comments?limit=1", nil, anonymous), 200)
		if len(list.Items) != 1 || list.Items[0].ID != one.ID || list.Next == nil {
			t.Errorf("the featured one does not stand first: %+v", list)
		}
		s.api("POST", "/stories/"+st.ID+"/take-down", map[string]string{"notice": "Gone."}, 200)
		if r := s.send("GET", "/api/v1/stories/"+st.ID+"/comments", nil, anonymous); r.status != 404 {
			t.Errorf("comments of a taken-down story: %d", r.status)
		}
		if r := s.send("GET", page+"/comments", nil, anonymous); r.status != 410 && r.status != 404 {
			t.Errorf("their page: %d", r.status)
		}
	})
}

// TestCommentsByHand is a reader's way, by plain forms: from a text typed without an
// account to a comment, an answer told by mail, and everything deleted.
func TestCommentsByHand(t *testing.T) {
	s := serve(t, "")
	st := s.published(fields{"headline": "The bridge opens", "body": "At last.", "section": "world"})
	page := s.path(st.URL)
	v := s.visitor()
	form := func(pairs ...string) url.Values {
		u := url.Values{}
		for i := 0; i < len(pairs); i += 2 {
			u.Set(pairs[i], pairs[i+1])
		}
		return u
	}
	// What was typed is kept while its writer signs in.
	v.wants("POST", page+"/comments", form("text", "My <first> words"), 200, "My &lt;first&gt; words", "/account/sign-in", `type="email"`)
	draft := []string{"text", "My <first> words", "post", page + "/comments", "return", page}
	v.wants("POST", "/account/sign-in", form(append(draft, "email", "not an address")...), 422, "Use a mail address", "My &lt;first&gt; words")
	v.wants("POST", "/account/sign-in", form(append(draft, "email", "Ann@Example.org")...), 200, "six digits", "My &lt;first&gt; words")
	code := s.mailed("ann@example.org", `([0-9]{3} [0-9]{3})`)
	link := s.mailed("ann@example.org", `(http://\S*/account/sign-in/link\?key=\S+)`)
	other := s.visitor()
	other.wants("POST", "/account/sign-in/code", form("code", code), 422, "where it was asked for")
	other.wants("GET", s.path(link), nil, 200, "ann@example.org") // a mail scanner opens it, twice
	other.wants("GET", s.path(link), nil, 200, "ann@example.org")
	v.wants("POST", "/account/sign-in/code", form(append(draft, "code", "000 00x")...), 422, "not the code")
	v.wants("POST", "/account/sign-in/code", form(append(draft, "code", code)...), 200, "Choose a name", "My &lt;first&gt; words")
	other.wants("POST", "/account/sign-in/link", form("key", link[strings.Index(link, "key=")+4:strings.Index(link, "&")]), 404, "does not work any more")
	for _, bad := range []string{"", "Dateline", "D\u0430teline", strings.Repeat("x", 41)} {
		if r := v.do("POST", "/account/name", form(append(draft, "name", bad)...)); r.status != 422 || !strings.Contains(r.text(), "My &lt;first&gt; words") {
			t.Fatalf("the name %q: %d", bad, r.status)
		}
	}
	v.wants("POST", "/account/name", form(append(draft, "name", "Ann")...), 200, "My &lt;first&gt; words", "You are writing as")
	r := v.wants("POST", page+"/comments", form("text", "My <first> words"), 303)
	own, posted := strings.CutSuffix(r.header.Get("Location"), "?posted")
	if !posted {
		t.Errorf("the answer to a post is %s, which does not say that it was one", own)
	}
	v.wants("GET", own, nil, 200, "Everybody can read it", "Change it")
	if html := s.shows(page, 200); !strings.Contains(html, "My &lt;first&gt; words") || strings.Contains(html, "ann@example.org") {
		t.Error("the article does not show the comment, or shows its writer's address")
	}
	// Others' pages of it lead to its place; its writer's deeds are not there for them.
	bob := s.visitor()
	bob.wants("GET", own, nil, 303)
	for _, path := range []string{own + "/edit", own + "/delete"} {
		bob.wants("GET", path, nil, 404)
		bob.wants("POST", path, form("text", "x"), 404)
	}
	// Another site's form is refused, a body of a megabyte too.
	if r := v.do("POST", page+"/comments", form("text", "forged"), header("Sec-Fetch-Site", "cross-site"), header("Origin", "https://evil.example")); r.status != 403 {
		t.Errorf("a form of another site: %d", r.status)
	}
	if r := v.do("POST", page+"/comments", form("text", strings.Repeat("a", 1<<20))); r.status != 413 {
		t.Errorf("a megabyte: %d", r.status)
	}
	v.wants("POST", page+"/comments", form("text", strings.Repeat("a", 6000)), 422, "too long", "aaaa")
	v.wants("POST", own+"/edit", form("text", "My second words"), 303)
	if html := s.shows(page, 200); !strings.Contains(html, "My second words") || strings.Contains(html, "first&gt;") {
		t.Error("the article does not show the changed words")
	}
	// Bob signs in by the link, in his own browser, and answers; Ann is told by mail.
	bob.wants("POST", "/account/sign-in", form("email", "bob@example.org", "return", "//evil.example/"), 200)
	link = s.mailed("bob@example.org", `(http://\S*/account/sign-in/link\?key=\S+)`)
	u, err := url.Parse(link)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(link, "evil") {
		t.Errorf("the link leads away: %s", link)
	}
	bob.wants("POST", "/account/sign-in/link", form("key", u.Query().Get("key"), "return", u.Query().Get("return")), 200, "Choose a name")
	bob.wants("POST", "/account/name", form("name", "Ann"), 422, "Somebody else")
	bob.wants("POST", "/account/name", form("name", "Bob"), 303)
	id := commentID.FindString(own)
	bob.wants("GET", own+"/answer", nil, 200, "My second words")
	bob.wants("POST", page+"/comments", form("text", "I do not agree.", "parent", id), 303)
	bob.wants("POST", "/comments/like", form("id", id), 303)
	bob.wants("GET", "/account/likes", nil, 200, `["`+id+`"]`)
	s.visitor().wants("GET", "/account/likes", nil, 204)
	bob.wants("POST", "/comments/like", form("id", id, "off", "1"), 303)
	bob.wants("GET", "/account/likes", nil, 200, "[]")
	bob.wants("POST", "/comments/like", form("id", id), 303)
	bob.wants("GET", own+"/report", nil, 200, "What is wrong with it?")
	bob.wants("POST", own+"/report", form("reason", "false", "text", "It was in May."), 200, "Thank you")
	if !strings.Contains(s.shows(page, 200), "I do not agree.") {
		t.Error("the answer is not shown") // within the pause after the first comment an answer may wait; see below
	}
	stop := s.mailed("ann@example.org", `I do not agree\..*?(/account/mail/stop\?\S+)`)
	s.visitor().wants("GET", stop, nil, 200, "You will not be written to")
	s.visitor().wants("POST", stop, form("List-Unsubscribe", "One-Click"), 200, "Stopped")
	v.wants("GET", "/account", nil, 200, "ann@example.org", `name="answers" value="on">`)
	v.wants("GET", "/account/comments", nil, 200, "My second words", "The bridge opens")
	v.wants("GET", "/account/data.json", nil, 200, `"email": "ann@example.org"`, "My second words")
	// All of it goes, answers stay below a gap.
	v.wants("GET", "/account/delete", nil, 200, "What becomes of your comments?")
	v.wants("POST", "/account/delete", form("words", "delete"), 200, "Nothing about you")
	v.wants("GET", "/account", nil, 303)
	if html := s.shows(page, 200); strings.Contains(html, "My second words") || !strings.Contains(html, "This comment was deleted.") || !strings.Contains(html, "I do not agree.") {
		t.Error("after deletion the page is wrong")
	}
	for _, secret := range []string{"ann@example.org", fmt.Sprint("Bearer ", "dlr_")} {
		if strings.Contains(s.shows(page, 200), secret) {
			t.Errorf("the page holds %q", secret)
		}
	}
}

// decode wants a status, and gives what the answer says.
func decode[T any](t testing.TB, r reply, status int) (v T) {
	t.Helper()
	if r.status != status {
		t.Fatalf("%d, want %d: %s", r.status, status, r.text())
	}
	if err := json.Unmarshal(r.body, &v); err != nil {
		t.Fatalf("%v: %s", err, r.text())
	}
	return v
}
