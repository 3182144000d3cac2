package archive

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"
)

// TestLimits: an item too long is named and skipped, and the next one comes.
func TestLimits(t *testing.T) {
	many := "<item><title>Many</title><wp:post_id>2</wp:post_id><wp:post_type>post</wp:post_type><wp:status>publish</wp:status>" + strings.Repeat("<wp:comment/>", 40_000) + "</item>"
	in := wxrHead + post(1, "Long", strings.Repeat("word ", 500_000)) + many + post(3, "Short", "ok") + wxrTail
	for _, r := range []io.Reader{strings.NewReader(in), onlyReader{strings.NewReader(in)}} {
		all, err := read(r, Options{MaxItem: 2 << 20})
		got := stories(all)
		if err != nil || len(got) != 1 || got[0].Title != "Short" {
			t.Fatalf("%d stories, error %v; want the short one alone", len(got), err)
		}
		if s, ok := all[1].(*Skipped); !ok || s.OldID != "1" || s.Why != "longer than 2 MB" {
			t.Errorf("record %+v, want item 1 skipped", all[1])
		}
	}
	_, err := read(strings.NewReader(in), Options{MaxFile: 1000})
	if !errors.Is(err, ErrTooLong) {
		t.Errorf("error %v, want %v", err, ErrTooLong)
	}
	all, err := read(strings.NewReader(in), Options{MaxFile: int64(len(in))})
	if err != nil || len(stories(all)) != 3 {
		t.Errorf("a file of just the limit: %d stories, error %v", len(stories(all)), err)
	}
}

// TestBombs reads what is meant to take a parser down, in little time and memory.
func TestBombs(t *testing.T) {
	const n = 60_000
	bodies := map[string]string{
		"open macros":      strings.Repeat(`[a x="`, n),
		"macros":           strings.Repeat(`[a x=1]`, n),
		"macros closed":    strings.Repeat(`[a x=1]`, n/2) + strings.Repeat("[/a]", n/2),
		"many names":       manyNames(n / 4),
		"comments":         strings.Repeat("<!--", n),
		"blocks":           strings.Repeat("<!-- wp:a -->", n/4),
		"galleries":        strings.Repeat("<!-- wp:gallery -->", n/8),
		"captions":         strings.Repeat("[caption]<img src=x>", n/8) + "[/caption]",
		"block quotations": strings.Repeat("<blockquote>", n),
		"bare <":           strings.Repeat("<", n),
		"open pre":         strings.Repeat("<pre ", n),
		"figcaptions":      strings.Repeat("<!-- wp:embed --><figcaption>", n/8),
		"line ends":        strings.Repeat("\n \n", n),
		"quotes":           strings.Repeat(`[a "`, n) + strings.Repeat(`]`, n),
	}
	for name, body := range bodies {
		start := time.Now()
		if _, err := read(strings.NewReader(wxrHead+post(1, "Bomb", body)+wxrTail), Options{}); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if d := time.Since(start); d > 30*time.Second {
			t.Errorf("%s: took %v", name, d)
		} else if testing.Verbose() {
			t.Logf("%s: %v", name, d)
		}
	}
	for name, file := range map[string]string{
		"nested elements": strings.Repeat("<a>", 1_000_000),
		"attributes":      "<rss " + strings.Repeat(`a="b" `, 1_000_000),
		"entities":        "<!DOCTYPE rss [" + strings.Repeat(`<!ENTITY a "&a;&a;">`, 100_000) + "]><rss>" + strings.Repeat("&a;", 100_000),
		"names":           "<rss>" + manyTags(100_000),
	} {
		start := time.Now()
		_, _ = read(strings.NewReader(file), Options{})
		if d := time.Since(start); d > 30*time.Second {
			t.Errorf("%s: took %v", name, d)
		} else if testing.Verbose() {
			t.Logf("%s: %v", name, d)
		}
	}
}

func manyNames(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "[n%d x=1][/n%d]", i, n-i)
	}
	return b.String()
}

func manyTags(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "<n%d></m%d>", i, i)
	}
	return b.String()
}

// TestGrowth: few bytes that ask for many do not get them.
func TestGrowth(t *testing.T) {
	file := wxrHead + post(1, "Grow", strings.Repeat(`<!-- wp:block {"ref":2} /-->`, 20_000)+strings.Repeat("[gallery]", 10_000)) +
		strings.Replace(post(2, "Block", strings.Repeat("word ", 12_000)), "<wp:post_type>post", "<wp:post_type>wp_block", 1)
	for i := range 100 {
		file += fmt.Sprintf("<item><title>P</title><excerpt:encoded>%s</excerpt:encoded><wp:post_id>%d</wp:post_id><wp:post_type>attachment</wp:post_type><wp:post_parent>1</wp:post_parent><wp:attachment_url>https://harbour.example/%d.jpg</wp:attachment_url></item>",
			strings.Repeat("long ", 10_000), 10+i, i)
	}
	start := time.Now()
	all, err := read(strings.NewReader(file+wxrTail), Options{})
	if err != nil {
		t.Fatal(err)
	}
	s := stories(all)[0]
	if d := time.Since(start); d > 30*time.Second {
		t.Errorf("took %v", d)
	}
	if n := len(s.Body.Text()); n > 4<<20 {
		t.Errorf("a body of %d bytes", n)
	}
	told := false
	for _, c := range s.Report {
		told = told || c.What == tooMuch
	}
	if !told {
		t.Errorf("not told: %+v", s.Report)
	}
}
