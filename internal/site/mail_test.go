package site

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"dateline/internal/news"
)

func post(s *Site, path, from string, form url.Values) *httptest.ResponseRecorder {
	req := httptest.NewRequest(http.MethodPost, path, strings.NewReader(form.Encode()))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.RemoteAddr = from + ":4000"
	rec := httptest.NewRecorder()
	s.ServeHTTP(rec, req)
	return rec
}

func heading(t *testing.T, rec *httptest.ResponseRecorder) string {
	t.Helper()
	for _, e := range elements(parsed(t, rec)) {
		if e.Data == "h1" {
			return textOf(e)
		}
	}
	return ""
}

// The mail that was enqueued last, and the link in it.
func (h *house) mail(t *testing.T) (m struct{ To, Subject, Text, Language string }, link *url.URL) {
	t.Helper()
	if len(h.jobs) == 0 {
		t.Fatal("no mail was enqueued")
	}
	j := h.jobs[len(h.jobs)-1]
	if err := json.Unmarshal(j.Args, &m); err != nil || j.Kind != "mail" {
		t.Fatalf("the job is %s %s: %v", j.Kind, j.Args, err)
	}
	link, err := url.Parse(regexp.MustCompile(`https://\S+`).FindString(m.Text))
	if err != nil {
		t.Fatal(err)
	}
	return m, link
}

func TestMailFromWishToEnd(t *testing.T) {
	for _, lang := range []string{"en", "ar"} {
		h := newHouse()
		s := h.site(t, lang, nil)
		w, _ := WordsFor(lang)
		rec := post(s, "/alerts/mail", "192.0.2.1", url.Values{"email": {" Ada@Example.org "}, "what": {"chosen"}, "topic": {"orrin", "bridges"}, "story": {sampleStory}})
		if rec.Code != http.StatusSeeOther || rec.Header().Get("Location") != "/alerts/mail" {
			t.Fatalf("%s: POST /alerts/mail = %d to %s", lang, rec.Code, rec.Header().Get("Location"))
		}
		if got := heading(t, get(t, s, "/alerts/mail")); got != w.MailSentTitle {
			t.Errorf("%s: then it reads %q", lang, got)
		}
		m, link := h.mail(t)
		kept := h.mails["ada@example.org"]
		if m.To != "ada@example.org" || m.Language != lang || !strings.Contains(m.Subject, "Dateline") || link.Host != "news.example" || link.Path != "/alerts/mail/confirm" {
			t.Errorf("%s: the mail is %+v", lang, m)
		}
		if !kept.OnlyChosen || !slices.Equal(kept.Topics, []string{"bridges", "orrin"}) || kept.Stories[0] != sampleStory || !kept.Confirmed.IsZero() || link.Query().Get("key") != kept.Secret {
			t.Errorf("%s: kept is %+v", lang, kept)
		}
		// A mail program that looks at the link says nothing for the reader.
		page := get(t, s, link.RequestURI())
		if got := heading(t, page); page.Code != 200 || got != w.MailConfirmTitle || !h.mails["ada@example.org"].Confirmed.IsZero() {
			t.Errorf("%s: GET of the link = %d %q, confirmed %v", lang, page.Code, got, h.mails["ada@example.org"].Confirmed)
		}
		if page.Header().Get("Cache-Control") != "no-store" {
			t.Errorf("%s: one reader's page may be kept: %s", lang, page.Header().Get("Cache-Control"))
		}
		form := url.Values{}
		for _, e := range elements(parsed(t, page)) {
			if e.Data == "input" && attr(e, "type") == "hidden" {
				form.Set(attr(e, "name"), attr(e, "value"))
			}
		}
		if rec := post(s, link.Path, "192.0.2.1", url.Values{"id": form["id"], "key": {"guess"}}); rec.Code != http.StatusNotFound || heading(t, rec) != w.MailOldTitle {
			t.Errorf("%s: a guessed link = %d", lang, rec.Code)
		}
		if rec := post(s, link.Path, "192.0.2.1", form); rec.Code != 200 || heading(t, rec) != w.MailOnTitle || h.mails["ada@example.org"].Confirmed.IsZero() {
			t.Errorf("%s: yes = %d %q", lang, rec.Code, heading(t, rec))
		}
		// The link in every alert: a page for people, one click for programs (RFC 8058).
		stop := "/alerts/mail/stop?" + link.RawQuery
		if rec := get(t, s, stop); rec.Code != 200 || heading(t, rec) != w.MailStopTitle || len(h.mails) != 1 {
			t.Errorf("%s: GET of the stop link = %d %q", lang, rec.Code, heading(t, rec))
		}
		for range 2 { // a second time as the first
			if rec := post(s, stop, "192.0.2.9", url.Values{"List-Unsubscribe": {"One-Click"}}); rec.Code != 200 || heading(t, rec) != w.MailOffTitle || len(h.mails) != 0 {
				t.Errorf("%s: one click = %d %q, left %v", lang, rec.Code, heading(t, rec), h.mails)
			}
		}
		if rec := post(s, link.Path, "192.0.2.1", form); rec.Code != http.StatusNotFound {
			t.Errorf("%s: the first link after the end = %d", lang, rec.Code)
		}
	}
}

// Nobody learns from the answer who reads us, nor can write to others through us.
func TestMailGivesNothingAwayAndHasLimits(t *testing.T) {
	h := newHouse()
	s := h.site(t, "en", nil)
	h.mails["known@example.org"] = news.MailSubscription{Email: "known@example.org", Confirmed: h.now}
	var answers []string
	for i, email := range []string{"known@example.org", "new@example.org", "known@example.org", "known@example.org", "known@example.org"} {
		rec := post(s, "/alerts/mail", fmt.Sprintf("192.0.2.%d", i), url.Values{"email": {email}})
		answers = append(answers, fmt.Sprint(rec.Code, rec.Header(), rec.Body))
	}
	if len(slices.Compact(answers)) != 1 {
		t.Errorf("the answers differ: %q", answers)
	}
	count := func(email string) (n int) {
		for _, j := range h.jobs {
			if strings.Contains(string(j.Args), email) {
				n++
			}
		}
		return n
	}
	if n := count("known@example.org"); n != 2 {
		t.Errorf("one address was written to %d times at once, want 2", n)
	}
	h.now = h.now.Add(time.Hour)
	post(s, "/alerts/mail", "192.0.2.77", url.Values{"email": {"known@example.org"}})
	if n := count("known@example.org"); n != 3 {
		t.Errorf("an hour later it was written to %d times, want 3", n)
	}
	refused := 0
	for i := range 12 {
		if rec := post(s, "/alerts/mail", "198.51.100.7", url.Values{"email": {fmt.Sprintf("a%d@example.org", i)}}); rec.Code == http.StatusTooManyRequests {
			refused++
			if rec.Header().Get("Retry-After") == "" {
				t.Error("429 without Retry-After")
			}
		}
	}
	if refused != 2 {
		t.Errorf("of 12 wishes from one household %d were refused, want 2", refused)
	}
}

func TestMailRefusesWhatIsNone(t *testing.T) {
	h := newHouse()
	s := h.site(t, "en", nil)
	for i, c := range []struct {
		form url.Values
		code int
	}{
		{url.Values{"email": {""}}, 422}, {url.Values{"email": {"ada"}}, 422}, {url.Values{"email": {"ada@localhost"}}, 422},
		{url.Values{"email": {"Ada <ada@example.org>"}}, 422}, {url.Values{"email": {"a@example.org, b@example.org"}}, 422},
		{url.Values{"email": {"a@example.org\r\nBcc: b@example.org"}}, 422}, {url.Values{"email": {strings.Repeat("a", 250) + "@example.org"}}, 422},
		{url.Values{"email": {"a@example.org"}, "story": {"no id"}}, 422},
		{url.Values{"email": {"a@example.org"}, "topic": strings.Split(strings.Repeat("x,", 200), ",")}, 422},
	} {
		rec := post(s, "/alerts/mail", fmt.Sprintf("203.0.113.%d", i), c.form)
		if rec.Code != c.code || len(h.jobs) != 0 || len(h.mails) != 0 {
			t.Errorf("POST %v = %d, want %d; %d mails", c.form, rec.Code, c.code, len(h.jobs))
		}
	}
	none := h.site(t, "en", func(c *Config) { c.Mail = false })
	for _, path := range []string{"/alerts/mail", "/alerts/mail/confirm"} {
		if rec := post(none, path, "203.0.113.1", url.Values{"email": {"a@example.org"}}); rec.Code != 404 {
			t.Errorf("without mail POST %s = %d, want 404", path, rec.Code)
		}
	}
	// Whoever gets mails can end them, also after mail was turned off.
	if rec := post(none, "/alerts/mail/stop?id=1&key=2", "203.0.113.1", nil); rec.Code != 200 {
		t.Errorf("without mail the stop link = %d", rec.Code)
	}
}
