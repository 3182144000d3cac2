package newsroom

import (
	"net/url"
	"strings"
	"testing"

	"dateline/internal/news"
)

func TestAdminsSeeNotices(t *testing.T) {
	h := open(t)
	note := func(key, text string) {
		t.Helper()
		if err := h.store.NoteNotice(t.Context(), news.Notice{Key: key, Text: text}); err != nil {
			t.Fatal(err)
		}
	}
	admin := h.as(news.Admin)
	if strings.Contains(admin.get("/desk/").is(200).body, "whoever runs this site") {
		t.Error("a box without notices")
	}
	note("drill", "The alert drill <failed>. Look at the log.")
	note("drill", "The alert drill <failed>. Look at the log.")
	note("job:mail", "Mail was given up.")
	admin.get("/desk/").is(200).says("For whoever runs this site", "The alert drill <failed>. Look at the log.", "2 times since", "Mail was given up")
	for _, role := range []news.Role{news.Editor, news.Reporter, news.Moderator} {
		if strings.Contains(h.as(role).get("/desk/").is(200).body, "drill") {
			t.Errorf("a %s sees it", role)
		}
	}
	h.as(news.Editor).post("/desk/notices/dismiss", url.Values{"notice": {"drill"}}).is(403)
	to := admin.post("/desk/notices/dismiss", url.Values{"notice": {"drill"}}).is(303).to()
	page := admin.get(to).is(200).says("Dismissed", "Mail was given up")
	if strings.Contains(page.body, "drill") {
		t.Error("a dismissed notice is shown")
	}
	admin.post("/desk/notices/dismiss", url.Values{"notice": {"drill"}}).is(303) // as another admin just did
	for i := range shownNotices + 2 {
		note("push-outage:https://"+string(rune('a'+i)), "Out.")
	}
	admin.get("/desk/").says("And 3 more")
}

// Whoever asks learns nothing of who works here, and fills nobody's mailbox.
func TestMailMeALink(t *testing.T) {
	h := open(t)
	b := h.stranger()
	b.get("/desk/sign-in").is(200).says("Mail me a link")
	ask := func(email string) *answer {
		t.Helper()
		return b.post("/desk/sign-in/mail", url.Values{"email": {email}})
	}
	known := ask(" Editor@Example.org ").is(200).says("is on its way")
	_, link, _ := strings.Cut(<-h.mails, " ")
	unknown := ask("nobody@example.org").is(200)
	if got := <-h.mails; got != "nobody@example.org nobody" {
		t.Errorf("mailed %q", got)
	}
	if known.body != unknown.body {
		t.Error("the answer says who works here")
	}
	for range linksEach + 3 {
		if ask("editor@example.org").is(200).body != known.body {
			t.Error("the answer says who has had enough")
		}
	}
	if k := len(h.mails); k != linksEach-1 {
		t.Errorf("%d more mails, want %d", k, linksEach-1)
	}
	for _, bad := range []string{"", "editor", "@", "a@b c", "Ada <a@b.example>", strings.Repeat("a", 300) + "@b.example", "a@b\xff"} {
		if a := ask(bad); a.status != 422 {
			t.Errorf("%q = %d, want 422", bad, a.status)
		}
	}
	u, err := url.Parse(link)
	if err != nil {
		t.Fatal(err)
	}
	b.post("/desk/sign-in", url.Values{"key": {u.Query().Get("key")}}).is(303)
	b.get("/desk/").is(200).says("Editor Person")

	h.rooms.o.MailLink = nil
	s := h.stranger()
	if strings.Contains(s.get("/desk/sign-in").is(200).body, "Mail me") {
		t.Error("offers mail without a mail server")
	}
	s.post("/desk/sign-in/mail", url.Values{"email": {"editor@example.org"}}).is(404)
}
