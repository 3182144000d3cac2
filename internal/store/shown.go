package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"dateline/internal/news"
)

// shown is the predicate on every read for readers. $1 is always now.
const shown = `story.status = 'published' AND story.shown_at <= $1`

// shownHere is the same where identifiers lead to the stories. Written plainly, it
// makes SQLite walk all published stories by the index on their status instead of
// looking up the few that are asked for: three quarters of a page's cost with 10,000.
const shownHere = `(story.status || '') = 'published' AND story.shown_at <= $1`

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

// ShownVersions gives every publication of a visible story, newest first.
func (s *Store) ShownVersions(ctx context.Context, id news.StoryID) ([]news.Version, error) {
	if _, err := s.Shown(ctx, id); err != nil {
		return nil, err
	}
	return s.Versions(ctx, id)
}

// Cards gives the visible articles that l asks for, newest first, and whether there
// are more after them.
func (s *Store) Cards(ctx context.Context, l news.Listing) ([]news.Card, bool, error) {
	limit := max(1, min(l.Limit, 1000))
	from, where, first, args := s.listing(l)
	args = append(args, limit+1, max(0, l.Offset))
	if strings.HasPrefix(from, "listing JOIN") {
		where = strings.Replace(where, shown, shownHere, 1)
	}
	q := fmt.Sprintf(`SELECT card FROM %s WHERE %s ORDER BY %s DESC, story.id DESC LIMIT $%d OFFSET $%d`, from, where, first, len(args)-1, len(args))
	cards, err := s.cards(ctx, q, args...)
	if err != nil {
		return nil, false, s.translate(fmt.Errorf("list cards: %w", err))
	}
	more := len(cards) > limit
	return cards[:min(len(cards), limit)], more, nil
}

// CountCards counts what Cards would list over all its pages.
func (s *Store) CountCards(ctx context.Context, l news.Listing) (int, error) {
	from, where, _, args := s.listing(l)
	if strings.HasPrefix(from, "listing JOIN") {
		where = strings.Replace(where, shown, shownHere, 1)
	}
	var n int
	err := s.read(ctx).row(`SELECT count(*) FROM `+from+` WHERE `+where, args...).Scan(&n)
	return n, s.translate(err)
}

// listing makes l's FROM and WHERE, and names the column it is ordered by.
func (s *Store) listing(l news.Listing) (from, where, first string, args []any) {
	args = []any{us(s.Now())}
	from, where, first = `story`, shown+` AND story.kind = 'article'`, `story.first_published_at`
	for _, f := range [...]struct{ kind, slug string }{{"section", l.Section}, {"topic", l.Topic}, {"author", l.Author}} {
		if f.slug == "" {
			continue
		}
		args = append(args, f.slug)
		if from == `story` {
			from = `listing JOIN story ON story.id = listing.story_id`
			first = `listing.first_published_at`
			where += fmt.Sprintf(` AND listing.kind = '%s' AND listing.slug = $%d`, f.kind, len(args))
			continue
		}
		where += fmt.Sprintf(` AND EXISTS (SELECT 1 FROM listing x WHERE x.story_id = story.id AND x.kind = '%s' AND x.slug = $%d)`, f.kind, len(args))
	}
	if !l.Since.IsZero() {
		args = append(args, us(l.Since))
		where += fmt.Sprintf(` AND %s >= $%d`, first, len(args))
	}
	return from, where, first, args
}

// Pages gives the cards of the visible standing pages, by headline.
func (s *Store) Pages(ctx context.Context) ([]news.Card, error) {
	cards, err := s.cards(ctx, `SELECT card FROM story WHERE `+shown+` AND kind = 'page' ORDER BY headline, id LIMIT 50`, us(s.Now()))
	return cards, s.translate(err)
}

func (s *Store) cards(ctx context.Context, q string, args ...any) ([]news.Card, error) {
	var out []news.Card
	rows, err := s.read(ctx).rows(q, args...)
	err = each(rows, err, func(r *sql.Rows) error {
		var b string
		if err := r.Scan(&b); err != nil {
			return err
		}
		out = append(out, news.Card{})
		return json.Unmarshal([]byte(b), &out[len(out)-1])
	})
	return out, err
}

// CardsByID gives the cards of those stories that are visible, in the asked order.
// At most 200 are looked up.
func (s *Store) CardsByID(ctx context.Context, ids []news.StoryID) ([]news.Card, error) {
	ids = ids[:min(len(ids), 200)]
	if len(ids) == 0 {
		return nil, nil
	}
	args := []any{us(s.Now())}
	for _, id := range ids {
		args = append(args, string(id))
	}
	found, err := s.cards(ctx, `SELECT card FROM story WHERE `+shownHere+` AND id IN (`+places(2, len(ids))+`)`, args...)
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

// ShownAddresses gives the cards of everything visible, standing pages too, newest
// first: for sitemaps.
func (s *Store) ShownAddresses(ctx context.Context, l news.Listing) ([]news.Card, error) {
	cards, err := s.cards(ctx, `SELECT card FROM story WHERE `+shown+` AND first_published_at >= $2
		ORDER BY first_published_at DESC, id DESC LIMIT $3 OFFSET $4`, us(s.Now()), us(l.Since), max(1, l.Limit), max(0, l.Offset))
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
		rows, err := s.read(ctx).rows(`SELECT `+shownColumns+` FROM story WHERE `+shownHere+` AND id > $2 ORDER BY id LIMIT 200`, us(s.Now()), after)
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

// places makes "$from, $from+1, …" with n members.
func places(from, n int) string {
	var b strings.Builder
	for i := range n {
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "$%d", from+i)
	}
	return b.String()
}
