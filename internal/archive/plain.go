package archive

import (
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"dateline/internal/markup"
)

// plainLine makes one line of plain text of HTML: a title, a name, an excerpt.
func plainLine(s string) string {
	if s == "" {
		return ""
	}
	if strings.ContainsAny(s, "<&") {
		s = strip(s)
	}
	return cleanLine(s)
}

// plainText makes plain text of HTML, paragraphs separated by blank lines: a
// comment.
func plainText(s string) string {
	if strings.ContainsAny(s, "<&") {
		s = strip(s)
	}
	clean, err := markup.CleanText(strings.Map(printable, strings.ToValidUTF8(s, "")))
	if err != nil {
		return "" // not reached: printable leaves nothing to refuse
	}
	return strings.TrimSpace(clean)
}

// cleanLine is markup.CleanLine without what that refuses.
func cleanLine(s string) string {
	clean, err := markup.CleanLine(s)
	if err != nil {
		clean, err = markup.CleanLine(strings.Map(printable, strings.ToValidUTF8(s, "")))
	}
	if err != nil {
		return ""
	}
	return clean
}

// printable drops the characters that no text may hold.
func printable(r rune) rune {
	switch {
	case r == '\t' || r == '\n':
		return r
	case r == '\r' || r == '\v' || r == '\f' || r == '\u0085' || r == '\u2028' || r == '\u2029':
		return '\n'
	case unicode.IsControl(r), r&0xFFFE == 0xFFFE, r >= 0xFDD0 && r <= 0xFDEF:
		return -1
	}
	return r
}

// strip drops the tags of HTML, and what stands in script and style, and resolves
// its entities.
func strip(s string) string {
	var b strings.Builder
	z := html.NewTokenizer(strings.NewReader(s))
	z.SetMaxBuf(0)
	var hidden atom.Atom
	for {
		switch z.Next() {
		case html.ErrorToken:
			return b.String()
		case html.TextToken:
			if hidden == 0 {
				b.Write(z.Text())
			}
		case html.StartTagToken:
			name, _ := z.TagName()
			switch a := atom.Lookup(name); a {
			case atom.Script, atom.Style:
				hidden = a
			case atom.P, atom.Div, atom.Li, atom.Blockquote, atom.Ul, atom.Ol:
				b.WriteString("\n\n")
			case atom.Br:
				b.WriteByte('\n')
			}
		case html.SelfClosingTagToken:
			if name, _ := z.TagName(); atom.Lookup(name) == atom.Br {
				b.WriteByte('\n')
			}
		case html.EndTagToken:
			name, _ := z.TagName()
			switch a := atom.Lookup(name); a {
			case atom.Script, atom.Style:
				hidden = 0
			case atom.P, atom.Div, atom.Blockquote:
				b.WriteString("\n\n")
			}
		}
	}
}

// decodeSlug gives a slug in its own script: WordPress keeps it percent-encoded.
func decodeSlug(s string) string {
	if d, err := url.PathUnescape(s); err == nil && utf8.ValidString(d) {
		s = d
	}
	return cleanLine(s)
}
