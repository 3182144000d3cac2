package store

import (
	"context"
	"fmt"
	"time"

	"dateline/internal/news"
)

// breakingKey is the setting that holds the breaking bar; it is not there while there
// is none.
const breakingKey = "breaking"

// Flash keeps the story, the front page and the breaking bar that begin decides, all or
// nothing. If a story has the identifier already, an earlier try made it: it is given as
// it is, nothing is written, and the number is the last one committed.
func (s *Store) Flash(ctx context.Context, who news.Actor, id news.StoryID, begin func(front news.Front, now time.Time) (news.FlashOutcome, error)) (*news.Story, int64, error) {
	var after *news.Story
	var quiet int64
	n, err := s.write(ctx, func(t *tx) error {
		quiet = 0
		front, err := loadFront(t, t.s.dialect.alone()) // first: two clicks at once wait for each other here
		if err != nil {
			return err
		}
		if after, err = t.story(id); err == nil {
			return t.row(`SELECT n FROM change_seq WHERE one = 1`).Scan(&quiet)
		} else if news.KindOf(err) != news.NotFound {
			return err
		}
		o, err := begin(front, t.now)
		if err != nil {
			return err
		}
		after = o.Story
		if err := t.settle(who, nil, o.Story, o.Outcome); err != nil {
			return err
		}
		if err := t.putFront(who, o.Front); err != nil {
			return err
		}
		t.change(news.SiteChange, breakingKey, news.SiteTag)
		if err := t.setSetting(breakingKey, o.Bar.Setting()); err != nil {
			return err
		}
		return t.record(who, "set", "setting:"+breakingKey, string(o.Bar.Story))
	})
	if err != nil {
		return nil, 0, fmt.Errorf("flash: %w", err)
	}
	return after, max(n, quiet), nil
}

// Breaking gives the breaking bar as it is kept, and the card of its story while readers
// are to see it: its time is not over and they may see the story.
func (s *Store) Breaking(ctx context.Context) (news.BreakingBar, *news.Card, error) {
	kept, err := s.Setting(ctx, breakingKey)
	if err != nil || kept == "" {
		return news.BreakingBar{}, nil, err
	}
	bar := news.ReadBreakingBar(kept)
	if !bar.Until.After(s.Now()) {
		return bar, nil, nil
	}
	cards, err := s.CardsByID(ctx, []news.StoryID{bar.Story})
	if err != nil || len(cards) == 0 {
		return bar, nil, err
	}
	return bar, &cards[0], nil
}

// EndBreaking takes this breaking bar down; another that came in its place stays. The
// number is that of the change, or the last one committed if there was nothing to do.
func (s *Store) EndBreaking(ctx context.Context, who news.Actor, bar news.BreakingBar) (int64, error) {
	var quiet int64
	n, err := s.write(ctx, func(t *tx) error {
		quiet = 0
		gone, err := t.exec(`DELETE FROM setting WHERE key = $1 AND value = $2`, breakingKey, bar.Setting())
		if err != nil {
			return err
		}
		if gone == 0 {
			return t.row(`SELECT n FROM change_seq WHERE one = 1`).Scan(&quiet)
		}
		t.change(news.SiteChange, breakingKey, news.SiteTag)
		return t.record(who, "end", "setting:"+breakingKey, string(bar.Story))
	})
	if err != nil {
		return 0, fmt.Errorf("take the breaking bar down: %w", err)
	}
	return max(n, quiet), nil
}
