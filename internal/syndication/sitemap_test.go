package syndication

import (
	"encoding/xml"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"dateline/internal/news"
)

// validate asks xmllint whether a sitemap follows the protocol's own schema.
func validate(t *testing.T, data []byte) {
	t.Helper()
	schema := needData(t, "feeds/sitemap/sitemap.xsd")
	lint, err := exec.LookPath("xmllint")
	if err != nil {
		t.Skip("xmllint is not installed (Debian: libxml2-utils)")
	}
	file := filepath.Join(t.TempDir(), "sitemap.xml")
	if err := os.WriteFile(file, data, 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(lint, "--noout", "--nonet", "--schema", schema, file).CombinedOutput(); err != nil {
		t.Errorf("xmllint: %v\n%s", err, out)
	}
}

type sitemapRead struct {
	XMLName xml.Name
	URLs    []struct {
		Loc  string `xml:"loc"`
		Mod  string `xml:"lastmod"`
		News struct {
			Name     string `xml:"publication>name"`
			Language string `xml:"publication>language"`
			Date     string `xml:"publication_date"`
			Title    string `xml:"title"`
		} `xml:"http://www.google.com/schemas/sitemap-news/0.9 news"`
	} `xml:"url"`
	Maps []struct {
		Loc string `xml:"loc"`
	} `xml:"sitemap"`
}

func readSitemap(t *testing.T, data []byte) sitemapRead {
	t.Helper()
	var s sitemapRead
	if err := xml.Unmarshal(data, &s); err != nil {
		t.Fatalf("%v in\n%s", err, data)
	}
	if s.XMLName.Space != "http://www.sitemaps.org/schemas/sitemap/0.9" {
		t.Errorf("the name space is %q", s.XMLName.Space)
	}
	return s
}

func TestSitemap(t *testing.T) {
	data := Sitemap("https://example.org/", []Entry{
		{Path: "/"}, {"/2026/11/25/a-b", began}, {"/2026/11/25/جسر", began.Add(time.Millisecond)},
		{Path: "/2026/11/25/%D8%AC"}, {Path: "/a b'&<>\"?x=1&y=100%25"}, {Path: "/" + strings.Repeat("ج", 400)},
	})
	validate(t, data)
	got := readSitemap(t, data)
	want := []string{"https://example.org/", "https://example.org/2026/11/25/a-b", "https://example.org/2026/11/25/%D8%AC%D8%B3%D8%B1",
		"https://example.org/2026/11/25/%D8%AC", "https://example.org/a%20b'&%3C%3E%22?x=1&y=100%25"}
	if len(got.URLs) != len(want) {
		t.Fatalf("%d addresses, want %d (an overlong one is left out)", len(got.URLs), len(want))
	}
	for i, w := range want {
		if got.URLs[i].Loc != w {
			t.Errorf("address %d is %s, want %s", i, got.URLs[i].Loc, w)
		}
	}
	if got.URLs[0].Mod != "" || got.URLs[1].Mod != "2026-11-25T06:30:00Z" {
		t.Errorf("changed at %q and %q", got.URLs[0].Mod, got.URLs[1].Mod)
	}
}

func TestSitemapBounds(t *testing.T) {
	empty := Sitemap("https://example.org", nil)
	validate(t, empty)
	if got := readSitemap(t, empty); len(got.URLs) != 1 || got.URLs[0].Loc != "https://example.org/" {
		t.Errorf("the empty sitemap has %v", got.URLs)
	}
	var many []Entry
	for i := range MaxSitemap + 5 {
		many = append(many, Entry{fmt.Sprintf("/2026/11/25/story-%d", i), began})
	}
	data := Sitemap("https://example.org", many)
	if n := len(readSitemap(t, data).URLs); n != MaxSitemap {
		t.Errorf("%d addresses, want %d", n, MaxSitemap)
	}
	if len(data) > 50<<20 {
		t.Errorf("%d bytes, more than the protocol's 50 MiB", len(data))
	}
	index := readSitemap(t, SitemapIndex("https://example.org", []Entry{{Path: "/sitemap/1.xml"}, {"/sitemap/2.xml", began}}))
	if index.XMLName.Local != "sitemapindex" || len(index.Maps) != 2 || index.Maps[1].Loc != "https://example.org/sitemap/2.xml" {
		t.Errorf("the index has %v", index)
	}
}

func TestNewsSitemap(t *testing.T) {
	now := began.Add(time.Hour)
	card := func(n int, age time.Duration, change func(*news.Card)) news.Card {
		c := news.CardOf(sampleStory(t, n, nil))
		c.FirstPublished = now.Add(-age)
		if change != nil {
			change(&c)
		}
		return c
	}
	data := NewsSitemap(sampleSite, []news.Card{
		card(1, time.Minute, func(c *news.Card) { c.Headline = "A & <B>" }),
		card(2, time.Hour, func(c *news.Card) { c.Language = "pt-BR" }),
		card(3, 2*time.Hour, func(c *news.Card) { c.ExternalURL = "https://elsewhere.example/" }),
		card(4, 3*time.Hour, func(c *news.Card) { c.Kind = news.Page }),
		card(5, 48*time.Hour, func(c *news.Card) { c.Language = "zh-Hant-TW" }),
		card(6, 49*time.Hour, nil),
	}, now)
	got := readSitemap(t, data)
	var list []string
	for _, u := range got.URLs {
		list = append(list, u.News.Title+"|"+u.News.Language+"|"+u.News.Name)
		if _, err := time.Parse(time.RFC3339, u.News.Date); err != nil || !strings.HasPrefix(u.Loc, "https://example.org/2026/") {
			t.Errorf("date %q, address %q", u.News.Date, u.Loc)
		}
	}
	want := "A & <B>|en|The Orrin Courier\nAfter 2 years the bridge to Orrin opens|pt|The Orrin Courier\nAfter 5 years the bridge to Orrin opens|zh-tw|The Orrin Courier"
	if s := strings.Join(list, "\n"); s != want {
		t.Errorf("got\n%s\nwant\n%s", s, want)
	}
	many := slices.Repeat([]news.Card{card(1, time.Minute, nil)}, 1200)
	if n := len(readSitemap(t, NewsSitemap(sampleSite, many, now)).URLs); n != MaxNewsSitemap {
		t.Errorf("%d stories, want %d", n, MaxNewsSitemap)
	}
}

func TestRobots(t *testing.T) {
	got := string(Robots("https://example.org/"))
	for _, line := range []string{"User-agent: *", "Disallow: /desk/", "Sitemap: https://example.org/sitemap.xml", "Sitemap: https://example.org/sitemap-news.xml"} {
		if !strings.Contains(got, line+"\n") {
			t.Errorf("no line %q in\n%s", line, got)
		}
	}
	if strings.Contains(got, "Disallow: /\n") {
		t.Error("everything is forbidden")
	}
}
