package markup

import (
	"bytes"
	"regexp"
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// The signs that stand alone on a line.
var (
	storySign   = regexp.MustCompile(`^\[\[story:([A-Za-z0-9_-]{1,64})\]\]\s*$`)
	cardSign    = regexp.MustCompile(`^\{\{card:\s*(\S+?)(?:\s+"((?:[^"\\]|\\.)*)")?(?:\s+"((?:[^"\\]|\\.)*)")?\s*\}\}\s*$`)
	captionSign = regexp.MustCompile(`^\{\{caption:(.*)\}\}\s*$`)
)

// card is a line of Markdown that stands for a block of its own. Its HTML is
// read by flow.card.
type card struct {
	ast.BaseBlock
	html string
}

var kindCard = ast.NewNodeKind("Card")

func (*card) Kind() ast.NodeKind                { return kindCard }
func (*card) IsRaw() bool                       { return true }
func (c *card) Dump(source []byte, level int)   { ast.DumpHelper(c, source, level, nil, nil) }
func (*footer) Kind() ast.NodeKind              { return kindFooter }
func (f *footer) Dump(source []byte, level int) { ast.DumpHelper(f, source, level, nil, nil) }

type cardParser struct{}

func (cardParser) Trigger() []byte { return []byte{'[', '{'} }

func (cardParser) Open(_ ast.Node, reader text.Reader, pc parser.Context) (ast.Node, parser.State) {
	line, segment := reader.PeekLine()
	at := pc.BlockOffset()
	if at < 0 || at+1 >= len(line) || line[at+1] != line[at] {
		return nil, parser.NoChildren
	}
	html := signHTML(string(line[at:]))
	if html == "" {
		return nil, parser.NoChildren
	}
	reader.Advance(segment.Len() - 1)
	return &card{html: html}, parser.NoChildren
}

func signHTML(line string) string {
	if m := storySign.FindStringSubmatch(line); m != nil {
		return `<div data-story="` + m[1] + `"></div>`
	}
	if m := cardSign.FindStringSubmatch(line); m != nil {
		return `<div data-card="` + EscapeText(m[1]) + `" data-title="` + EscapeText(unquote(m[2])) +
			`" data-description="` + EscapeText(unquote(m[3])) + `"></div>`
	}
	if m := captionSign.FindStringSubmatch(line); m != nil && strings.TrimSpace(m[1]) != "" {
		return `<div data-table-caption="` + EscapeText(strings.TrimSpace(m[1])) + `"></div>`
	}
	return ""
}

var (
	quoter   = strings.NewReplacer(`\`, `\\`, `"`, `\"`)
	unquoter = strings.NewReplacer(`\\`, `\`, `\"`, `"`)
)

func unquote(s string) string { return unquoter.Replace(s) }

func (cardParser) Continue(ast.Node, text.Reader, parser.Context) parser.State { return parser.Close }
func (cardParser) Close(ast.Node, text.Reader, parser.Context)                 {}
func (cardParser) CanInterruptParagraph() bool                                 { return true }
func (cardParser) CanAcceptIndentedLine() bool                                 { return false }

// footer holds the last line of a quotation that says who said it.
type footer struct{ ast.BaseBlock }

var kindFooter = ast.NewNodeKind("Footer")

// newsroomSigns finds the signs that stand inside other Markdown.
type newsroomSigns struct{}

func (newsroomSigns) Transform(doc *ast.Document, reader text.Reader, _ parser.Context) {
	var quotes []ast.Node
	_ = ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) { // the visitor never fails
		switch n := n.(type) {
		case *ast.Image:
			if entering {
				n.Title = markBar(n.Title)
			}
		case *ast.Blockquote:
			if !entering {
				quotes = append(quotes, n)
			}
		}
		return ast.WalkContinue, nil
	})
	for _, q := range quotes {
		attribute(q, reader.Source())
	}
}

// barSign stands between caption and credit on the way from Markdown to
// flow.img. No source holds it: controls are dropped first.
const barSign = "\x1f"

// markBar puts barSign in place of the last bar of a title that has no
// backslash before it.
func markBar(title []byte) []byte {
	for i := len(title) - 1; i >= 0; i-- {
		if title[i] != '|' {
			continue
		}
		slashes := 0
		for slashes < i && title[i-1-slashes] == '\\' {
			slashes++
		}
		if slashes%2 == 0 {
			return append(append(bytes.Clone(title[:i]), barSign...), title[i+1:]...)
		}
	}
	return title
}

// attribute moves a last line that begins with a dash into a footer.
func attribute(quote ast.Node, source []byte) {
	last, ok := quote.LastChild().(*ast.Paragraph)
	if !ok {
		return
	}
	start := last.FirstChild()
	for c := last.FirstChild(); c != nil; c = c.NextSibling() {
		if t, ok := c.(*ast.Text); ok && (t.SoftLineBreak() || t.HardLineBreak()) && c.NextSibling() != nil {
			start = c.NextSibling()
		}
	}
	t, ok := start.(*ast.Text)
	alone := start == last.FirstChild()
	if !ok || alone && last.PreviousSibling() == nil {
		return
	}
	words := source[t.Segment.Start:] // the text itself may end at its first space
	if !bytes.HasPrefix(words, []byte("— ")) && !bytes.HasPrefix(words, []byte("-- ")) {
		return
	}
	f := &footer{}
	for c := start; c != nil; {
		next := c.NextSibling()
		f.AppendChild(f, c) // which takes it out of the paragraph
		c = next
	}
	if alone {
		quote.RemoveChild(quote, last)
	}
	quote.AppendChild(quote, f)
}

// signRenderer writes our own nodes as the HTML that fromHTML knows.
type signRenderer struct{}

func (signRenderer) RegisterFuncs(reg renderer.NodeRendererFuncRegisterer) {
	reg.Register(kindCard, func(w util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		_, err := w.WriteString(n.(*card).html)
		return ast.WalkContinue, err
	})
	reg.Register(kindFooter, func(w util.BufWriter, _ []byte, _ ast.Node, entering bool) (ast.WalkStatus, error) {
		tag := "</footer>"
		if entering {
			tag = "<footer>"
		}
		_, err := w.WriteString(tag)
		return ast.WalkContinue, err
	})
}
