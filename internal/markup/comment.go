package markup

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// quoteDepth is how deep a comment's quotes may stand in each other; what is deeper
// stands at this depth. A hostile text of nothing but ">" makes no deeper page.
const quoteDepth = 3

// bareLink finds addresses in plain text; what ends a sentence is not part.
var bareLink = regexp.MustCompile(`\bhttps?://[^\s<>"']+`)

// CommentHTML makes safe HTML of what a reader wrote as plain text: paragraphs at empty
// lines, line breaks, lines that begin with ">" as quotations, words between asterisks
// as emphasis, and web addresses as links that give no credit (rel="ugc nofollow").
// Nothing else is markup. The text should have been through [CleanText]; its HTML is at
// most some ten times as long.
func CommentHTML(s string) string {
	var b strings.Builder
	depth, inside := 0, false // quotations that are open; whether a paragraph is
	end := func() {
		if inside {
			b.WriteString("</p>")
			inside = false
		}
	}
	for line := range strings.SplitSeq(s, "\n") {
		line, d := unquoted(line)
		if line == "" {
			end()
			continue
		}
		if d != depth {
			end()
		}
		for ; depth < d; depth++ {
			b.WriteString("<blockquote>")
		}
		for ; depth > d; depth-- {
			b.WriteString("</blockquote>")
		}
		if inside {
			b.WriteString("<br>")
		} else {
			b.WriteString("<p>")
			inside = true
		}
		linkify(&b, line)
	}
	end()
	b.WriteString(strings.Repeat("</blockquote>", depth))
	return b.String()
}

// CommentLinks lists the web addresses that CommentHTML would make links of, as they
// stand in the text.
func CommentLinks(s string) []string {
	var out []string
	for _, word := range bareLink.FindAllString(s, -1) {
		word = trimLink(word)
		if _, err := CleanURL(word); err == nil {
			out = append(out, word)
		}
	}
	return out
}

// unquoted takes the signs of quotation from the beginning of a line and counts them.
func unquoted(line string) (string, int) {
	depth := 0
	for {
		line = strings.Trim(line, " \t")
		rest, quoted := strings.CutPrefix(line, ">")
		if !quoted {
			return line, min(depth, quoteDepth)
		}
		line = rest
		depth++
	}
}

func trimLink(word string) string {
	return strings.TrimRight(word, ".,;:!?…*)]}»”’،؛؟。、")
}

func linkify(b *strings.Builder, line string) {
	for {
		at := bareLink.FindStringIndex(line)
		if at == nil {
			emphasise(b, line)
			return
		}
		word := trimLink(line[at[0]:at[1]])
		emphasise(b, line[:at[0]])
		if href, err := CleanURL(word); err == nil {
			b.WriteString(`<a href="` + EscapeText(href) + `" rel="ugc nofollow">` + EscapeText(word) + `</a>`)
		} else {
			b.WriteString(EscapeText(word))
		}
		line = line[at[0]+len(word):]
	}
}

// emphasise writes text in which *words* between asterisks are emphasised: one that
// begins has no word before it and no space behind it, one that ends the other way
// round. Sums and footnotes stay as they were written.
func emphasise(b *strings.Builder, s string) {
	for {
		open := asterisk(s, 0, true)
		if open < 0 {
			break
		}
		shut := asterisk(s, open+2, false)
		if shut < 0 {
			break
		}
		b.WriteString(EscapeText(s[:open]))
		b.WriteString("<em>" + EscapeText(s[open+1:shut]) + "</em>")
		s = s[shut+1:]
	}
	b.WriteString(EscapeText(s))
}

// asterisk finds the next one in s from i on that can begin, or end, an emphasis.
func asterisk(s string, i int, begins bool) int {
	for ; i < len(s); i++ {
		if s[i] != '*' {
			continue
		}
		out, _ := utf8.DecodeLastRuneInString(s[:i])
		in, _ := utf8.DecodeRuneInString(s[i+1:])
		if !begins {
			in, out = out, in
		}
		if !wordly(out) && out != '*' && in != '*' && in != utf8.RuneError && !unicode.IsSpace(in) {
			return i
		}
	}
	return -1
}

// wordly tells whether a character belongs to a word; none at all, at an end, does not.
func wordly(r rune) bool {
	return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.IsMark(r))
}
