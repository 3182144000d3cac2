package main

import (
	"context"
	"fmt"
	"time"

	"dateline/cmd/dateline/demodata"
	"dateline/internal/moderation"
	"dateline/internal/news"
)

func sampleDates(dates []demodata.Date) (out []news.TopicDate) {
	for _, d := range dates {
		out = append(out, news.TopicDate(d))
	}
	return out
}

// sampleCrowd is how many readers there are who only like.
const sampleCrowd = 16

// loadComments has the sample's readers say what they say, past the same rules as anybody.
func (l *sampleLoader) loadComments(ctx context.Context) error {
	l.clock.at(l.now.Add(-30 * 24 * time.Hour))
	if err := l.store.SeedRules(ctx, moderation.DefaultRules(l.clock.now())); err != nil {
		return err
	}
	talk := moderation.New(moderation.Options{Store: l.store, Now: l.clock.now, Shown: func(context.Context, int64) error { return nil }})
	readers := map[string]news.Reader{}
	reader := func(name string) (news.Reader, error) {
		if r, ok := readers[name]; ok {
			return r, nil
		}
		was := l.clock.now()
		l.clock.at(l.now.Add(-25 * 24 * time.Hour)) // nobody came just now
		defer l.clock.at(was)
		r, err := l.store.AddReader(ctx, l.who, fmt.Sprintf("reader%d@example.org", len(readers)+1), "en")
		if err == nil {
			err = l.store.NameReader(ctx, r.ID, name, news.NameSkeleton(name))
		}
		if err == nil {
			r, err = l.store.Reader(ctx, r.ID)
		}
		readers[name] = r
		return r, err
	}
	said := map[string]news.CommentID{}
	for _, c := range l.room.Comments {
		who, err := reader(c.By)
		if err != nil {
			return fmt.Errorf("sample reader %s: %w", c.By, err)
		}
		l.clock.at(c.At)
		posted, err := talk.Post(ctx, moderation.Post{Story: l.stories[c.Story], Parent: said[c.Answers], Reader: who, Text: c.Text})
		if err != nil {
			return fmt.Errorf("sample comment by %s: %w", c.By, err)
		}
		if c.Key != "" {
			said[c.Key] = posted.ID
		}
		if c.Featured {
			if _, err := talk.Decide(ctx, l.who, moderation.Feature, "", posted.ID); err != nil {
				return err
			}
		}
		if err := l.judge(ctx, talk, reader, posted, &c); err != nil {
			return fmt.Errorf("sample comment by %s: %w", c.By, err)
		}
	}
	return nil
}

// judge has other readers like a comment, or report it.
func (l *sampleLoader) judge(ctx context.Context, talk *moderation.Desk, reader func(string) (news.Reader, error), posted news.Comment, c *demodata.Comment) error {
	for i := range min(c.Liked, sampleCrowd) {
		r, err := reader(fmt.Sprintf("Reader of the Courier %c%d", 'A'+i%26, i))
		if err != nil {
			return err
		}
		if _, err := talk.Like(ctx, r, posted.ID, true); err != nil {
			return err
		}
	}
	if c.Reported == "" {
		return nil
	}
	r, err := reader("Reader of the Courier A0")
	if err == nil {
		_, err = talk.Flag(ctx, r, posted.ID, c.Reported)
	}
	return err
}
