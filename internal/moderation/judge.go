package moderation

import (
	"fmt"
	"time"

	"dateline/internal/news"
)

// Limits that no rule needs to be written for: what no person types.
const (
	mostAMinute    = 6
	mostADay       = 300
	mostBlockAHour = 200
)

// Judge decides on a new comment: what it becomes, and why. A refusal says why nothing is
// taken at all. It looks at nothing but p and the text.
func Judge(p *news.Posting, text string) (news.CommentStatus, []news.Reason, error) {
	if err := admitted(p); err != nil {
		return "", nil, err
	}
	var reasons []news.Reason
	status := news.CommentPublished
	hold := func(r news.Reason) {
		reasons = append(reasons, r)
		if status == news.CommentPublished {
			status = news.CommentHeld
		}
	}
	if p.Reader.Staff == "" {
		whole := read(text)
		for _, r := range p.Rules {
			if reason, met := meet(r, p, whole); met {
				hold(reason)
				if r.Effect == news.RejectEffect {
					status = news.CommentRejected
				}
			}
		}
		if p.Policy.ModeOf(p.Card.Section.Slug, p.Talk) == news.PreModeration {
			hold(news.Reason{Rule: news.RulePreModeration, Name: "Read first", Detail: "Comments here are read before they are shown.", Told: "Comments here are read by a moderator before they are shown."})
		}
	}
	if p.Talk.HoldAll {
		hold(news.Reason{Rule: news.RuleStoryHeld, Name: "Hold all", Detail: "All comments on this story are held.", Told: "Much is being written about this story just now. A moderator reads every comment before it is shown."})
	}
	return status, reasons, nil
}

// admitted says why a person may not comment here now, in words for them.
func admitted(p *news.Posting) error {
	r := &p.Reader
	switch {
	case r.Banned:
		return news.Refuse(news.Denied, "You cannot comment here any more.%s", after(r.Told))
	case p.Now.Before(r.Suspended):
		return news.Refuse(news.Denied, "You can comment again on %s.%s", r.Suspended.UTC().Format("2 January 2006, 15:04 UTC"), after(r.Told))
	case p.Blocked != nil:
		return news.Refuse(news.Denied, "No comments are taken from your network for the time being.%s", after(p.Blocked.Message))
	case r.Name == "":
		return news.Wrong("name", "Choose a name first. It stands beside your comments.")
	}
	if shut := p.Policy.CommentsOf(&p.Card, p.Talk, p.Now); shut != news.CommentsOpen {
		return news.Refuse(news.Conflict, "%s", shutWords[shut])
	}
	if left := p.Talk.Slow - p.Now.Sub(p.Last); p.Talk.Slow > 0 && !p.Last.IsZero() && left > 0 && r.Staff == "" {
		return news.Refuse(news.TooMany, "This discussion is busy: everybody waits %s between two comments. Yours can go in %s.", waiting(p.Talk.Slow), waiting(left))
	}
	if p.OfReader[0] >= mostAMinute || p.OfReader[2] >= mostADay {
		return news.Refuse(news.TooMany, "That is a lot of comments. Wait a little, then send this one again.")
	}
	if p.OfBlock[1] >= mostBlockAHour {
		return news.Refuse(news.TooMany, "Very many comments came from your network. Wait some minutes, then send this one again.")
	}
	return nil
}

func after(message string) string {
	if message == "" {
		return ""
	}
	return " The newsroom says: " + message
}

// waiting is a time to wait, in words.
func waiting(d time.Duration) string {
	if d < 90*time.Second {
		return fmt.Sprintf("%d seconds", max(1, int((d+time.Second-1)/time.Second)))
	}
	return fmt.Sprintf("%d minutes", int((d+time.Minute-1)/time.Minute))
}

var shutWords = map[news.CommentsShut]string{
	news.CommentsShutByDate:  "Comments on this story are closed because it is some days old.",
	news.CommentsShutByStory: "The newsroom has closed comments on this story.",
	news.CommentsShutByTopic: "Comments are not opened on stories about this topic.",
	news.CommentsShutSite:    "Comments are closed on this site for the moment.",
}
