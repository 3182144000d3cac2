package store

import (
	"database/sql"
	"fmt"

	"dateline/internal/news"
)

// settleAddress gives st the address its rule wished, or the next free one after
// it, and turns the one it had into a redirect. An address once given is never
// given to another story.
func (t *tx) settleAddress(before, st *news.Story) error {
	if before != nil && before.Address == st.Address {
		return nil
	}
	if st.Kind == news.Page && news.Reserved(st.Slug) {
		return news.Wrong("slug", "A standing page cannot have the address /%s. Choose another.", st.Slug)
	}
	wish := st.Address
	for n := 1; ; n++ {
		if n > 10_000 {
			return fmt.Errorf("find an address like %s: all are taken", wish)
		}
		path := news.NextAddress(wish, n)
		free, err := t.takeAddress(path, st)
		if err != nil {
			return err
		}
		if free {
			st.Address = path
			break
		}
	}
	if before != nil && before.Address != "" {
		t.change(news.StoryChange, string(st.ID), news.PathTag(before.Address))
		if _, err := t.exec(`UPDATE address SET state = $1 WHERE path = $2`, string(news.AddressMoved), before.Address); err != nil {
			return err
		}
	}
	return nil
}

// takeAddress makes path lead to st; false when it belongs to another story.
func (t *tx) takeAddress(path string, st *news.Story) (bool, error) {
	if owner, asked := t.claims[path]; asked {
		return owner == string(st.ID), nil
	}
	n, err := t.exec(`
		INSERT INTO address (path, state, story_id, since) VALUES ($1, $2, $3, $4)
		ON CONFLICT (path) DO UPDATE SET state = excluded.state WHERE address.story_id = excluded.story_id`,
		path, string(news.AddressNow), string(st.ID), us(t.now))
	if err != nil {
		return false, fmt.Errorf("take the address %s: %w", path, err)
	}
	return n == 1, nil
}

// touchAddresses names every address that ever led to st as changed. Whether they
// redirect or refuse depends on whether it is shown, and a kept redirect would go on
// to say what a killed story was called.
func (t *tx) touchAddresses(st *news.Story) error {
	rows, err := t.rows(`SELECT path FROM address WHERE story_id = $1`, string(st.ID))
	return each(rows, err, func(r *sql.Rows) error {
		var path string
		err := r.Scan(&path)
		t.change(news.StoryChange, string(st.ID), news.PathTag(path))
		return err
	})
}
