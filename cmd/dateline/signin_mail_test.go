package main

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"dateline/internal/auth"
	"dateline/internal/news"
	"dateline/internal/store"
)

// A sign-in link is made when its mail leaves, for who works here and for nobody else;
// until then no secret is anywhere.
func TestSignInLinkByMail(t *testing.T) {
	s, err := store.Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "news.db"), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	public, _ := url.Parse("https://news.example.org")
	box := &outbox{}
	n := &node{
		o: &serveFlags{SiteName: "The Example", mailFlags: mailFlags{SMTP: "smtp://localhost"}}, store: s, log: slog.New(slog.DiscardHandler),
		keeper: auth.New(auth.Options{
			Store: s, Public: public, Now: s.Now,
			Client: func(*http.Request) netip.Addr { return netip.Addr{} }, Secure: func(*http.Request) bool { return true },
		}),
		mail: &mailing{store: s, sender: box},
	}
	for _, name := range []string{"ada", "gone"} {
		p, err := auth.NewPerson(name+"@example.org", name, news.Editor, s.Now())
		if err != nil {
			t.Fatal(err)
		}
		if err := s.AddPerson(t.Context(), news.Command("test"), p); err != nil {
			t.Fatal(err)
		}
		if name == "gone" {
			if err := s.SetDisabled(t.Context(), news.Command("test"), p.ID, true); err != nil {
				t.Fatal(err)
			}
		}
	}
	asked := 0
	for _, email := range []string{"ada@example.org", "ada@example.org", "gone@example.org", "nobody@example.org"} {
		if err := n.mailLink()(t.Context(), email); err != nil {
			t.Fatal(err)
		}
		asked++
	}
	if k, err := s.WaitingJobs(t.Context()); err != nil || k != asked-1 {
		t.Errorf("%d jobs, %v; want one for each address, whoever has it", k, err)
	}
	claimed, _, err := s.ClaimJobs(t.Context(), "test", map[string]news.JobRoom{signInJob: {Free: 9, Attempts: 9}})
	if err != nil {
		t.Fatal(err)
	}
	for _, j := range claimed {
		if len(j.Args) > 60 {
			t.Errorf("a job holds more than an address: %s", j.Args)
		}
		if err := n.mailSignInLink(t.Context(), j); err != nil {
			t.Errorf("%s: %v", j.Args, err)
		}
	}
	if len(box.sent) != 1 || box.sent[0].To != "ada@example.org" {
		t.Fatalf("mailed: %+v", box.sent)
	}
	link := regexp.MustCompile(`https://news\.example\.org/desk/sign-in\?key=[0-9a-f]+`).FindString(box.sent[0].Text)
	u, err := url.Parse(link)
	if err != nil || link == "" {
		t.Fatalf("no link in %q", box.sent[0].Text)
	}
	p, err := n.keeper.Link(httptest.NewRequest("GET", "/", strings.NewReader("")), u.Query().Get("key"))
	if err != nil || p.Email != "ada@example.org" {
		t.Errorf("the link is for %q, %v", p.Email, err)
	}
	n.o.SMTP = ""
	if n.mailLink() != nil {
		t.Error("links are offered by mail without a mail server")
	}
}
