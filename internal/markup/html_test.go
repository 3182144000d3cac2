package markup

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func lost(r Report) []string {
	var out []string
	for _, c := range r {
		out = append(out, c.What)
	}
	return out
}

// What becomes of HTML is shown as the Markdown of the document.
func TestFromHTML(t *testing.T) {
	for _, c := range []struct {
		name, in, want string
		lost           []string
	}{
		{"stray text", `one<div>two<p>three</p>four</div>`, "one\n\ntwo\n\nthree\n\nfour\n", nil},
		{"double breaks are paragraphs", `a<br><br>b<br>c<br>`, "a\n\nb\\\nc\n", nil},
		{"spaces", "<p>  a \n b&nbsp;c <b>bold </b><i> it</i> </p><p>&nbsp;</p>", "a b\u00a0c **bold** _it_\n", nil},
		{"headings", `<h1>A</h1><h3>B<br>C</h3><h6><p>D</p></h6><h2> </h2>`, "## A\n\n### B<br>C\n\n#### D\n",
			[]string{"heading level changed: a story has levels 2 to 4"}},
		{"block in emphasis", `<b><p>a</p><p>b</p></b>`, "**a**\n\n**b**\n", nil},
		{"lists", `<ul><li>a<ul><li>b</ul><li><p>c</p><p>d</p></ul><ol start=3><li>x</ol>`, "- a\n  - b\n\n- c\n\n  d\n\n3. x\n", nil},
		{"list in list", `<ul><li>a</li><ul><li>b</li></ul>stray</ul>`, "- a\n  - b\n- stray\n", nil},
		{"quotation with footer", `<blockquote><p>q</p><footer>— Jane Doe</footer></blockquote>`, "> q\n> — Jane Doe\n", nil},
		{"quotation with cite", `<blockquote>q <cite>Jane</cite></blockquote>`, "> q\n> — Jane\n", nil},
		{"quotation with a last line", `<blockquote><p>q<br>– Jane</p></blockquote>`, "> q\n> — Jane\n", nil},
		{"quotation in a figure", `<figure><blockquote>q</blockquote><figcaption>Jane</figcaption></figure>`, "> q\n> — Jane\n", nil},
		{"dash inside a quotation", `<blockquote><p>— he said</p></blockquote>`, "> &mdash; he said\n", nil},
		{"figure", `<figure class="wp-block-image"><a href="/big.jpg"><img src="/a b.jpg" alt="A | man" title="DSC_1"></a><figcaption>Words <span class="credit">J. Doe / dpa</span></figcaption></figure>`,
			"![A \\| man](/a%20b.jpg \"Words | J. Doe / dpa\")\n", []string{"link around a picture"}},
		{"picture in a sentence", `<p>one <img src=x.jpg> two</p>`, "one two\n\n![](x.jpg)\n", nil},
		{"picture of ours", `<img src="media:id-1" alt="x">`, "![x](media:id-1)\n", nil},
		{"picture put in by script", `<img src="data:image/gif;base64,R0" data-src="/real.jpg"><noscript><img src="/real.jpg"></noscript>`,
			"![](/real.jpg)\n", []string{"picture packed into the text", "the same picture twice in a row left out once"}},
		{"emoji picture", `<p>ok <img class="emoji" alt="🙂" src=x></p>`, "ok 🙂\n", nil},
		{"tracking", `<img src="https://t.example/p.gif" width="1" height="1">`, "", []string{"tracking pixel"}},
		{"video", `<iframe src="//www.youtube.com/embed/abc?rel=0" title="A film"></iframe>`,
			"{{card:https://www.youtube.com/watch?v=abc \"A film\"}}\n", []string{"embedded frame, video or audio: kept as a link card"}},
		{"scripts", `<script>alert(1)</script><style>p{}</style><p onclick=x style="color:red">a<!-- c --></p>`, "a\n", []string{"script", "style sheet"}},
		{"links", `<a href="https://a.example/?q=1&amp;r=2">a</a> <a href="javascript:x">b</a> <a href="//c.example">c</a> <a name=n>d</a> <a href="#f">e</a>`,
			"[a](https://a.example/?q=1&r=2) b [c](https://c.example) d e\n", []string{"link to an address that a story may not have: its words stay"}},
		{"raised", `H<sub>2</sub>O, 5 km<sup>2</sup>, 1<sup>st</sup>`, "H₂O, 5 km², 1st\n", []string{"raised or lowered text"}},
		{"strike", `<del>old</del> new`, "old new\n", []string{"strike-through: the words stay"}},
		{"languages", `<p lang="en-GB">He said <span lang="AR" dir="rtl">مرحبا</span> and then went on talking.</p>`,
			"He said <span lang=\"ar\" dir=\"rtl\">مرحبا</span> and then went on talking.\n", nil},
		{"hidden", `<p hidden>a</p><p style="display: none">b</p>c`, "c\n", []string{"hidden text"}},
		{"table", `<table><caption>Results</caption><thead><tr><td>Party</td><td align=right>Votes</td></tr></thead><tr><td>A</td><td style="text-align: right">1</td></tr></table>`,
			"| Party | Votes |\n| --- | --: |\n| A | 1 |\n{{caption: Results}}\n", nil},
		{"merged cells", `<table><tr><th colspan=2>x</th></tr><tr><td rowspan=2>a</td><td>b</td></tr><tr><td>c</td></tr></table>`,
			"| x |  |\n| --- | --- |\n| a | b |\n|  | c |\n", []string{"merged table cells taken apart"}},
		{"table for layout", `<table><tr><td><p>a</p><table><tr><td>b</table></table>`, "a\n\nb\n", nil},
		{"code", "<pre><code>a\n\tb</code></pre>", "```\na\n    b\n```\n", nil},
		{"definition list", `<dl><dt>A</dt><dd>b</dd></dl>`, "**A**\n\nb\n", nil},
		{"unknown element", `<p>a <my-word>b</my-word></p>`, "a b\n", []string{"unknown element: its words stay"}},
		{"drawing", `<svg><script>x</script><a href=x>y</a></svg>z`, "z\n", []string{"drawing or formula"}},
		{"form", `<form>Vote <button>Go</button></form>`, "Vote\n", []string{"form control"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			d, report := FromHTML(c.in)
			if diff := cmp.Diff(c.want, d.Markdown()); diff != "" {
				t.Errorf("document (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(c.lost, lost(report)); diff != "" {
				t.Errorf("report (-want +got):\n%s", diff)
			}
			checkDocument(t, d)
		})
	}
}

func TestReportCountsAndShows(t *testing.T) {
	_, report := FromHTML(`<u>first</u><u>second</u>` + strings.Repeat("<u>x</u>", 5))
	if diff := cmp.Diff(Report{{What: "underline", Count: 7, Example: "first"}}, report); diff != "" {
		t.Error(diff)
	}
	_, report = FromMarkdown("a\xffb")
	if len(report) != 1 || !strings.Contains(report[0].What, "UTF-8") {
		t.Errorf("damaged bytes reported as %+v", report)
	}
}

func TestTooDeepAndTooLong(t *testing.T) {
	d, report := FromHTML(strings.Repeat("<ul><li>a", 30))
	if len(report) == 0 || d.Words() != 30 {
		t.Errorf("30 lists in lists: %d words, %v", d.Words(), report)
	}
	checkDocument(t, d)
	d, report = FromHTML(strings.Repeat("<div>word<script>no</script>", 600))
	if len(report) == 0 || d.Words() != 600 {
		t.Errorf("600 divs in divs: %d words, %v", d.Words(), report)
	}
	d, report = FromMarkdown(strings.Repeat("word ", MaxBytes/4))
	if len(report) == 0 || d.Words() < 300_000 {
		t.Errorf("2.5 MB of words: %d words, %v", d.Words(), report)
	}
	checkDocument(t, d)
}

func TestRenderedPageComesBack(t *testing.T) {
	md := "## A\n\ntext [link](https://example.org/) **b** <span lang=\"ar\" dir=\"rtl\">كلمة</span>\n\n> q\n> — Jane\n\n- a\n  - b\n\n" +
		"{{card:https://example.org/x \"T\" \"D\"}}\n\n| a | b |\n| --- | --: |\n| 1 | 2 |\n{{caption: C}}\n\n```\nx\n```\n\n___\n\n2. z\n"
	d, _ := FromMarkdown(md)
	again, report := FromHTML(Render(d, RenderOptions{}).HTML(nil))
	if diff := cmp.Diff(md, again.Markdown()); diff != "" {
		// The alignment of cells is a class on our pages, and not read back.
		if strings.Replace(md, "--:", "---", 1) != again.Markdown() {
			t.Errorf("pasted from our own page (-want +got):\n%s", diff)
		}
	}
	if len(report) > 0 {
		t.Errorf("pasted from our own page: %+v", report)
	}
}
