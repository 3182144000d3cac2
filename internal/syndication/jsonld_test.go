package syndication

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dateline/internal/news"
)

func readJSON(t *testing.T, data []byte) map[string]any {
	t.Helper()
	var v map[string]any
	if err := json.Unmarshal(data, &v); err != nil {
		t.Fatalf("%v in\n%s", err, data)
	}
	return v
}

// pick follows a path of names and numbers.
func pick(v any, path ...any) any {
	for _, p := range path {
		switch p := p.(type) {
		case string:
			m, _ := v.(map[string]any)
			v = m[p]
		case int:
			l, _ := v.([]any)
			if p >= len(l) {
				return nil
			}
			v = l[p]
		}
	}
	return v
}

func TestJSONLD(t *testing.T) {
	s := sampleStory(t, 3, nil)
	if _, err := s.Correct(editor, news.CorrectionNote, "It is 4 km long.", began.Add(5*60*60e9)); err != nil {
		t.Fatal(err)
	}
	v := readJSON(t, JSONLD(sampleArticle(s)))
	for _, want := range []struct {
		value any
		path  []any
	}{
		{"https://schema.org", []any{"@context"}},
		{"NewsArticle", []any{"@type"}},
		{"https://example.org" + s.Address, []any{"url"}},
		{"https://example.org" + s.Address, []any{"mainEntityOfPage", "@id"}},
		{"After 3 years the bridge to Orrin opens", []any{"headline"}},
		{"Orrin bridge opens", []any{"alternativeHeadline"}},
		{"The island’s people can drive to hospital. Not all of them wanted to.", []any{"description"}},
		{"en", []any{"inLanguage"}},
		{"2026-11-25T06:33:00Z", []any{"datePublished"}},
		{"2026-11-25T11:30:00Z", []any{"dateModified"}},
		{"ORRIN", []any{"dateline"}},
		{"World", []any{"articleSection"}},
		{true, []any{"isAccessibleForFree"}},
		{"Person", []any{"author", 0, "@type"}},
		{"Jon Marsh", []any{"author", 1, "name"}},
		{"https://example.org/authors/jon-marsh", []any{"author", 1, "url"}},
		{"NewsMediaOrganization", []any{"publisher", "@type"}},
		{"The Orrin Courier", []any{"publisher", "name"}},
		{"https://example.org/assets/icon-512.png", []any{"publisher", "logo", "url"}},
		{"https://example.org/media/00000000000000000000000000000003/1600.jpg", []any{"image", 0, "url"}},
		{1600.0, []any{"image", 0, "width"}},
		{"The bridge & its first day", []any{"image", 0, "caption"}},
		{"Orrin Courier/A. Vey", []any{"image", 0, "creditText"}},
		{"© 2026 The Orrin Courier", []any{"image", 0, "copyrightNotice"}},
		{"The first cars", []any{"image", 1, "caption"}},
		{"A. Vey", []any{"image", 1, "creditText"}},
		{"Thing", []any{"about", 0, "@type"}},
		{"Bridges", []any{"about", 0, "name"}},
		{"Person", []any{"about", 1, "@type"}},
		{"I. Marran", []any{"about", 1, "alternateName", 0}},
		{"Place", []any{"about", 2, "@type"}},
		{"Ilse Marran", []any{"keywords", 1}},
		{"CorrectionComment", []any{"correction", 0, "@type"}},
		{"It is 4 km long.", []any{"correction", 0, "text"}},
		{"2026-11-25T11:30:00Z", []any{"correction", 0, "datePublished"}},
	} {
		if got := pick(v, want.path...); !cmp.Equal(got, want.value) {
			t.Errorf("%v is %v, want %v", want.path, got, want.value)
		}
	}
	if n, _ := v["wordCount"].(float64); n < 50 {
		t.Errorf("wordCount is %v", v["wordCount"])
	}
	if strings.Contains(string(JSONLD(sampleArticle(s))), string(s.ID)) {
		t.Error("the identifier tells when the draft was begun")
	}
}

// The description stands inside a script element of the page.
func TestJSONLDCannotEndItsScript(t *testing.T) {
	s := sampleStory(t, 3, func(c *news.Content) {
		c.Headline = `</script><script>alert(1)</script><!-- & \u2028 <![CDATA[`
	})
	out := string(JSONLD(sampleArticle(s)))
	if strings.ContainsAny(out, "<>&\u2028") {
		t.Errorf("it has characters that mean something to HTML:\n%s", out)
	}
	if got := pick(readJSON(t, []byte(out)), "headline"); got != s.Content.Headline {
		t.Errorf("the headline is %q", got)
	}
}

func TestJSONLDOfOtherStories(t *testing.T) {
	s := sampleStory(t, 3, func(c *news.Content) {
		c.Byline, c.Picture, c.Topics, c.Dateline, c.ShortHeadline, c.Standfirst = nil, nil, nil, "", "", ""
		c.Language, c.ExternalURL = "ar", "https://elsewhere.example/x"
	})
	v := readJSON(t, JSONLD(Article{Site: sampleSite, Story: s}))
	for _, absent := range []string{"image", "about", "keywords", "dateline", "alternativeHeadline", "correction"} {
		if v[absent] != nil {
			t.Errorf("%s is %v", absent, v[absent])
		}
	}
	if v["inLanguage"] != "ar" || v["sameAs"] != "https://elsewhere.example/x" || v["description"] == "" || pick(v, "author", 0, "name") != "The Orrin Courier" {
		t.Errorf("language %v, sameAs %v, description %v, author %v", v["inLanguage"], v["sameAs"], v["description"], v["author"])
	}
	s.Kind, s.Address = news.Page, "/about"
	v = readJSON(t, JSONLD(Article{Site: sampleSite, Story: s}))
	if v["@type"] != "WebPage" || v["articleSection"] != nil || v["wordCount"] != nil {
		t.Errorf("a standing page is %v", v)
	}
}
