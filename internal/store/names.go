package store

import (
	"database/sql"
	"fmt"
	"slices"

	"dateline/internal/news"
)

// lookedUp is how many things one statement looks up at most.
const lookedUp = 1000

// names are the sections, topics and authors that a transaction looked up
// beforehand, for many stories at once; the zero value knows none.
type names struct {
	asked   map[nameIn]bool
	slugs   map[nameIn]news.Ref
	keys    map[nameIn]news.Ref
	aliases map[string]news.Ref // nil: not looked up
}

// A nameIn is a slug, a name's key or something typed, and the table it is of.
type nameIn struct{ table, name string }

// find gives what find of the transaction would; a zero Ref if there is none.
func (n *names) find(table, typed string) (r news.Ref, known bool) {
	if !n.asked[nameIn{table, typed}] {
		return r, false
	}
	r, ok := n.slugs[nameIn{table, typed}]
	if !ok {
		r = n.keys[nameIn{table, nameKey(typed)}]
	}
	return r, true
}

// add notes one that exists.
func (n *names) add(table string, r news.Ref) {
	if n.asked != nil {
		n.slugs[nameIn{table, r.Slug}], n.keys[nameIn{table, nameKey(r.Name)}] = r, r
	}
}

// learn looks up all that refs name, so that find need not ask for each.
func (t *tx) learn(table string, refs []news.Ref) error {
	n := &t.names
	if n.asked == nil {
		n.asked, n.slugs, n.keys = map[nameIn]bool{}, map[nameIn]news.Ref{}, map[nameIn]news.Ref{}
	}
	var typed []string
	for _, r := range refs {
		if name := typedOf(r); !n.asked[nameIn{table, name}] {
			n.asked[nameIn{table, name}] = true
			typed = append(typed, name)
		}
	}
	for part := range slices.Chunk(typed, lookedUp) {
		slugs, keys := slices.Clone(part), make([]string, 0, len(part))
		for _, name := range part {
			slugs = append(slugs, slugFor(table, name)) // whether a new one could have it
			keys = append(keys, nameKey(name))
		}
		slugList, args := in(1, slugs)
		keyList, more := in(len(args)+1, keys)
		rows, err := t.rows(`SELECT slug, name, name_key FROM `+table+` WHERE slug IN `+slugList+` OR name_key IN `+keyList, append(args, more...)...)
		err = each(rows, err, func(row *sql.Rows) error {
			var r news.Ref
			var key string
			err := row.Scan(&r.Slug, &r.Name, &key)
			n.slugs[nameIn{table, r.Slug}], n.keys[nameIn{table, key}] = r, r
			return err
		})
		if err != nil {
			return fmt.Errorf("look up names of %s: %w", table, err)
		}
	}
	return nil
}

var (
	topicRows = rowText{"topic", `INSERT INTO topic (slug, name, name_key, kind, aliases) VALUES `,
		` ON CONFLICT DO NOTHING RETURNING slug, name`}
	authorRows = rowText{"author", `INSERT INTO author (slug, name, name_key, bio) VALUES `,
		` ON CONFLICT DO NOTHING RETURNING slug, name`}
)

// makeAll makes those topics or authors that learn did not find and whose slug is
// free. The others are left to make, which looks for another slug.
func (t *tx) makeAll(table string, refs []news.Ref) (err error) {
	text := &authorRows
	if table == "topic" {
		text = &topicRows
		if t.names.aliases, err = t.aliases(); err != nil {
			return err
		}
	}
	var rows [][]any
	chosen := map[string]bool{}
	for _, r := range refs {
		slug := slugFor(table, r.Name)
		found, _ := t.names.find(table, typedOf(r))
		_, taken := t.names.slugs[nameIn{table, slug}]
		if found != (news.Ref{}) || taken || chosen[slug] || r.Name == "" || r.Slug != "" {
			continue
		}
		if table == "author" {
			rows = append(rows, []any{slug, r.Name, nameKey(r.Name), ""})
		} else if _, alias := t.names.aliases[nameKey(r.Name)]; alias {
			continue
		} else {
			rows = append(rows, []any{slug, r.Name, nameKey(r.Name), "subject", "[]"})
		}
		chosen[slug] = true
	}
	return t.insertAndSee(text, rows, func(row *sql.Rows) error {
		var r news.Ref
		err := row.Scan(&r.Slug, &r.Name)
		t.made(table, r)
		return err
	})
}
