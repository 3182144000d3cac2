package markup

import (
	"strings"
	"testing"
	"time"
)

// hostilePatterns make readers of Markdown and HTML slow or deep when repeated.
var hostilePatterns = []string{
	"[", "]", "*", "_", "**a ", ">", "> ", "- ", "* ", "+ ", "1. ", "`", "``a`", "<", "<a", "![", "[a](", "[](", "](", "~", "~a~ ", "*a_ ", "**a *b ", "\\",
	"&", "|a", "http://a ", "www.a.b ", "a@b ", "(", "\"", "<!--", "<?", "<![CDATA[", "[a]: x\n", "[a]\n", "a\n", "  - a\n", "> a\n", "- a\n", "# a\n", "```\n", "~~~\n",
	"<div>\n", "<b>", "<p>", "<table><tr><td>", "<a href=x>", "*a **b _c ", "[a][b] ", "[[a", "<a href=\"", "a*", "_a", "http://a(", "\t", "<b><p>", "<nobr>",
	"<select><option>", "<dd>", "<li><ul>", "<svg><p>", "&amp", "<a><b><p></a>", "![[]()", "> - ", "- > ", "1. > - ", "<ul><li>", "<blockquote>", "{{card:", "[[story:", "{{caption:",
	"<font><b><i>", "</p>", "<td>", "<table>", "<br>", "<img src=a>", "<u>", "<figure><figcaption>", "<blockquote><cite>", "<q>", "<sub>1", "<ruby><rt>", "<object>", "<pre>", "<template>", "<math><mi>",
	"<table><caption>", "<h2>", "<dl><dt>", "<i lang=ar>", "— \n", "| - ", "-\n", "=\n", "a\n-\n", "\u202a", "a\u0301", "\n\n- ", "*a\n\n", "[](\n\n", "<iframe src=//a>", "a|b\n-|-\n",
}

// TestHostilePatternsAreBounded reads a lot of each. The limit is generous,
// since tests share their machine; it is there to catch squares, not seconds.
func TestHostilePatternsAreBounded(t *testing.T) {
	size, limit := 64<<10, 10*time.Second
	if testing.Short() {
		size = 16 << 10
	}
	for _, p := range hostilePatterns {
		src := strings.Repeat(p, size/len(p))
		for name, from := range map[string]func(string) (Document, Report){"Markdown": FromMarkdown, "HTML": FromHTML, "text": FromText} {
			start := time.Now()
			d, _ := from(src)
			took := time.Since(start)
			if took > limit {
				t.Errorf("%s of %d bytes of %q took %s", name, size, p, took)
			}
			if took > time.Second {
				t.Logf("%s of %d bytes of %q took %s", name, size, p, took)
			}
			start = time.Now()
			checkDocument(t, d)
			if took := time.Since(start); took > 3*time.Second {
				t.Logf("checking %s of %q took %s", name, p, took)
			}
		}
	}
}

func TestHostileTablesAreBounded(t *testing.T) {
	for _, n := range []int{50, 1000} {
		wide := strings.Repeat("|a", n) + "\n" + strings.Repeat("|-", n) + "\n"
		src := wide + strings.Repeat("|\n", (MaxBytes-len(wide))/2)
		start := time.Now()
		d, report := FromMarkdown(src)
		if took := time.Since(start); took > 20*time.Second {
			t.Errorf("table of %d columns took %s", n, took)
		}
		if len(report) == 0 {
			t.Errorf("table of %d columns: nothing reported", n)
		}
		checkDocument(t, d)
		if testing.Short() {
			continue
		}
		html := "<table><tr>" + strings.Repeat("<td>a", n) + strings.Repeat("<tr><td colspan=999 rowspan=999>b", 10000)
		d, _ = FromHTML(html)
		checkDocument(t, d)
	}
}

// What was read must be written again in time that grows with its length: the desk's
// form and the API's answers do it for every story.
func TestHostileTextIsWrittenInTime(t *testing.T) {
	size, limit := MaxBytes, 8*time.Second
	if testing.Short() {
		size = MaxBytes / 2
		limit = 2 * time.Second
	}
	for _, p := range []string{"&", "&a", "&#", "<", "*", "[", "_a", "\\", "`", "www.", "a@b", "http://a", "|", "{{"} {
		d, _ := FromText(strings.Repeat(p, size/len(p)))
		start := time.Now()
		d.Markdown()
		if took := time.Since(start); took > limit {
			t.Errorf("writing %d bytes of %q took %s", size, p, took)
		} else if took > time.Second {
			t.Logf("writing %d bytes of %q took %s", size, p, took)
		}
	}
}
