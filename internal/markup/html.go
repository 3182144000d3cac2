package markup

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// maxNesting is how many lists, quotations and table cells may stand in each
// other when foreign text is read; what is deeper is kept, one level up. Each
// costs two levels of [MaxDepth].
const maxNesting = 12

// FromHTML makes a document of foreign HTML, a fragment or a whole page. What
// the schema can hold is kept, block structure is repaired, everything else
// goes and is reported. It never fails: the worst input gives an empty
// document. Text beyond [MaxBytes] is cut and reported.
//
// Pictures keep their address as found in Picture.Media ("media:ID" gives
// ID): whoever calls maps or drops them with [Document.MapPictures]. Frames,
// video and audio become link cards. A figure's caption goes to its picture,
// table or quotation. Where most of the text claims one language or
// direction, that claim is taken as the story's own and not repeated on spans.
func FromHTML(src string) (Document, Report) {
	var report Report
	d := fromHTML(bounded(src, &report), false, &report)
	return d, report
}

func fromHTML(src string, markdown bool, report *Report) Document {
	c := &converter{report: report, markdown: markdown}
	body := &html.Node{Type: html.ElementNode, DataAtom: atom.Body, Data: "body"}
	nodes, err := html.ParseFragmentWithOptions(strings.NewReader(src), body, html.ParseOptionEnableScripting(false))
	if err != nil {
		// Nothing but nesting beyond 512 makes the HTML parser fail.
		report.note("HTML nested too deeply: kept as plain paragraphs", "")
		return flatten(src, report)
	}
	f := c.flow()
	for _, n := range nodes {
		f.node(n, style{})
	}
	blocks := f.finish()
	if !markdown {
		blocks = dropMainSpan(blocks)
	}
	return fit(blocks, report)
}

// converter holds what one conversion shares.
type converter struct {
	report   *Report
	markdown bool // the HTML was made from Markdown, whose own signs count
	nesting  int
	cells    int // of all tables so far, filled-in ones too
	nodes    int // pieces of text and breaks so far
}

// maxNodes is more than a document of MaxBytes can hold; what comes after
// them would only be made to be cut off by fit.
const maxNodes = MaxBytes / 20

// full counts one more piece, and says whether it is one too many.
func (c *converter) full(example string) bool {
	if c.nodes++; c.nodes <= maxNodes {
		return false
	}
	c.report.note(tooLong, example)
	return true
}

const tooLong = "text cut off: the story would be longer than 2 MB"

// bounded makes a source fit to be read: valid, and no longer than MaxBytes.
func bounded(src string, report *Report) string {
	if len(src) > MaxBytes {
		n := MaxBytes
		for n > 0 && !utf8.RuneStart(src[n]) {
			n--
		}
		report.note("text beyond 2 MB cut off", src[n:min(len(src), n+4*maxExample)])
		src = src[:n]
	}
	if !utf8.ValidString(src) {
		report.note("bytes that are no valid UTF-8 replaced", "")
		src = strings.ToValidUTF8(src, "\uFFFD")
	}
	return src
}

// fit drops blocks from the end until the document's JSON is one that Parse
// takes back: marks can make it far longer than the source was.
func fit(blocks []node, report *Report) Document {
	size := len(`{"type":"doc","content":[]}`)
	for i, n := range blocks {
		one, _ := Document{content: []node{n}}.MarshalJSON() // never fails
		size += len(one)                                     // with more than its comma
		if size > MaxBytes {
			report.note(tooLong, Document{content: blocks[i : i+1]}.Text())
			return Document{content: blocks[:i:i]}
		}
	}
	return Document{content: blocks}
}

// flatten is the way out for HTML too deep to parse: its words, in paragraphs.
func flatten(src string, report *Report) Document {
	c := &converter{report: report}
	f := c.flow()
	z := html.NewTokenizer(strings.NewReader(src))
	skip := atom.Atom(0)
	for {
		switch z.Next() {
		case html.ErrorToken:
			return fit(f.finish(), report)
		case html.TextToken:
			if skip == 0 {
				f.text(html.UnescapeString(string(z.Raw())), style{})
			}
		case html.StartTagToken, html.SelfClosingTagToken:
			name, _ := z.TagName()
			switch a := atom.Lookup(name); {
			case skip != 0:
			case elements[a].drop && z.Token().Type == html.StartTagToken:
				skip = a
			case elements[a].block:
				f.flush()
			}
		case html.EndTagToken:
			name, _ := z.TagName()
			switch a := atom.Lookup(name); {
			case a == skip:
				skip = 0
			case skip == 0 && elements[a].block:
				f.flush()
			}
		}
	}
}

// dropMainSpan takes away the span that most of the text carries: pasted
// pages put lang or dir on everything.
func dropMainSpan(blocks []node) []node {
	counts, total := map[string]int{}, 0
	root := node{kind: kindDoc, content: blocks}
	root.walk(func(n node) {
		total += len(n.text)
		if m, ok := n.markOf(markSpan); ok {
			counts[strings.Join(m.attrs, " ")] += len(n.text)
		}
	})
	for key, n := range counts {
		if 2*n > total {
			return root.unmark(func(m mark) bool {
				return m.kind == markSpan && strings.Join(m.attrs, " ") == key
			}).content
		}
	}
	return blocks
}

// unmark returns the node without the marks that drop says yes to.
func (n node) unmark(drop func(mark) bool) node {
	var marks []mark
	for _, m := range n.marks {
		if !drop(m) {
			marks = append(marks, m)
		}
	}
	n.marks = marks
	var content []node
	for _, c := range n.content {
		content = append(content, c.unmark(drop))
	}
	n.content = joinText(content)
	return n
}
