package news

import (
	"time"

	"dateline/internal/markup"
)

// A Story is one article or standing page through its whole life.
type Story struct {
	ID       StoryID
	Kind     StoryKind
	Status   Status
	Revision int     // counts saves; its ETag
	Version  int     // counts publications; 0 until the first
	Content  Content // the latest revision, which no reader sees until it is published

	Created     time.Time
	Changed     time.Time // the last save or step
	Creator     string    // person or token id
	CreatorName string

	PublishAt time.Time // the planned instant; zero if none
	TimeZone  string    // the IANA zone it was planned in

	Slug           string    // the last part of Address
	Address        string    // path, set at first publication, never computed anew
	FirstPublished time.Time // zero until then
	LastPublished  time.Time
	Updated        time.Time // moves with substance only; what readers and feeds are told
	Notice         string    // what readers of a taken-down story are told

	Corrections []Correction // oldest first
	Live        *Version     // what readers see; nil unless Status is Published

	// LiveRevision is the revision that Live was made of, 0 without one. Lists have
	// it where they leave Live out.
	LiveRevision int
}

// A StoryKind tells a dated article from a standing page such as About.
type StoryKind string

// The kinds of story.
const (
	Article StoryKind = "article"
	Page    StoryKind = "page"
)

// A Revision is one save of a story.
type Revision struct {
	N       int
	Content Content
	At      time.Time
	By      string // name
	ByID    string
	Note    string
}

// A Version is one publication of a story: a revision's content and its body as it
// was rendered then. Versions never change.
type Version struct {
	N        int
	Revision int
	Content  Content
	Body     markup.Body // rendered once, at publication
	Text     string      // its words, taken once, at publication
	Change   ChangeSize
	At       time.Time
	By       string // name; for the desk, never for readers
	ByID     string
	Note     string
}

// Pictures lists every picture the version shows, the lead first, each once. Unlike
// Content.Pictures it does not read the document.
func (v *Version) Pictures() []MediaID {
	l := pictureList{}
	if p := v.Content.Picture; p != nil {
		l.add(p.Media)
	}
	for _, slot := range v.Body.Slots() {
		if slot.Kind == markup.SlotPicture {
			l.add(MediaID(slot.Media))
		}
	}
	return l.ids
}

// Summary says in at most n characters what the version is about: its standfirst,
// else how its text begins.
func (v *Version) Summary(n int) string {
	if v.Content.Standfirst != "" {
		return markup.Summary(v.Content.Standfirst, n)
	}
	return markup.Summary(v.Text, n)
}

// A ChangeSize tells readers whether to care. Minor: readers are not told, neither
// "updated" nor feeds move. Substance: they are.
type ChangeSize string

// The sizes of change.
const (
	Minor     ChangeSize = "minor"
	Substance ChangeSize = "substance"
)

// A Correction is a dated, public note on an article.
type Correction struct {
	Kind CorrectionKind
	Text string
	At   time.Time
	By   string // name; for the desk
}

// A CorrectionKind is the note's heading.
type CorrectionKind string

// The kinds of correction.
const (
	CorrectionNote    CorrectionKind = "correction"
	ClarificationNote CorrectionKind = "clarification"
	UpdateNote        CorrectionKind = "update"
)

// Visible tells whether readers may see the story at now: published, and its embargo
// not still ahead. Every read for readers asks the same in its SQL; this is the
// second lock. The date of publication is no part of it: a clock set back must not
// make yesterday's news vanish.
func (s *Story) Visible(now time.Time) bool {
	return s.Status == Published && s.Live != nil && !s.Live.Content.EmbargoUntil.After(now)
}

// Unpublished tells whether readers see something older than the latest revision.
func (s *Story) Unpublished() bool { return s.Status == Published && s.LiveRevision < s.Revision }

// An Outcome is what a rule decided; the store writes it in the same transaction
// as the story itself.
type Outcome struct {
	Revised   bool         // Content is a new revision, numbered Story.Revision
	Published *Version     // a new version, equal to Story.Live
	Corrected []Correction // notes added
	Creates   bool         // unknown topics and names in the byline may be made
	Jobs      []Job        // work that follows from it, enqueued with it
	Step      Step         // for the record
	Note      string       // for the record
	Quiet     bool         // nothing happened: write nothing
}
