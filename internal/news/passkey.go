package news

import "time"

// A Passkey is a reader's credential for signing in without a mail (W3C Web Authentication).
// Only its public half is here.
type Passkey struct {
	ID      string // the credential's id, base64url
	Reader  Reader
	Data    string // of package auth
	Created time.Time
	Used    time.Time // zero for never
}

// A PasskeyAsk is a challenge that waits for its answer. It is taken once.
type PasskeyAsk struct {
	Challenge string // its hash
	Reader    ReaderID
	Data      string // of package auth
	Expires   time.Time
}

// MaxPasskeys is how many a reader may have.
const MaxPasskeys = 20
