package syndication

import (
	"bytes"
	"encoding/json"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/mmcdole/gofeed"

	"dateline/internal/markup"
	"dateline/internal/news"
)

func TestFeedsKeepTheRules(t *testing.T) {
	bare := Feed{Site: Site{Origin: "https://example.org"}}
	summaries := sampleFeed(t, 6)
	for i := range summaries.Items {
		summaries.Items[i].Story = nil
	}
	arabic := sampleFeed(t, 6)
	arabic.Language, arabic.Title = "ar", "بريد أورين"
	for name, f := range map[string]Feed{
		"full": sampleFeed(t, 30), "empty": feedOf(), "bare": bare, "summaries": summaries, "arabic": arabic,
	} {
		checkXML(t, name+" rss", RSS(f))
		allowed := ""
		if name == "summaries" {
			allowed = "MissingTextualContent" // one story has neither standfirst nor text here
		}
		checkXML(t, name+" atom", Atom(f), allowed)
		checkJSONFeed(t, name+" json", JSONFeed(f))
	}
}

func TestFeedsAreRead(t *testing.T) {
	f := sampleFeed(t, 6)
	for _, format := range formats {
		got, err := gofeed.NewParser().Parse(bytes.NewReader(format.write(f)))
		if err != nil {
			t.Fatalf("%s: %v", format.name, err)
		}
		if got.Title != "The Orrin Courier: World" || got.Link != "https://example.org/sections/world" || got.Language != "en" {
			t.Errorf("%s: title %q, link %q, language %q", format.name, got.Title, got.Link, got.Language)
		}
		if want := "https://example.org/sections/world/feed." + format.name; got.FeedLink != want {
			t.Errorf("%s: its own address is %q, want %q", format.name, got.FeedLink, want)
		}
		if len(got.Items) != 6 {
			t.Fatalf("%s: %d items, want 6", format.name, len(got.Items))
		}
		it := got.Items[0]
		c := f.Items[0].Card
		if it.Title != c.Headline || it.GUID != URN(c.ID) || !it.PublishedParsed.Equal(c.FirstPublished) {
			t.Errorf("%s: first item is %q, %q, %v", format.name, it.Title, it.GUID, it.PublishedParsed)
		}
		if want := "https://example.org" + c.Address; it.Link != want {
			t.Errorf("%s: link %q, want %q", format.name, it.Link, want)
		}
		var authors []string
		for _, a := range it.Authors {
			authors = append(authors, a.Name)
		}
		if strings.Join(authors, ", ") != "Ada Vey, Jon Marsh" {
			t.Errorf("%s: authors %q", format.name, authors)
		}
		if strings.Join(it.Categories, "|") != "World|Bridges|Ilse Marran|Orrin" {
			t.Errorf("%s: categories %v", format.name, it.Categories)
		}
		for _, want := range []string{
			"The bridge &amp; its first day", `src="https://example.org/media/00000000000000000000000000000005/960.jpg"`,
			"ORRIN", "We waited for it &amp; then it was there. 1 &lt; 2.", "https://example.org/2026/11/24/what-to-know",
			"https://ferries.example/line?a=1&amp;b=2", "<td>4,200</td>", `<span lang="ar" dir="rtl">العربية</span>`,
		} {
			if !strings.Contains(it.Content, want) {
				t.Errorf("%s: the text lacks %q:\n%s", format.name, want, it.Content)
			}
		}
		if strings.Contains(it.Content, "class=") || strings.Contains(it.Content, "data-part") || strings.Contains(it.Content, "webp") {
			t.Errorf("%s: the text has marks of our own pages:\n%s", format.name, it.Content)
		}
	}
}

// Words of the other direction say so, wherever they are shown.
func TestFeedsOfOtherScripts(t *testing.T) {
	f := sampleFeed(t, 3)
	rss, atom, js := string(RSS(f)), string(Atom(f)), string(JSONFeed(f))
	for name, want := range map[string]struct{ in, text string }{
		"rss item": {rss, `<item xml:lang="ar">`}, "atom entry": {atom, `<entry xml:lang="he">`}, "json item": {js, `"language":"ar"`},
		"rss text": {rss, `<![CDATA[<div lang="ar" dir="rtl">`}, "atom text": {atom, `<![CDATA[<div lang="he" dir="rtl">`},
		"rss summary":   {rss, `&#x3C;p lang=&#x22;he&#x22; dir=&#x22;rtl&#x22;&#x3E;תושבי`},
		"ascii address": {rss, "https://example.org/2026/11/25/%D8%AC%D8%B3%D8%B1-"},
		"ascii author":  {atom, "https://example.org/authors/%D9%84%D9%8A%D9%84%D9%89"},
	} {
		if !strings.Contains(want.in, want.text) {
			t.Errorf("%s: %q is not there", name, want.text)
		}
	}
}

// A story that stands elsewhere leads there.
func TestFeedsLinkOut(t *testing.T) {
	f := feedOf(sampleStory(t, 3, func(c *news.Content) { c.ExternalURL = "https://elsewhere.example/story?x=1&y=2" }))
	if s := string(RSS(f)); !strings.Contains(s, "<link>https://elsewhere.example/story?x=1&#x26;y=2</link>") {
		t.Errorf("rss does not link out:\n%s", s)
	}
	if s := string(Atom(f)); !strings.Contains(s, `rel="alternate" type="text/html" href="https://elsewhere.example/story?x=1&#x26;y=2"`) {
		t.Errorf("atom does not link out:\n%s", s)
	}
	if s := string(JSONFeed(f)); !strings.Contains(s, `"external_url":"https://elsewhere.example/story?x=1&y=2"`) ||
		!strings.Contains(s, `"url":"https://example.org/2026/11/25/`) {
		t.Errorf("json does not link out:\n%s", s)
	}
}

// A changed slug or a minor change is no news to who follows a feed.
func TestFeedsStandStill(t *testing.T) {
	s := sampleStory(t, 3, nil)
	other := sampleStory(t, 2, nil)
	before := map[string][]byte{}
	for _, format := range formats {
		before[format.name] = format.write(feedOf(s, other))
		if again := format.write(feedOf(s, other)); !bytes.Equal(before[format.name], again) {
			t.Errorf("%s: written twice, it differs", format.name)
		}
	}
	c := s.Content
	c.Slug = "quite-another"
	later := began.Add(5 * time.Hour)
	if _, err := s.Revise(editor, s.Revision, c, news.Plan{}, "", later); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Publish(editor, news.Minor, "", time.UTC, later); err != nil {
		t.Fatal(err)
	}
	if !strings.HasSuffix(s.Address, "/quite-another") {
		t.Fatalf("the address is %s", s.Address)
	}
	clock := regexp.MustCompile(`(?s)<(lastBuildDate|atom:updated|updated|published|pubDate|guid|id)\b.*?</|"(id|date_\w+)":".*?"`)
	for _, format := range formats {
		was, is := clock.FindAllString(string(before[format.name]), -1), clock.FindAllString(string(format.write(feedOf(s, other))), -1)
		if strings.Join(was, "\n") != strings.Join(is, "\n") {
			t.Errorf("%s: a minor change moved the feed:\n%v\n%v", format.name, was, is)
		}
	}
	if _, err := s.Correct(editor, news.CorrectionNote, "The bridge is 4 km long, <not> 40.", later); err != nil {
		t.Fatal(err)
	}
	for _, format := range formats {
		out := string(format.write(feedOf(s, other)))
		if !strings.Contains(out, "The bridge is 4 km long, &lt;not&gt; 40.") || !strings.Contains(out, "Correction, 25 November 2026") {
			t.Errorf("%s: the correction is not in the text", format.name)
		}
		if !strings.Contains(out, "2026-11-25T11:30:00Z") {
			t.Errorf("%s: the correction did not move the item", format.name)
		}
	}
	if s := string(RSS(feedOf(s, other))); !strings.Contains(s, "<lastBuildDate>Wed, 25 Nov 2026 11:30:00 +0000</lastBuildDate>") {
		t.Error("rss: lastBuildDate is not the newest change")
	}
}

func TestURN(t *testing.T) {
	id := storyID(7)
	// It may never change, or every reader would show every story again.
	if got, want := URN(id), "urn:uuid:6e6bfa85-a85d-8fc3-9876-052397a137e6"; got != want || got == URN(storyID(8)) {
		t.Errorf("the name is %s, want %s", got, want)
	}
	if strings.Contains(URN(id), string(id)[:13]) {
		t.Errorf("%s tells when the story was begun", URN(id))
	}
	if !uuidShape.MatchString(URN(id)) || URN(id)[len("urn:uuid:")+14] != '8' {
		t.Errorf("%s is no UUIDv8", URN(id))
	}
}

// A feed stays small by having fewer items, never by cutting one that was whole.
func TestFeedsAreBounded(t *testing.T) {
	long := func(words int) func(*news.Content) {
		return func(c *news.Content) {
			c.Body, _ = markup.FromText(strings.Repeat("Nineteen \"long\" & <hard> years.\n", words))
		}
	}
	var stories []*news.Story
	for i := range 30 {
		stories = append(stories, sampleStory(t, i, long(600)))
	}
	huge := sampleStory(t, 31, long(20_000))
	for _, format := range formats {
		out := format.write(feedOf(append([]*news.Story{huge}, stories...)...))
		if len(out) > MaxFeed {
			t.Errorf("%s: %d bytes", format.name, len(out))
		}
		got, err := gofeed.NewParser().Parse(bytes.NewReader(out))
		if err != nil {
			t.Fatal(err)
		}
		if n := len(got.Items); n < 5 || n == 31 {
			t.Errorf("%s: %d items", format.name, n)
		}
		if len(got.Items[0].Content) > 200 || got.Items[0].Description == "" && format.name != "json" {
			t.Errorf("%s: the huge story has %d bytes of text and the summary %q", format.name, len(got.Items[0].Content), got.Items[0].Description)
		}
		for i, it := range got.Items[1:] {
			if strings.Count(it.Content, "Nineteen") != 600 {
				t.Errorf("%s: item %d was cut", format.name, i)
			}
		}
	}
}

func TestFeedPassesOver(t *testing.T) {
	s := sampleStory(t, 3, nil)
	f := feedOf(s, s)
	f.Pictures, f.Cards = nil, nil
	for _, format := range formats {
		out := string(format.write(f))
		if n := strings.Count(out, URN(s.ID)); n != 1 {
			t.Errorf("%s: the story stands %d times", format.name, n)
		}
		if strings.Contains(out, "/media/") || strings.Contains(out, "<img") {
			t.Errorf("%s: it shows a picture that was not given", format.name)
		}
	}
}

func TestNeeds(t *testing.T) {
	s := sampleStory(t, 3, nil)
	f := feedOf(s, s, sampleStory(t, 4, nil))
	pictures, cards := f.Needs()
	if len(pictures) != 3 || len(cards) != 2 {
		t.Errorf("the feed needs %v and %v", pictures, cards)
	}
	a := sampleArticle(s)
	p, topics, c := a.Needs()
	if len(p) != 2 || len(topics) != 3 || len(c) != 1 {
		t.Errorf("the article needs %v, %v and %v", p, topics, c)
	}
}

// checkJSONFeed holds JSON Feed 1.1's rules.
func checkJSONFeed(t testing.TB, name string, data []byte) {
	t.Helper()
	var f map[string]any
	if err := json.Unmarshal(data, &f); err != nil {
		t.Fatalf("%s: %v\n%s", name, err, data)
	}
	if f["version"] != "https://jsonfeed.org/version/1.1" || f["title"] == "" {
		t.Errorf("%s: version %v, title %v", name, f["version"], f["title"])
	}
	known := strings.Fields(`version title home_page_url feed_url description icon authors language items id url external_url
		content_html content_text summary image date_published date_modified tags name`)
	c := &feedChecker{}
	ids := map[string]bool{}
	var walk func(path string, v any)
	walk = func(path string, v any) {
		switch v := v.(type) {
		case []any:
			for _, x := range v {
				walk(path, x)
			}
		case map[string]any:
			for k, x := range v {
				if !strings.Contains(" "+strings.Join(known, " ")+" ", " "+k+" ") {
					t.Errorf("%s: %s has %q, which the format does not", name, path, k)
				}
				s, _ := x.(string)
				n := &feedNode{name: path + "." + k, text: s}
				switch {
				case strings.HasSuffix(k, "url") || k == "image" || k == "icon":
					c.httpURL(n, "", s)
				case strings.HasPrefix(k, "date_"):
					c.rfc3339(n)
				case k == "content_html":
					c.html(n, s)
				case k == "language":
					c.language(n, "", s)
				}
				walk(path+"."+k, x)
			}
		}
	}
	walk("feed", f)
	items, ok := f["items"].([]any)
	if !ok {
		t.Errorf("%s: no items", name)
	}
	for _, x := range items {
		it := x.(map[string]any)
		id, _ := it["id"].(string)
		if id == "" || ids[id] {
			t.Errorf("%s: the id %q is empty or twice there", name, id)
		}
		ids[id] = true
		_, html := it["content_html"]
		_, text := it["content_text"]
		if html == text {
			t.Errorf("%s: %s has html %v and text %v, must have one", name, id, html, text)
		}
	}
	for _, f := range c.found {
		t.Errorf("%s: %s", name, f)
	}
}
