package mail

import (
	"html"
	"net/url"
	"regexp"
	"strings"
)

// address finds what may become a link: https, up to a space, a quote or a bracket.
// Letters and marks of all scripts belong to it, invisible characters do not.
var address = regexp.MustCompile(`https://[\pL\pM\pN!#-;=?-~]+`)

// htmlOf is the text of m as HTML that begins on the right. The document strict enough
// for stories (package markup) is of no use here: this is plain text with every
// character escaped, where blank lines part paragraphs and https addresses are links.
// No style, no picture: nothing is fetched when it is opened.
func htmlOf(m Message) string {
	var b strings.Builder
	b.WriteString("<!DOCTYPE html>\n<html lang=\"" + html.EscapeString(m.Language) + "\" dir=\"rtl\">\n<head><meta charset=\"utf-8\"><title>" +
		html.EscapeString(m.Subject) + "</title></head>\n<body dir=\"rtl\">\n")
	for _, p := range strings.Split(m.Text, "\n\n") {
		if p = strings.Trim(p, "\n"); p == "" {
			continue
		}
		b.WriteString("<p>")
		for i, l := range strings.Split(p, "\n") {
			if i > 0 {
				b.WriteString("<br>\n")
			}
			writeLinked(&b, l)
		}
		b.WriteString("</p>\n")
	}
	b.WriteString("</body>\n</html>\n")
	return b.String()
}

// writeLinked writes one line, escaped, its addresses as links that read from left to
// right as addresses do.
func writeLinked(b *strings.Builder, l string) {
	for l != "" {
		at := address.FindStringIndex(l)
		if at == nil {
			break
		}
		found := strings.TrimRight(l[at[0]:at[1]], ".,;:!?)]}'") // not _ or -: secrets end so
		b.WriteString(html.EscapeString(l[:at[0]]))
		if u, err := url.Parse(found); err == nil && u.Host != "" && u.User == nil {
			b.WriteString(`<a href="` + html.EscapeString(u.String()) + `" dir="ltr">` + html.EscapeString(found) + `</a>`)
		} else {
			b.WriteString(html.EscapeString(found))
		}
		l = l[at[0]+len(found):]
	}
	b.WriteString(html.EscapeString(l))
}
