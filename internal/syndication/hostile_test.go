package syndication

import (
	"encoding/json"
	"encoding/xml"
	"os"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"dateline/internal/markup"
	"dateline/internal/news"
)

// lookOf are the findings that a headline about HTML itself cannot avoid: it is
// text, is declared as text, and still looks like a tag.
const lookOf = "ContainsHTML ContainsUndeclaredHTML NotBlank"

// hostileStrings are what attackers and bad luck send as headlines.
func hostileStrings(t testing.TB) []string {
	data, err := os.ReadFile(needData(t, "hostile/generated/text/headlines.txt"))
	if err != nil {
		t.Fatal(err)
	}
	out := strings.Split(string(data), "\n")
	data, err = os.ReadFile(needData(t, "hostile/blns/blns.json"))
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	if err := json.Unmarshal(data, &list); err != nil {
		t.Fatal(err)
	}
	out = append(out, list...)
	data, err = os.ReadFile(needData(t, "hostile/dompurify-expect.json"))
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct{ Payload string }
	if err := json.Unmarshal(data, &cases); err != nil {
		t.Fatal(err)
	}
	for _, c := range cases {
		out = append(out, c.Payload)
	}
	return out
}

// tryStory writes everything about a story whose every text is s and whose body is
// made of it, and says what is wrong.
func tryStory(t testing.TB, s string) {
	if strings.TrimSpace(s) == "" {
		return // the newsroom's rules let no such headline or caption in
	}
	doc, _ := markup.FromMarkdown(s)
	plain, _ := markup.FromText(s)
	if doc.IsEmpty() {
		doc = plain
	}
	c := news.Content{
		Headline: s, Standfirst: s, ShortHeadline: s + "!", Dateline: s, Byline: []news.Ref{{Slug: s, Name: s}}, Section: news.Ref{Slug: s, Name: s},
		Topics: []news.Ref{{Slug: s, Name: s}, {Name: s}}, Body: doc, ExternalURL: "https://elsewhere.example/" + s,
		Picture: &news.PictureUse{Media: mediaID(1), Caption: s, Credit: s, Alt: s + "?"},
	}
	st := &news.Story{ID: storyID(1), Kind: news.Article, Status: news.Published, Version: 1, Slug: s, Address: "/2026/11/25/" + s,
		FirstPublished: began, Updated: began, Corrections: []news.Correction{{Kind: news.UpdateNote, Text: s, At: began}}}
	st.Live = &news.Version{N: 1, Content: c, Body: news.Render(&c), Text: c.Body.Text(), At: began}
	f := feedOf(st)
	f.Title, f.Description = s, s
	for _, full := range []bool{true, false} {
		if !full {
			f.Items[0].Story = nil
		}
		checkXML(t, "rss", RSS(f), lookOf)
		checkXML(t, "atom", Atom(f), lookOf)
		checkJSONFeed(t, "json", JSONFeed(f))
	}
	if e := f.entry(&Item{news.CardOf(st), st}); e.content == "" && !doc.IsEmpty() && len(s) < 10_000 {
		t.Errorf("the text of %q was refused", s)
	}
	a := Article{Site: sampleSite, Story: st, Pictures: samplePictures, Topics: map[string]news.Topic{s: {Slug: s, Name: s, Kind: "person", Aliases: []string{s}}}}
	ld := JSONLD(a)
	if !json.Valid(ld) || strings.ContainsAny(string(ld), "<>&") {
		t.Errorf("JSON-LD of %q could break its page:\n%s", s, ld)
	}
	if n := Ninjs(a); !json.Valid(n) {
		t.Errorf("ninjs of %q is no JSON:\n%s", s, n)
	}
	for name, out := range map[string][]byte{
		"sitemap": Sitemap(sampleSite.Origin, []Entry{{"/" + s, began}}), "news sitemap": NewsSitemap(sampleSite, []news.Card{news.CardOf(st)}, began),
	} {
		if _, err := parseFeed(out); err != nil {
			t.Errorf("%s of %q: %v", name, s, err)
		}
	}
}

func TestHostileStories(t *testing.T) {
	for _, s := range hostileStrings(t) {
		tryStory(t, s)
	}
}

// A headline arrives as it was written.
func TestHeadlinesArrive(t *testing.T) {
	tried := 0
	st := sampleStory(t, 1, nil)
	for _, s := range append(hostileStrings(t), "AT&T & <b>Sons</b> – “quoted” 'too' ]]> &amp; 𝕏 👩‍👩‍👧") {
		s, err := markup.CleanLine(s)
		if err != nil || s == "" || utf8.RuneCountInString(s) > news.MaxLine {
			continue
		}
		tried++
		st.Live.Content.Headline = s
		f := feedOf(st)
		var rss struct {
			Title string `xml:"channel>item>title"`
		}
		var atom struct {
			Title string `xml:"entry>title"`
		}
		var js struct{ Items []struct{ Title string } }
		if err := xml.Unmarshal(RSS(f), &rss); err != nil || rss.Title != s {
			t.Errorf("rss: %q arrives as %q (%v)", s, rss.Title, err)
		}
		if err := xml.Unmarshal(Atom(f), &atom); err != nil || atom.Title != s {
			t.Errorf("atom: %q arrives as %q (%v)", s, atom.Title, err)
		}
		if err := json.Unmarshal(JSONFeed(f), &js); err != nil || js.Items[0].Title != s {
			t.Errorf("json: %q arrives as %q (%v)", s, js.Items[0].Title, err)
		}
	}
	t.Logf("%d headlines", tried)
}

func TestAnyCard(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		text := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"", "]]>", "<!--", "&#0;", "\u2028\uFFFE", "a\x00b", "\xff\xfe", "%zz", "%41?x=%"}))
		var b strings.Builder
		for range rapid.IntRange(1, 4).Draw(r, "parts") {
			b.WriteString(text.Draw(r, "text"))
		}
		tryStory(&fatal{TB: t, r: r}, b.String())
	})
}

// fatal lets rapid see a failure, so that it finds the smallest string.
type fatal struct {
	testing.TB
	r *rapid.T
}

func (f *fatal) Helper()                        {}
func (f *fatal) Errorf(format string, a ...any) { f.r.Fatalf(format, a...) }
func (f *fatal) Fatalf(format string, a ...any) { f.r.Fatalf(format, a...) }

func FuzzStory(f *testing.F) {
	for _, s := range []string{"A headline", "]]><script>alert(1)</script>", "&#x0; \x00 \uFFFF", "[a](/b?c=d&e=f) **x**", "<div class=x><p>a</div>", "| a |\n|---|\n| b |"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if len(s) < 10_000 {
			tryStory(t, s)
		}
	})
}

func FuzzTrim(f *testing.F) {
	for _, s := range []string{
		`<p>a <a href="/b">c</a></p>`, `<div class="table" role="region"><table><tr><th scope="col">x</th></tr></table></div>`,
		`<img src=x onerror=y>`, `<p`, `</div>`, `<span lang="ar"><bdi>x</bdi></span>`, `<a href="//x">`, `<a href="javascript:x">`, `<p onclick="x">`,
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		tr := trimmer{site: &sampleSite}
		tr.add(s)
		out := tr.html()
		if strings.ContainsAny(s, "\x00") || !utf8.ValidString(s) {
			return // the document's text has neither
		}
		c := &feedChecker{}
		c.html(&feedNode{name: "content"}, out)
		for _, x := range c.found {
			t.Errorf("%q became %q: %s", s, out, x)
		}
	})
}
