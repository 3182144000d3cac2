package desk

import (
	"context"
	"time"

	"dateline/internal/news"
)

// Flashes is the newsroom's memory as a flash needs it.
type Flashes interface {
	// Flash keeps what begin decides, all or nothing; it may run begin twice. A story that
	// has the identifier already is given as it is.
	Flash(ctx context.Context, who news.Actor, id news.StoryID, begin func(front news.Front, now time.Time) (news.FlashOutcome, error)) (*news.Story, int64, error)
	// Breaking gives the breaking bar, and its story's card while readers see it.
	Breaking(ctx context.Context) (news.BreakingBar, *news.Card, error)
	// EndBreaking takes this bar down, not one that took its place.
	EndBreaking(ctx context.Context, who news.Actor, bar news.BreakingBar) (int64, error)
}

// Flash is everything of the worst night in one decision: a story of a headline and a
// line is published, leads the front page and stands on every page as the breaking bar.
// It answers when every node shows that. With an ID of the asker's choosing it may be
// asked again, after a crash or by a second click, and makes one story all the same:
// what was first asked.
func (d *Desk) Flash(ctx context.Context, who news.Actor, f news.Flash) (Published, error) {
	if err := d.mayFlash(who); err != nil {
		return Published{}, err
	}
	if !news.IsID(string(f.ID)) {
		f.ID = news.NewID[news.StoryID]()
	}
	s, n, err := d.o.Flashes.Flash(ctx, who, f.ID, func(front news.Front, now time.Time) (news.FlashOutcome, error) {
		return f.Publish(who, front, d.o.Zone, now)
	})
	if err != nil {
		return Published{}, err
	}
	if s.Creator != who.ID {
		return Published{}, news.Refuse(news.Denied, "This story is somebody else's.")
	}
	t, err := d.o.Live.Wait(ctx, n, pages(s))
	return Published{Story: s, Live: t}, err
}

// Breaking gives the breaking bar, zero if none is up, and its story's card while
// readers see it.
func (d *Desk) Breaking(ctx context.Context) (news.BreakingBar, *news.Card, error) {
	if d.o.Flashes == nil {
		return news.BreakingBar{}, nil, nil
	}
	return d.o.Flashes.Breaking(ctx)
}

// EndBreaking takes the breaking bar of a story down. When it answers, no page shows it.
// If it was down already, or another story's took its place, nothing happens.
func (d *Desk) EndBreaking(ctx context.Context, who news.Actor, story news.StoryID) error {
	if err := d.mayFlash(who); err != nil {
		return err
	}
	bar, _, err := d.o.Flashes.Breaking(ctx)
	if err != nil || bar.Story != story {
		return err
	}
	return d.wait(ctx)(d.o.Flashes.EndBreaking(ctx, who, bar))
}

// endBreakingDue takes the bar down when its time is over or readers do not see its
// story any more. No page made from then on has it; this makes the kept ones drop.
func (d *Desk) endBreakingDue(ctx context.Context) error {
	bar, shown, err := d.Breaking(ctx)
	if err != nil || bar == (news.BreakingBar{}) || shown != nil {
		return err
	}
	_, err = d.o.Flashes.EndBreaking(ctx, news.System, bar)
	return err
}

func (d *Desk) mayFlash(who news.Actor) error {
	if !who.Role.Publishes() {
		return news.Refuse(news.Denied, "This needs an editor.")
	}
	if d.o.Flashes == nil {
		return news.Refuse(news.Busy, "This cannot be done here.")
	}
	return nil
}
