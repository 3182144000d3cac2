package news

import "slices"

// A Status is where a story stands. "Corrected" and "updated" are no statuses.
type Status string

// The statuses. Spike: bin a draft. Take down: a published story gives way to a
// notice (410). Kill: nothing is shown (404).
const (
	Draft     Status = "draft"
	Submitted Status = "submitted"
	Approved  Status = "approved"
	Scheduled Status = "scheduled"
	Published Status = "published"
	TakenDown Status = "taken-down"
	Killed    Status = "killed"
	Spiked    Status = "spiked"
)

// Statuses lists all statuses in the order of a story's life.
var Statuses = []Status{Draft, Submitted, Approved, Scheduled, Published, TakenDown, Killed, Spiked}

// ParseStatus reads a status's name.
func ParseStatus(s string) (Status, error) {
	if slices.Contains(Statuses, Status(s)) {
		return Status(s), nil
	}
	return "", Wrong("status", "There is no status %q.", s)
}

// A Step is what somebody does to a story's status; the word is also the last
// part of the API's address for it.
type Step string

// The steps.
const (
	Save     Step = "save" // a new revision
	Submit   Step = "submit"
	Return   Step = "return"
	Approve  Step = "approve"
	Schedule Step = "schedule"
	Publish  Step = "publish"
	TakeDown Step = "take-down"
	Kill     Step = "kill"
	Spike    Step = "spike"
	Correct  Step = "correct"
)

// steps is the rule book: for each step, from which statuses it goes and whether
// it decides what readers see (then it needs an editor).
var steps = []struct {
	step    Step
	from    []Status
	decides bool
}{
	{Save, []Status{Draft, Submitted, Approved, Scheduled, Published, TakenDown}, false},
	{Submit, []Status{Draft}, false},
	{Return, []Status{Submitted, Approved, Scheduled, Spiked}, true},
	{Approve, []Status{Draft, Submitted}, true},
	{Schedule, []Status{Draft, Submitted, Approved, Scheduled}, true},
	{Publish, []Status{Draft, Submitted, Approved, Scheduled, Published, TakenDown, Spiked}, true},
	{Correct, []Status{Published}, true},
	{TakeDown, []Status{Published}, true},
	{Kill, []Status{Draft, Submitted, Approved, Scheduled, Published, TakenDown, Spiked}, true},
	{Spike, []Status{Draft, Submitted, Approved, Scheduled}, false},
}

// Steps lists what who may do to the story as it stands.
func (s *Story) Steps(who Actor) []Step {
	var may []Step
	for _, r := range steps {
		if slices.Contains(r.from, s.Status) && s.allows(r.step, r.decides, who) {
			may = append(may, r.step)
		}
	}
	return may
}

// allows holds the rules that depend on the person. A reporter may not touch what
// an editor has passed (approved or scheduled text goes out as it was read), and
// bins only drafts.
func (s *Story) allows(step Step, decides bool, who Actor) bool {
	if who.Role.Publishes() {
		return true
	}
	if decides || !who.Role.Writes() {
		return false
	}
	switch step {
	case Save:
		return s.Status != Approved && s.Status != Scheduled
	case Spike:
		return s.Status == Draft
	}
	return true
}

// may is nil when who may take the step now; else Denied when the role never may,
// Stale when it was decided on another revision, or Conflict with what is possible
// instead.
func (s *Story) may(step Step, who Actor) error {
	for _, r := range steps {
		if r.step != step {
			continue
		}
		if !who.Role.Writes() || (r.decides && !who.Role.Publishes()) {
			return Refuse(Denied, "This needs an editor.")
		}
		if who.Seen != 0 && who.Seen != s.Revision {
			return &Error{Kind: Stale, Current: s.Revision,
				Message: "Somebody saved this story meanwhile. Read it again, then decide."}
		}
		if slices.Contains(r.from, s.Status) && s.allows(step, r.decides, who) {
			return nil
		}
	}
	e := Refuse(Conflict, "A story that is %s cannot take the step %q.", s.Status, step)
	if step == Save && (s.Status == Approved || s.Status == Scheduled) {
		e = Refuse(Conflict, "This story is %s. Ask an editor to return it before you change it.", s.Status)
	}
	e.Allowed = append([]Step{}, s.Steps(who)...) // "nothing" is an answer too
	return e
}
