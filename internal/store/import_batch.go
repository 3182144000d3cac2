package store

import (
	"database/sql"
	"slices"

	"dateline/internal/news"
)

// An arrival is an imported story that is not here yet.
type arrival struct {
	in      *news.Imported
	story   *news.Story
	outcome news.Outcome
}

// A foreign key is what a story of another system is known by.
type foreignKey struct{ source, oldID string }

// A memory is what an earlier import noted of a story.
type memory struct{ ours, fingerprint string }

// remembered gives those of the batch that came before.
func (t *tx) remembered(batch []news.Imported) (map[foreignKey]memory, error) {
	known := map[foreignKey]memory{}
	for part := range slices.Chunk(batch, lookedUp) {
		var sources, ids []string
		for i := range part {
			if !slices.Contains(sources, part[i].Source) {
				sources = append(sources, part[i].Source)
			}
			ids = append(ids, part[i].OldID)
		}
		sourceList, args := in(1, sources)
		idList, more := in(len(args)+1, ids)
		rows, err := t.rows(`SELECT source, old_id, ours, fingerprint FROM imported
			WHERE kind = 'story' AND source IN `+sourceList+` AND old_id IN `+idList, append(args, more...)...)
		err = each(rows, err, func(r *sql.Rows) error {
			var k foreignKey
			var m memory
			err := r.Scan(&k.source, &k.oldID, &m.ours, &m.fingerprint)
			known[k] = m
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return known, nil
}

// bring keeps stories that are not here yet. What settle would ask the database about
// each is asked for all beforehand, and what it writes waits for the others' rows.
func (t *tx) bring(who news.Actor, arrivals []arrival) error {
	if err := t.claimAddresses(arrivals); err != nil {
		return err
	}
	var topics, authors []news.Ref
	for _, a := range arrivals {
		topics = append(topics, a.story.Content.Topics...)
		authors = append(authors, a.story.Content.Byline...)
	}
	if err := t.learn("topic", topics); err != nil {
		return err
	}
	if err := t.learn("author", authors); err != nil {
		return err
	}
	if err := t.makeAll("topic", topics); err != nil {
		return err
	}
	if err := t.makeAll("author", authors); err != nil {
		return err
	}
	for _, a := range arrivals {
		if err := t.settle(who, nil, a.story, a.outcome); err != nil {
			return err
		}
		for _, path := range a.in.Old {
			if a.story.Live != nil && path != a.story.Address && t.claims[path] == string(a.story.ID) {
				t.change(news.StoryChange, string(a.story.ID), news.PathTag(path))
			}
		}
		t.remember(a.in, string(a.story.ID))
	}
	t.claims = nil // a renewal may turn what was claimed
	return nil
}

// claims are the addresses that a batch asked for together, with the story that got
// each; none where it belongs to a story that was here before.
type claims map[string]string

var addressRows = rowText{"address", `INSERT INTO address (path, state, story_id, since) VALUES `,
	` ON CONFLICT (path) DO NOTHING RETURNING path, story_id`}

// claimAddresses gives each arrival the address it wishes, or the next free one after
// it, and the old addresses that are still free. Of a batch the first that asks gets it.
func (t *tx) claimAddresses(arrivals []arrival) error {
	t.claims = claims{}
	var rows [][]any
	ask := func(path string, state news.AddressState, st *news.Story) {
		if _, asked := t.claims[path]; !asked {
			t.claims[path] = ""
			rows = append(rows, []any{path, string(state), string(st.ID), us(t.now)})
		}
	}
	get := func() error {
		err := t.insertAndSee(&addressRows, rows, func(r *sql.Rows) error {
			var path, owner string
			err := r.Scan(&path, &owner)
			t.claims[path] = owner
			return err
		})
		rows = nil
		return err
	}
	var left []*news.Story // without an address yet
	for _, a := range arrivals {
		if a.story.Address != "" {
			ask(a.story.Address, news.AddressNow, a.story)
			left = append(left, a.story)
		}
		for _, path := range a.in.Old {
			if path != a.story.Address {
				ask(path, news.AddressMoved, a.story)
			}
		}
	}
	// settleAddress goes through the same addresses and gives up where this does.
	for n := 1; n < 10_000; n++ {
		if err := get(); err != nil {
			return err
		}
		left = slices.DeleteFunc(left, func(st *news.Story) bool {
			return t.claims[news.NextAddress(st.Address, n)] == string(st.ID)
		})
		if len(left) == 0 {
			break
		}
		for _, st := range left {
			path := news.NextAddress(st.Address, n+1)
			if t.claims[path] == string(st.ID) {
				// It had this one at the other system and has it again: settleAddress turns it.
				delete(t.claims, path)
				continue
			}
			ask(path, news.AddressNow, st)
		}
	}
	return nil
}
