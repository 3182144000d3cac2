package moderation

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"unicode"
	"unicode/utf8"

	"dateline/internal/markup"
	"dateline/internal/news"
)

// Bounds of a comment beside its length.
const (
	mostLinks = 20
	mostLines = 200
	mostMarks = 4 // combining marks in a row: no script needs more, and towers of them cover their neighbours
)

// CleanComment gives a comment's text as it will be kept, or says what to change: line
// ends and spaces in order, nothing invisible that turns text round, no towers of marks.
func CleanComment(text string) (string, error) {
	if utf8.RuneCountInString(text) > 4*news.MaxComment {
		return "", tooLong
	}
	text, err := markup.CleanText(text)
	if err != nil {
		return "", news.Wrong("text", "This comment has characters that cannot be shown. Type them again, or leave them out.")
	}
	text = strings.TrimSpace(lowTowers(text))
	switch {
	case !strings.ContainsFunc(text, visible):
		return "", news.Wrong("text", "Write something first.")
	case utf8.RuneCountInString(text) > news.MaxComment:
		return "", tooLong
	case strings.Count(text, "\n") > mostLines:
		return "", news.Wrong("text", "This comment has more than %d lines. Make it shorter.", mostLines)
	case len(markup.CommentLinks(text)) > mostLinks:
		return "", news.Wrong("text", "This comment has more than %d links. Keep the ones that matter.", mostLinks)
	}
	return text, nil
}

var tooLong = news.Wrong("text", "This comment is too long. Use at most %d characters.", news.MaxComment)

// visible tells whether a character shows.
func visible(r rune) bool {
	return unicode.IsGraphic(r) && !unicode.IsSpace(r) && !unicode.Is(unicode.Mn, r) && r != '\u3164' && r != '\u2800' && r != '>'
}

// lowTowers takes out combining marks beyond mostMarks in a row.
func lowTowers(s string) string {
	marks := 0
	return strings.Map(func(r rune) rune {
		if !unicode.Is(unicode.Mn, r) && !unicode.Is(unicode.Me, r) {
			marks = 0
			return r
		}
		if marks++; marks > mostMarks {
			return -1
		}
		return r
	}, s)
}

// Fingerprint is the same for texts that say nearly the same: whatever their case,
// accents, numbers, links, signs and spaces. Very short texts have none: many people say
// "Thank you".
func Fingerprint(text string) string {
	for _, link := range markup.CommentLinks(text) {
		text = strings.ReplaceAll(text, link, " ")
	}
	var b strings.Builder
	last := rune(0)
	for _, f := range news.FoldLookalikes(text) {
		if unicode.IsLetter(f.R) && f.R != last { // "soooo" is "so"
			b.WriteRune(f.R)
			last = f.R
		}
	}
	if utf8.RuneCountInString(b.String()) < 12 {
		return ""
	}
	sum := sha256.Sum256([]byte(b.String()))
	return hex.EncodeToString(sum[:12])
}
