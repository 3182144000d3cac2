package news

import (
	"strings"
	"testing"
)

func TestMissedQuery(t *testing.T) {
	for typed, want := range map[string]string{
		"  Kazemi \t White House ": "kazemi white house", "İstanbul 2026": "istanbul 2026", "东京 奥运": "东京 奥运", "الكاظمي": "الكاظمي",
		"": "", "a": "", "?!": "", "2026": "", "me@example.org": "", "https://example.org": "", "0171 2345678": "", "call 123456": "",
		"one two three four five six seven": "", strings.Repeat("x", 61): "", "a\u202eb c": "", "\xff\xfe": "",
	} {
		if got := MissedQuery(typed); got != want {
			t.Errorf("%q is counted as %q, want %q", typed, got, want)
		}
	}
}
