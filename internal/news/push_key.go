package news

import "time"

// A PushKey is a VAPID key (RFC 8292) as it is kept: sealed with a key file that is
// not in the database. Browsers subscribe with the current one; what was made with an
// older one is sent to with that.
type PushKey struct {
	ID      string // as package webpush names it
	Public  string // base64url, as browsers take it
	Sealed  []byte
	Current bool // exactly one is
	Created time.Time
}

// A StaffDevice is a browser of somebody on the staff that asked for tests and for
// alerts that wait for approval. It is no Subscription: nothing that goes to readers
// goes to it, and what goes to it cannot go to readers.
type StaffDevice struct {
	Person   PersonID
	Endpoint string
	Keys     SubscriptionKeys
	KeyID    string
	Created  time.Time
}
