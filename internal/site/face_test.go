package site

import (
	"bytes"
	"encoding/json"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/andybalholm/brotli"
)

func packed(b []byte, level int) int {
	var out bytes.Buffer
	w := brotli.NewWriterLevel(&out, level)
	w.Write(b)
	w.Close()
	return out.Len()
}

// TestWeight holds the pages to what a reader on a slow line was promised:
// page, stylesheet and script in 25 kB together, the script in 6.
func TestWeight(t *testing.T) {
	for _, lang := range []string{"en", "ar"} {
		s := newSample(t, lang)
		size := func(name string) int {
			req := httptest.NewRequest("GET", s.assets.Path(name), nil)
			req.Header.Set("Accept-Encoding", "br")
			rec := httptest.NewRecorder()
			s.assets.ServeHTTP(rec, req)
			if rec.Code != 200 || rec.Header().Get("Content-Encoding") != "br" {
				t.Fatalf("GET %s = %d, %s", name, rec.Code, rec.Header().Get("Content-Encoding"))
			}
			return rec.Body.Len()
		}
		css, js := size("site.css"), size("site.js")
		if js > 6000 {
			t.Errorf("the script has %d bytes, want at most 6000", js)
		}
		for name, page := range s.pages() {
			b, err := s.r.Render(page)
			if err != nil {
				t.Fatal(err)
			}
			// As at publication: quality 6.
			html := packed(b, 6)
			t.Logf("%s/%s: page %d (%d plain) + styles %d + script %d = %d", lang, name, html, len(b), css, js, html+css+js)
			if html+css+js > 25000 {
				t.Errorf("%s/%s: %d bytes, want at most 25000", lang, name, html+css+js)
			}
		}
	}
}

func TestManifest(t *testing.T) {
	s := newSample(t, "ar")
	var m struct {
		Name, ShortName, Dir, Display string
		Icons                         []struct{ Src, Sizes string }
	}
	if err := json.Unmarshal(s.r.Manifest(), &m); err != nil {
		t.Fatal(err)
	}
	if m.Name != s.name || m.Dir != "rtl" || m.Display != "standalone" || len(m.Icons) != 4 {
		t.Errorf("the manifest is %s", s.r.Manifest())
	}
	for _, icon := range m.Icons {
		rec := httptest.NewRecorder()
		if s.assets.ServeHTTP(rec, httptest.NewRequest("GET", icon.Src, nil)); rec.Code != 200 {
			t.Errorf("GET %s = %d", icon.Src, rec.Code)
		}
	}
}

func TestShortName(t *testing.T) {
	for name, want := range map[string]string{"Dateline": "Dateline", "The Harbour Chronicle": "The Harbour", "Süddeutsches Tagblatt": "Süddeutsches", "خط التاريخ اليومي الجديد": "خط التاريخ"} {
		if got := shortName(name); got != want {
			t.Errorf("shortName(%q) = %q, want %q", name, got, want)
		}
	}
}

func TestSqueeze(t *testing.T) {
	for css, want := range map[string]string{
		"/* why */\na , b > c { color : red ; }":               "a,b>c{color :red}",
		"a { inline-size: calc(1rem + -2 * var(--x)) }":        "a{inline-size:calc(1rem + -2 * var(--x))}",
		"@media (min-width: 4rem) {\n\ta { margin: 0 1px }\n}": "@media (min-width:4rem){a{margin:0 1px}}",
		".a :is(b, c) d { content: \"  x ; \" }":               ".a :is(b,c) d{content:\"  x ; \"}",
		"a:hover :focus { b: c }":                              "a:hover :focus{b:c}",
		"a + b ~ c { d: e }":                                   "a + b ~ c{d:e}",
	} {
		if got := string(squeezeStyles([]byte(css))); got != want {
			t.Errorf("squeezed %q to %q, want %q", css, got, want)
		}
	}
}

// The script's reasons stand in the source and cost the reader nothing.
func TestScriptIsSqueezed(t *testing.T) {
	js, err := assetFiles.ReadFile("assets/site.js")
	if err != nil {
		t.Fatal(err)
	}
	if out := string(squeezeScript(js)); strings.Contains(out, "\t") || strings.Contains(out, "\n//") {
		t.Errorf("the script still has comments or indentation:\n%s", out)
	}
}

var physical = regexp.MustCompile(`\b(left|right|float|(margin|padding|border)-(top|bottom))\b`)

// Sides are named by the flow of the text, so that right-to-left pages need
// no rules of their own.
func TestStylesAreLogical(t *testing.T) {
	for name, css := range readAll(t, "assets/css/*.css") {
		if found := physical.FindString(css); found != "" {
			t.Errorf("%s says %q", name, found)
		}
		if strings.Contains(css, "url(") || strings.Contains(css, "@import") || strings.Contains(css, "@font-face") {
			t.Errorf("%s loads something", name)
		}
	}
}
