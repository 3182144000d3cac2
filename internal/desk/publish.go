package desk

import (
	"context"
	"errors"
	"time"

	"dateline/internal/news"
)

// A Published story is live: every node shows it on its page, the front, its lists,
// search and feeds. Live says how long after the commit each took here.
type Published struct {
	Story *news.Story
	Live  news.Timing
}

// Publish makes the latest revision what readers see, and answers when they do.
func (d *Desk) Publish(ctx context.Context, who news.Actor, id news.StoryID, size news.ChangeSize, note string) (Published, error) {
	return d.publish(ctx, who, id, func(s *news.Story, now time.Time) (news.Outcome, error) {
		return s.Publish(who, size, note, d.o.Zone, now)
	})
}

func (d *Desk) publish(ctx context.Context, who news.Actor, id news.StoryID, rule func(*news.Story, time.Time) (news.Outcome, error)) (Published, error) {
	s, n, err := d.o.Stories.UpdateStory(ctx, who, id, rule)
	if err != nil {
		return Published{}, err
	}
	t, err := d.o.Live.Wait(ctx, n, pages(s))
	return Published{Story: s, Live: t}, err
}

// pages are made before Publish answers, so that the first readers of a breaking
// story find them ready. Lists and feeds are not: they show the story from the same
// moment, and whoever asks first has them made; making three feeds of full texts each
// time cost more than all the rest of a publication together.
func pages(s *news.Story) []string {
	if s.Live == nil {
		return nil
	}
	return []string{s.Address, "/"}
}

// releaseEvery is how often stories whose moment has come are looked for.
const releaseEvery = 250 * time.Millisecond

// Release publishes scheduled stories at their second, in order, and takes down the
// breaking bar whose time is over, until ctx ends.
// The schedule is a query, not a timer: whatever came due while nobody ran goes out
// at once at start. Several nodes may do it; a story goes out once.
func (d *Desk) Release(ctx context.Context) {
	tick := time.NewTicker(releaseEvery)
	defer tick.Stop()
	told := ""
	for {
		err := errors.Join(d.ReleaseDue(ctx), d.endBreakingDue(ctx))
		switch {
		case err == nil:
			told = ""
		case ctx.Err() == nil && news.KindOf(err) != news.Busy && err.Error() != told:
			told = err.Error() // once, not at every look
			d.o.Log.Error("what is due could not be done; it is tried again", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// ReleaseDue publishes the stories whose moment has come.
func (d *Desk) ReleaseDue(ctx context.Context) error {
	ids, err := d.o.Stories.Due(ctx)
	if err != nil {
		return err
	}
	var errs []error
	for _, id := range ids {
		ours := false
		p, err := d.publish(ctx, news.System, id, func(s *news.Story, now time.Time) (news.Outcome, error) {
			if ours = s.Due(now); !ours {
				return news.Outcome{Quiet: true}, nil // another node was faster, or an editor changed the plan
			}
			return s.Publish(news.System, "", "", d.o.Zone, now)
		})
		if err != nil {
			errs = append(errs, err)
			continue
		}
		if ours {
			d.o.Log.Info("released a scheduled story", "story", id, "address", p.Story.Address)
		}
	}
	return errors.Join(errs...)
}
