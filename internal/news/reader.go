package news

import "time"

// A Reader is somebody with an account to comment. There is no password: a link and a
// code by mail.
type Reader struct {
	ID       ReaderID
	Email    string // lower case; never shown to anybody but its owner and admins
	Name     string // as shown; empty until chosen
	Language string
	Staff    string // name of the member of staff with the same mail address; empty for none
	Created  time.Time
	Passed   int // comments that were shown and not rejected later
	Rejected int

	// MailAnswers says that answers are told by mail.
	MailAnswers bool
	MailSecret  string // in the link of such a mail that ends them
	// Suspended is until when the person may not comment, with what they are told.
	Suspended time.Time
	Banned    bool
	Told      string
}

// May tells whether the person may comment at now.
func (r *Reader) May(now time.Time) bool { return !r.Banned && !now.Before(r.Suspended) }

// A ReaderSession is one signed-in browser of a reader. Only its token's hash is kept.
type ReaderSession struct {
	Hash    string
	Reader  Reader
	Created time.Time
	Expires time.Time
}

// A ReaderSignIn is a mail on its way: its link works once, in any browser; its code
// only in the tab that asked, which holds the waiting secret.
type ReaderSignIn struct {
	Link    string // SHA-256 of the link's secret, hex
	Waiting string // SHA-256 of the asking tab's secret
	Code    string // SHA-256 of waiting secret and code
	Email   string
	Tries   int // wrong codes so far
	Expires time.Time
	Spent   time.Time
	Reader  ReaderID // who signed in with it, once spent
}

// The life of a sign-in mail, and how many wrong codes end it.
const (
	ReaderSignInLife = 15 * time.Minute
	MaxCodeTries     = 5
)

// A ReaderToken lets a program comment as a reader. Only its hash is kept.
type ReaderToken struct {
	Hash    string
	Reader  ReaderID
	Created time.Time
}
