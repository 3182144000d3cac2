package news

import (
	"slices"
	"time"

	"dateline/internal/markup"
)

// Publish makes the latest revision what readers see. The address is decided by the
// store at first publication, from Slug and the day in zone at that moment, and
// stays. size may be empty: then a later publication is of substance. Publishing
// again what readers already see changes nothing.
func (s *Story) Publish(who Actor, size ChangeSize, note string, zone *time.Location, now time.Time) (Outcome, error) {
	if err := s.may(Publish, who); err != nil {
		return Outcome{}, err
	}
	switch size {
	case "":
		size = Substance
	case Minor, Substance:
	default:
		return Outcome{}, Wrong("change", "Choose minor or substance.")
	}
	note, err := cleanNote(note)
	if err != nil {
		return Outcome{}, err
	}
	if until := s.Content.EmbargoUntil; until.After(now) {
		e := Refuse(Conflict, "This story is under embargo until %s. Schedule it to go out then.", Moment(until.In(zone)))
		e.Allowed = slices.DeleteFunc(s.Steps(who), func(x Step) bool { return x == Publish })
		return Outcome{}, e
	}
	if err := s.Content.Clean(); err != nil {
		return Outcome{}, err
	}
	if err := s.checkAddress(true); err != nil {
		return Outcome{}, err
	}
	if s.Status == Published && s.Live != nil && s.Live.Revision == s.Revision {
		return Outcome{Quiet: true, Step: Publish}, nil
	}
	first := s.Version == 0
	s.Version++
	s.Status, s.Notice = Published, ""
	s.Changed, s.LastPublished = now, now
	s.PublishAt, s.TimeZone = time.Time{}, ""
	if first {
		size = Substance
		s.FirstPublished = now
	}
	if size == Substance {
		s.Updated = now
	}
	s.address(zone)
	s.Live = s.version(who, size, note, now)
	return Outcome{Published: s.Live, Step: Publish, Note: note}, nil
}

func (s *Story) version(who Actor, size ChangeSize, note string, now time.Time) *Version {
	return &Version{
		N: s.Version, Revision: s.Revision, Content: s.Content, Body: Render(&s.Content), Text: s.Content.Body.Text(),
		Change: size, At: now, By: who.Name, ByID: who.ID, Note: note,
	}
}

// Render makes the body's safe HTML with slots for pictures and related stories.
func Render(c *Content) markup.Body {
	return markup.Render(c.Body, markup.RenderOptions{Dateline: c.Dateline, Lang: c.Language})
}

// Submit hands a draft to the editors.
func (s *Story) Submit(who Actor, note string, now time.Time) (Outcome, error) {
	return s.move(Submit, Submitted, who, note, now)
}

// Return gives a story back to its writer, a binned one too.
func (s *Story) Return(who Actor, note string, now time.Time) (Outcome, error) {
	return s.move(Return, Draft, who, note, now)
}

// Approve says that a story may go out.
func (s *Story) Approve(who Actor, note string, now time.Time) (Outcome, error) {
	return s.move(Approve, Approved, who, note, now)
}

// Spike bins a story that was never published or is not now.
func (s *Story) Spike(who Actor, note string, now time.Time) (Outcome, error) {
	if s.Version > 0 {
		if err := s.may(Spike, who); err == nil {
			e := Refuse(Conflict, "This story was published. Take it down or kill it instead.")
			e.Allowed = slices.DeleteFunc(s.Steps(who), func(x Step) bool { return x == Spike })
			return Outcome{}, e
		}
	}
	return s.move(Spike, Spiked, who, note, now)
}

// Schedule plans the release: at the given instant, else at the one planned with
// the story, else when its embargo ends.
func (s *Story) Schedule(who Actor, plan Plan, note string, now time.Time) (Outcome, error) {
	if err := s.may(Schedule, who); err != nil {
		return Outcome{}, err
	}
	if plan.PublishAt.IsZero() {
		plan.PublishAt = s.PublishAt
		if plan.PublishAt.IsZero() {
			plan.PublishAt = s.Content.EmbargoUntil
		}
		if plan.TimeZone == "" {
			plan.TimeZone = s.TimeZone
		}
	}
	switch {
	case plan.PublishAt.IsZero():
		return Outcome{}, Wrong("publish_at", "Say when the story should go out.")
	case !plan.PublishAt.After(now):
		return Outcome{}, Wrong("publish_at", "This moment has passed. Choose a later one, or publish now.")
	case plan.PublishAt.Before(s.Content.EmbargoUntil):
		return Outcome{}, Wrong("publish_at", "This is before the story's embargo ends.")
	}
	if err := s.Content.Clean(); err != nil {
		return Outcome{}, err
	}
	if err := s.checkAddress(true); err != nil {
		return Outcome{}, err
	}
	was := s.Status
	s.Status = Approved // so that the plan may be set by this step
	if err := s.plan(plan); err != nil {
		s.Status = was
		return Outcome{}, err
	}
	return s.move(Schedule, Scheduled, who, note, now)
}

// Due tells whether a scheduled story should be released at now.
func (s *Story) Due(now time.Time) bool {
	return s.Status == Scheduled && !s.PublishAt.After(now) && !s.Content.EmbargoUntil.After(now)
}

// TakeDown makes a published story give way to a notice.
func (s *Story) TakeDown(who Actor, notice, note string, now time.Time) (Outcome, error) {
	var f Faults
	cleanField(&f, "notice", &notice, MaxLead, cleanTextOf)
	if err := f.Err(); err != nil {
		return Outcome{}, err
	}
	o, err := s.move(TakeDown, TakenDown, who, note, now)
	if err == nil {
		s.Notice, s.Live = notice, nil
	}
	return o, err
}

// Kill makes a story vanish for readers as if it had never been.
func (s *Story) Kill(who Actor, note string, now time.Time) (Outcome, error) {
	o, err := s.move(Kill, Killed, who, note, now)
	if err == nil {
		s.Notice, s.Live = "", nil
	}
	return o, err
}

// move takes a step that only changes the status.
func (s *Story) move(step Step, to Status, who Actor, note string, now time.Time) (Outcome, error) {
	if err := s.may(step, who); err != nil {
		return Outcome{}, err
	}
	note, err := cleanNote(note)
	if err != nil {
		return Outcome{}, err
	}
	s.Status, s.Changed = to, now
	return Outcome{Step: step, Note: note}, nil
}

// Correct adds a dated public note to a published story.
func (s *Story) Correct(who Actor, kind CorrectionKind, text string, now time.Time) (Outcome, error) {
	if err := s.may(Correct, who); err != nil {
		return Outcome{}, err
	}
	var f Faults
	switch kind {
	case CorrectionNote, ClarificationNote, UpdateNote:
	default:
		f.Add("kind", "Choose correction, clarification or update.")
	}
	cleanField(&f, "text", &text, MaxLead, cleanTextOf)
	if text == "" && !f.has("text") {
		f.Add("text", "Say what was wrong and what is right.")
	}
	if err := f.Err(); err != nil {
		return Outcome{}, err
	}
	c := Correction{Kind: kind, Text: text, At: now, By: who.Name}
	s.Corrections = append(s.Corrections, c)
	s.Changed, s.Updated = now, now
	return Outcome{Corrected: []Correction{c}, Step: Correct}, nil
}

func cleanTextOf(s string) (string, error) { return markup.CleanText(s) }
