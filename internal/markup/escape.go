package markup

import (
	"net/url"
	"strings"
)

var escaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&#34;", "'", "&#39;")

// EscapeText makes any text safe as the content of an HTML element or of a
// quoted attribute.
func EscapeText(s string) string { return escaper.Replace(s) }

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
