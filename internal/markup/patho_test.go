package markup

import (
	"runtime"
	"runtime/metrics"
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

// A text that opens lists on every line, or is full of emphasis, must not take the
// memory that readers are served from: 1.2 GB it took before, for 2 MB.
func TestHostileMarkdownTakesLittleMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("it reads several texts of 2 MB; run without -short")
	}
	const most = 400 << 20
	for _, unit := range []string{strings.Repeat("- ", 20) + "a\n\n", strings.Repeat("- ", 8) + "a\n", strings.Repeat("1. > ", 8) + "a\n", strings.Repeat("_a_ ", 990) + "\n\n"} {
		src := strings.Repeat(unit, MaxBytes/len(unit))
		var d Document
		var report Report
		start := time.Now()
		peak := peakOf(func() { d, report = FromMarkdown(src) })
		t.Logf("%.12q…: %d MB in %s", unit, peak>>20, time.Since(start))
		if peak > most {
			t.Errorf("reading %d bytes of %.12q took %d MB, want at most %d", len(src), unit, peak>>20, most>>20)
		}
		if len(report) == 0 {
			t.Errorf("%.12q: nothing reported", unit)
		}
		checkDocument(t, d)
	}
}

// peakOf is how much the heap grew at most while f ran, what could have been freed
// included.
func peakOf(f func()) uint64 {
	heap := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	read := func() uint64 {
		metrics.Read(heap)
		return heap[0].Value.Uint64()
	}
	runtime.GC()
	before, peak := read(), uint64(0)
	done, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		tick := time.NewTicker(2 * time.Millisecond)
		defer tick.Stop()
		for {
			peak = max(peak, read())
			select {
			case <-tick.C:
			case <-done:
				return
			}
		}
	}()
	f()
	close(done)
	<-stopped
	return peak - min(before, peak)
}

// What a writer writes stays as it is however long it gets: many links, a list of
// thousands, and the same again after a trip through the document.
func TestLongRealTextIsLeftAlone(t *testing.T) {
	for name, src := range map[string]string{
		"list":  strings.Repeat(strings.Repeat("- An item with *some* words and [a link](https://example.org/a/page) in it\n", 200)+"\nWords.\n\n", 20),
		"links": strings.Repeat("Words and [a link](https://example.org/a/rather/long/address) and **weight**.\n\n", 4000),
		"quote": strings.Repeat("> What somebody said, at some length, as people do.\n\nAnd what we say.\n\n", 4000),
	} {
		d, report := FromMarkdown(src)
		if len(report) > 0 {
			t.Errorf("%s of %d bytes: %v", name, len(src), report)
		}
		if testing.Short() {
			continue
		}
		if again, report := FromMarkdown(d.Markdown()); len(report) > 0 || !again.Equal(d) {
			t.Errorf("%s: written and read again it is another, %v", name, report)
		}
	}
}
