package news

import (
	"slices"
	"strings"
	"time"

	"dateline/internal/markup"
)

// An AlertID names an alert.
type AlertID string

// An Alert is one breaking-news notification through its whole life: to whom, in
// what words, who let it go, and what became of it.
type Alert struct {
	ID    AlertID
	Kind  AlertKind
	State AlertState

	Story    StoryID
	Address  string // what a click opens: the story's path when it was composed
	Title    string // sent as given
	Body     string
	Language string
	Picture  MediaID // shown beside the text where the browser does so; may be empty

	Audience   Audience
	Importance Importance
	Urgency    Urgency
	TTL        time.Duration // how long a push service keeps it for a browser that is away
	Pace       time.Duration // spread over this long; 0 is as fast as the services allow

	// Replaces is the alert that this one corrects or withdraws. Original is the first
	// of such a chain, the alert itself if it replaces none: all of a chain go to exactly
	// those who accepted the original, and each takes its place on the screen.
	Replaces AlertID
	Original AlertID

	Composer Actor
	Composed time.Time
	Approver Actor     // zero until somebody did
	Approved time.Time // zero if nobody had to, or has yet
	Alone    bool      // the one who let it go was alone: nobody had answered
	SendAt   time.Time // planned for; zero for at once
	Leaves   time.Time // the countdown's end; nothing leaves before
	Started  time.Time // the first message could leave
	Ended    time.Time // sent or stopped
	Stopper  Actor     // who stopped it
	Reason   string    // why it was stopped, when nobody asked for it

	Tally Tally
}

// An AlertKind tells what an alert is to its readers.
type AlertKind string

// The kinds of alert.
const (
	NewsAlert       AlertKind = "news"
	CorrectionAlert AlertKind = "correction"
	WithdrawalAlert AlertKind = "withdrawal"
	DrillAlert      AlertKind = "drill" // reaches no reader and stands on no list
)

// An AlertState is where an alert stands.
type AlertState string

// The states of an alert, in the order of its life.
const (
	AlertAwaiting  AlertState = "awaiting-approval"
	AlertScheduled AlertState = "scheduled"
	AlertCounting  AlertState = "counting"
	AlertQueued    AlertState = "queued"
	AlertSending   AlertState = "sending"
	AlertSent      AlertState = "sent"
	AlertStopped   AlertState = "stopped"
)

// Over tells whether nothing more leaves.
func (s AlertState) Over() bool { return s == AlertSent || s == AlertStopped }

// An Audience says to whom an alert goes: exactly one of the three. A correction or
// withdrawal keeps the words of its original, and goes to those who accepted that.
type Audience struct {
	All       bool
	Topics    []string // slugs: whoever follows one of them
	Followers bool     // of the story
}

// An Importance lets readers choose to have only the most important.
type Importance string

// The two importances.
const (
	Ordinary Importance = "ordinary"
	Breaking Importance = "breaking"
)

// An Urgency tells a push service whether to wake a sleeping phone (RFC 8030, 5.3).
type Urgency string

// Urgencies lists them, the least first.
var Urgencies = []Urgency{"very-low", "low", "normal", "high"}

// A Tally counts what became of an alert, by subscription. The numbers beside
// Audience always sum up to it.
type Tally struct {
	Audience int
	Accepted int // a push service has it
	Gone     int // the subscription was no more
	Failed   int // refused for good, or not taken before its time was over
	Retrying int // tried without a usable answer; once all is over, it may or may not have arrived
	Waiting  int // not tried; once all is over, it never went out
	// Open means that a living node may still write down what it has under way: of a
	// stopped alert, at least Accepted went out.
	Open bool
}

// Settled counts the subscriptions that nothing more will be sent to.
func (t Tally) Settled() int { return t.Accepted + t.Gone + t.Failed }

// The bounds of what is composed.
const (
	MaxAlertTitle  = 120 // characters; phones cut earlier
	MaxAlertBody   = 300 // characters
	MaxAlertTopics = 20
	MaxCountdown   = 30 * time.Second
	MinAlertTTL    = time.Minute
	MaxAlertTTL    = 28 * 24 * time.Hour // what Google's service takes
	BreakingTTL    = 4 * time.Hour
	OrdinaryTTL    = 12 * time.Hour
	MaxPace        = 2 * time.Hour
)

// Dir is the direction of the alert's language, ltr or rtl.
func (a *Alert) Dir() string { return markup.Dir(a.Language) }

// Tag is the same for an alert and all that replaces it: at most 32 characters that a
// push service's Topic header may have. A message takes the place of an earlier one
// with its tag, on the way and on the screen, so that a repeat is not seen either.
func (a *Alert) Tag() string { return strings.ReplaceAll(string(a.Original), "-", "") }

// Limit is the moment from which nothing of the alert is sent any more.
func (a *Alert) Limit() time.Time { return a.Started.Add(a.Pace + a.TTL) }

// clean checks the words and numbers that a person gave, and fills in what was left
// out.
func (a *Alert) clean(f *Faults) {
	sentAsGiven(f, "title", a.Title, MaxAlertTitle, false)
	if strings.TrimSpace(a.Title) == "" && !f.has("title") {
		f.Add("title", "An alert needs a title.")
	}
	sentAsGiven(f, "body", a.Body, MaxAlertBody, true)
	if a.Picture != "" && !IsID(string(a.Picture)) {
		f.Add("picture", "There is no such picture.")
	}
	a.Audience.clean(f)
	if a.Importance == "" {
		a.Importance = Ordinary
		if a.Audience.All {
			a.Importance = Breaking
		}
	}
	if a.Importance != Ordinary && a.Importance != Breaking {
		f.Add("importance", "Choose ordinary or breaking.")
	}
	if a.Urgency == "" {
		a.Urgency = "normal"
		if a.Importance == Breaking {
			a.Urgency = "high"
		}
	}
	if !slices.Contains(Urgencies, a.Urgency) {
		f.Add("urgency", "Choose very-low, low, normal or high.")
	}
	if a.TTL == 0 {
		a.TTL = OrdinaryTTL
		if a.Importance == Breaking {
			a.TTL = BreakingTTL
		}
	}
	if a.TTL < MinAlertTTL || a.TTL > MaxAlertTTL {
		f.Add("ttl", "Between one minute and 28 days.")
	}
	if a.Pace < 0 || a.Pace > MaxPace {
		f.Add("pace", "At most two hours.")
	}
}

// sentAsGiven checks words without changing them: what the editor saw is what goes out.
func sentAsGiven(f *Faults, field, s string, most int, lines bool) {
	clean := markup.CleanLine
	if lines {
		clean = markup.CleanText
	}
	cleaned := s
	cleanField(f, field, &cleaned, most, clean)
	if f.has(field) {
		return
	}
	for _, r := range s {
		if (r < ' ' && (!lines || r != '\n')) || r == 0x7f {
			f.Add(field, "There are control characters in this.")
			return
		}
	}
}

func (a *Audience) clean(f *Faults) {
	n := 0
	for _, chosen := range []bool{a.All, len(a.Topics) > 0, a.Followers} {
		if chosen {
			n++
		}
	}
	if n != 1 {
		f.Add("audience", "Choose one: all, some topics, or the followers of the story.")
	}
	if len(a.Topics) > MaxAlertTopics {
		f.Add("audience", "At most %d topics.", MaxAlertTopics)
		return
	}
	for i := range a.Topics {
		if s := Slug(a.Topics[i]); s == "" {
			f.Add("audience", "There is no topic %q.", clip(a.Topics[i]))
		} else {
			a.Topics[i] = s
		}
	}
	slices.Sort(a.Topics)
	a.Topics = slices.Compact(a.Topics)
}
