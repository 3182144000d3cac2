package site

import (
	"strings"
	"unicode"

	"golang.org/x/text/language"

	"dateline/internal/markup"
)

// sameLanguage tells whether two tags mean the same language and script, so
// that nothing needs to be marked. An empty tag is the site's.
func sameLanguage(a, b string) bool {
	if a == "" || b == "" || strings.EqualFold(a, b) {
		return true
	}
	ta, errA := language.Parse(a)
	tb, errB := language.Parse(b)
	if errA != nil || errB != nil {
		return false
	}
	baseA, _ := ta.Base()
	baseB, _ := tb.Base()
	scriptA, _ := ta.Script()
	scriptB, _ := tb.Script()
	return baseA == baseB && scriptA == scriptB
}

// langOf is the language of a story with this headline. Where nobody said it and
// every letter of the headline runs against the site's language, it is "unknown,
// in that script" (und-Arab): whoever forgot the field still gets a page that is
// set the right way round. One letter of the site's direction leaves it as it is,
// since names of the other script stand in headlines everywhere.
func (s *Site) langOf(lang, headline string) string {
	if lang != "" {
		return lang
	}
	guess := ""
	for _, r := range headline {
		script := ""
		switch {
		case !unicode.IsLetter(r):
			continue
		case unicode.Is(unicode.Arabic, r):
			script = "und-Arab"
		case unicode.Is(unicode.Hebrew, r):
			script = "und-Hebr"
		case unicode.Is(unicode.Latin, r):
			script = "und-Latn"
		default:
			return ""
		}
		if guess != "" && guess != script || markup.Dir(script) == markup.Dir(s.c.Lang) {
			return ""
		}
		guess = script
	}
	return guess
}
