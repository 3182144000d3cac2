package site

import (
	"strings"

	"golang.org/x/text/language"
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
