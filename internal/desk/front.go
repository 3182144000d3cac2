package desk

import (
	"context"

	"dateline/internal/news"
)

// SetFront arranges the front page: a lead and pins. f.Revision is the arrangement
// the editor started from.
func (d *Desk) SetFront(ctx context.Context, who news.Actor, f news.Front) (news.Front, error) {
	if !who.Role.Publishes() {
		return f, news.Refuse(news.Denied, "Arranging the front page needs an editor.")
	}
	var faults news.Faults
	if len(f.Pins) > news.MaxPins {
		faults.Add("pins", "At most %d stories can be pinned.", news.MaxPins)
	}
	if f.Lead != "" && !news.IsID(string(f.Lead)) {
		faults.Add("lead", "There is no such story.")
	}
	seen := map[news.StoryID]bool{f.Lead: true, "": true}
	pins := make([]news.StoryID, 0, len(f.Pins))
	for _, p := range f.Pins {
		if p != "" && !news.IsID(string(p)) {
			faults.Add("pins", "There is no such story.")
		}
		if !seen[p] {
			seen[p] = true
			pins = append(pins, p)
		}
	}
	if err := faults.Err(); err != nil {
		return f, err
	}
	f.Pins = pins
	f, n, err := d.o.Stories.SetFront(ctx, who, f)
	if err != nil {
		return f, err
	}
	_, err = d.o.Live.Wait(ctx, n, []string{"/"})
	return f, err
}

// SaveSection adds a section or renames it.
func (d *Desk) SaveSection(ctx context.Context, who news.Actor, s news.Section) (news.Section, error) {
	if !who.Role.Publishes() {
		return s, news.Refuse(news.Denied, "Sections are changed by editors.")
	}
	if err := s.Clean(); err != nil {
		return s, err
	}
	return s, d.wait(ctx)(d.o.Stories.SaveSection(ctx, who, s))
}

// SaveTopic adds a topic or changes its name, kind and aliases. A new one gets its
// slug from its name.
func (d *Desk) SaveTopic(ctx context.Context, who news.Actor, t news.Topic) (news.Topic, error) {
	if !who.Role.Publishes() {
		return t, news.Refuse(news.Denied, "Topics are changed by editors.")
	}
	if err := t.Clean(); err != nil {
		return t, err
	}
	if t.Slug == "" {
		if t.Slug = news.Slug(t.Name); t.Slug == "" {
			return t, news.Wrong("name", "Use letters or digits.")
		}
	}
	return t, d.wait(ctx)(d.o.Stories.SaveTopic(ctx, who, t))
}

// SaveAuthor changes what an author's page says.
func (d *Desk) SaveAuthor(ctx context.Context, who news.Actor, a news.Author) error {
	if !who.Role.Publishes() {
		return news.Refuse(news.Denied, "Authors are changed by editors.")
	}
	return d.wait(ctx)(d.o.Stories.SaveAuthor(ctx, who, a))
}

func (d *Desk) wait(ctx context.Context) func(int64, error) error {
	return func(n int64, err error) error {
		if err != nil {
			return err
		}
		_, err = d.o.Live.Wait(ctx, n, nil)
		return err
	}
}
