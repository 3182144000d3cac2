package news

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// A MissedSearch is what readers looked for and did not find: the words and how often, and
// nothing of who asked.
type MissedSearch struct {
	Query string
	Times int
	Last  time.Time
}

// Bounds of what is kept of searches that found nothing.
const (
	MissedLeast  = 3 // times a question is asked before it is kept at all: one reader's is nobody's business
	MissedMemory = 90 * 24 * time.Hour
	MaxMissed    = 500
)

// MissedQuery is a question as it is counted, or empty for one that is not: whoever looks for a
// mail address, a number or a whole sentence may mean somebody.
func MissedQuery(typed string) string {
	if !utf8.ValidString(typed) || strings.ContainsRune(typed, '@') || strings.Contains(typed, "://") {
		return ""
	}
	words := strings.Fields(strings.ToLower(typed))
	q := strings.Join(words, " ")
	if len(words) == 0 || len(words) > 6 || utf8.RuneCountInString(q) > 60 {
		return ""
	}
	digits, letters := 0, 0
	for _, r := range q {
		switch {
		case unicode.IsControl(r) || unicode.Is(unicode.Cf, r):
			return ""
		case unicode.IsDigit(r):
			if digits++; digits > 5 { // a year is no telephone
				return ""
			}
		case unicode.IsLetter(r):
			letters++
		}
	}
	if letters < 2 {
		return ""
	}
	return q
}
