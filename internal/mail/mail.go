// Package mail hands messages to the newsroom's mail server, or to a development
// sink that prints them; it keeps no queue. Who calls it queues: a message is made
// to be the arguments of a job, so that a mail server that is slow or gone delays
// mail and nothing else.
package mail

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"strings"
)

// Limits of a message. MaxAddress is RFC 5321's (section 4.5.3.1.3, without the
// angle brackets), in bytes as sent; the text is cut by nobody but refused beyond.
const (
	MaxAddress = 254
	MaxSubject = 250     // characters; what is longer ends in an ellipsis
	MaxText    = 128_000 // bytes
	maxLink    = 900     // bytes: with its header name under RFC 5322's 998 a line
	maxLabel   = 63      // bytes of a list's name, a DNS label
	maxID      = 64      // bytes of an identifier before the @
)

// A Message is one mail to one person, and the arguments of the job that sends it.
type Message struct {
	To      string `json:"to"`      // one bare address, as ParseAddress takes it
	Subject string `json:"subject"` // controls and direction overrides are dropped on the way
	Text    string `json:"text"`    // plain text; lines may end in \n or \r\n

	// Language is what the text is written in, a BCP 47 tag. One that is written from
	// right to left gets an HTML alternative beside the text, since plain text cannot
	// say which side it begins on.
	Language string `json:"language,omitempty"`

	// ID is the same for a mail and its repeats, and for no other: letters, digits,
	// - and _ . Without one it is made of the other fields, which is right for mails
	// that never say the same twice.
	ID string `json:"id,omitempty"`

	// List names the list this mail comes by (lower case letters, digits, -), such as
	// "alerts": it becomes List-Id (RFC 2919), and away-notices stay away.
	List string `json:"list,omitempty"`

	// Unsubscribe is the address that ends these mails: with GET a page that asks, with
	// POST (RFC 8058; only offered for https) at once and without a question.
	Unsubscribe string `json:"unsubscribe,omitempty"`
}

// A Sender sends mail, or does as if. It may be used by many goroutines at once.
type Sender interface {
	// Send returns when the next server has taken responsibility for the message, and
	// an error when that is not known: then the message may be sent again, unchanged,
	// unless IsPermanent says that this is useless. It never takes longer than 30
	// seconds after its turn has come.
	Send(ctx context.Context, m Message) error

	// Check says whether a message would be taken, without sending one.
	Check(ctx context.Context) error

	// Close ends idle connections. Sending after it still works, but keeps none.
	Close() error
}

// ready returns m as it is sent: the address in ASCII, the subject on one clean line,
// the text without controls. The error is permanent.
func (m Message) ready() (Message, error) {
	var err error
	if m.To, err = ParseAddress(m.To); err != nil {
		return m, permanent{fmt.Errorf("address of the recipient: %w", err)}
	}
	if m.ID == "" {
		h := sha256.New()
		for _, s := range []string{m.To, m.Subject, m.Text, m.Language, m.List, m.Unsubscribe} {
			fmt.Fprintf(h, "%d %s", len(s), s)
		}
		m.ID = hex.EncodeToString(h.Sum(nil)[:16])
	}
	text := m.Text
	m.Subject, m.Text, m.Language = line(m.Subject, MaxSubject), lines(text), languageTag(m.Language)
	switch {
	case m.Subject == "":
		err = errors.New("a mail needs a subject")
	case strings.TrimSpace(m.Text) == "":
		err = errors.New("a mail needs a text")
	case len(text) > MaxText:
		err = fmt.Errorf("the text has %d bytes; the most is %d", len(text), MaxText)
	case len(m.ID) > maxID || !only(m.ID, lowers+"ABCDEFGHIJKLMNOPQRSTUVWXYZ"+"-_"):
		err = errors.New("the identifier may hold letters, digits, - and _ , at most 64")
	case len(m.List) > maxLabel || !only(m.List, lowers+"-") || m.List != strings.Trim(m.List, "-"):
		err = errors.New("the list's name may hold lower case letters, digits and - between them, at most 63")
	case m.Unsubscribe != "":
		m.Unsubscribe, err = link(m.Unsubscribe)
	}
	if err != nil {
		return m, permanent{err}
	}
	return m, nil
}

const lowers = "abcdefghijklmnopqrstuvwxyz0123456789"

// only says whether s holds nothing but these characters.
func only(s, chars string) bool { return strings.Trim(s, chars) == "" }

// link returns the address in a form that cannot leave the angle brackets of a header.
func link(s string) (string, error) {
	u, err := url.Parse(s)
	if err != nil || (u.Scheme != "https" && u.Scheme != "http") || u.Hostname() == "" || u.User != nil {
		return "", errors.New("the address to unsubscribe at must begin with https:// and a host")
	}
	if s = u.String(); len(s) > maxLink {
		return "", fmt.Errorf("the address to unsubscribe at has %d bytes; the most is %d", len(s), maxLink)
	}
	if strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r >= 0x7f || r == '<' || r == '>' }) {
		return "", errors.New("the address to unsubscribe at must be ASCII, without spaces and angle brackets")
	}
	return s, nil
}
