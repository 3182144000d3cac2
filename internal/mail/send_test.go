package mail

import (
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-smtp"
)

const host = "mail.example.org"

var hello = Message{To: "reader@example.com", Subject: "Breaking: bridge closed", Text: "The bridge is closed.\n.\n..dots\nhttps://news.example.org/a?b=c\n"}

func TestWays(t *testing.T) {
	tests := []struct {
		name, url, secure, user, password string
		login                             bool
	}{
		{name: "starttls", url: "smtp://" + host, secure: "starttls"},
		{name: "starttls, signed in", url: "smtp://news%40example.org@" + host + ":587", secure: "starttls", user: "news@example.org", password: "open sesame"},
		{name: "starttls, signed in by LOGIN", url: "smtp://news@" + host, secure: "starttls", user: "news", password: "open sesame", login: true},
		{name: "tls, signed in", url: "smtps://news@" + host, secure: "tls", user: "news", password: "open sesame"},
		{name: "loopback, readable", url: "smtp://localhost:25"},
		{name: "loopback, readable, signed in", url: "smtp://news@127.0.0.1", user: "news", password: "open sesame"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			o := newOffice(t, tt.secure, host)
			o.user, o.login = tt.user, tt.login
			s := o.sender(t, tt.url, tt.password)
			if err := s.Check(t.Context()); err != nil {
				t.Fatalf("check: %v", err)
			}
			if n, _ := o.count(); n != 0 {
				t.Fatal("the check sent a mail")
			}
			if err := s.Send(t.Context(), hello); err != nil {
				t.Fatal(err)
			}
			l, m := o.only(t)
			if l.from != "newsroom@news.example.org" || l.to != "reader@example.com" {
				t.Errorf("envelope from %q to %q", l.from, l.to)
			}
			if got := plain(t, m); got != hello.Text {
				t.Errorf("text = %q, want %q", got, hello.Text)
			}
		})
	}
}

// plain returns the text of a mail of one part.
func plain(t *testing.T, m *mail.Message) string {
	t.Helper()
	kind, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil || kind != "text/plain" || params["charset"] != "utf-8" || m.Header.Get("Content-Transfer-Encoding") != "quoted-printable" {
		t.Fatalf("Content-Type %q, encoding %q", m.Header.Get("Content-Type"), m.Header.Get("Content-Transfer-Encoding"))
	}
	b, err := io.ReadAll(quotedprintable.NewReader(m.Body))
	if err != nil {
		t.Fatal(err)
	}
	return strings.ReplaceAll(string(b), "\r\n", "\n")
}

func TestHeaders(t *testing.T) {
	o := newOffice(t, "", "")
	s := o.sender(t, "smtp://localhost", "")
	subject := "Überschwemmung in Köln – 3.000 Häuser ohne Strom, sagt der Bürgermeister am späten Abend"
	if err := s.Send(t.Context(), Message{
		To: "leser@bücher.example", Subject: subject, Text: strings.Repeat("Ein sehr langer Absatz ohne Umbruch. ", 200),
		Language: "de-de", ID: "alert-7-reader-9", List: "alerts", Unsubscribe: "https://news.example.org/alerts/stop?key=abc_",
	}); err != nil {
		t.Fatal(err)
	}
	l, m := o.only(t)
	for name, want := range map[string]string{
		"Date":                  "Wed, 25 Nov 2026 23:08:27 +0000",
		"To":                    "<leser@xn--bcher-kva.example>",
		"Message-Id":            "<alert-7-reader-9@news.example.org>",
		"Auto-Submitted":        "auto-generated",
		"List-Id":               "<alerts.news.example.org>",
		"Precedence":            "bulk",
		"List-Unsubscribe":      "<https://news.example.org/alerts/stop?key=abc_>",
		"List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
		"Content-Language":      "de-DE",
		"Mime-Version":          "1.0",
	} {
		if got := m.Header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	if got, err := new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject")); err != nil || got != subject {
		t.Errorf("Subject reads %q (%v), want %q", got, err, subject)
	}
	if from, err := m.Header.AddressList("From"); err != nil || from[0].Name != "Zeitung für alle" || from[0].Address != "newsroom@news.example.org" {
		t.Errorf("From: %v %v", from, err)
	}
	for l := range strings.SplitSeq(string(l.data), "\r\n") {
		if len(l) > 78 || strings.ContainsFunc(l, func(r rune) bool { return r > '~' || r < ' ' && r != '\t' }) {
			t.Errorf("line of %d bytes, or not plain ASCII: %q", len(l), l)
		}
	}
}

// A site on plain http (development) can offer the link, but not the one click.
func TestUnsubscribeWithoutTLS(t *testing.T) {
	o := newOffice(t, "", "")
	m := hello
	m.Unsubscribe = "http://127.0.0.1:8080/stop"
	if err := o.sender(t, "smtp://localhost", "").Send(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	_, got := o.only(t)
	if got.Header.Get("List-Unsubscribe") != "<http://127.0.0.1:8080/stop>" || got.Header.Get("List-Unsubscribe-Post") != "" {
		t.Errorf("headers: %v", got.Header)
	}
}

// Whoever reads right to left gets a text that begins on the right, and nothing in it
// is markup that was not ours.
func TestRightToLeft(t *testing.T) {
	o := newOffice(t, "", "")
	text := "عاجل: إغلاق الجسر <script>alert(1)</script> & \"x\"\nhttps://news.example.org/مقال/a?b=1&c='2'.\n\nفقرة javascript:alert(1) http://plain.example/ (https://news.example.org/stop?key=a_)\n"
	if err := o.sender(t, "smtp://localhost", "").Send(t.Context(), Message{To: "q@example.org", Subject: "عاجل", Text: text, Language: "ar"}); err != nil {
		t.Fatal(err)
	}
	_, m := o.only(t)
	_, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil {
		t.Fatal(err)
	}
	parts := map[string]string{}
	for r := multipart.NewReader(m.Body, params["boundary"]); ; {
		p, err := r.NextPart()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(p) // NextPart undoes quoted-printable
		if err != nil {
			t.Fatal(err)
		}
		parts[p.Header.Get("Content-Type")] = strings.ReplaceAll(string(b), "\r\n", "\n")
	}
	if got := parts["text/plain; charset=utf-8"]; got != text {
		t.Errorf("text = %q, want %q", got, text)
	}
	page := parts["text/html; charset=utf-8"]
	for _, want := range []string{
		`<html lang="ar" dir="rtl">`, "&lt;script&gt;", "&amp; &#34;x&#34;<br>",
		`<a href="https://news.example.org/%D9%85%D9%82%D8%A7%D9%84/a?b=1&amp;c=&#39;2" dir="ltr">`,
		`(<a href="https://news.example.org/stop?key=a_" dir="ltr">https://news.example.org/stop?key=a_</a>)</p>`,
	} {
		if !strings.Contains(page, want) {
			t.Errorf("html lacks %s\n%s", want, page)
		}
	}
	if strings.Count(page, "<a ") != 2 || strings.Contains(page, "<script") {
		t.Errorf("html has other links than the two https ones, or a script:\n%s", page)
	}
	if len(parts) != 2 {
		t.Errorf("%d parts, want 2", len(parts))
	}
}

func TestManyMailsFewConnections(t *testing.T) {
	o := newOffice(t, "starttls", host)
	o.onRcpt = func(to string) error {
		if strings.HasPrefix(to, "gone") {
			return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "unknown"}
		}
		return nil
	}
	s := o.sender(t, "smtp://"+host, "")
	const workers, each = 8, 100
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			for i := range each {
				m := hello
				m.To = fmt.Sprintf("reader%d.%d@example.org", w, i)
				if i%10 == 0 {
					m.To = "gone" + m.To
				}
				if err := s.Send(t.Context(), m); IsPermanent(err) != (i%10 == 0) || err != nil && i%10 != 0 {
					t.Errorf("%s: %v", m.To, err)
				}
			}
		})
	}
	wg.Wait()
	if n, conns := o.count(); n != workers*each*9/10 || conns > workers*each/maxPerConn+maxConns {
		t.Errorf("%d mails over %d connections", n, conns)
	}
}

// The server hung up on idle connections: the next mail finds out, and goes all the same.
func TestIdleConnectionGone(t *testing.T) {
	o := newOffice(t, "", "")
	s := o.sender(t, "smtp://localhost", "")
	for range 3 {
		if err := s.Send(t.Context(), hello); err != nil {
			t.Fatal(err)
		}
		o.hangUp()
	}
	if n, conns := o.count(); n != 3 || conns != 3 {
		t.Errorf("%d mails over %d connections, want 3 over 3", n, conns)
	}
}

func TestIdleConnectionCloses(t *testing.T) {
	o := newOffice(t, "", "")
	s := o.sender(t, "smtp://localhost", "")
	s.idleFor = time.Millisecond
	if err := s.Send(t.Context(), hello); err != nil {
		t.Fatal(err)
	}
	left := func() bool {
		o.mu.Lock()
		defer o.mu.Unlock()
		return len(o.open) == 0
	}
	for end := time.Now().Add(5 * time.Second); !left(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("an idle connection stays open")
		}
	}
	s.Close()
	if err := s.Send(t.Context(), hello); err != nil {
		t.Errorf("after Close: %v", err)
	}
}

// A job's repeat is the same mail; the same words with another link are not.
func TestSameMailSameID(t *testing.T) {
	id := func(m Message) string {
		b, err := json.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		var back Message
		if err := json.Unmarshal(b, &back); err != nil {
			t.Fatal(err)
		}
		if back, err = back.ready(); err != nil {
			t.Fatal(err)
		}
		return back.ID
	}
	other := hello
	other.Text += "x"
	first, repeat, different := id(hello), id(hello), id(other)
	if first != repeat || first == different {
		t.Errorf("ids %s, %s for the repeat, %s for another mail", first, repeat, different)
	}
}
