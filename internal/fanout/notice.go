package fanout

import (
	"fmt"

	"dateline/internal/news"
)

// A Notice is something that the operator should know while an alert is on its way. It
// names no browser.
type Notice struct {
	Alert  news.AlertID
	Kind   NoticeKind
	Origin string // the push service concerned; empty if it is none
	Text   string // a plain sentence that says what to do
}

// A NoticeKind says what a notice is about.
type NoticeKind string

// The kinds of notice.
const (
	NoticeKey     NoticeKind = "key-trouble" // a service does not accept our signature
	NoticeRefused NoticeKind = "refused"     // a service refuses too many messages; it is not sent to any more
	NoticeOutage  NoticeKind = "outage"      // a service has taken no message for a while
	NoticeNoKey   NoticeKind = "no-key"      // subscriptions were made with a key that we do not have
	NoticeGone    NoticeKind = "gone"        // a service says that most of its subscriptions are gone
	NoticeLedger  NoticeKind = "ledger"      // what was sent cannot be recorded, so sending pauses
)

// maxNotices bounds the notices of one alert: subscribers choose names under the
// allowed hosts, and each name is an origin.
const maxNotices = 20

// ledgerIsAway tells the operator, unless what failed is only what the end of the run cut
// short.
func (r *run) ledgerIsAway(err error) {
	if r.ctx.Err() == nil {
		r.tell(nil, NoticeLedger, err)
	}
}

func (r *run) tell(s *service, kind NoticeKind, err error) {
	if kind == "" || r.Tell == nil {
		return
	}
	told, origin := r.told, ""
	if s != nil {
		told, origin = s.told, s.origin
	}
	if told[kind] || r.notices >= maxNotices {
		return
	}
	told[kind] = true
	r.notices++
	var text string
	switch kind {
	case NoticeKey:
		text = fmt.Sprintf("%s does not accept our signature. Nobody was removed; messages to it wait. Check the key file and --push-contact.", origin)
	case NoticeRefused:
		text = fmt.Sprintf("%s refuses more than a fifth of the messages. Nothing more of this alert goes there, and nobody was removed.", origin)
	case NoticeOutage:
		text = fmt.Sprintf("%s has taken no message for %s. Its messages are tried again. Check the network and the name service.", origin, outAfter)
	case NoticeNoKey:
		text = fmt.Sprintf("Some subscriptions at %s were made with a key that is not ours. They were not sent to. Restore the key file that belongs to this database.", origin)
	case NoticeLedger:
		text = "The database does not take the record of what was sent, so sending pauses. It goes on by itself."
	}
	if err != nil {
		text += fmt.Sprintf(" (%v)", err)
	}
	r.Tell(Notice{Alert: r.alert.ID, Kind: kind, Origin: origin, Text: text})
}
