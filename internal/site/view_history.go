package site

import "time"

// HistoryPage is the public record of one story.
type HistoryPage struct {
	Chrome
	Headline string
	Lang     string
	// URL is the article's.
	URL string
	// Versions are newest first.
	Versions []VersionEntry
	// Older is the first version on the page of older ones, at OlderURL; 0 without one.
	Older    int
	OlderURL string
}

func (*HistoryPage) template() string { return "history" }

// A VersionKind says what a publication meant for readers.
type VersionKind string

// The kinds of versions.
const (
	VersionFirst     VersionKind = "first"
	VersionMinor     VersionKind = "minor"
	VersionSubstance VersionKind = "substance"
	// VersionWithheld stands where the law forbids to show what was there.
	VersionWithheld VersionKind = "withheld"
)

// A VersionEntry is one publication of a story. Who pressed the button is on
// the desk's record, not here: the newsroom answers for a story as a whole.
type VersionEntry struct {
	Number int
	At     time.Time
	Kind   VersionKind
	// Note is the editor's reason, in the story's language; may be empty.
	Note string
	// Changes compare with the version before; empty for the first and for
	// one whose words are the same.
	Changes []Change
}

// A ChangePart names the part of a story that changed.
type ChangePart string

// The parts a history tells apart.
const (
	PartHeadline   ChangePart = "headline"
	PartStandfirst ChangePart = "standfirst"
	PartKicker     ChangePart = "kicker"
	PartByline     ChangePart = "byline"
	PartDateline   ChangePart = "dateline"
	PartBody       ChangePart = "body"
	PartPicture    ChangePart = "picture"
)

// A Change shows what became of one part: paragraphs of runs.
type Change struct {
	Part       ChangePart
	Paragraphs []ChangedParagraph
}

// A ChangedParagraph is one paragraph with what was taken out and put in.
// Skipped stands for paragraphs between that stayed as they were.
type ChangedParagraph struct {
	Runs    []DiffRun
	Skipped bool
}

// A DiffRun is a stretch of text that was kept, deleted or inserted.
type DiffRun struct {
	Op   DiffOp
	Text string
}

// A DiffOp tells what became of a stretch of text.
type DiffOp byte

// The three things that can become of text.
const (
	DiffKeep   DiffOp = '='
	DiffDelete DiffOp = '-'
	DiffInsert DiffOp = '+'
)

// Deleted and Inserted are for the template.
func (r DiffRun) Deleted() bool { return r.Op == DiffDelete }

// Inserted tells whether the text is new.
func (r DiffRun) Inserted() bool { return r.Op == DiffInsert }
