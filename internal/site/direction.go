package site

import (
	"strings"

	"golang.org/x/text/language"
)

// rtlScripts are the scripts in today's use that run from right to left.
var rtlScripts = map[string]bool{
	"Arab": true, "Hebr": true, "Thaa": true, "Syrc": true, "Nkoo": true,
	"Adlm": true, "Rohg": true, "Mand": true, "Samr": true,
}

// Direction gives the value of dir for a language: "rtl" or "ltr". It follows
// the script, so that "az-Arab" is right and "ar-Latn" is left. What cannot be
// read counts as left to right.
func Direction(lang string) string {
	tag, err := language.Parse(lang)
	if err != nil {
		return "ltr"
	}
	if script, _ := tag.Script(); rtlScripts[script.String()] {
		return "rtl"
	}
	return "ltr"
}

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
