package markup

import (
	"bytes"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/renderer/html"
	"github.com/yuin/goldmark/util"
)

// FromMarkdown makes a document of Markdown: CommonMark with tables and bare
// addresses as links. HTML in it takes the same way as in [FromHTML]; what the
// schema cannot hold goes and is reported. Text beyond [MaxBytes] is cut and
// reported.
//
// A newsroom's own signs, the cards each alone on a line:
//
//	![alt](media:ID "caption | credit")     a picture
//	[[story:ID]]                            the card of a related story
//	{{card:URL "title" "description"}}      a link card
//	{{caption: words}}                      after a table: its caption
//	> — Name                                as a quotation's last line: who said it (-- does too)
//	<span lang="ar" dir="rtl">…</span>      words in another language
//
// A bare address, even alone in a paragraph, stays a link: only an editor
// makes a card of it. # and ## are both a story's first level of headings.
func FromMarkdown(src string) (Document, Report) {
	var report Report
	src = guard(dropControls(bounded(src, &report)), &report)
	var out bytes.Buffer
	if err := markdown.Convert([]byte(src), &out); err != nil {
		// Writing to memory does not fail; should goldmark ever, the words stay.
		report.note("Markdown that could not be read: kept as plain text", err.Error())
		d, _ := FromText(src)
		return d, report
	}
	return fromHTML(out.String(), true, &report), report
}

// markdown reads Markdown and writes HTML, raw HTML included, for fromHTML
// alone: nothing that it writes reaches a page.
var markdown = goldmark.New(
	goldmark.WithExtensions(
		extension.NewTable(extension.WithTableCellAlignMethod(extension.TableCellAlignAttribute)),
		extension.Strikethrough,
		extension.Linkify,
	),
	goldmark.WithParserOptions(
		parser.WithBlockParsers(util.Prioritized(cardParser{}, 450)),
		parser.WithASTTransformers(util.Prioritized(newsroomSigns{}, 900)),
	),
	goldmark.WithRendererOptions(
		html.WithUnsafe(),
		renderer.WithNodeRenderers(util.Prioritized(signRenderer{}, 100)),
	),
)
