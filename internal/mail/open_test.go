package mail

import (
	"strings"
	"testing"
)

func TestOpen(t *testing.T) {
	tests := []struct {
		url, password, site string
		addr, from          string // when it opens
		says                string // when it does not
	}{
		{url: "smtp://news@mail.example.org:2525", password: "x", addr: "mail.example.org:2525", from: "<newsroom@news.example.org>"},
		{url: "smtp://news@example.org@mail.example.org", password: "x", addr: "mail.example.org:587", from: "<newsroom@news.example.org>"},
		{url: "smtp://mail.example.org", addr: "mail.example.org:587", from: "<newsroom@news.example.org>"},
		{url: "smtps://mail.example.org/", addr: "mail.example.org:465", from: "<newsroom@news.example.org>"},
		{url: "smtp://localhost", addr: "localhost:25", from: "<newsroom@news.example.org>"},
		{url: "smtp://[::1]", addr: "[::1]:25", from: "<newsroom@news.example.org>"},
		{url: "smtp://localhost?from=desk@example.org", addr: "localhost:25", from: "<desk@example.org>"},
		{url: "smtp://localhost?from=The+Desk+%3Cdesk@b%C3%BCcher.example%3E", addr: "localhost:25", from: `"The Desk" <desk@xn--bcher-kva.example>`},
		{url: "smtp://localhost?from=The+Desk+%3Cdesk@example.org%3E", addr: "localhost:25", from: `"The Desk" <desk@example.org>`},
		{url: "smtp://localhost?from=desk@b%C3%BCcher.example", addr: "localhost:25", from: "<desk@xn--bcher-kva.example>"},
		{url: "smtp://localhost", site: "localhost:8080", addr: "localhost:25", from: "<newsroom@localhost>"},
		{url: "smtp://localhost", site: "127.0.0.1:8080", says: "add ?from="},
		{url: "smtp://news:hunter2@mail.example.org", says: "DATELINE_SMTP_PASSWORD"},
		{url: "smtp://news:hun ter2%zz@mail.example.org", says: "no address"},
		{url: "news:hunter2@mail.example.org:587", says: "no address of a mail server"},
		{url: "mail.example.org", says: "no address of a mail server"},
		{url: "", says: "no address of a mail server"},
		{url: "http://mail.example.org", says: "no address of a mail server"},
		{url: "smtp://mail.example.org", password: "hunter2", says: "names no user"},
		{url: "smtp://news@mail.example.org", says: "there is no password"},
		{url: "smtp://mail.example.org/inbox", says: "only ?from="},
		{url: "smtp://mail.example.org?password=hunter2", says: "?password="},
		{url: "smtp://mail.example.org?from=a@example.org&from=b@example.org", says: "once"},
		{url: "smtp://mail.example.org?from=nobody", says: "the sender in --smtp"},
		{url: "smtp://mail.example.org:99999", says: "port"},
	}
	for _, tt := range tests {
		if tt.site == "" {
			tt.site = "news.example.org"
		}
		s, err := Open(Options{URL: tt.url, Password: tt.password, SiteHost: tt.site})
		switch {
		case tt.says != "":
			if err == nil || !strings.Contains(err.Error(), tt.says) || strings.Contains(err.Error(), "hun") {
				t.Errorf("Open(%s) = %v, want %q in it and no password", tt.url, err, tt.says)
			}
		case err != nil:
			t.Errorf("Open(%s) = %v", tt.url, err)
		default:
			if s.Addr() != tt.addr || s.From() != tt.from {
				t.Errorf("Open(%s) is %s from %s, want %s from %s", tt.url, s.Addr(), s.From(), tt.addr, tt.from)
			}
		}
	}
}
