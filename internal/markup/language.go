package markup

import (
	"fmt"

	"golang.org/x/text/language"
)

// rtlScripts are the scripts in use that are written from right to left.
var rtlScripts = map[string]bool{
	"Arab": true, "Hebr": true, "Syrc": true, "Thaa": true, "Nkoo": true,
	"Adlm": true, "Rohg": true, "Mand": true, "Samr": true, "Mend": true, "Yezi": true,
}

// Dir returns the direction that a language (a BCP 47 tag) is written in:
// "rtl" or "ltr". A script named in the tag decides (az-Arab); unknown and
// empty tags are "ltr".
func Dir(lang string) string {
	tag, err := language.Parse(lang)
	if err != nil {
		return "ltr"
	}
	if script, _ := tag.Script(); rtlScripts[script.String()] {
		return "rtl"
	}
	return "ltr"
}

// languageTag returns the canonical form of a registered BCP 47 tag, since
// HTML checkers and screen readers know no others.
func languageTag(s string) (string, error) {
	tag, err := language.Parse(s)
	if err != nil || len(s) > 35 || tag == language.Und {
		return "", fmt.Errorf("must be a language tag such as ar or pt-BR")
	}
	return tag.String(), nil
}
