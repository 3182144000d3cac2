package moderation

import (
	"context"
	"time"
	"unicode/utf8"

	"dateline/internal/markup"
	"dateline/internal/news"
)

// A Decision is what a moderator can decide about comments.
type Decision string

// The decisions.
const (
	Pass      Decision = "pass"
	Reject    Decision = "reject"
	Hold      Decision = "hold"
	Feature   Decision = "feature"
	Unfeature Decision = "unfeature"
)

// mostAtOnce bounds a bulk decision.
const mostAtOnce = 500

// Decide decides about comments, all or none of them. why is told to the writer of a
// rejected one; empty for nothing.
func (d *Desk) Decide(ctx context.Context, who news.Actor, what Decision, why string, ids ...news.CommentID) ([]news.Comment, error) {
	if err := may(who); err != nil {
		return nil, err
	}
	why, err := cleanMessage("why", why)
	if err != nil {
		return nil, err
	}
	if len(ids) > mostAtOnce {
		return nil, news.Wrong("id", "Decide on at most %d comments at once.", mostAtOnce)
	}
	for _, id := range ids {
		if !news.IsID(string(id)) {
			return nil, news.Missing("comment")
		}
	}
	now := d.o.Now()
	list, n, err := d.o.Store.DecideComments(ctx, who, ids, func(c news.Comment, _ news.Reader) (news.CommentOutcome, error) {
		return d.decided(who, c, what, why, now)
	})
	if err != nil {
		return nil, err
	}
	return list, d.shown(ctx, n)
}

func (d *Desk) decided(who news.Actor, c news.Comment, what Decision, why string, now time.Time) (news.CommentOutcome, error) {
	if c.Status == news.CommentDeleted {
		return news.CommentOutcome{}, news.Refuse(news.Conflict, "Its writer has deleted this comment.")
	}
	before := c
	o := news.CommentOutcome{Action: string(what), Note: why}
	switch what {
	case Pass:
		c.Status, c.Flags = news.CommentPublished, 0
	case Reject:
		c.Status, c.Featured, c.Flags = news.CommentRejected, false, 0
		if why != "" {
			c.Reasons = append(c.Reasons, news.Reason{Rule: news.RuleModerator, Name: who.Name, Detail: why, Told: why})
		}
	case Hold:
		c.Status, c.Featured = news.CommentHeld, false
		c.Reasons = append(c.Reasons, news.Reason{Rule: news.RuleModerator, Name: who.Name, Detail: "Held by " + who.Name + ".", Told: first(why, "A moderator wants to look at it again.")})
	case Feature, Unfeature:
		if c.Status != news.CommentPublished {
			return o, news.Refuse(news.Conflict, "Only a comment that is shown can be featured. Pass it first.")
		}
		c.Featured = what == Feature
	default:
		return o, news.Wrong("action", "Choose one of pass, reject, hold or feature.")
	}
	if what != Feature && what != Unfeature {
		c.Decided, c.DecidedBy = now, who.Name
	}
	o.Quiet = before.Status == c.Status && before.Featured == c.Featured && before.Flags == c.Flags && !before.Decided.IsZero() && why == ""
	o.Comment = c
	if what == Pass && before.Status != news.CommentPublished {
		o.Jobs = d.tell(&c)
	}
	return o, nil
}

// Alike decides about a held comment and all held ones that say nearly the same.
func (d *Desk) Alike(ctx context.Context, who news.Actor, what Decision, why string, id news.CommentID) ([]news.Comment, error) {
	ids, err := d.o.Store.Alike(ctx, id, mostAtOnce)
	if err != nil {
		return nil, err
	}
	if len(ids) == 0 {
		ids = []news.CommentID{id}
	}
	return d.Decide(ctx, who, what, why, ids...)
}

// Undo takes a decision back.
func (d *Desk) Undo(ctx context.Context, who news.Actor, logID string) (news.Comment, error) {
	if err := may(who); err != nil {
		return news.Comment{}, err
	}
	c, n, err := d.o.Store.UndoComment(ctx, who, logID)
	if err != nil {
		return c, err
	}
	return c, d.shown(ctx, n)
}

// Rerun judges the held comments again, after a rule changed: those that only rules held
// which say nothing any more are shown. It gives how many were, of how many.
func (d *Desk) Rerun(ctx context.Context, who news.Actor) (passed, all int, err error) {
	if err := may(who); err != nil {
		return 0, 0, err
	}
	rules, err := d.o.Store.Rules(ctx)
	if err != nil {
		return 0, 0, err
	}
	on := map[string]bool{}
	for _, r := range rules {
		on[string(r.ID)] = !r.Off
	}
	for cursor := ""; ; {
		list, next, err := d.o.Store.CommentQueue(ctx, news.CommentQueue{Which: news.HeldQueue, Cursor: cursor, Limit: 100})
		if err != nil {
			return passed, all, err
		}
		all += len(list)
		var free []news.CommentID
		for _, q := range list {
			if !stillHeld(rules, on, &q) {
				free = append(free, q.Comment.ID)
			}
		}
		if len(free) > 0 {
			if _, err := d.Decide(ctx, who, Pass, "", free...); err != nil {
				return passed, all, err
			}
			passed += len(free)
		}
		if cursor = next; cursor == "" {
			return passed, all, nil
		}
	}
}

// stillHeld tells whether one of the reasons for which a comment is held still counts.
func stillHeld(rules []news.Rule, on map[string]bool, q *news.Queued) bool {
	p := &news.Posting{Reader: q.Record.Reader, Card: q.Story}
	whole := read(q.Comment.Text)
	for _, reason := range q.Comment.Reasons {
		active, isRule := on[reason.Rule]
		if !isRule && len(reason.Rule) != 36 {
			return true // a person, readers' flags, or a story's setting
		}
		if !active {
			continue // switched off, or deleted
		}
		for _, r := range rules {
			if string(r.ID) != reason.Rule {
				continue
			}
			switch r.Kind {
			case news.RuleRepeats, news.RuleRate:
				return true // what counted then is not known any more
			}
			if _, met := meet(r, p, whole); met {
				return true
			}
		}
	}
	for _, r := range rules {
		if r.Off {
			continue
		}
		if _, met := meet(r, p, whole); met {
			return true
		}
	}
	return false
}

// Ban keeps a person from commenting for a time, or with 0 for ever; with address their
// network too, for that time or a day. message is told to them.
func (d *Desk) Ban(ctx context.Context, who news.Actor, id news.ReaderID, comment news.CommentID, length time.Duration, address bool, message string) error {
	if err := may(who); err != nil {
		return err
	}
	message, err := cleanMessage("message", message)
	if err != nil {
		return err
	}
	if length < 0 || length > 10*365*24*time.Hour {
		return news.Wrong("length", "Choose a time of at most ten years.")
	}
	now := d.o.Now()
	s := news.Sanction{ID: news.NewID[string](), Reader: id, Forever: length == 0, Until: now.Add(length), Message: message}
	if address && comment != "" {
		// An address is often many people's: it is never shut out for ever.
		a := news.Sanction{ID: news.NewID[string](), Until: now.Add(min(max(length, 24*time.Hour), 7*24*time.Hour)), Message: message}
		if length == 0 {
			a.Until = now.Add(7 * 24 * time.Hour)
		}
		if err := d.o.Store.Sanction(ctx, who, a, comment, true); err != nil {
			return err
		}
	}
	return d.o.Store.Sanction(ctx, who, s, comment, false)
}

// Lift lets a person comment again.
func (d *Desk) Lift(ctx context.Context, who news.Actor, id news.ReaderID) error {
	if err := may(who); err != nil {
		return err
	}
	return d.o.Store.LiftSanctions(ctx, who, id)
}

// Note keeps a note on a person for colleagues.
func (d *Desk) Note(ctx context.Context, who news.Actor, id news.ReaderID, text string) error {
	if err := may(who); err != nil {
		return err
	}
	text, err := cleanMessage("text", text)
	if err != nil {
		return err
	}
	if text == "" {
		return news.Wrong("text", "Write something first.")
	}
	return d.o.Store.AddReaderNote(ctx, who, id, text)
}

func cleanMessage(field, s string) (string, error) {
	s, err := markup.CleanText(s)
	if err != nil || utf8.RuneCountInString(s) > 1000 {
		return "", news.Wrong(field, "Use at most 1000 characters.")
	}
	return s, nil
}

func first(a, b string) string {
	if a != "" {
		return a
	}
	return b
}
