package moderation

import (
	"context"
	"net/netip"
	"strings"
	"time"
	"unicode/utf8"

	"dateline/internal/markup"
	"dateline/internal/news"
)

// A Post is a comment that a reader sends.
type Post struct {
	Story  news.StoryID
	Parent news.CommentID // what it answers; empty for none
	Reader news.Reader
	Text   string
	Block  netip.Prefix // the address block that it came from
}

// Post takes a comment in and decides on it: it is shown at once, held or rejected, with
// the reasons. When it answers, readers see what it says they see.
func (d *Desk) Post(ctx context.Context, p Post) (news.Comment, error) {
	text, err := CleanComment(p.Text)
	if err != nil {
		return news.Comment{}, err
	}
	if p.Parent != "" && !news.IsID(string(p.Parent)) {
		return news.Comment{}, news.Missing("comment")
	}
	id := news.NewID[news.CommentID]()
	in := news.NewComment{Story: p.Story, Parent: p.Parent, Reader: p.Reader.ID, Block: d.block(p.Block), Words: Fingerprint(text)}
	c, n, err := d.o.Store.PostComment(ctx, in, func(at news.Posting) (news.CommentOutcome, error) {
		status, reasons, err := Judge(&at, text)
		if err != nil {
			return news.CommentOutcome{}, err
		}
		c := news.Comment{ID: id, Story: p.Story, Thread: id, Parent: p.Parent, Reader: at.Reader.ID, Name: at.Reader.Name, Text: text, Status: status, Reasons: reasons, Created: at.Now}
		o := news.CommentOutcome{Comment: c, Action: "post"}
		if at.Parent != nil {
			o.Comment.Thread = at.Parent.Thread
		}
		o.Jobs = d.tell(&o.Comment)
		return o, nil
	})
	if err != nil {
		return c, err
	}
	return c, d.shown(ctx, n)
}

// tell is the job that tells of an answer once it is shown. Whether there is anybody to
// tell, and whether they want it, is looked at when it runs.
func (d *Desk) tell(c *news.Comment) []news.Job {
	if d.o.Answered == nil || !c.Shown() || c.Parent == "" {
		return nil
	}
	return []news.Job{d.o.Answered(c.ID)}
}

// own runs change on a reader's own comment; others' are missing to them.
func (d *Desk) own(ctx context.Context, who news.Reader, id news.CommentID, change func(c news.Comment) (news.CommentOutcome, error)) (news.Comment, error) {
	list, n, err := d.o.Store.DecideComments(ctx, news.Actor{ID: string(who.ID), Name: who.Name}, []news.CommentID{id}, func(c news.Comment, _ news.Reader) (news.CommentOutcome, error) {
		if who.ID == "" || c.Reader != who.ID || c.Status == news.CommentDeleted {
			return news.CommentOutcome{}, news.Missing("comment")
		}
		return change(c)
	})
	if err != nil {
		return news.Comment{}, err
	}
	return list[0], d.shown(ctx, n)
}

// Edit changes a reader's own comment in its first minutes. The new words are judged by
// the rules about words; who tried a held one's words once cannot get them past by editing.
func (d *Desk) Edit(ctx context.Context, who news.Reader, id news.CommentID, text string) (news.Comment, error) {
	text, err := CleanComment(text)
	if err != nil {
		return news.Comment{}, err
	}
	rules, err := d.o.Store.Rules(ctx)
	if err != nil {
		return news.Comment{}, err
	}
	return d.own(ctx, who, id, func(c news.Comment) (news.CommentOutcome, error) {
		now := d.o.Now()
		if c.Status == news.CommentRejected || now.After(c.Created.Add(news.CommentEditing)) {
			return news.CommentOutcome{}, news.Refuse(news.Conflict, "A comment can be changed for %d minutes. You can still delete it.", int(news.CommentEditing/time.Minute))
		}
		if c.Text == text {
			return news.CommentOutcome{Quiet: true}, nil
		}
		c.Text, c.Edited = text, now
		if reasons := wordReasons(rules, who, c.Story, text); len(reasons) > 0 && who.Staff == "" {
			c.Status = news.CommentHeld
			c.Reasons = append(c.Reasons, reasons...)
		}
		return news.CommentOutcome{Comment: c, Action: "edit"}, nil
	})
}

// wordReasons is what the rules say of words alone.
func wordReasons(rules []news.Rule, who news.Reader, story news.StoryID, text string) []news.Reason {
	var out []news.Reason
	p := &news.Posting{Reader: who, Card: news.Card{ID: story}}
	whole := read(text)
	for _, r := range rules {
		switch r.Kind {
		case news.RuleWords, news.RuleLinks, news.RuleNewLinks, news.RuleShouting:
			r.Section = ""
			if reason, met := meet(r, p, whole); met && !r.Off {
				out = append(out, reason)
			}
		}
	}
	return out
}

// Delete takes a reader's own comment away; its words are gone for good.
func (d *Desk) Delete(ctx context.Context, who news.Reader, id news.CommentID) (news.Comment, error) {
	return d.own(ctx, who, id, func(c news.Comment) (news.CommentOutcome, error) {
		c.Status, c.Text, c.Reasons, c.Featured = news.CommentDeleted, "", nil, false
		return news.CommentOutcome{Comment: c, Action: "delete-own"}, nil
	})
}

// Like notes that a reader likes a comment, or no longer does.
func (d *Desk) Like(ctx context.Context, who news.Reader, id news.CommentID, on bool) (news.Comment, error) {
	if !who.May(d.o.Now()) {
		return news.Comment{}, news.Refuse(news.Denied, "You cannot do that while you may not comment.")
	}
	return d.o.Store.LikeComment(ctx, who.ID, id, on)
}

// Flag notes that a reader reports a comment. With enough of them it is held until a
// moderator looked; one that a moderator has passed stays shown, and is only listed.
func (d *Desk) Flag(ctx context.Context, who news.Reader, id news.CommentID, why string) (news.Comment, error) {
	why, err := markup.CleanText(why)
	if err != nil || utf8.RuneCountInString(why) > news.MaxFlagReason {
		return news.Comment{}, news.Wrong("text", "Say it in at most %d characters.", news.MaxFlagReason)
	}
	if !who.May(d.o.Now()) {
		return news.Comment{}, news.Refuse(news.Denied, "You cannot do that while you may not comment.")
	}
	if why = strings.TrimSpace(why); why == "" {
		why = "other"
	}
	c, n, err := d.o.Store.FlagComment(ctx, who.ID, id, why, func(c news.Comment, p news.CommentPolicy) (news.CommentOutcome, error) {
		o := news.CommentOutcome{Comment: c}
		if c.Flags >= p.FlagsHold && c.Decided.IsZero() && !c.Staff {
			o.Comment.Status, o.Action = news.CommentHeld, "hold"
			o.Comment.Reasons = append(c.Reasons, news.Reason{
				Rule: news.RuleFlagged, Name: "Flagged by readers", Detail: "Several readers reported it.",
				Told: "Several readers reported it, so that a moderator looks at it before it is shown again.",
			})
		}
		return o, nil
	})
	if err != nil {
		return c, err
	}
	return c, d.shown(ctx, n)
}
