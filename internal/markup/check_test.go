package markup

import (
	"encoding/json"
	"strings"
	"testing"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// allowedAttrs is all that Render may write.
var allowedAttrs = map[string]bool{
	"a href": true, "span lang": true, "span dir": true, "p lang": true, "p dir": true, "h2 lang": true, "h2 dir": true, "h3 lang": true, "h3 dir": true,
	"h4 lang": true, "h4 dir": true, "ol start": true, "div class": true, "div role": true, "div tabindex": true, "div aria-label": true,
	"p class": true, "figure class": true, "th scope": true, "th class": true, "td class": true, "pre tabindex": true, "span data-part": true,
}

var allowedTags = map[string]bool{
	"p": true, "h2": true, "h3": true, "h4": true, "ul": true, "ol": true, "li": true, "blockquote": true, "figure": true, "figcaption": true,
	"div": true, "table": true, "caption": true, "thead": true, "tbody": true, "tr": true, "th": true, "td": true, "hr": true, "pre": true,
	"code": true, "br": true, "a": true, "span": true, "strong": true, "em": true, "bdi": true,
}

// checkDocument holds every promise that any document must keep.
func checkDocument(t testing.TB, d Document) {
	t.Helper()
	b, err := d.MarshalJSON()
	if err != nil || len(b) > MaxBytes {
		t.Fatalf("JSON of %d bytes, %v", len(b), err)
	}
	again, err := Parse(b)
	if err != nil {
		t.Fatalf("its own JSON is refused: %v\n%.2000s", err, b)
	}
	if !again.Equal(d) {
		t.Fatalf("its own JSON reads differently: %.2000s", b)
	}
	body := Render(d, RenderOptions{Dateline: "KABUL", Lang: "en"})
	if _, err := json.Marshal(body); err != nil {
		t.Fatalf("body as JSON: %v", err)
	}
	out := body.HTML(nil)
	checkHTML(t, out)
	if n := len(out); n > 12*MaxBytes {
		t.Fatalf("%d bytes of HTML from %d of JSON", n, len(b))
	}
	d.Text()
	d.Words()
	d.Summary(160)
}

// checkHTML reads rendered HTML as a browser does: nothing may be in it but
// what Render is there to write.
func checkHTML(t testing.TB, out string) {
	t.Helper()
	nodes, err := html.ParseFragment(strings.NewReader(out), &html.Node{Type: html.ElementNode, DataAtom: atom.Body, Data: "body"})
	if err != nil {
		t.Fatalf("rendered HTML: %v", err)
	}
	var back strings.Builder
	for _, n := range nodes {
		for d := range n.Descendants() {
			checkNode(t, d)
		}
		checkNode(t, n)
		if err := html.Render(&back, n); err != nil {
			t.Fatal(err)
		}
	}
	// A browser that reads it must not have to repair anything.
	if back.Len() < 1<<20 && normal(back.String()) != normal(out) {
		t.Fatalf("rendered HTML is repaired by a parser\n got %.3000s\nread %.3000s", normal(out), normal(back.String()))
	}
}

var entities = strings.NewReplacer("<br/>", "<br>", "<hr/>", "<hr>", "&#34;", `"`, "&#39;", "'", "&quot;", `"`)

func normal(s string) string { return entities.Replace(s) }

func checkNode(t testing.TB, n *html.Node) {
	t.Helper()
	switch n.Type {
	case html.TextNode:
	case html.ElementNode:
		if n.Namespace != "" || !allowedTags[n.Data] {
			t.Fatalf("rendered HTML holds <%s>", n.Data)
		}
		for _, a := range n.Attr {
			if !allowedAttrs[n.Data+" "+a.Key] {
				t.Fatalf("rendered HTML holds <%s %s=%q>", n.Data, a.Key, a.Val)
			}
			if a.Key == "href" {
				if clean, err := CleanURL(a.Val); err != nil || clean != a.Val {
					t.Fatalf("rendered HTML links to %q: cleaned %q, %v", a.Val, clean, err)
				}
			}
		}
	default:
		t.Fatalf("rendered HTML holds a node of type %d: %q", n.Type, n.Data)
	}
}
