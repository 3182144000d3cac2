package site

import "time"

// A ListingKind says what a list of stories is about.
type ListingKind string

// The kinds of listings; the last five are what a topic can be.
const (
	ListSection      ListingKind = "section"
	ListAuthor       ListingKind = "author"
	ListSubject      ListingKind = "subject"
	ListPerson       ListingKind = "person"
	ListPlace        ListingKind = "place"
	ListOrganisation ListingKind = "organisation"
	ListEvent        ListingKind = "event"
)

// ListingPage lists the stories of a section, topic or author, newest first.
type ListingPage struct {
	Chrome
	Kind ListingKind
	Name string
	Lang string
	// Intro is plain text, shown on the first page.
	Intro string
	// Aliases are a topic's other names, shown on the first page.
	Aliases []string
	// Coming are a topic's dates to come, soonest first, shown on the first page.
	Coming []ComingDate
	// Total counts all stories of the list, over all its pages.
	Total   int
	Stories []StoryCard
	Pager   Pager
}

// A ComingDate is a day on which something happens.
type ComingDate struct {
	Day   time.Time // its beginning, in the site's zone
	Title string
}

func (*ListingPage) template() string { return "listing" }

// Rows are the stories without the name of the section they all are in.
func (p *ListingPage) Rows() []StoryCard {
	if p.Kind != ListSection {
		return p.Stories
	}
	rows := make([]StoryCard, len(p.Stories))
	for i, s := range p.Stories {
		if s.Section.Name == p.Name {
			s.Section = NavItem{}
		}
		rows[i] = s
	}
	return rows
}
