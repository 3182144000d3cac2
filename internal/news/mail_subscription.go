package news

import "time"

// A MailSubscription is an address that alerts go to by mail, for readers who cannot
// have notifications. It counts once its reader opened the link in the first mail and
// said yes.
type MailSubscription struct {
	ID         string // random; the link that stops it holds it and a secret
	Email      string // lower case
	OnlyChosen bool   // as in a Subscription
	Topics     []string
	Stories    []StoryID
	Importance Importance
	Language   string
	Secret     string // SHA-256, hex, of the secret in its links
	Created    time.Time
	Confirmed  time.Time // zero until then; unconfirmed ones are dropped after two days
}

// The life of an address that nobody confirmed.
const MailUnconfirmed = 48 * time.Hour

// Wants tells whether the alert is one for this reader.
func (m *MailSubscription) Wants(a *Alert) bool {
	if m.Confirmed.IsZero() {
		return false
	}
	s := Subscription{State: SubscriptionActive, OnlyChosen: m.OnlyChosen, Topics: m.Topics, Stories: m.Stories, Importance: m.Importance}
	return s.Wants(a)
}
