package news

import (
	"time"
)

// An Imported is a story that another system published or kept; package archive
// reads it, the store keeps it with its dates.
type Imported struct {
	Source string // where from, like "wordpress:https://example.org"
	OldID  string // its identifier there; with Source it tells a second import what it has

	Kind           StoryKind
	Status         Status // Draft, Submitted, Scheduled or Published
	Content        Content
	Created        time.Time
	FirstPublished time.Time // for Published
	Updated        time.Time // for Published; zero means FirstPublished
	PublishAt      time.Time // for Scheduled
	Old            []string  // old addresses, path and query ("/?p=1"), that lead here
	Original       []byte    // the text as it came, kept beside
	Fingerprint    string    // of everything above as it came; another one means it changed there
}

// Story makes the imported story ours, as if it had been written and published at
// its own dates. It is not told as news: its version's time is its own.
func (i *Imported) Story(id StoryID, who Actor, zone *time.Location, now time.Time) (*Story, Outcome, error) {
	if err := i.Content.Clean(); err != nil {
		return nil, Outcome{}, err
	}
	created := i.Created
	if created.IsZero() || created.After(now) {
		created = now
	}
	s := &Story{
		ID: id, Kind: i.Kind, Status: i.Status, Revision: 1, Content: i.Content,
		Created: created, Changed: now, Creator: who.ID, CreatorName: who.Name,
	}
	if s.Status == Scheduled && s.checkAddress(true) != nil {
		if s.Content.Slug == "" {
			s.Content.Slug = Slug(s.Content.Headline)
		}
		s.Content.Slug += "-page" // it must not be refused at its second
	}
	o := Outcome{Revised: true, Creates: true, Step: "import"}
	switch i.Status {
	case Draft, Submitted:
	case Scheduled:
		if !i.PublishAt.After(now) {
			return nil, Outcome{}, Wrong("publish_at", "This moment has passed.")
		}
		s.PublishAt, s.TimeZone = i.PublishAt, zone.String()
	case Published:
		at := i.FirstPublished
		if at.IsZero() || at.After(now) {
			return nil, Outcome{}, Wrong("published_at", "A published story needs a date that has passed.")
		}
		s.Version = 1
		s.FirstPublished, s.LastPublished, s.Updated = at, at, at
		if i.Updated.After(at) && !i.Updated.After(now) {
			s.Updated = i.Updated
		}
		s.address(zone)
		s.Live = s.version(who, Substance, "", at)
		o.Published = s.Live
	default:
		return nil, Outcome{}, Wrong("status", "An import brings drafts, submitted, scheduled or published stories.")
	}
	return s, o, nil
}
