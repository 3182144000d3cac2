package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"dateline/internal/news"
)

// A Rule decides what becomes of a story; it runs inside the transaction, may run
// twice, and so keeps nothing outside the story it is given.
type Rule = func(s *news.Story, now time.Time) (news.Outcome, error)

// CreateStory keeps the story that begin makes, with its first revision. The number
// is that of the last change.
func (s *Store) CreateStory(ctx context.Context, who news.Actor, begin func(now time.Time) (*news.Story, news.Outcome, error)) (*news.Story, int64, error) {
	var made *news.Story
	n, err := s.write(ctx, func(t *tx) error {
		st, o, err := begin(t.now)
		if err != nil {
			return err
		}
		made = st
		return t.settle(who, nil, st, o)
	})
	if err != nil {
		return nil, 0, fmt.Errorf("create a story: %w", err)
	}
	return made, n, nil
}

// UpdateStory runs rule on the story and writes what it decided: story, revision,
// version, corrections, addresses, record and change together or not at all. When
// the rule found nothing to do, the number is the last one committed: what it found
// done may not be shown everywhere yet.
func (s *Store) UpdateStory(ctx context.Context, who news.Actor, id news.StoryID, rule Rule) (*news.Story, int64, error) {
	var after *news.Story
	var quiet int64
	n, err := s.write(ctx, func(t *tx) error {
		before, err := t.story(id)
		if err != nil {
			return err
		}
		st := *before
		o, err := rule(&st, t.now)
		if err != nil {
			return err
		}
		after, quiet = &st, 0
		if o.Quiet {
			return t.row(`SELECT n FROM change_seq WHERE one = 1`).Scan(&quiet)
		}
		return t.settle(who, before, &st, o)
	})
	if err != nil {
		return nil, 0, fmt.Errorf("update story %s: %w", id, err)
	}
	return after, max(n, quiet), nil
}

// settle writes st and what o decided. before is nil for a new story.
func (t *tx) settle(who news.Actor, before, st *news.Story, o news.Outcome) error {
	if o.Revised {
		if err := t.resolve(&st.Content, o.Creates); err != nil {
			return err
		}
	}
	if o.Published != nil {
		// What was resolved since the revision was saved (an import) belongs to the version too.
		o.Published.Content = st.Content
		if err := t.settleAddress(before, st); err != nil {
			return err
		}
	}
	content, err := json.Marshal(&st.Content)
	if err != nil {
		return fmt.Errorf("write the content of story %s: %w", st.ID, err)
	}
	if err := t.putStory(before == nil, st, string(content)); err != nil {
		return err
	}
	if o.Revised {
		t.addRevision(st, string(content), who, o.Note)
	}
	if o.Published != nil {
		if err := t.addVersion(st.ID, o.Published); err != nil {
			return err
		}
	}
	listed := before != nil && before.Live != nil || st.Live != nil
	if listed {
		if err := t.relist(before == nil, st); err != nil {
			return err
		}
	}
	// Taken down, then killed: not listed any more, but its addresses answer differently.
	turned := before != nil && before.Status != st.Status && st.Address != ""
	if listed || turned {
		t.change(news.StoryChange, string(st.ID), news.Touched(before, st)...)
	}
	if turned {
		if err := t.touchAddresses(st); err != nil {
			return err
		}
	}
	if err := t.enqueue(o.Jobs...); err != nil {
		return err
	}
	return t.record(who, string(o.Step), string(st.ID), o.Note)
}

const storyColumns = `id, kind, status, revision, version, content, created_at, changed_at, creator, creator_name,
	publish_at, time_zone, slug, address, first_published_at, last_published_at, updated_at, notice, corrections, live_revision, live_version`

// shownColumns are storyColumns without the latest revision's content, which readers
// may not see and reading which costs as much as the page.
var shownColumns = strings.Replace(storyColumns, " content,", " '{}',", 1)

// scanStory reads storyColumns and gives the live version's number.
func scanStory(scan func(...any) error) (*news.Story, int, error) {
	var st news.Story
	var content, corrections string
	var created, changed, publish, first, last, updated int64
	var live int
	if err := scan(&st.ID, &st.Kind, &st.Status, &st.Revision, &st.Version, &content, &created, &changed,
		&st.Creator, &st.CreatorName, &publish, &st.TimeZone, &st.Slug, &st.Address, &first, &last, &updated,
		&st.Notice, &corrections, &st.LiveRevision, &live); err != nil {
		return nil, 0, err
	}
	st.Created, st.Changed, st.PublishAt = at(created), at(changed), at(publish)
	st.FirstPublished, st.LastPublished, st.Updated = at(first), at(last), at(updated)
	if err := json.Unmarshal([]byte(content), &st.Content); err != nil {
		return nil, 0, fmt.Errorf("read the content of story %s: %w", st.ID, err)
	}
	if err := json.Unmarshal([]byte(corrections), &st.Corrections); err != nil {
		return nil, 0, fmt.Errorf("read the corrections of story %s: %w", st.ID, err)
	}
	return &st, live, nil
}

// story reads a story that is about to be changed. Where writers run side by side it
// is nobody else's from here to the end of the transaction: two who both read it as it
// was would each write the whole of it, and one step (a kill) would be undone by the other.
func (t *tx) story(id news.StoryID) (*news.Story, error) {
	return loadStory(t, storyColumns, id, t.s.dialect.alone())
}

func loadStory(q querier, columns string, id news.StoryID, alone string) (*news.Story, error) {
	if !news.IsID(string(id)) {
		return nil, news.Missing("story")
	}
	st, live, err := scanStory(q.row(`SELECT `+columns+` FROM story WHERE id = $1`+alone, string(id)).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, news.Missing("story")
	}
	if err != nil {
		return nil, err
	}
	return st, loadLive(q, st, live)
}

// loadShown loads a story as readers' pages need it: its Content is the live one.
func loadShown(q querier, id news.StoryID) (*news.Story, error) {
	st, err := loadStory(q, shownColumns, id, "")
	if err == nil && st.Live != nil {
		st.Content = st.Live.Content
	}
	return st, err
}

func loadLive(q querier, st *news.Story, n int) error {
	if n == 0 {
		return nil
	}
	v, err := loadVersion(q, st.ID, n)
	if err != nil {
		return err
	}
	st.Live = &v
	return nil
}

// Story loads a story of any status, for staff.
func (s *Store) Story(ctx context.Context, id news.StoryID) (*news.Story, error) {
	st, err := loadStory(s.read(ctx), storyColumns, id, "")
	return st, s.translate(err)
}

var storyRows = rowText{"story", `
	INSERT INTO story (id, kind, status, revision, version, content, headline, section,
		created_at, changed_at, creator, creator_name, publish_at, time_zone,
		slug, address, first_published_at, last_published_at, updated_at,
		notice, corrections, live_version, shown_at, card, live_revision) VALUES `, ``}

var storyTopicRows = rowText{"story_topic", `INSERT INTO story_topic (story_id, topic) VALUES `, ` ON CONFLICT DO NOTHING`}

// putStory writes st, whose content is given as it is kept.
func (t *tx) putStory(fresh bool, st *news.Story, content string) (err error) {
	corrections := []byte("[]")
	if len(st.Corrections) > 0 {
		if corrections, err = json.Marshal(st.Corrections); err != nil {
			return err
		}
	}
	live, shown, card := 0, int64(0), []byte{}
	st.LiveRevision = 0
	if st.Live != nil {
		st.LiveRevision = st.Live.Revision
		live, shown = st.Live.N, us(st.Live.Content.EmbargoUntil)
		if card, err = json.Marshal(news.CardOf(st)); err != nil {
			return err
		}
	}
	args := []any{string(st.ID), string(st.Kind), string(st.Status), st.Revision, st.Version, content,
		strings.ToLower(st.Content.Headline), st.Content.Section.Slug, us(st.Created), us(st.Changed), st.Creator, st.CreatorName,
		us(st.PublishAt), st.TimeZone, st.Slug, st.Address, us(st.FirstPublished), us(st.LastPublished), us(st.Updated),
		st.Notice, string(corrections), live, shown, string(card), st.LiveRevision}
	if fresh {
		t.insert(&storyRows, args...)
	} else {
		if _, err := t.exec(`
			UPDATE story SET kind = $2, status = $3, revision = $4, version = $5, content = $6, headline = $7, section = $8,
				created_at = $9, changed_at = $10, creator = $11, creator_name = $12, publish_at = $13, time_zone = $14,
				slug = $15, address = $16, first_published_at = $17, last_published_at = $18, updated_at = $19,
				notice = $20, corrections = $21, live_version = $22, shown_at = $23, card = $24, live_revision = $25
			WHERE id = $1`, args...); err != nil {
			return fmt.Errorf("write story %s: %w", st.ID, err)
		}
		if _, err := t.exec(`DELETE FROM story_topic WHERE story_id = $1`, string(st.ID)); err != nil {
			return err
		}
	}
	for _, topic := range st.Content.Topics {
		t.insert(&storyTopicRows, string(st.ID), topic.Slug)
	}
	return nil
}

var listingRows = rowText{"listing", `
	INSERT INTO listing (kind, slug, first_published_at, story_id, shown_at) VALUES `, ` ON CONFLICT DO NOTHING`}

// pictureUseRows leave a picture out that is missing, as the page does.
var pictureUseRows = rowText{"picture_use", `
	INSERT INTO picture_use (picture_id, story_id)
	SELECT picture.id, used.column2 FROM (VALUES `, `) AS used JOIN picture ON picture.id = used.column1
	WHERE TRUE ON CONFLICT DO NOTHING`}

// relist writes under what the live version stands and which pictures it shows;
// nothing when there is none.
func (t *tx) relist(fresh bool, st *news.Story) error {
	id := string(st.ID)
	if !fresh {
		for _, q := range []string{`DELETE FROM listing WHERE story_id = $1`, `DELETE FROM picture_use WHERE story_id = $1`} {
			if _, err := t.exec(q, id); err != nil {
				return err
			}
		}
	}
	if st.Live == nil {
		return nil
	}
	c := &st.Live.Content
	list := func(kind, slug string) {
		t.insert(&listingRows, kind, slug, us(st.FirstPublished), id, us(c.EmbargoUntil))
	}
	if st.Kind == news.Article {
		if c.Section.Slug != "" {
			list("section", c.Section.Slug)
		}
		for _, x := range c.Topics {
			list("topic", x.Slug)
		}
		for _, x := range c.Byline {
			list("author", x.Slug)
		}
	}
	for _, p := range c.Pictures() {
		t.insert(&pictureUseRows, string(p), id)
	}
	return nil
}

// Stories lists stories of any status for staff, last changed first.
func (s *Store) Stories(ctx context.Context, l news.StoryList) ([]news.Story, string, error) {
	limit := l.Limit
	if limit < 1 || limit > 100 {
		limit = 20
	}
	where, args := []string{"1 = 1"}, []any{}
	arg := func(cond string, v any) {
		args = append(args, v)
		where = append(where, fmt.Sprintf(cond, len(args)))
	}
	if l.Status != "" {
		arg("status = $%d", string(l.Status))
	}
	if l.Section != "" {
		arg("section = $%d", l.Section)
	}
	if l.Topic != "" {
		arg("id IN (SELECT story_id FROM story_topic WHERE topic = $%d)", l.Topic)
	}
	if l.Text != "" {
		esc := strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(strings.ToLower(l.Text))
		arg(`headline LIKE $%d ESCAPE '\'`, "%"+esc+"%")
	}
	if l.Cursor != "" {
		var changed int64
		var id string
		if n, _ := fmt.Sscanf(l.Cursor, "%d.%s", &changed, &id); n != 2 || !news.IsID(id) {
			return nil, "", news.Wrong("cursor", "This cursor was not made by this list.")
		}
		args = append(args, changed, id)
		where = append(where, fmt.Sprintf("(changed_at, id) < ($%d, $%d)", len(args)-1, len(args)))
	}
	args = append(args, limit+1)
	// Identifiers are sorted, where no index has the order, and not the stories' texts.
	const order = ` ORDER BY changed_at DESC, id DESC`
	q := fmt.Sprintf(`SELECT `+storyColumns+` FROM story WHERE id IN (SELECT id FROM story WHERE %s`+order+` LIMIT $%d)`+order, strings.Join(where, " AND "), len(args))
	var out []news.Story
	rows, err := s.read(ctx).rows(q, args...)
	err = each(rows, err, func(r *sql.Rows) error {
		st, _, err := scanStory(r.Scan)
		if err == nil {
			out = append(out, *st)
		}
		return err
	})
	if err != nil {
		return nil, "", s.translate(fmt.Errorf("list stories: %w", err))
	}
	next := ""
	if len(out) > limit {
		out = out[:limit]
		last := out[limit-1]
		next = fmt.Sprintf("%d.%s", us(last.Changed), last.ID)
	}
	return out, next, nil
}

// CountStories counts stories by status, for the desk's tabs.
func (s *Store) CountStories(ctx context.Context) (map[news.Status]int, error) {
	out := map[news.Status]int{}
	rows, err := s.read(ctx).rows(`SELECT status, count(*) FROM story GROUP BY status`)
	err = each(rows, err, func(r *sql.Rows) error {
		var st news.Status
		var n int
		err := r.Scan(&st, &n)
		out[st] = n
		return err
	})
	return out, s.translate(err)
}

// Due names the scheduled stories whose moment has come, in the order planned.
func (s *Store) Due(ctx context.Context) ([]news.StoryID, error) {
	var ids []news.StoryID
	rows, err := s.read(ctx).rows(`SELECT id FROM story WHERE status = $1 AND publish_at <= $2 ORDER BY publish_at, id LIMIT 100`,
		string(news.Scheduled), us(s.Now()))
	err = each(rows, err, func(r *sql.Rows) error {
		ids = append(ids, "")
		return r.Scan(&ids[len(ids)-1])
	})
	return ids, s.translate(err)
}
