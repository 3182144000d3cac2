package site

import "time"

// AlertsPage is where a reader chooses notifications or mails, and sees what was sent.
// It is the same for everybody: what this browser has, its script fills in.
type AlertsPage struct {
	Chrome
	// Mail tells whether alerts go out by mail, too.
	Mail bool
	// Stop is what a notification's button wants stopped.
	Stop *AlertStop
	// Topics and Stories are what can be chosen.
	Topics, Stories []AlertChoice
	// Shown are the last alerts, newest first.
	Shown []AlertEntry
}

func (*AlertsPage) template() string { return "alerts" }

// Possible tells whether there is anything to choose.
func (p *AlertsPage) Possible() bool { return p.PushKey != "" || p.Mail }

// Only tells whether something was chosen that leaves out the rest.
func (p *AlertsPage) Only() bool {
	for _, c := range append(p.Topics, p.Stories...) {
		if c.On {
			return true
		}
	}
	return false
}

// Most are the numbers of alerts a day that can be chosen.
func (p *AlertsPage) Most() []int { return []int{1, 2, 3, 5, 10, 20} }

// An AlertChoice is a topic (by slug) or a story (by ID) to get alerts on.
type AlertChoice struct {
	ID, Name, Lang string
	On             bool // asked for in the page's address
}

// An AlertStop is one thing to stop: "topic:politics", "story:ID".
type AlertStop struct{ What, Name, Lang string }

// An AlertEntry is one alert as the list shows it, in its last words.
type AlertEntry struct {
	// ID is its place on the page.
	ID          string
	Title, Body string
	Lang        string
	// URL is the story's; empty when there is none to read.
	URL string
	At  time.Time
	// Changed is when its last words went out; zero if they are the first.
	Changed time.Time
	// Withdrawn tells a withdrawal from a correction.
	Withdrawn bool
	// Was is what the first words were.
	Was string
}

// MailPage is one step of alerts by mail.
type MailPage struct {
	Chrome
	Step MailStep
	// Action is where the step's button posts to; empty for a step without one.
	Action string
	// ID and Key are sent along by that button, if not in Action.
	ID, Key string
}

func (*MailPage) template() string { return "mail" }

// A MailStep is where somebody stands who wants alerts by mail, or no more of them.
type MailStep string

// The steps.
const (
	MailSent    MailStep = "sent"    // a link was sent, if the address can be written to
	MailWrong   MailStep = "wrong"   // that is no address
	MailConfirm MailStep = "confirm" // the link was opened
	MailOn      MailStep = "on"
	MailOld     MailStep = "old" // the link works no more
	MailStop    MailStep = "stop"
	MailOff     MailStep = "off"
)
