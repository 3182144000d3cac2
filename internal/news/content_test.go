package news

import (
	"errors"
	"testing"
)

func faultsOf(c Content) map[string]bool {
	fields := map[string]bool{}
	var e *Error
	if errors.As(c.Clean(), &e) {
		for _, f := range e.Fields {
			fields[f.Field] = true
		}
	}
	return fields
}

func TestHeadlineCanBeSeen(t *testing.T) {
	for headline, ok := range map[string]bool{
		"Rain": true, "雨": true, "مطر": true, "?": true, "☔": true, "1": true, "می\u200cخواهم": true,
		"": false, " ": false, "\u00ad": false, "\u3164": false, "\u2800 \u115f": false, "\u0301": false, "\u200d": false,
	} {
		if got := !faultsOf(Content{Headline: headline})["headline"]; got != ok {
			t.Errorf("headline %+q taken: %v, want %v", headline, got, ok)
		}
	}
}

func TestExternalAddress(t *testing.T) {
	for given, want := range map[string]string{
		"https://example.org/a?b=c#d":        "https://example.org/a?b=c#d",
		"https://example.org/a%2Fb?x=%20":    "https://example.org/a%2Fb?x=%20",
		"http://example.org/خبر":             "http://example.org/%D8%AE%D8%A8%D8%B1",
		`http://example.org/" onclick=x`:     "http://example.org/%22%20onclick=x",
		"https://example.org/\u202egnp.html": "https://example.org/%E2%80%AEgnp.html",
		"https://example.org/?q=a b":         "",
		`https://example.org/?q="`:           "",
		"https://example.org/?q=\u202e":      "",
		"https://example.org\u200b/":         "",
		"https://u:p@example.org/":           "",
		"javascript:alert(1)":                "",
		"//example.org/":                     "",
		"https:///x":                         "",
		"https://example.org/\r\nX: y":       "",
	} {
		c := Content{Headline: "x", ExternalURL: given}
		if err := c.Clean(); err != nil {
			c.ExternalURL = ""
		}
		if c.ExternalURL != want {
			t.Errorf("%q is kept as %q, want %q", given, c.ExternalURL, want)
		}
	}
}

// Sections of a new site have its language's names, and the same addresses everywhere.
func TestFirstSectionsSpeakTheSitesLanguage(t *testing.T) {
	en := FirstSections("")
	for lang, name := range map[string]string{"en": "World", "ar": "العالم", "ar-EG": "العالم", "de": "World"} {
		got := FirstSections(lang)
		if got[0].Name != name || len(got) != len(en) {
			t.Errorf("%s: the first of %d sections is called %q, want %q of %d", lang, len(got), got[0].Name, name, len(en))
		}
		for i := range got {
			if got[i].Slug != en[i].Slug {
				t.Errorf("%s: section %d is at %s, want %s", lang, i, got[i].Slug, en[i].Slug)
			}
		}
	}
}
