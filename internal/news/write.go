package news

import "time"

// A Plan is when a story should go out, as its writer asked.
type Plan struct {
	PublishAt time.Time
	TimeZone  string
}

// NewStory begins a draft by who. The content is cleaned; its faults come back as
// an Invalid. Editors' unknown topics are made, and anybody's byline names.
func NewStory(id StoryID, kind StoryKind, who Actor, c Content, plan Plan, note string, now time.Time) (*Story, Outcome, error) {
	if !who.Role.Writes() {
		return nil, Outcome{}, Refuse(Denied, "Writing needs a reporter's or an editor's account.")
	}
	if err := c.Clean(); err != nil {
		return nil, Outcome{}, err
	}
	note, err := cleanNote(note)
	if err != nil {
		return nil, Outcome{}, err
	}
	s := &Story{
		ID: id, Kind: kind, Status: Draft, Revision: 1, Content: c,
		Created: now, Changed: now, Creator: who.ID, CreatorName: who.Name,
	}
	if err := s.checkAddress(false); err != nil {
		return nil, Outcome{}, err
	}
	if err := s.plan(plan); err != nil {
		return nil, Outcome{}, err
	}
	return s, Outcome{Revised: true, Creates: who.Role.Publishes(), Step: Save, Note: note}, nil
}

// Revise makes c the latest revision. base is the revision the writer started
// from; when somebody else saved since, the answer is Stale with the newest number.
func (s *Story) Revise(who Actor, base int, c Content, plan Plan, note string, now time.Time) (Outcome, error) {
	if err := s.may(Save, who); err != nil {
		return Outcome{}, err
	}
	if base != s.Revision {
		return Outcome{}, &Error{Kind: Stale, Current: s.Revision,
			Message: "Somebody saved this story while you were writing. Your text is not lost: read theirs, then save again."}
	}
	if err := c.Clean(); err != nil {
		return Outcome{}, err
	}
	note, err := cleanNote(note)
	if err != nil {
		return Outcome{}, err
	}
	if err := s.plan(plan); err != nil {
		return Outcome{}, err
	}
	if s.Status == Scheduled && s.PublishAt.Before(c.EmbargoUntil) {
		return Outcome{}, Wrong("embargo_until", "The story is scheduled before this embargo ends. Schedule it anew first.")
	}
	next := *s
	next.Content = c
	if err := next.checkAddress(s.Status == Scheduled); err != nil {
		return Outcome{}, err
	}
	s.Revision++
	s.Content = c
	s.Changed = now
	return Outcome{Revised: true, Creates: who.Role.Publishes(), Step: Save, Note: note}, nil
}

func (s *Story) plan(p Plan) error {
	if p.TimeZone != "" {
		if _, err := time.LoadLocation(p.TimeZone); err != nil || p.TimeZone == "Local" {
			return Wrong("time_zone", "%q is no time zone. Use one like Europe/Berlin.", clip(p.TimeZone))
		}
	}
	if s.Status == Scheduled && !p.PublishAt.Equal(s.PublishAt) {
		// A plan that is in force changes by the step Schedule, never by a save.
		return Wrong("publish_at", "This story is scheduled. Schedule it anew to move it.")
	}
	s.PublishAt, s.TimeZone = p.PublishAt, p.TimeZone
	return nil
}

func cleanNote(note string) (string, error) {
	var f Faults
	cleanField(&f, "note", &note, MaxLead, cleanTextOf)
	return note, f.Err()
}
