package markup

import (
	"encoding/json"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// fragments are what Markdown is made of, and what trips its readers.
var fragments = []string{
	"word", "Wort", "كلمة", "中文", "é", "7", "12.", "3)", "-", "--", "— ", "-- ", "+", "*", "**", "***", "_", "__", "~~", "`", "``", "```", "~~~",
	" ", " ", " ", "  ", "\n", "\n", "\n\n", "\n\n", "\\\n", "  \n", "\t", "\n    ", "\n  ", "> ", "> ", "- ", "- ", "* ", "+ ", "1. ", "7) ", "# ", "## ", "#### ", "#",
	"[", "]", "(", ")", "![", "](", "](/a)", "](https://example.org/(x))", "<", ">", "&", "&amp;", "&amp;lt;", "&#42;", ";", "\\", "|", "| a | b |\n|---|--:|\n| c | d |", "\n|:-:|\n", "---", "===", "***", ":-", "!", "{{", "}}", "\"", "'",
	"https://example.org/x_y_z", "www.example.org", "a@b.example", "http://", "<https://example.org/>", "\u00a0", "\u200d", "\U0001F600", "“", "”", "•", "$",
	"**bold**", "*em*", "_em_ ", "x*y*z", "**a**b", "***both***", "<em>x</em>", "<em> x</em>", "<strong>y", "</strong>", "<br>", "<span lang=\"ar\" dir=\"rtl\">", "</span>", "<b>", "</b>", "<a href=\"/q\">", "</a>",
	"[text](/path)", "[t_x_](https://example.org/?a=1&copy=2 \"tip\")", "![alt](media:id-1 \"cap | cred\")", "![a*b](media:x \"| c\")", "![](/p.jpg)",
	"\n[[story:abc-1]]\n", "\n{{card:https://example.org/x \"T \\\"q\\\"\" \"D\"}}\n", "\n{{card:/x}}\n", "\n{{caption: The | words}}\n", "[[story:x]]",
	"\n\n<table><tr><th>h<td>c<tr><th>i<td>d</table>\n\n", "\n\n<div>x<p>y</div>\n\n", "\n\n<ul><li><ul><li>deep</ul></ul>\n\n", "<li>", "<pre>\nx\n y</pre>", "<hr>", "<h3>t</h3>", "\n\n<blockquote><p>q<footer>— who</footer></blockquote>\n\n",
	"<table><caption>c</caption><tr><td align=right>1<td>2</table>",
}

func drawMarkdown(t *rapid.T) string {
	return strings.Join(rapid.SliceOfN(rapid.SampledFrom(fragments), 0, 24).Draw(t, "fragments"), "")
}

func TestMarkdownComesBackEqual(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		src := drawMarkdown(t)
		d, _ := FromMarkdown(src)
		md := d.Markdown()
		again, report := FromMarkdown(md)
		if !again.Equal(d) {
			a, _ := json.Marshal(d)
			b, _ := json.Marshal(again)
			t.Fatalf("source %q\nwritten %q\nfirst %s\nagain %s", src, md, a, b)
		}
		for _, c := range report {
			t.Fatalf("source %q\nwritten %q\nreports %+v", src, md, c)
		}
	})
}
