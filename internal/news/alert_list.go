package news

import "time"

// An AlertList asks for alerts, newest first.
type AlertList struct {
	Story    StoryID   // about this story only
	Original AlertID   // of this chain of corrections only
	Open     bool      // only those that are not over
	Since    time.Time // composed since
	Cursor   string    // the next of the page before
	Limit    int       // 1 to 100
}

// A ShownAlert is an alert as readers may see it on the list of the last ones: what
// went out, in its last words. Nothing of an alert stands there whose story readers
// cannot see, but that it was withdrawn.
type ShownAlert struct {
	ID        AlertID // of the original: its address on the list stays
	Kind      AlertKind
	Title     string
	Body      string
	Language  string
	Address   string    // of its story
	At        time.Time // when the original went out
	Corrected time.Time // when its last words did; zero if they are the first
	Was       string    // what a correction corrects: the original's title
}

// An AlertOutcome is what a rule about an alert wants written beside it.
type AlertOutcome struct {
	Next  *Alert // another alert: what replaces it
	Step  Step   // for the record
	Note  string // for the record
	Quiet bool   // nothing happened: write nothing
	Jobs  []Job  // to be done about it
}

// An AlertPreview is an alert before it is sent, as it would be.
type AlertPreview struct {
	Alert    *Alert // its words as they would be sent, with what was left out filled in
	Size     int    // bytes of the message, before encryption
	MaxSize  int
	Reach    int    // how many would get it now
	Needs    bool   // a second person's yes
	Today    int    // alerts to everyone that went out today, in the site's zone
	Budget   int    // how many a day readers bear; more is a warning
	Earlier  *Alert // the last one about the same story
	Warnings []string
}
