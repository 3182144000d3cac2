package site

import "dateline/internal/news"

// SignInPage leads a reader through signing in: it asks for an address, waits for the
// code, shows the button of a link, asks for a name. It is one browser's own.
type SignInPage struct {
	Chrome
	Step    SignInStep
	Email   string
	Key     string // of the link
	Return  string
	Problem string
	Name    string
	// Draft is the comment that waits meanwhile; the form carries it along.
	Draft Draft
	// PasskeyHost is where passkeys work; empty where there are none.
	PasskeyHost string
}

func (*SignInPage) template() string { return "signin" }

// A SignInStep is where a reader stands.
type SignInStep string

const (
	SignInAsk   SignInStep = "ask"
	SignInCode  SignInStep = "code"
	SignInLink  SignInStep = "link"
	SignInOld   SignInStep = "old"
	SignInName  SignInStep = "name"
	SignInDraft SignInStep = "draft" // signed in, and the comment is still to be posted
)

// A Draft is a comment that was written before its writer had signed in.
type Draft struct {
	Text   string
	Parent news.CommentID
	URL    string // where it is posted
}

// AccountPage is a reader's own page.
type AccountPage struct {
	Chrome
	Step   AccountStep
	Reader news.Reader
	Saved  bool
	// Problem is what to change, in a plain sentence.
	Problem string
	Name    string // as typed
	ID, Key string // of the link that stops mails
	// PasskeyHost is where passkeys work; empty where there are none.
	PasskeyHost string
	Passkeys    []news.Passkey
}

func (*AccountPage) template() string { return "account" }

// An AccountStep is what an AccountPage is for.
type AccountStep string

const (
	AccountShow    AccountStep = "show"
	AccountDelete  AccountStep = "delete"
	AccountDeleted AccountStep = "deleted"
	AccountStop    AccountStep = "stop"
	AccountStopped AccountStep = "stopped"
)
