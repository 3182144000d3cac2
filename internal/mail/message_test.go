package mail

import (
	"bytes"
	"mime"
	"net/mail"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

func TestParseAddress(t *testing.T) {
	long := strings.Repeat("a", 60) + "@" + strings.Repeat(strings.Repeat("b", 62)+".", 3) + "org" // 61+189+3
	for in, want := range map[string]string{
		"reader@example.org":                     "reader@example.org",
		"Re.a-d+er=1'x@Example.ORG":              "Re.a-d+er=1'x@example.org",
		"leser@bücher.example":                   "leser@xn--bcher-kva.example",
		"root@localhost":                         "root@localhost",
		long:                                     long,
		"b" + strings.Repeat("b", 9) + long:      "",
		"":                                       "",
		"@":                                      "",
		"reader":                                 "",
		"@example.org":                           "",
		"reader@":                                "",
		"a@b@example.org":                        "",
		"Reader <reader@example.org>":            "",
		"<reader@example.org>":                   "",
		"a@example.org, b@example.org":           "",
		"a@example.org\r\nBcc: b@example.org":    "",
		"a\x00@example.org":                      "",
		"a b@example.org":                        "",
		`"a b"@example.org`:                      "",
		`"a"@example.org`:                        "",
		"a(x)@example.org":                       "",
		".a@example.org":                         "",
		"a..b@example.org":                       "",
		"a@[127.0.0.1]":                          "",
		"a@127.0.0.1":                            "",
		"a@example..org":                         "",
		"a@-example.org":                         "",
		"a@exa_mple.org":                         "",
		"a@example.org\u202e":                    "",
		"ä@example.org":                          "",
		" a@example.org":                         "",
		strings.Repeat("a", 65) + "@example.org": "",
	} {
		got, err := ParseAddress(in)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("ParseAddress(%q) = %q, %v; want %q", in, got, err, want)
		}
	}
}

func TestRefusedMessages(t *testing.T) {
	for name, change := range map[string]func(*Message){
		"no subject":                       func(m *Message) { m.Subject = " \u202e\r\n" },
		"no text":                          func(m *Message) { m.Text = "\x00\n \n" },
		"text too long":                    func(m *Message) { m.Text = strings.Repeat("a", MaxText+1) },
		"two recipients":                   func(m *Message) { m.To = "a@example.org, b@example.org" },
		"identifier that ends the header":  func(m *Message) { m.ID = "a>\r\nBcc: x" },
		"identifier too long":              func(m *Message) { m.ID = strings.Repeat("a", 65) },
		"list that is none":                func(m *Message) { m.List = "-alerts" },
		"list with a space":                func(m *Message) { m.List = "my alerts" },
		"unsubscribe by script":            func(m *Message) { m.Unsubscribe = "javascript:alert(1)" },
		"unsubscribe at no host":           func(m *Message) { m.Unsubscribe = "https:///x" },
		"unsubscribe that leaves brackets": func(m *Message) { m.Unsubscribe = "https://a.example/?x>,<https://b.example" },
		"unsubscribe on two lines":         func(m *Message) { m.Unsubscribe = "https://a.example/\r\nBcc: x" },
		"unsubscribe too long":             func(m *Message) { m.Unsubscribe = "https://a.example/" + strings.Repeat("x", 900) },
	} {
		m := hello
		change(&m)
		o := &bytes.Buffer{}
		if err := NewSink(o).Send(t.Context(), m); !IsPermanent(err) || o.Len() != 0 {
			t.Errorf("%s: error %v, printed %q; want a permanent error and nothing", name, err, o)
		}
	}
}

func TestCleaned(t *testing.T) {
	for in, want := range map[string]string{
		"Two\r\nBcc: x@example.org":       "Two Bcc: x@example.org",
		"  a \t b\x00\x1b[31m ":           "a b [31m",
		"a\u2028b\u0085c":                 "a b c",
		"safe\u202egpj.exe\u2066":         "safegpj.exe",
		"bad\xffbytes":                    "badbytes",
		"א\u200fב":                        "א\u200fב",
		strings.Repeat("ä", MaxSubject+1): strings.Repeat("ä", MaxSubject-1) + "…",
	} {
		if got := line(in, MaxSubject); got != want {
			t.Errorf("line(%q) = %q, want %q", in, got, want)
		}
	}
	for in, want := range map[string]string{
		"a\r\nb\rc":             "a\nb\nc\n",
		"a\x1b[2Jb\tc\x00\n\n":  "a[2Jb\tc\n",
		"a\u202eb\u2067c\u2069": "ab\u2067c\u2069\n",
	} {
		if got := lines(in); got != want {
			t.Errorf("lines(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestSink(t *testing.T) {
	var b bytes.Buffer
	s := NewSink(&b)
	m := hello
	m.List, m.Unsubscribe = "alerts", "https://news.example.org/stop"
	if err := s.Send(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	want := "--- mail, printed and not sent ---\nTo: reader@example.com\nSubject: Breaking: bridge closed\nList: alerts\n" +
		"Unsubscribe: https://news.example.org/stop\n\n" + hello.Text + "--- end of mail ---\n"
	if b.String() != want {
		t.Errorf("printed %s\nwant %s", &b, want)
	}
	if s.Check(t.Context()) != nil || s.Close() != nil {
		t.Error("the sink is not well")
	}
}

// Whatever the words, what is written is one mail with our headers and no others, in
// lines that every server takes, and it says what was meant.
func FuzzMessage(f *testing.F) {
	f.Add("Breaking", "text", "en")
	f.Add("a\r\nBcc: b@example.org", "a\r\n.\r\nMAIL FROM:<x@example.org>", "ar")
	f.Add("=?utf-8?q?a=0D=0ABcc:_b?=", "--=_x\n\n=_", "he")
	f.Add(strings.Repeat("ü", 249)+"=?", strings.Repeat("x", 2000)+"\x00\x85\u2028", "az-Arab")
	f.Add("\\ backslash é \"quoted\"", "text", "")
	f.Add("\u202e x "+strings.Repeat("long ", 80), "\nFrom x\n https://a.example/<b>\" \t \n", "x'\"><b>")
	f.Fuzz(func(t *testing.T, subject, text, lang string) {
		m, err := Message{To: "reader@example.com", Subject: subject, Text: text, Language: lang}.ready()
		if err != nil {
			return
		}
		data := compose(m, mail.Address{Name: line(subject, 60), Address: "newsroom@news.example.org"}, time.Unix(0, 0))
		for l := range bytes.SplitSeq(data, []byte("\r\n")) {
			if len(l) > 998 || bytes.ContainsFunc(l, func(r rune) bool { return r >= 0x7f || r < ' ' && r != '\t' }) {
				t.Fatalf("a line of %d bytes, or not printable ASCII: %q", len(l), l)
			}
		}
		got, err := mail.ReadMessage(bytes.NewReader(data))
		if err != nil {
			t.Fatalf("no mail: %v\n%s", err, data)
		}
		known := []string{"Date", "From", "To", "Subject", "Message-Id", "Auto-Submitted", "X-Auto-Response-Suppress",
			"Content-Language", "Mime-Version", "Content-Type", "Content-Transfer-Encoding"}
		for name, values := range got.Header {
			if !slices.Contains(known, name) || len(values) != 1 {
				t.Fatalf("header %s: %q", name, values)
			}
		}
		if s, err := new(mime.WordDecoder).DecodeHeader(got.Header.Get("Subject")); err != nil || s != m.Subject {
			t.Fatalf("subject reads %q (%v), want %q", s, err, m.Subject)
		}
		if a, err := got.Header.AddressList("From"); err != nil || len(a) != 1 || a[0].Address != "newsroom@news.example.org" || a[0].Name != line(subject, 60) {
			t.Fatalf("From: %q: %v", got.Header.Get("From"), err)
		}
		if rightToLeft(m.Language) {
			page := htmlOf(m)
			if strings.Count(page, "<") != strings.Count(page, ">") || strings.Contains(strings.ToLower(page), "<b>") {
				t.Fatalf("html: %s", page)
			}
		} else if s := plain(t, got); s != m.Text {
			t.Fatalf("text reads %q, want %q", s, m.Text)
		}
	})
}

func FuzzParseAddress(f *testing.F) {
	for _, s := range []string{"reader@example.org", "a@bücher.example", `"x"@example.org`, "a@b\r\nBcc:c@d", "a@ex。com", "<a@b>", "a@xn--a", "a@[::1]"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		a, err := ParseAddress(s)
		if err != nil {
			return
		}
		if len(a) > MaxAddress || !utf8.ValidString(s) || strings.ContainsAny(a, " <>()[],;:\\\"\r\n\t\x00\x7f") || strings.Count(a, "@") != 1 {
			t.Fatalf("ParseAddress(%q) = %q", s, a)
		}
		for i := range len(a) {
			if a[i] >= utf8.RuneSelf {
				t.Fatalf("ParseAddress(%q) = %q, not ASCII", s, a)
			}
		}
		if again, err := ParseAddress(a); err != nil || again != a {
			t.Fatalf("ParseAddress(%q) = %q, %v", a, again, err)
		}
	})
}
