package news

import (
	"fmt"
	"path"
	"slices"
	"time"

	"golang.org/x/text/language"
)

// A Subscription is one browser that asked for alerts. It belongs to no account and
// knows no name.
type Subscription struct {
	// Number is the store's own: dense, so that sets of subscriptions are bitmaps, and
	// never given to another browser. A browser whose endpoint changed keeps it.
	Number uint32

	Endpoint string           // as package webpush wrote it; as good as a password
	Keys     SubscriptionKeys // as package webpush checked them
	KeyID    string           // of the VAPID key it was made with; empty if imported without
	State    SubscriptionState

	Topics     []string  // slugs
	Stories    []StoryID // followed
	OnlyChosen bool      // alerts to everyone are not for this reader: only topics and stories are
	Importance Importance
	Quiet      QuietHours
	MostPerDay int    // alerts a day, in the newsroom's zone; 0 is as many as there are
	Language   string // BCP 47; of the pages it was made on

	Failures int // alerts in a row that its service refused for good
	Created  time.Time
	Seen     time.Time // the last page view that confirmed it
}

// SubscriptionKeys are a browser's public key (65 bytes) and its authentication
// secret (16 bytes).
type SubscriptionKeys [81]byte

// A SubscriptionState says whether a subscription is sent to.
type SubscriptionState string

// The states of a subscription. Only active ones are sent to and counted.
const (
	SubscriptionActive  SubscriptionState = "active"
	SubscriptionPaused  SubscriptionState = "paused"  // by its reader
	SubscriptionWaiting SubscriptionState = "waiting" // imported; its key is not ours, so it waits for a visit
)

// QuietHours are when a reader wants no alert: from one minute of the day to another in
// the reader's zone, over midnight if From is the later. Equal ones are none.
type QuietHours struct {
	From, To int // minutes since midnight
	Zone     string
}

// None tells whether there are no quiet hours.
func (q QuietHours) None() bool { return q.From == q.To }

// In tells whether t is within them; zone is the loaded Zone.
func (q QuietHours) In(t time.Time, zone *time.Location) bool {
	t = t.In(zone)
	m := t.Hour()*60 + t.Minute()
	if q.From <= q.To {
		return q.From <= m && m < q.To
	}
	return m >= q.From || m < q.To
}

// The bounds of what a reader chooses.
const (
	MaxSubscriptionTopics  = 100
	MaxSubscriptionStories = 100
	MaxAlertsPerDay        = 50
)

// Clean puts a reader's choice in stored form, fills in what was left out and says
// what is wrong. Endpoint and keys are package webpush's to check.
func (s *Subscription) Clean() error {
	var f Faults
	if len(s.Topics) > MaxSubscriptionTopics {
		f.Add("topics", "At most %d.", MaxSubscriptionTopics)
	} else {
		for i, t := range s.Topics {
			if s.Topics[i] = Slug(t); s.Topics[i] == "" {
				f.Add("topics", "There is no topic %q.", clip(t))
			}
		}
		slices.Sort(s.Topics)
		s.Topics = slices.Compact(s.Topics)
	}
	if len(s.Stories) > MaxSubscriptionStories {
		f.Add("stories", "At most %d.", MaxSubscriptionStories)
	} else {
		for _, id := range s.Stories {
			if !IsID(string(id)) {
				f.Add("stories", "There is no story %q.", clip(string(id)))
			}
		}
		slices.Sort(s.Stories)
		s.Stories = slices.Compact(s.Stories)
	}
	switch s.Importance {
	case "":
		s.Importance = Ordinary
	case Ordinary, Breaking:
	default:
		f.Add("importance", "Choose ordinary or breaking.")
	}
	s.Quiet.clean(&f)
	if s.MostPerDay < 0 || s.MostPerDay > MaxAlertsPerDay {
		f.Add("most_per_day", "At most %d; 0 for as many as there are.", MaxAlertsPerDay)
	}
	if s.Language != "" {
		tag, err := language.Parse(s.Language)
		if err != nil {
			f.Add("language", "%q is no language tag. Use one like en, ar or pt-BR.", clip(s.Language))
		} else {
			s.Language = tag.String()
		}
	}
	return f.Err()
}

func (q *QuietHours) clean(f *Faults) {
	if q.None() {
		*q = QuietHours{}
		return
	}
	if q.From < 0 || q.From >= 24*60 || q.To < 0 || q.To >= 24*60 {
		f.Add("quiet_hours", "Use times of the day.")
	}
	if q.Zone == "" {
		q.Zone = "UTC"
	}
	// Each name is kept with its zone, and there are as many ways to write a path to one
	// as somebody likes.
	if len(q.Zone) > 64 || q.Zone == "Local" || q.Zone != path.Clean(q.Zone) {
		f.Add("quiet_hours", "%q is no time zone. Use one like Europe/Berlin.", clip(q.Zone))
		return
	}
	if _, err := time.LoadLocation(q.Zone); err != nil {
		f.Add("quiet_hours", "%q is no time zone. Use one like Europe/Berlin.", clip(q.Zone))
	}
}

// Wants tells whether the alert is one for this reader, the day's number and the hour
// aside: sent to now, to what was chosen, and important enough.
func (s *Subscription) Wants(a *Alert) bool {
	if s.State != SubscriptionActive || (s.Importance == Breaking && a.Importance != Breaking) {
		return false
	}
	switch {
	case a.Audience.All:
		return !s.OnlyChosen
	case a.Audience.Followers:
		return slices.Contains(s.Stories, a.Story)
	}
	return slices.ContainsFunc(a.Audience.Topics, func(t string) bool { return slices.Contains(s.Topics, t) })
}

// A NumberRange is the subscriptions from one number to another, both included: what
// was saved, changed or deleted at once.
type NumberRange struct{ From, To uint32 }

// String is the range as a change names it.
func (r NumberRange) String() string { return fmt.Sprintf("%d-%d", r.From, r.To) }

// ParseNumberRange reads what String wrote.
func ParseNumberRange(s string) (r NumberRange, err error) {
	if _, err = fmt.Sscanf(s, "%d-%d", &r.From, &r.To); err != nil || r.From > r.To {
		return NumberRange{}, fmt.Errorf("read range of numbers %q: not FROM-TO", clip(s))
	}
	return r, nil
}
