package store

import (
	"context"
	"database/sql"
	"errors"
	"strings"

	"dateline/internal/news"
)

// An ImportResult says what became of one imported story.
type ImportResult struct {
	OldID string
	Story news.StoryID
	What  ImportOutcome
	Err   error // for Refused: a *news.Error
}

// An ImportOutcome is one word for a report.
type ImportOutcome string

// What can become of an imported story.
const (
	Brought   ImportOutcome = "brought"
	Unchanged ImportOutcome = "unchanged" // it is here already, as it came
	Kept      ImportOutcome = "kept"      // it is here and changed there; ours stays
	Renewed   ImportOutcome = "renewed"   // the same, and the import was asked to take theirs
	Refused   ImportOutcome = "refused"
)

// ImportStories keeps a batch in one transaction. It is idempotent: what came
// before is not brought again. With again, a story that changed at its source since
// gets their text as a new revision, and a new version if it is published here.
func (s *Store) ImportStories(ctx context.Context, who news.Actor, batch []news.Imported, again bool) ([]ImportResult, int64, error) {
	var out []ImportResult
	n, err := s.write(ctx, func(t *tx) error {
		var err error
		out, err = t.importStories(who, batch, again)
		t.changes = oneForAll(t.changes)
		return err
	})
	return out, n, err
}

// oneForAll replaces the many changes of an import by one, so that a thousand
// stories do not purge a thousand times.
func oneForAll(changes []news.Change) []news.Change {
	if len(changes) <= 8 {
		return changes
	}
	all := news.Change{Kind: news.AllChange, Subject: "import"}
	for _, c := range changes {
		if c.Kind == news.StoryChange {
			all.Tags = append(all.Tags, news.StoryTag(news.StoryID(c.Subject))) // for the index
		}
	}
	return []news.Change{all}
}

// importStories keeps the batch in its order: of two with one key the second finds the
// first here.
func (t *tx) importStories(who news.Actor, batch []news.Imported, again bool) ([]ImportResult, error) {
	known, err := t.remembered(batch)
	if err != nil {
		return nil, err
	}
	sections := make([]news.Ref, len(batch))
	for i := range batch {
		sections[i] = batch[i].Content.Section
	}
	if err := t.learn("section", sections); err != nil {
		return nil, err
	}
	out := make([]ImportResult, len(batch))
	var arrivals []arrival
	for i := range batch {
		in, r := &batch[i], &out[i]
		r.OldID = in.OldID
		key := foreignKey{in.Source, in.OldID}
		was, here := known[key]
		switch {
		case here && was.fingerprint == in.Fingerprint:
			r.What, r.Story = Unchanged, news.StoryID(was.ours)
			continue
		case here && !again:
			r.What, r.Story = Kept, news.StoryID(was.ours)
			continue
		case here:
			// It changes what is here, so those before it must be.
			if err := t.bring(who, arrivals); err != nil {
				return nil, err
			}
			arrivals = nil
			r.What, r.Story = Renewed, news.StoryID(was.ours)
			err := t.apart(func() error { return t.renew(who, in, r.Story) })
			if refused(err) {
				r.What, r.Err = Refused, err
				continue
			}
			if err != nil {
				return nil, err
			}
		default:
			st, o, err := in.Story(news.NewID[news.StoryID](), who, t.s.zone, t.now)
			if err == nil {
				err = t.checkImported(st)
			}
			if refused(err) {
				r.What, r.Err = Refused, err
				continue
			}
			if err != nil {
				return nil, err
			}
			arrivals = append(arrivals, arrival{in, st, o})
			r.What, r.Story = Brought, st.ID
		}
		if r.What != Refused {
			known[key] = memory{string(r.Story), in.Fingerprint}
		}
	}
	return out, t.bring(who, arrivals)
}

// checkImported refuses, before anything is written, what settle would refuse in
// the middle: one odd page must not undo its whole batch.
func (t *tx) checkImported(st *news.Story) error {
	if st.Kind == news.Page && st.Live != nil && news.Reserved(st.Slug) {
		st.Slug += "-page"
		st.Address += "-page"
	}
	if st.Content.Section != (news.Ref{}) {
		if err := t.find("section", &st.Content.Section); errors.Is(err, sql.ErrNoRows) {
			return news.Wrong("section", "There is no section %q.", st.Content.Section.Name)
		} else if err != nil {
			return err
		}
	}
	return nil
}

func refused(err error) bool { return news.KindOf(err) != 0 }

// renew takes a story's changed text from where it came. What it was refused for must
// be undone, see apart.
func (t *tx) renew(who news.Actor, in *news.Imported, id news.StoryID) error {
	before, err := t.story(id)
	if err != nil {
		return err
	}
	st := *before
	c := in.Content
	if c.Slug == "" {
		c.Slug = st.Content.Slug
	}
	if st.Kind == news.Page && news.Reserved(news.Slug(c.Slug)) {
		c.Slug += "-page" // as when it was brought
	}
	o, err := st.Revise(who, st.Revision, c, news.Plan{PublishAt: st.PublishAt, TimeZone: st.TimeZone}, "imported again", t.now)
	if err != nil {
		return err
	}
	if err := t.settle(who, before, &st, o); err != nil {
		return err
	}
	if before.Status == news.Published && in.Status == news.Published {
		mid := st
		o, err := st.Publish(who, news.Minor, "imported again", t.s.zone, t.now)
		if err != nil {
			return err
		}
		if err := t.settle(who, &mid, &st, o); err != nil {
			return err
		}
	}
	t.remember(in, string(st.ID))
	return nil
}

// importedRows never has a story twice in one statement, which PostgreSQL would
// refuse: a second one is a renewal, and that asks, and so writes, before.
var importedRows = rowText{"imported", `
	INSERT INTO imported (source, kind, old_id, ours, fingerprint, original) VALUES `, `
	ON CONFLICT (source, kind, old_id) DO UPDATE SET fingerprint = excluded.fingerprint, original = excluded.original`}

func (t *tx) remember(in *news.Imported, ours string) {
	t.insert(&importedRows, in.Source, "story", in.OldID, ours, in.Fingerprint, clean(in.Original))
}

// clean makes foreign bytes storable as text on both engines.
func clean(b []byte) string {
	return strings.ReplaceAll(strings.ToValidUTF8(string(b), "\uFFFD"), "\x00", "\uFFFD")
}

// ImportedPicture gives what an earlier import made of a picture.
func (s *Store) ImportedPicture(ctx context.Context, source, oldID string) (news.MediaID, bool, error) {
	var id news.MediaID
	err := s.read(ctx).row(`SELECT ours FROM imported WHERE source = $1 AND kind = 'picture' AND old_id = $2`, source, oldID).Scan(&id)
	if errors.Is(err, sql.ErrNoRows) {
		return "", false, nil
	}
	return id, err == nil, s.translate(err)
}

// RememberPicture notes what an import made of a picture.
func (s *Store) RememberPicture(ctx context.Context, source, oldID string, id news.MediaID) error {
	_, err := s.write(ctx, func(t *tx) error {
		_, err := t.exec(`
			INSERT INTO imported (source, kind, old_id, ours, fingerprint, original) VALUES ($1, 'picture', $2, $3, '', '')
			ON CONFLICT (source, kind, old_id) DO UPDATE SET ours = excluded.ours`, source, oldID, string(id))
		return err
	})
	return err
}
