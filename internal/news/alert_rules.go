package news

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// The steps that only alerts take; they are approved and corrected, too.
const (
	SendAlone Step = "send-alone" // without the second person, who did not answer
	Stop      Step = "stop"       // what has not gone out yet
	Withdraw  Step = "withdraw"   // replace what was shown
)

// AlertHouse is how this newsroom sends alerts.
type AlertHouse struct {
	Editors   int           // people who may decide what readers see, tokens left out
	Countdown time.Duration // during which an alert can be stopped before anybody has it
	Patience  time.Duration // how long an alert waits for its second person before one may send it alone
	Fresh     time.Duration // how recent a sign-in must be to send alone
	Language  string        // BCP 47, of stories that name none
}

// StandardAlertHouse is the house of a new site.
var StandardAlertHouse = AlertHouse{Countdown: 10 * time.Second, Patience: 3 * time.Minute, Fresh: 5 * time.Minute}

// ComposeAlert sends a about story s: as far as who may alone. An alert to everyone
// waits for a second person once two people could be asked; all others begin their
// countdown. Nothing is sent about what readers cannot see.
func ComposeAlert(a Alert, who Actor, s *Story, h AlertHouse, now time.Time) (*Alert, error) {
	if err := alertsNeedEditor(who); err != nil {
		return nil, err
	}
	if !s.Visible(now) {
		return nil, unseen(s)
	}
	var f Faults
	a.clean(&f)
	switch {
	case a.SendAt.IsZero():
	case !a.SendAt.After(now):
		f.Add("send_at", "This moment has passed. Choose a later one, or send now.")
	case a.SendAt.After(now.AddDate(1, 0, 0)):
		f.Add("send_at", "This is more than a year ahead.")
	}
	if err := f.Err(); err != nil {
		return nil, err
	}
	a.Kind, a.Replaces, a.Original = NewsAlert, "", a.ID
	a.about(s, h.Language)
	a.Composer, a.Composed = who, now
	if a.Audience.All && h.Editors >= 2 {
		a.State = AlertAwaiting
		return &a, nil
	}
	a.release(h, now)
	return &a, nil
}

// about takes over what an alert has of its story. A story that names no language is in
// the one otherwise, by which its message runs from the right or the left.
func (a *Alert) about(s *Story, otherwise string) {
	a.Story, a.Address, a.Language = s.ID, s.Address, cmp.Or(s.Live.Content.Language, otherwise)
}

func alertsNeedEditor(who Actor) error {
	if !who.Role.Publishes() {
		return Refuse(Denied, "This needs an editor.")
	}
	return nil
}

func unseen(s *Story) error {
	if s.Status == Published {
		return Refuse(Conflict, "Readers cannot see this story yet. An alert never leaves before its story.")
	}
	return Refuse(Conflict, "This story is %s. An alert needs a story that readers can see.", s.Status)
}

// release lets an alert go that waits for nobody any more.
func (a *Alert) release(h AlertHouse, now time.Time) {
	countdown := min(max(h.Countdown, 0), MaxCountdown)
	a.Leaves = now.Add(countdown)
	if a.SendAt.After(a.Leaves) {
		a.Leaves = a.SendAt
	}
	a.State = AlertCounting
	switch {
	case a.Leaves.Sub(now) > MaxCountdown:
		a.State = AlertScheduled
	case !a.Leaves.After(now):
		a.State = AlertQueued
	}
}

// Advance moves an alert on as time does: a scheduled one into its countdown, which
// ends at the moment planned, and one whose countdown is over into the queue. s is its
// story as it is now; if readers cannot see that any more, the alert is stopped and
// says why. It reports whether anything changed.
func (a *Alert) Advance(s *Story, h AlertHouse, now time.Time) bool {
	was := a.State
	if a.State == AlertScheduled && !now.Before(a.Leaves.Add(-min(max(h.Countdown, 0), MaxCountdown))) {
		a.State = AlertCounting
	}
	if a.State == AlertCounting && !now.Before(a.Leaves) {
		a.State = AlertQueued
		if !s.Visible(now) {
			a.end(AlertStopped, System, now)
			a.Reason = "Readers could not see the story any more when the alert was due."
		}
	}
	return a.State != was
}

// Due is when Advance has something to do next; zero if time changes nothing.
func (a *Alert) Due(h AlertHouse) time.Time {
	switch a.State {
	case AlertScheduled:
		return a.Leaves.Add(-min(max(h.Countdown, 0), MaxCountdown))
	case AlertCounting:
		return a.Leaves
	}
	return time.Time{}
}

// same tells whether two actors are one person. A token is a person of its own, and so
// is whoever may run commands on the server.
func (a Actor) same(b Actor) bool { return a.ID == b.ID && (a.ID != "" || a.Via == b.Via) }

// Approve is the second person's yes. s is the story as it is now.
func (a *Alert) Approve(who Actor, s *Story, h AlertHouse, now time.Time) error {
	if err := a.may(Approve, who); err != nil {
		return err
	}
	if who.same(a.Composer) || who.same(System) {
		return Refuse(Denied, "You composed this alert. A second person has to approve it.")
	}
	if !s.Visible(now) {
		return unseen(s)
	}
	a.Approver, a.Approved = who, now
	a.release(h, now)
	return nil
}

// SendAlone lets an alert go to which nobody said yes or no in time. It needs a sign-in
// of this very moment, so that nobody does it at a desk that was left open; signedIn is
// zero for tokens and commands, which cannot.
func (a *Alert) SendAlone(who Actor, signedIn time.Time, s *Story, h AlertHouse, now time.Time) error {
	if err := a.may(SendAlone, who); err != nil {
		return err
	}
	if from := a.Composed.Add(h.Patience); now.Before(from) {
		e := Refuse(Conflict, "The other editors have %s left to answer.", from.Sub(now).Round(time.Second))
		e.Allowed = []Step{Stop}
		return e
	}
	if signedIn.IsZero() || now.Sub(signedIn) > h.Fresh {
		return Refuse(Denied, "Sign in again to send this without a second person.")
	}
	if !s.Visible(now) {
		return unseen(s)
	}
	a.Approver, a.Approved, a.Alone = who, now, true
	a.release(h, now)
	return nil
}

// Begin marks the first message of a queued alert; resuming one changes nothing. It
// reports whether messages may leave.
func (a *Alert) Begin(now time.Time) bool {
	if a.State == AlertQueued {
		a.State, a.Started = AlertSending, now
	}
	return a.State == AlertSending
}

// Finish marks the end of an alert with what became of it. One that was stopped
// stays stopped.
func (a *Alert) Finish(t Tally, now time.Time) {
	a.Tally = t
	if a.State == AlertSending {
		a.end(AlertSent, Actor{}, now)
	}
}

// Stop keeps what has not gone out from going out. It never waits for anybody, and
// stopping what is stopped changes nothing.
func (a *Alert) Stop(who Actor, now time.Time) error {
	if a.State == AlertStopped && who.Role.Publishes() {
		return nil
	}
	if err := a.may(Stop, who); err != nil {
		return err
	}
	a.end(AlertStopped, who, now)
	return nil
}

func (a *Alert) end(as AlertState, who Actor, now time.Time) {
	a.State, a.Ended, a.Stopper = as, now, who
}

// Correct makes the alert c that takes a's place with everybody who accepted the
// original, and stops a if it is still on its way. It waits neither for a second person
// nor for a countdown. c needs ID, Title and Body.
func (a *Alert) Correct(c Alert, who Actor, s *Story, now time.Time) (*Alert, error) {
	if err := a.may(Correct, who); err != nil {
		return nil, err
	}
	if err := a.forgotten(now); err != nil {
		return nil, err
	}
	if !s.Visible(now) {
		return nil, unseen(s)
	}
	r, err := a.replacement(CorrectionAlert, c, who, now)
	if err != nil {
		return nil, err
	}
	r.about(s, a.Language)
	return r, a.makeWay(who, now)
}

// Withdrawn is what a withdrawal says unless its editor says it better, where it is not
// known how the alert's language says it.
const Withdrawn = "This alert was withdrawn"

// withdrawn is Withdrawn in the alert's language if that is known, and the language.
func withdrawn(language string) (title, in string) {
	if base, _, _ := strings.Cut(language, "-"); base == "ar" {
		return "سُحب هذا التنبيه", "ar"
	}
	return Withdrawn, "en"
}

// AlertsAddress is the page of the last alerts, where a withdrawal leads.
const AlertsAddress = "/alerts"

// Withdraw makes the alert w that takes a's place and says that there is nothing to
// it; the story may be gone. If nothing of a can have been shown yet, a is stopped and
// there is no such alert: nil. w needs ID; its Title is Withdrawn, in the alert's language, unless given.
func (a *Alert) Withdraw(w Alert, who Actor, now time.Time) (*Alert, error) {
	if err := a.may(Withdraw, who); err != nil {
		return nil, err
	}
	if a.Started.IsZero() {
		return nil, a.Stop(who, now)
	}
	if err := a.forgotten(now); err != nil {
		return nil, err
	}
	tongue := a.Language
	if w.Title == "" {
		w.Title, tongue = withdrawn(a.Language)
	}
	r, err := a.replacement(WithdrawalAlert, w, who, now)
	if err != nil {
		return nil, err
	}
	r.Story, r.Address, r.Language = a.Story, AlertsAddress, tongue
	return r, a.makeWay(who, now)
}

// RecipientsKept is how long after the end of an alert, and of all that replaced it, it is
// known who got it. After that it can neither be corrected nor withdrawn: push services
// keep no message for longer, and what readers did is nobody's business for ever.
const RecipientsKept = 30 * 24 * time.Hour

// forgotten refuses what would have to reach those who got an alert, when that is not
// known any more.
func (a *Alert) forgotten(now time.Time) error {
	if a.State.Over() && now.Sub(a.Ended) > RecipientsKept {
		return Refuse(Conflict, "This alert ended more than %d days ago. Who got it is not kept any longer; say it in the story.", RecipientsKept/(24*time.Hour))
	}
	return nil
}

func (a *Alert) makeWay(who Actor, now time.Time) error {
	if a.State.Over() {
		return nil
	}
	return a.Stop(who, now)
}

func (a *Alert) replacement(kind AlertKind, r Alert, who Actor, now time.Time) (*Alert, error) {
	// What decides who gets it, and how soon, is the original's.
	r.Audience = Audience{All: a.Audience.All, Topics: slices.Clone(a.Audience.Topics), Followers: a.Audience.Followers}
	r.Importance, r.Urgency, r.TTL, r.Pace, r.SendAt = a.Importance, a.Urgency, max(a.TTL, OrdinaryTTL), 0, time.Time{}
	var f Faults
	r.clean(&f)
	if err := f.Err(); err != nil {
		return nil, err
	}
	r.Kind, r.Replaces, r.Original = kind, a.ID, a.Original
	r.Composer, r.Composed, r.Leaves, r.State = who, now, now, AlertQueued
	return &r, nil
}

// Steps lists what who may do to the alert as it stands.
func (a *Alert) Steps(who Actor) []Step {
	if !who.Role.Publishes() {
		return nil
	}
	switch a.State {
	case AlertAwaiting:
		if who.same(a.Composer) {
			return []Step{SendAlone, Stop, Withdraw}
		}
		return []Step{Approve, SendAlone, Stop, Withdraw}
	case AlertScheduled, AlertCounting, AlertQueued:
		return []Step{Stop, Withdraw}
	case AlertSending:
		return []Step{Stop, Correct, Withdraw}
	case AlertSent, AlertStopped:
		if !a.Started.IsZero() && a.Kind != WithdrawalAlert {
			return []Step{Correct, Withdraw}
		}
	}
	return nil
}

// may is nil when who may take the step now; else Denied when the role never may, or
// Conflict with what is possible instead.
func (a *Alert) may(step Step, who Actor) error {
	if err := alertsNeedEditor(who); err != nil {
		return err
	}
	steps := a.Steps(who)
	if slices.Contains(steps, step) || (step == Approve && a.State == AlertAwaiting) {
		return nil
	}
	e := Refuse(Conflict, "An alert that is %s cannot take the step %q.", a.State, step)
	if (step == Correct || step == Withdraw) && a.Started.IsZero() {
		e = Refuse(Conflict, "Nothing of this alert has gone out.")
	}
	e.Allowed = append([]Step{}, steps...)
	return e
}

// Drill makes the alert of a drill, on its way to a subscription that is no reader's.
// It is of a kind that is neither listed nor sent to anybody else.
func Drill(id AlertID, s *Story, now time.Time) *Alert {
	a := &Alert{
		ID: id, Kind: DrillAlert, State: AlertSending, Title: "Drill", Body: "Nobody gets this.", Importance: Ordinary, Urgency: "normal",
		TTL: MinAlertTTL, Original: id, Composer: System, Composed: now, Leaves: now, Started: now,
	}
	a.about(s, "")
	return a
}
