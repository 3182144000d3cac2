package markup

import (
	"net/url"
	"regexp"
	"strings"
)

var escaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&#34;", "'", "&#39;")

// EscapeText makes any text safe as the content of an HTML element or of a
// quoted attribute.
func EscapeText(s string) string { return escaper.Replace(s) }

// bareLink finds addresses in plain text; what ends a sentence is not part.
var bareLink = regexp.MustCompile(`\bhttps?://[^\s<>"']+`)

// TextHTML makes safe HTML of what a reader wrote as plain text (a comment,
// say): paragraphs at empty lines, line breaks, and web addresses as links
// that give no credit (rel="ugc nofollow"). The text should have been through
// [CleanText].
func TextHTML(s string) string {
	var b strings.Builder
	for p := range strings.SplitSeq(s, "\n\n") {
		if p = strings.Trim(p, "\n "); p == "" {
			continue
		}
		b.WriteString("<p>")
		for i, line := range strings.Split(p, "\n") {
			if i > 0 {
				b.WriteString("<br>")
			}
			linkify(&b, line)
		}
		b.WriteString("</p>")
	}
	return b.String()
}

func linkify(b *strings.Builder, line string) {
	for {
		at := bareLink.FindStringIndex(line)
		if at == nil {
			b.WriteString(EscapeText(line))
			return
		}
		word := strings.TrimRight(line[at[0]:at[1]], ".,;:!?…)]}»”’،؛؟。、")
		b.WriteString(EscapeText(line[:at[0]]))
		if href, err := CleanURL(word); err == nil {
			b.WriteString(`<a href="` + EscapeText(href) + `" rel="ugc nofollow">` + EscapeText(word) + `</a>`)
		} else {
			b.WriteString(EscapeText(word))
		}
		line = line[at[0]+len(word):]
	}
}

// FromText makes a document of plain text: a paragraph at every empty line,
// a line break at every other line end.
func FromText(s string) (Document, Report) {
	var report Report
	c := &converter{report: &report}
	s = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\u2029", "\n\n", "\u2028", "\n", "\f", "\n\n").Replace(bounded(s, &report))
	f := c.flow()
	for line := range strings.SplitSeq(s, "\n") {
		if strings.TrimSpace(line) == "" {
			f.flush()
			continue
		}
		if len(f.line) > 0 {
			f.lineBreak()
		}
		f.text(line, style{})
	}
	return fit(f.finish(), &report), report
}

// hostOf is the host that an address leads to, as readers know it.
func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return strings.TrimPrefix(u.Hostname(), "www.")
}

// pathOf is the path that an address leads to on its host, without the query.
func pathOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.EscapedPath()
}
