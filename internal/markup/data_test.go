package markup

import (
	"bufio"
	"encoding/json"
	"html"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode"

	xhtml "golang.org/x/net/html"
)

// material finds test files that nobody on the project wrote.
func material(t *testing.T, parts ...string) string {
	t.Helper()
	dir := filepath.Join(append([]string{"..", "..", "..", "shared", "data"}, parts...)...)
	if _, err := os.Stat(dir); err != nil {
		t.Skip("no ../shared/data beside the project")
	}
	return dir
}

// tryAll takes one string in by every door and checks what comes of it.
func tryAll(t *testing.T, s string) {
	t.Helper()
	d, _ := FromHTML(s)
	checkDocument(t, d)
	d, _ = FromMarkdown(s)
	checkDocument(t, d)
	if again, _ := FromMarkdown(d.Markdown()); !again.Equal(d) {
		t.Fatalf("Markdown of %q does not come back: %q", s, d.Markdown())
	}
	d, _ = FromText(s)
	checkDocument(t, d)
	checkComment(t, s)
	if line, err := CleanLine(s); err == nil {
		checkDocument(t, Document{content: []node{newNode(kindPicture).with("media", "m").with("caption", oneLine(line))}})
	}
}

func TestHostileStrings(t *testing.T) {
	dir := material(t, "hostile")
	count := 0
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || !strings.HasSuffix(path, ".txt") && !strings.HasSuffix(path, ".csv") {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		s := bufio.NewScanner(strings.NewReader(string(data)))
		s.Buffer(nil, 1<<22)
		for s.Scan() {
			if count++; testing.Short() && count%10 != 0 {
				continue
			}
			tryAll(t, s.Text())
			// As attribute values, where quoting is what holds.
			tryAll(t, `<a href="`+html.EscapeString(s.Text())+`">x</a><img src="`+html.EscapeString(s.Text())+`" alt="`+html.EscapeString(s.Text())+`">`)
		}
		if err := s.Err(); err != nil {
			return err
		}
		if len(data) <= MaxBytes {
			tryAll(t, string(data))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d lines", count)
}

func TestSanitiserVectors(t *testing.T) {
	data, err := os.ReadFile(filepath.Join(material(t, "hostile"), "dompurify-expect.json"))
	if err != nil {
		t.Fatal(err)
	}
	var vectors []struct{ Title, Payload string }
	if err := json.Unmarshal(data, &vectors); err != nil {
		t.Fatal(err)
	}
	for _, v := range vectors {
		t.Run(v.Title, func(t *testing.T) { tryAll(t, v.Payload) })
	}
}

// TestHTMLParsersInputs takes in the inputs of html5lib's tests: the worst
// markup that those who wrote the standard could think of.
func TestHTMLParsersInputs(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(material(t, "html", "html5lib-tests", "tree-construction"), "*.dat"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no inputs: %v", err)
	}
	count := 0
	for _, f := range files {
		data, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for _, part := range strings.Split("\n"+string(data), "\n#data\n")[1:] {
			input, _, _ := strings.Cut(part, "\n#errors")
			tryAll(t, input)
			count++
		}
	}
	t.Logf("%d inputs", count)
}

// TestPastedPages takes whole news pages in and looks for the words that a
// reader of the page expects.
func TestPastedPages(t *testing.T) {
	dirs, err := filepath.Glob(filepath.Join(material(t, "pages", "readability-test-pages"), "*", "expected.html"))
	if err != nil || len(dirs) == 0 {
		t.Fatalf("no pages: %v", err)
	}
	sum, worst, count := 0.0, 1.0, 0
	for _, expected := range dirs {
		want, err := os.ReadFile(expected)
		if err != nil {
			t.Fatal(err)
		}
		src, err := os.ReadFile(filepath.Join(filepath.Dir(expected), "source.html"))
		if err != nil {
			t.Fatal(err)
		}
		name := filepath.Base(filepath.Dir(expected))
		whole, _ := FromHTML(string(src))
		checkDocument(t, whole)
		article, report := FromHTML(string(want))
		checkDocument(t, article)
		words := wordsOf(t, string(want))
		kept, keptWhole := share(words, article), share(words, whole)
		sum, count = sum+kept, count+1
		if kept < worst {
			worst = kept
		}
		if kept < 0.95 {
			t.Errorf("%s: %.1f %% of the article's words kept; %+v", name, 100*kept, report)
		}
		t.Logf("%-24s article %5.1f %%, found in the whole page %5.1f %%, %d words, %d pictures, %d reports", name, 100*kept, 100*keptWhole, article.Words(), len(article.Pictures()), len(report))
	}
	t.Logf("%d pages: %.2f %% of words kept on average, worst %.2f %%", count, 100*sum/float64(count), 100*worst)
}

// wordsOf reads a page's words without this package's help.
func wordsOf(t *testing.T, src string) []string {
	doc, err := xhtml.Parse(strings.NewReader(src))
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for n := range doc.Descendants() {
		if n.Type == xhtml.TextNode && n.Parent.Data != "script" && n.Parent.Data != "style" && n.Parent.Data != "noscript" {
			b.WriteString(n.Data)
		}
		if n.Type == xhtml.ElementNode && elements[n.DataAtom].block {
			b.WriteByte(' ')
		}
	}
	return tokens(b.String())
}

// tokens splits text into words; a sign of Chinese is one by itself.
func tokens(s string) []string {
	var out []string
	for _, w := range strings.FieldsFunc(s, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsNumber(r) }) {
		if r := []rune(w); unicode.Is(unicode.Han, r[0]) {
			out = append(out, strings.Split(w, "")...)
			continue
		}
		out = append(out, w)
	}
	return out
}

func share(words []string, d Document) float64 {
	have := map[string]int{}
	text := d.Text()
	for _, p := range d.Pictures() {
		text += " " + p.Caption + " " + p.Credit
	}
	for _, n := range d.content {
		if n.kind == kindLinkCard {
			text += " " + n.attr("description")
		}
	}
	for _, w := range tokens(text) {
		have[w]++
	}
	kept := 0
	for _, w := range words {
		if have[w] > 0 {
			have[w]--
			kept++
		}
	}
	if len(words) == 0 {
		return 1
	}
	return float64(kept) / float64(len(words))
}

func checkComment(t testing.TB, s string) {
	t.Helper()
	s, err := CleanText(s)
	if err != nil {
		return
	}
	out := CommentHTML(s)
	doc, err := xhtml.Parse(strings.NewReader(out))
	if err != nil {
		t.Fatal(err)
	}
	for n := range doc.Descendants() {
		if n.Type != xhtml.ElementNode {
			continue
		}
		switch n.Data {
		case "html", "head", "body", "p", "br", "em", "blockquote":
			if len(n.Attr) > 0 {
				t.Fatalf("comment %q gave <%s %v>", s, n.Data, n.Attr)
			}
		case "a":
			if href, err := CleanURL(n.Attr[0].Val); len(n.Attr) != 2 || n.Attr[0].Key != "href" || err != nil || href != n.Attr[0].Val {
				t.Fatalf("comment %q gave a link %v", s, n.Attr)
			}
		default:
			t.Fatalf("comment %q gave <%s>", s, n.Data)
		}
	}
}
