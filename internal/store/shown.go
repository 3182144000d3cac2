package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"dateline/internal/news"
)

// shown is the predicate on every read for readers. $1 is always now.
const shown = `story.status = 'published' AND story.shown_at <= $1`

// shownHere is the same where identifiers lead to the stories. Written plainly, it
// makes SQLite walk all published stories by the index on their status instead of
// looking up the few that are asked for: three quarters of a page's cost with 10,000.
func (s *Store) shownHere() string {
	return s.dialect.unindexed(`story.status`) + ` = 'published' AND story.shown_at <= $1`
}

// Shown loads a story that readers may see now; else NotFound. Like all that is
// loaded for readers it knows only what is public: its Content is the live version's.
func (s *Store) Shown(ctx context.Context, id news.StoryID) (*news.Story, error) {
	st, err := loadShown(s.read(ctx), id)
	if err != nil {
		return nil, s.translate(err)
	}
	if !st.Visible(s.Now()) {
		return nil, news.Missing("story")
	}
	return st, nil
}

// ShownAt loads what an address shows readers now. A taken-down story is Gone with
// its notice; an address that moved is NotFound with Moved set, unless what it leads
// to may not be shown either.
func (s *Store) ShownAt(ctx context.Context, path string) (*news.Story, error) {
	q := s.read(ctx)
	var state news.AddressState
	var id news.StoryID
	err := q.row(`SELECT state, story_id FROM address WHERE path = $1`, path).Scan(&state, &id)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, news.Missing("page")
	}
	if err != nil {
		return nil, s.translate(fmt.Errorf("look up %s: %w", path, err))
	}
	st, err := loadShown(q, id)
	if err != nil {
		return nil, s.translate(err)
	}
	switch {
	case st.Status == news.TakenDown:
		return nil, &news.Error{Kind: news.Gone, Message: "This story was taken down.", Notice: st.Notice}
	case !st.Visible(s.Now()):
		return nil, news.Missing("page")
	case state == news.AddressMoved:
		e := news.Missing("page")
		e.Moved = st.Address
		return nil, e
	}
	return st, nil
}

// ShownVersions gives publications of a visible story with their words, newest first:
// at most limit of those before the one numbered before (0: of all), and fewer where
// they are long. There are more while the last one is not the first publication.
func (s *Store) ShownVersions(ctx context.Context, id news.StoryID, before, limit int) ([]news.Version, error) {
	if _, err := s.Shown(ctx, id); err != nil {
		return nil, err
	}
	return s.versionTexts(ctx, id, before, limit)
}

// Cards gives the visible articles that l asks for, newest first, and whether there
// are more after them.
func (s *Store) Cards(ctx context.Context, l news.Listing) ([]news.Card, bool, error) {
	limit := max(1, min(l.Limit, 1000))
	from, where, order, args := s.listing(l)
	args = append(args, limit+1, max(0, l.Offset))
	cards, err := s.cards(ctx, fmt.Sprintf(`SELECT card FROM %s WHERE %s ORDER BY %s LIMIT $%d OFFSET $%d`, from, where, order, len(args)-1, len(args)), args...)
	if err != nil {
		return nil, false, s.translate(fmt.Errorf("list cards: %w", err))
	}
	more := len(cards) > limit
	return cards[:min(len(cards), limit)], more, nil
}

// CountCards counts what Cards would list over all its pages.
func (s *Store) CountCards(ctx context.Context, l news.Listing) (int, error) {
	var n int
	if kind, slug, only := l.Only(); only {
		// A row stands there while the story is published, so the story need not be asked.
		err := s.read(ctx).row(`SELECT count(*) FROM listing WHERE kind = $1 AND slug = $2 AND shown_at <= $3`, kind, slug, us(s.Now())).Scan(&n)
		return n, s.translate(err)
	}
	from, where, _, args := s.listing(l)
	err := s.read(ctx).row(`SELECT count(*) FROM `+from+` WHERE `+where, args...).Scan(&n)
	return n, s.translate(err)
}

// listing makes l's FROM, WHERE and ORDER BY. The first filter leads: its part of the
// listing's key has the stories in their order, and a page of them is read from its
// end. The others look up the whole key of what was found.
func (s *Store) listing(l news.Listing) (from, where, order string, args []any) {
	args = []any{us(s.Now())}
	arg := func(cond string, v any) {
		args = append(args, v)
		where += fmt.Sprintf(cond, len(args))
	}
	dated := `story`
	from, where, order = `story`, shown+` AND story.kind = 'article'`, `story.first_published_at DESC, story.id DESC`
	for _, f := range [...]struct{ kind, slug string }{{"section", l.Section}, {"topic", l.Topic}, {"author", l.Author}} {
		switch {
		case f.slug == "":
		case dated == `story`:
			dated = `listing`
			from, where = `listing JOIN story ON story.id = listing.story_id`, s.shownHere()+` AND story.kind = 'article'`
			order = `listing.first_published_at DESC, listing.story_id DESC`
			arg(` AND listing.kind = '`+f.kind+`' AND listing.slug = $%d`, f.slug)
		default:
			arg(` AND EXISTS (SELECT 1 FROM listing x WHERE x.kind = '`+f.kind+`' AND x.slug = $%d
				AND x.first_published_at = listing.first_published_at AND x.story_id = listing.story_id)`, f.slug)
		}
	}
	if !l.Since.IsZero() {
		arg(` AND `+dated+`.first_published_at >= $%d`, us(l.Since))
	}
	return from, where, order, args
}

// Pages gives the cards of the visible standing pages, by headline.
func (s *Store) Pages(ctx context.Context) ([]news.Card, error) {
	cards, err := s.cards(ctx, `SELECT card FROM story WHERE `+shown+` AND kind = 'page' ORDER BY headline, id LIMIT 50`, us(s.Now()))
	return cards, s.translate(err)
}

// CardsByID gives the cards of those stories that are visible, in the asked order.
// At most 200 are looked up.
func (s *Store) CardsByID(ctx context.Context, ids []news.StoryID) ([]news.Card, error) {
	ids = ids[:min(len(ids), 200)]
	if len(ids) == 0 {
		return nil, nil
	}
	list, args := in(2, ids)
	found, err := s.cards(ctx, `SELECT card FROM story WHERE `+s.shownHere()+` AND id IN `+list, append([]any{us(s.Now())}, args...)...)
	if err != nil {
		return nil, s.translate(fmt.Errorf("load cards: %w", err))
	}
	by := make(map[news.StoryID]news.Card, len(found))
	for _, c := range found {
		by[c.ID] = c
	}
	out := make([]news.Card, 0, len(found))
	for _, id := range ids {
		if c, ok := by[id]; ok {
			out = append(out, c)
			delete(by, id)
		}
	}
	return out, nil
}

// ShownAddresses gives the cards of everything visible, standing pages first, then
// articles newest first, which is the order of an index: for sitemaps.
func (s *Store) ShownAddresses(ctx context.Context, limit, offset int) ([]news.Card, error) {
	cards, err := s.cards(ctx, `SELECT card FROM story WHERE `+shown+`
		ORDER BY kind DESC, first_published_at DESC, id DESC LIMIT $2 OFFSET $3`, us(s.Now()), max(1, limit), max(0, offset))
	return cards, s.translate(err)
}

// CountShown counts everything visible, standing pages too.
func (s *Store) CountShown(ctx context.Context) (int, error) {
	var n int
	err := s.read(ctx).row(`SELECT count(*) FROM story WHERE `+shown, us(s.Now())).Scan(&n)
	return n, s.translate(err)
}

// EachShown gives every visible story to yield, in the order of identifiers,
// a batch at a time: no statement stays open while yield works.
func (s *Store) EachShown(ctx context.Context, yield func(*news.Story) error) error {
	after := ""
	for {
		var batch []*news.Story
		var live []int
		rows, err := s.read(ctx).rows(`SELECT `+shownColumns+` FROM story WHERE `+s.shownHere()+` AND id > $2 ORDER BY id LIMIT 200`, us(s.Now()), after)
		err = each(rows, err, func(r *sql.Rows) error {
			st, n, err := scanStory(r.Scan)
			batch, live = append(batch, st), append(live, n)
			return err
		})
		if err != nil {
			return s.translate(fmt.Errorf("walk the visible stories: %w", err))
		}
		for i, st := range batch {
			if err := loadLive(s.read(ctx), st, live[i]); err != nil {
				return s.translate(err)
			}
			st.Content = st.Live.Content
			if err := yield(st); err != nil {
				return err
			}
			after = string(st.ID)
		}
		if len(batch) < 200 {
			return nil
		}
	}
}
