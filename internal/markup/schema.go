package markup

// kind names a node or a mark, as it stands in the JSON.
type kind string

const (
	kindDoc         kind = "doc"
	kindParagraph   kind = "paragraph"
	kindHeading     kind = "heading"
	kindBulletList  kind = "bullet_list"
	kindOrderedList kind = "ordered_list"
	kindListItem    kind = "list_item"
	kindBlockquote  kind = "blockquote"
	kindPicture     kind = "picture"
	kindRelated     kind = "related"
	kindLinkCard    kind = "link_card"
	kindTable       kind = "table"
	kindTableRow    kind = "table_row"
	kindTableHeader kind = "table_header"
	kindTableCell   kind = "table_cell"
	kindRule        kind = "rule"
	kindCodeBlock   kind = "code_block"
	kindText        kind = "text"
	kindHardBreak   kind = "hard_break"

	markLink   kind = "link"
	markSpan   kind = "span"
	markStrong kind = "strong"
	markEm     kind = "em"
)

// The bounds of every document, whoever made it.
const (
	// MaxBytes is how long a document's JSON, or the source of one, may be.
	MaxBytes = 2 << 20
	// MaxDepth is how deep nodes may be nested, the document itself being 1.
	MaxDepth = 40
	// maxColumns and maxCells bound tables, whose merged and missing cells
	// would otherwise make much out of little.
	maxColumns = 60
	maxCells   = 20_000
)

// schema is the one table of what a story may hold. Checking, parsing and the
// editor's schema derive from it; a new kind is a row here, a case in
// render.go and one in markdown_write.go.
var schema = newTable(
	[]nodeRow{
		{name: kindDoc, content: []term{many("block")}},
		{name: kindParagraph, group: "block", content: []term{many("inline")}, marks: true},
		{name: kindHeading, group: "block", content: []term{many("inline")}, marks: true,
			attrs: []attrRow{{name: "level", fallback: "2", number: true, clean: headingLevel}}},
		{name: kindBulletList, group: "block", content: []term{some("list_item")}},
		{name: kindOrderedList, group: "block", content: []term{some("list_item")},
			attrs: []attrRow{{name: "order", fallback: "1", number: true, clean: listStart}}},
		{name: kindListItem, content: []term{one("paragraph"), many("block")}},
		{name: kindBlockquote, group: "block", content: []term{some("block")},
			attrs: []attrRow{{name: "attribution", clean: attrLine}}},
		{name: kindPicture, group: "block", attrs: []attrRow{
			{name: "media", required: true, clean: mediaName},
			{name: "alt", clean: attrLine},
			{name: "caption", clean: attrLine},
			{name: "credit", clean: attrLine},
		}},
		{name: kindRelated, group: "block",
			attrs: []attrRow{{name: "story", required: true, clean: storyID}}},
		{name: kindLinkCard, group: "block", attrs: []attrRow{
			{name: "url", required: true, clean: cardURL},
			{name: "title", clean: attrLine},
			{name: "description", clean: attrLine},
		}},
		{name: kindTable, group: "block", content: []term{some("table_row")},
			attrs: []attrRow{{name: "caption", clean: attrLine}}, check: rectangular},
		{name: kindTableRow, content: []term{some("table_header", "table_cell")}},
		{name: kindTableHeader, content: []term{many("inline")}, marks: true,
			attrs: []attrRow{{name: "align", clean: cellAlign}}},
		{name: kindTableCell, content: []term{many("inline")}, marks: true,
			attrs: []attrRow{{name: "align", clean: cellAlign}}},
		{name: kindRule, group: "block"},
		{name: kindCodeBlock, group: "block", content: []term{many("text")}},
		{name: kindText, group: "inline"},
		{name: kindHardBreak, group: "inline"},
	},
	// Marks stand outermost first: a link is opened before the words in it
	// are stressed.
	[]markRow{
		{name: markLink, attrs: []attrRow{{name: "href", required: true, clean: CleanURL}}},
		{name: markSpan, check: spanSaysSomething, attrs: []attrRow{
			{name: "lang", clean: languageTag},
			{name: "dir", clean: direction},
		}},
		{name: markStrong},
		{name: markEm},
	},
)

// nodeRow is one kind of node: what it holds, and what stands on it.
type nodeRow struct {
	name    kind
	group   string // "block", "inline", or empty for what stands in one place only
	content []term // none for a leaf
	attrs   []attrRow
	marks   bool             // its text may carry marks
	check   func(node) error // what the content terms cannot say
}

// markRow is one kind of mark.
type markRow struct {
	name  kind
	attrs []attrRow
	check func(mark) error
}

// attrRow is one attribute. Unless required it may be left out, and then has
// its fallback.
type attrRow struct {
	name     string
	fallback string
	required bool
	number   bool // written as a JSON number
	// clean returns the canonical form of a value, or why it is refused. The
	// fallback of an optional attribute is not asked.
	clean func(string) (string, error)
}

// term is one step of a content rule: nodes of these names or groups.
type term struct {
	of         []string
	atLeastOne bool
	atMostOne  bool
}

func one(of ...string) term  { return term{of: of, atLeastOne: true, atMostOne: true} }
func some(of ...string) term { return term{of: of, atLeastOne: true} }
func many(of ...string) term { return term{of: of} }
