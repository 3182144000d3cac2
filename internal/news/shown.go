package news

import "time"

// A Card is a story as lists show it; only visible stories have one.
type Card struct {
	ID             StoryID
	Kind           StoryKind
	Address        string
	ExternalURL    string
	Kicker         string
	Headline       string
	ShortHeadline  string
	Standfirst     string
	Language       string
	Section        Ref
	Byline         []Ref
	Topics         []Ref
	Picture        *PictureUse
	FirstPublished time.Time
	Updated        time.Time
	CommentsShut   bool
	Changed        time.Time // of the story; another one means that something of it may be other
}

// CardOf makes the card of a story that has a live version.
func CardOf(s *Story) Card {
	c := &s.Live.Content
	return Card{
		ID: s.ID, Kind: s.Kind, Address: s.Address, ExternalURL: c.ExternalURL, Kicker: c.Kicker,
		Headline: c.Headline, ShortHeadline: c.ShortHeadline, Standfirst: c.Standfirst,
		Language: c.Language, Section: c.Section, Byline: c.Byline, Topics: c.Topics,
		Picture: c.Picture, FirstPublished: s.FirstPublished, Updated: s.Updated, CommentsShut: c.CommentsShut, Changed: s.Changed,
	}
}

// A Listing asks for cards, newest first publication first. Empty fields do not
// filter. Pages (standing) are never listed.
type Listing struct {
	Section string
	Topic   string
	Author  string
	Since   time.Time // first published at or after
	Offset  int
	Limit   int
}

// Only gives the one thing that l filters by, if it is just one and of no time.
func (l Listing) Only() (kind, slug string, only bool) {
	for _, f := range [...]struct{ kind, slug string }{{"section", l.Section}, {"topic", l.Topic}, {"author", l.Author}} {
		if f.slug == "" {
			continue
		}
		if kind != "" {
			return "", "", false
		}
		kind, slug = f.kind, f.slug
	}
	return kind, slug, kind != "" && l.Since.IsZero()
}

// A Front is the front page's arrangement: a lead and pins chosen by an editor.
// Stories in it that are not visible are passed over.
type Front struct {
	Lead     StoryID
	Pins     []StoryID
	Revision int // for If-Match on the form
}

// MaxPins bounds a front's pins.
const MaxPins = 12

// An Address is one path and what it answers.
type Address struct {
	Path  string
	State AddressState
	Story StoryID
	To    string // for moved
}

// An AddressState says what an address answers.
type AddressState string

// The states. An address is never given to another story.
const (
	AddressNow   AddressState = "now"
	AddressMoved AddressState = "moved"
)

// StoryList asks the newsroom's database for stories of any status, last changed
// first. Empty fields do not filter.
type StoryList struct {
	Status  Status
	Section string
	Topic   string
	Text    string // part of a headline, any case
	Cursor  string
	Limit   int
}

// An Entry is one line of the record: who did what to what, and when.
type Entry struct {
	At      time.Time
	Who     string
	Action  string
	Subject string
	Note    string
}
