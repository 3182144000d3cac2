// Package desk is what reporters and editors do: draft, submit, approve, schedule,
// publish, correct, take down, arrange the front page, bring in pictures, flash a story,
// send alerts and stop, correct or withdraw them. Every
// decision runs a rule of package news inside the store's transaction and answers
// only when every node shows what it changed. It refuses whoever the rules refuse,
// whichever door they came through; pages only hide the button.
package desk

import (
	"context"
	"log/slog"
	"time"

	"dateline/internal/news"
)

// Stories is the newsroom's memory, as far as decisions need it.
type Stories interface {
	CreateStory(ctx context.Context, who news.Actor, begin func(now time.Time) (*news.Story, news.Outcome, error)) (*news.Story, int64, error)
	// UpdateStory may run the rule twice.
	UpdateStory(ctx context.Context, who news.Actor, id news.StoryID, rule func(*news.Story, time.Time) (news.Outcome, error)) (*news.Story, int64, error)
	Due(ctx context.Context) ([]news.StoryID, error)
	SetFront(ctx context.Context, who news.Actor, f news.Front) (news.Front, int64, error)
	SaveSection(ctx context.Context, who news.Actor, s news.Section) (int64, error)
	SaveTopic(ctx context.Context, who news.Actor, t news.Topic) (int64, error)
	SaveAuthor(ctx context.Context, who news.Actor, a news.Author) (int64, error)
}

// Pictures keeps what is known of pictures.
type Pictures interface {
	AddPicture(ctx context.Context, who news.Actor, p news.Picture) error
	PictureByHash(ctx context.Context, hash string) (news.Picture, bool, error)
	Pictures(ctx context.Context, ids []news.MediaID) (map[news.MediaID]news.Picture, error)
}

// Files keeps the pictures' bytes; a file whose Put returned is durable.
type Files interface {
	Put(ctx context.Context, name string, data []byte) error
}

// A Shower says when a committed change is shown everywhere.
type Shower interface {
	Wait(ctx context.Context, change int64, pages []string) (news.Timing, error)
}

// Options build a Desk.
type Options struct {
	Stories  Stories
	Pictures Pictures
	Files    Files
	Live     Shower
	Zone     *time.Location // decides the day in a new article's address
	Log      *slog.Logger

	Flashes     Flashes         // nil: nothing can be flashed here
	Alerts      Alerts          // nil: there are no alerts here
	Courier     Courier         // nil likewise
	House       news.AlertHouse // zero means news.StandardAlertHouse; its Editors are counted anew each time
	AlertBudget int             // alerts to everyone that readers bear in a day; 0 means five
	Uplink      int64           // of the server, in bits a second; 0 if nobody said
}

// A Desk takes decisions.
type Desk struct{ o Options }

// New makes a desk.
func New(o Options) *Desk {
	if o.Zone == nil {
		o.Zone = time.UTC
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.House == (news.AlertHouse{}) {
		o.House = news.StandardAlertHouse
	}
	if o.AlertBudget == 0 {
		o.AlertBudget = alertBudget
	}
	return &Desk{o}
}

// update runs rule on a story and waits until its outcome is shown.
func (d *Desk) update(ctx context.Context, who news.Actor, id news.StoryID, rule func(*news.Story, time.Time) (news.Outcome, error)) (*news.Story, error) {
	s, n, err := d.o.Stories.UpdateStory(ctx, who, id, rule)
	if err != nil {
		return nil, err
	}
	if _, err := d.o.Live.Wait(ctx, n, nil); err != nil {
		return s, err
	}
	return s, nil
}
