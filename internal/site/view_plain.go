package site

import "time"

// StandingPage is a page that is no news: About, Privacy, …
type StandingPage struct {
	Chrome
	Headline string
	Lang     string
	Body     []BodyPiece
	// Updated is the last change of substance.
	Updated time.Time
}

func (*StandingPage) template() string { return "standing" }

// GonePage stands where a story was taken down (410). Nothing of the story is
// repeated but what the newsroom says in its notice.
type GonePage struct {
	Chrome
	// Notice is the newsroom's, plain text with paragraphs; may be empty.
	Notice string
	Lang   string
	At     time.Time
}

func (*GonePage) template() string { return "gone" }

// FailurePage tells a reader that something could not be shown, and what to
// do. It needs nothing from the store, so one can be made before it is needed.
type FailurePage struct {
	Chrome
	// Status is the HTTP status; 404, 405, 429 and 503 have words of
	// their own, other 4xx and 5xx share theirs.
	Status int
	// Reference is what a reader can quote to the newsroom: the request's id.
	Reference string
	// Latest offers a way on (not found); may be empty.
	Latest []StoryCard
}

func (*FailurePage) template() string { return "failure" }
