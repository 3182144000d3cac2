package desk

import (
	"context"
	"time"

	"dateline/internal/news"
)

// A Draft is a story as it is first written.
type Draft struct {
	ID      news.StoryID   // empty means a new one; a story that has it already is given back as it is
	Kind    news.StoryKind // empty means an article
	Content news.Content
	Plan    news.Plan
	Note    string
}

// Create begins a story. With an ID of the asker's choosing it may be asked again
// after a crash, and makes one story all the same.
func (d *Desk) Create(ctx context.Context, who news.Actor, in Draft) (*news.Story, error) {
	if in.Kind == "" {
		in.Kind = news.Article
	}
	if err := d.checkPictures(ctx, &in.Content); err != nil {
		return nil, err
	}
	id := in.ID
	if id == "" {
		id = news.NewID[news.StoryID]()
	} else if s, err := d.existing(ctx, who, id); err != nil || s != nil {
		return s, err
	}
	s, n, err := d.o.Stories.CreateStory(ctx, who, func(now time.Time) (*news.Story, news.Outcome, error) {
		return news.NewStory(id, in.Kind, who, in.Content, in.Plan, in.Note, now)
	})
	if err != nil {
		return nil, err
	}
	_, err = d.o.Live.Wait(ctx, n, nil)
	return s, err
}

// existing gives the story that an earlier try made, or nil.
func (d *Desk) existing(ctx context.Context, who news.Actor, id news.StoryID) (*news.Story, error) {
	s, _, err := d.o.Stories.UpdateStory(ctx, who, id, func(s *news.Story, _ time.Time) (news.Outcome, error) {
		if s.Creator != who.ID {
			return news.Outcome{}, news.Refuse(news.Denied, "This story is somebody else's.")
		}
		return news.Outcome{Quiet: true}, nil
	})
	if news.KindOf(err) == news.NotFound {
		return nil, nil
	}
	return s, err
}

// Revise saves a new revision. edit is given the latest content and plan and changes
// them; base is the revision the writer had before them. edit may run twice.
func (d *Desk) Revise(ctx context.Context, who news.Actor, id news.StoryID, base int, edit func(*news.Content, *news.Plan) error, note string) (*news.Story, error) {
	return d.update(ctx, who, id, func(s *news.Story, now time.Time) (news.Outcome, error) {
		c, plan := s.Content, news.Plan{PublishAt: s.PublishAt, TimeZone: s.TimeZone}
		if err := edit(&c, &plan); err != nil {
			return news.Outcome{}, err
		}
		if err := d.checkPictures(ctx, &c); err != nil {
			return news.Outcome{}, err
		}
		return s.Revise(who, base, c, plan, note, now)
	})
}

// checkPictures refuses content that names pictures we do not have.
func (d *Desk) checkPictures(ctx context.Context, c *news.Content) error {
	ids := c.Pictures()
	if len(ids) == 0 {
		return nil
	}
	for _, id := range ids {
		if !news.IsID(string(id)) {
			return missingPicture(c, id)
		}
	}
	have, err := d.o.Pictures.Pictures(ctx, ids)
	if err != nil {
		return err
	}
	for _, id := range ids {
		if _, ok := have[id]; !ok {
			return missingPicture(c, id)
		}
	}
	return nil
}

func missingPicture(c *news.Content, id news.MediaID) error {
	field := "body"
	if c.Picture != nil && c.Picture.Media == id {
		field = "picture"
	}
	return news.Wrong(field, "There is no picture %q. Upload it first.", id)
}
