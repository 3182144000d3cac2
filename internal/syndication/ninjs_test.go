package syndication

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dateline/internal/news"
)

func ninjsSchema(t *testing.T, version string) *schema {
	dir := needData(t, "wire/ninjs")
	geo := readSchema(t, dir+"/test_suite/GeoJSON-schema.json", nil)
	return readSchema(t, dir+"/specification/ninjs-schema_"+version+".json", map[string]*schema{"https://geojson.org/schema/GeoJSON.json": geo})
}

// The schema reader itself is held against IPTC's own cases.
func TestSchemaReader(t *testing.T) {
	dir := needData(t, "wire/ninjs/test_suite")
	pass, fail := 0, 0
	for _, version := range []string{"3.0", "3.1"} {
		s := ninjsSchema(t, version)
		files, _ := filepath.Glob(dir + "/" + version + "/*/*.json")
		for _, f := range files {
			data, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			var v any
			if err := json.Unmarshal(data, &v); err != nil {
				t.Errorf("%s: %v", f, err)
				continue
			}
			err = s.check(v)
			if strings.Contains(f, "should_pass") {
				if pass++; err != nil {
					t.Errorf("%s should pass: %v", f, err)
				}
			} else if fail++; err == nil {
				t.Errorf("%s should fail", f)
			}
		}
	}
	t.Logf("%d cases pass and %d fail as they should", pass, fail)
	if pass < 20 || fail < 8 {
		t.Error("too few cases")
	}
}

func TestNinjsFollowsTheSchema(t *testing.T) {
	stories := map[string]*news.Story{
		"full":      sampleStory(t, 3, nil),
		"bare":      sampleStory(t, 4, func(c *news.Content) { *c = news.Content{Headline: "Only this"} }),
		"elsewhere": sampleStory(t, 5, func(c *news.Content) { c.ExternalURL = "https://elsewhere.example/ä b" }),
		"arabic": sampleStory(t, 6, func(c *news.Content) {
			c.Headline, c.Language, c.Topics = "جسر أورين", "ar", []news.Ref{{Slug: "جسور", Name: "جسور"}}
		}),
	}
	if _, err := stories["full"].Correct(editor, news.CorrectionNote, "It is 4 km long.", began.Add(5*60*60e9)); err != nil {
		t.Fatal(err)
	}
	for _, version := range []string{"3.0", "3.1"} {
		s := ninjsSchema(t, version)
		for name, story := range stories {
			out := Ninjs(sampleArticle(story))
			if err := s.check(any(readJSON(t, out))); err != nil {
				t.Errorf("%s by %s: %v\n%s", name, version, err, out)
			}
		}
	}
}

func TestNinjs(t *testing.T) {
	s := sampleStory(t, 3, nil)
	if _, err := s.Correct(editor, news.CorrectionNote, "It is 4 km long.", began.Add(5*60*60e9)); err != nil {
		t.Fatal(err)
	}
	a := sampleArticle(s)
	a.Cards[storyID(4)] = news.Card{ID: storyID(4), Address: "/2026/11/24/earlier", Headline: "What went before & why"}
	v := readJSON(t, Ninjs(a))
	for _, want := range []struct {
		value any
		path  []any
	}{
		{URN(s.ID), []any{"uri"}},
		{"text", []any{"type"}},
		{"1", []any{"version"}},
		{"2026-11-25T06:33:00Z", []any{"firstCreated"}},
		{"2026-11-25T11:30:00Z", []any{"versionCreated"}},
		{"usable", []any{"pubStatus"}},
		{"Ada Vey, Jon Marsh", []any{"by"}},
		{"ORRIN", []any{"located"}},
		{"Correction, 25 November 2026: It is 4 km long.", []any{"edNote"}},
		{"After 3 years the bridge to Orrin opens", []any{"headlines", 0, "value"}},
		{"Orrin bridge opens", []any{"headlines", 1, "value"}},
		{"text/html", []any{"bodies", 0, "contentType"}},
		{"text/plain", []any{"bodies", 1, "contentType"}},
		{"author", []any{"people", 0, "rel"}},
		{"Ilse Marran", []any{"people", 2, "name"}},
		{"about", []any{"people", 2, "rel"}},
		{"Orrin", []any{"places", 0, "name"}},
		{"World", []any{"subjects", 0, "name"}},
		{"Bridges", []any{"subjects", 1, "name"}},
		{"https://example.org" + s.Address, []any{"renditions", 0, "href"}},
		{"featuremedia", []any{"associations", 0, "name"}},
		{"picture", []any{"associations", 0, "type"}},
		{"The bridge & its first day", []any{"associations", 0, "descriptions", 0, "value"}},
		{"https://example.org/media/00000000000000000000000000000003/480.jpg", []any{"associations", 0, "renditions", 0, "href"}},
		{160000.0, []any{"associations", 0, "renditions", 2, "sizeInBytes"}},
		{"picture-2", []any{"associations", 1, "name"}},
	} {
		if got := pick(v, want.path...); !cmp.Equal(got, want.value) {
			t.Errorf("%v is %v, want %v", want.path, got, want.value)
		}
	}
	html, _ := pick(v, "bodies", 0, "value").(string)
	for _, want := range []string{`<a href="https://example.org/2026/11/24/earlier">What went before &amp; why</a>`, `src="https://example.org/media/`} {
		if !strings.Contains(html, want) {
			t.Errorf("the text lacks %s:\n%s", want, html)
		}
	}
	if text, _ := pick(v, "bodies", 1, "value").(string); strings.Contains(text, "<p>") || !strings.Contains(text, "1 < 2") {
		t.Errorf("the plain text is %q", text)
	}
}
