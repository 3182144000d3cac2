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

// resolve turns the content's names into sections, topics and authors. Unknown
// sections are refused, unknown topics made only where the rule allows; a name in a
// byline is always made. It runs in the story's transaction, so that a refused
// story leaves nothing behind.
func (t *tx) resolve(c *news.Content, creates bool) error {
	var f news.Faults
	if c.Section != (news.Ref{}) {
		err := t.find("section", &c.Section)
		if errors.Is(err, sql.ErrNoRows) {
			f.Add("section", "There is no section %q.", c.Section.Slug+c.Section.Name)
		} else if err != nil {
			return err
		}
	}
	c.Topics = dedupe(c.Topics)
	for i := range c.Topics {
		x := &c.Topics[i]
		err := t.find("topic", x)
		if errors.Is(err, sql.ErrNoRows) {
			err = t.findAlias(x)
		}
		if errors.Is(err, sql.ErrNoRows) {
			if !creates {
				f.Add("topics", "There is no topic %q yet. An editor can make it.", x.Slug+x.Name)
				continue
			}
			err = t.make("topic", x)
		}
		if err != nil {
			return err
		}
	}
	c.Topics = dedupe(c.Topics)
	c.Byline = dedupe(c.Byline) // a copy, as of the topics: the rule may run again on what it was given
	for i := range c.Byline {
		x := &c.Byline[i]
		err := t.find("author", x)
		if errors.Is(err, sql.ErrNoRows) {
			err = t.make("author", x)
		}
		if err != nil {
			return err
		}
	}
	c.Byline = dedupe(c.Byline)
	return f.Err()
}

func dedupe(refs []news.Ref) []news.Ref {
	seen := map[news.Ref]bool{}
	out := refs[:0:0]
	for _, r := range refs {
		if !seen[r] {
			seen[r] = true
			out = append(out, r)
		}
	}
	return out
}

func nameKey(name string) string { return strings.ToLower(strings.Join(strings.Fields(name), " ")) }

// typedOf is what somebody typed to name r.
func typedOf(r news.Ref) string {
	if r.Slug != "" {
		return r.Slug
	}
	return r.Name
}

// find completes r from the table, by slug or else by name in any case. What was
// typed may be either, so a name is tried as a slug too.
func (t *tx) find(table string, r *news.Ref) error {
	typed := typedOf(*r)
	if ref, known := t.names.find(table, typed); known {
		if ref == (news.Ref{}) {
			return sql.ErrNoRows
		}
		*r = ref
		return nil
	}
	return t.row(`SELECT slug, name FROM `+table+` WHERE slug = $1 OR name_key = $2 ORDER BY CASE WHEN slug = $3 THEN 0 ELSE 1 END LIMIT 1`,
		typed, nameKey(typed), typed).Scan(&r.Slug, &r.Name)
}

// findAlias completes r with the topic that has what was typed among its other
// names, only when no topic has the name itself.
func (t *tx) findAlias(r *news.Ref) error {
	all := t.names.aliases
	if all == nil {
		var err error
		if all, err = t.aliases(); err != nil {
			return err
		}
	}
	ref, ok := all[nameKey(typedOf(*r))]
	if !ok {
		return sql.ErrNoRows
	}
	*r = ref
	return nil
}

// aliases gives every topic that has other names, by these; of several the first by
// slug. They are compared here, since the engines fold case differently.
func (t *tx) aliases() (map[string]news.Ref, error) {
	all := map[string]news.Ref{}
	rows, err := t.rows(`SELECT ` + topicColumns + ` FROM topic WHERE aliases <> '[]' ORDER BY slug`)
	return all, each(rows, err, func(row *sql.Rows) error {
		x, err := scanTopic(row.Scan)
		for _, a := range x.Aliases {
			if _, dup := all[nameKey(a)]; !dup {
				all[nameKey(a)] = news.Ref{Slug: x.Slug, Name: x.Name}
			}
		}
		return err
	})
}

// slugFor is the slug that a topic or an author called name gets if it is free.
func slugFor(table, name string) string {
	if slug := news.Slug(name); slug != "" {
		return slug
	}
	return table
}

// make adds a topic or an author called r.Name, with a free slug.
func (t *tx) make(table string, r *news.Ref) error {
	if r.Name == "" {
		r.Name = r.Slug
	}
	base := slugFor(table, r.Name)
	for n := 1; n < 1000; n++ {
		slug := strings.TrimPrefix(news.NextAddress("/"+base, n), "/")
		q := `INSERT INTO author (slug, name, name_key, bio) VALUES ($1, $2, $3, '') ON CONFLICT DO NOTHING`
		if table == "topic" {
			q = `INSERT INTO topic (slug, name, name_key, kind, aliases) VALUES ($1, $2, $3, 'subject', '[]') ON CONFLICT DO NOTHING`
		}
		made, err := t.exec(q, slug, r.Name, nameKey(r.Name))
		if err != nil {
			return fmt.Errorf("make %s %q: %w", table, r.Name, err)
		}
		if made == 1 {
			r.Slug = slug
			t.made(table, *r)
			return nil
		}
		// Taken: the slug by another name, or the name by somebody who made it since
		// we looked (on PostgreSQL writers run side by side); then it is this one.
		err = t.row(`SELECT slug, name FROM `+table+` WHERE name_key = $1`, nameKey(r.Name)).Scan(&r.Slug, &r.Name)
		if !errors.Is(err, sql.ErrNoRows) {
			return err
		}
	}
	return fmt.Errorf("make %s %q: no free slug", table, r.Name)
}

// made notes that there is a new topic or author.
func (t *tx) made(table string, r news.Ref) {
	t.names.add(table, r)
	t.change(news.TopicChange, r.Slug, table+":"+r.Slug)
}

// Sections gives the site's sections in their order.
func (s *Store) Sections(ctx context.Context) ([]news.Section, error) {
	var out []news.Section
	rows, err := s.read(ctx).rows(`SELECT slug, name, position FROM section ORDER BY position, slug`)
	err = each(rows, err, func(r *sql.Rows) error {
		var x news.Section
		err := r.Scan(&x.Slug, &x.Name, &x.Position)
		out = append(out, x)
		return err
	})
	return out, s.translate(err)
}

// Section gives one section.
func (s *Store) Section(ctx context.Context, slug string) (news.Section, error) {
	var x news.Section
	err := s.read(ctx).row(`SELECT slug, name, position FROM section WHERE slug = $1`, slug).Scan(&x.Slug, &x.Name, &x.Position)
	if errors.Is(err, sql.ErrNoRows) {
		return x, news.Missing("section")
	}
	return x, s.translate(err)
}

// SaveSection adds or renames a section.
func (s *Store) SaveSection(ctx context.Context, who news.Actor, x news.Section) (int64, error) {
	return s.write(ctx, func(t *tx) error {
		t.change(news.SiteChange, "section:"+x.Slug, news.SiteTag, news.SectionTag(x.Slug))
		if err := t.saveSection(x); err != nil {
			return err
		}
		return t.record(who, "save", "section:"+x.Slug, x.Name)
	})
}

func (t *tx) saveSection(x news.Section) error {
	var other string
	err := t.row(`SELECT slug FROM section WHERE name_key = $1 AND slug <> $2`, nameKey(x.Name), x.Slug).Scan(&other)
	if err == nil {
		return news.Wrong("name", "There is a section %q already.", x.Name)
	}
	if !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	_, err = t.exec(`
		INSERT INTO section (slug, name, name_key, position) VALUES ($1, $2, $3, $4)
		ON CONFLICT (slug) DO UPDATE SET name = excluded.name, name_key = excluded.name_key, position = excluded.position`,
		x.Slug, x.Name, nameKey(x.Name), x.Position)
	return err
}

const topicColumns = `slug, name, kind, aliases, dates`

func scanTopic(scan func(...any) error) (news.Topic, error) {
	var x news.Topic
	var aliases, dates string
	if err := scan(&x.Slug, &x.Name, &x.Kind, &aliases, &dates); err != nil {
		return x, err
	}
	return x, errors.Join(json.Unmarshal([]byte(aliases), &x.Aliases), json.Unmarshal([]byte(dates), &x.Dates))
}

// Topic gives one topic.
func (s *Store) Topic(ctx context.Context, slug string) (news.Topic, error) {
	x, err := scanTopic(s.read(ctx).row(`SELECT `+topicColumns+` FROM topic WHERE slug = $1`, slug).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return x, news.Missing("topic")
	}
	return x, s.translate(err)
}

// Topics gives those of the named topics that exist, at most 200.
func (s *Store) Topics(ctx context.Context, slugs []string) (map[string]news.Topic, error) {
	slugs = slugs[:min(len(slugs), 200)]
	out := make(map[string]news.Topic, len(slugs))
	if len(slugs) == 0 {
		return out, nil
	}
	list, args := in(1, slugs)
	rows, err := s.read(ctx).rows(`SELECT `+topicColumns+` FROM topic WHERE slug IN `+list, args...)
	err = each(rows, err, func(r *sql.Rows) error {
		x, err := scanTopic(r.Scan)
		out[x.Slug] = x
		return err
	})
	return out, s.translate(err)
}

// AllTopics lists topics by slug; the cursor is the last slug seen.
func (s *Store) AllTopics(ctx context.Context, cursor string, limit int) ([]news.Topic, string, error) {
	limit = max(1, min(limit, 1000))
	var out []news.Topic
	rows, err := s.read(ctx).rows(`SELECT `+topicColumns+` FROM topic WHERE slug > $1 ORDER BY slug LIMIT $2`, cursor, limit+1)
	err = each(rows, err, func(r *sql.Rows) error {
		x, err := scanTopic(r.Scan)
		out = append(out, x)
		return err
	})
	next := ""
	if len(out) > limit {
		out = out[:limit]
		next = out[limit-1].Slug
	}
	return out, next, s.translate(err)
}

// SaveTopic adds or changes a topic; its slug never changes.
func (s *Store) SaveTopic(ctx context.Context, who news.Actor, x news.Topic) (int64, error) {
	return s.write(ctx, func(t *tx) error {
		var other string
		err := t.row(`SELECT slug FROM topic WHERE name_key = $1 AND slug <> $2`, nameKey(x.Name), x.Slug).Scan(&other)
		if err == nil {
			return news.Wrong("name", "There is a topic %q already.", x.Name)
		}
		if !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		aliases, err := json.Marshal(append([]string{}, x.Aliases...))
		if err != nil {
			return err
		}
		dates, err := json.Marshal(append([]news.TopicDate{}, x.Dates...))
		if err != nil {
			return err
		}
		if _, err := t.exec(`
			INSERT INTO topic (slug, name, name_key, kind, aliases, dates) VALUES ($1, $2, $3, $4, $5, $6)
			ON CONFLICT (slug) DO UPDATE SET name = excluded.name, name_key = excluded.name_key, kind = excluded.kind, aliases = excluded.aliases, dates = excluded.dates`,
			x.Slug, x.Name, nameKey(x.Name), string(x.Kind), string(aliases), string(dates)); err != nil {
			return err
		}
		t.change(news.TopicChange, x.Slug, news.TopicTag(x.Slug))
		return t.record(who, "save", "topic:"+x.Slug, x.Name)
	})
}

// Author gives one author.
func (s *Store) Author(ctx context.Context, slug string) (news.Author, error) {
	var x news.Author
	err := s.read(ctx).row(`SELECT slug, name, bio FROM author WHERE slug = $1`, slug).Scan(&x.Slug, &x.Name, &x.Bio)
	if errors.Is(err, sql.ErrNoRows) {
		return x, news.Missing("author")
	}
	return x, s.translate(err)
}

// SaveAuthor adds or changes an author.
func (s *Store) SaveAuthor(ctx context.Context, who news.Actor, x news.Author) (int64, error) {
	return s.write(ctx, func(t *tx) error {
		if _, err := t.exec(`
			INSERT INTO author (slug, name, name_key, bio) VALUES ($1, $2, $3, $4)
			ON CONFLICT (slug) DO UPDATE SET name = excluded.name, name_key = excluded.name_key, bio = excluded.bio`,
			x.Slug, x.Name, nameKey(x.Name), x.Bio); err != nil {
			return err
		}
		t.change(news.TopicChange, "author:"+x.Slug, news.AuthorTag(x.Slug))
		return t.record(who, "save", "author:"+x.Slug, x.Name)
	})
}
