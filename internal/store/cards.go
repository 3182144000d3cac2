package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"sync"

	"dateline/internal/news"
)

// readCards holds the cards of rows that were read lately, by the text that they are
// kept in: the same text is the same card, so that nothing has to be dropped when a
// story changes. After a publication the lists, the front page and the feeds read the
// same hundred rows, of which one is new.
//
// There are two generations; what is not asked for while one fills is forgotten.
type readCards struct {
	mu       sync.Mutex
	now, old map[string]news.Card
}

// mostCards is how many cards of some two kilobytes a generation holds.
const mostCards = 1000

// card reads a row. What the card points to is shared by all who read it, and is not
// to be changed.
func (c *readCards) card(raw []byte) (news.Card, error) {
	c.mu.Lock()
	card, ok := c.now[string(raw)]
	if !ok {
		if card, ok = c.old[string(raw)]; ok {
			c.keep(string(raw), card)
		}
	}
	c.mu.Unlock()
	if ok {
		return card, nil
	}
	if err := json.Unmarshal(raw, &card); err != nil {
		return card, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.keep(string(raw), card)
	return card, nil
}

// keep is called with c.mu held.
func (c *readCards) keep(raw string, card news.Card) {
	if c.now == nil || len(c.now) >= mostCards {
		c.now, c.old = make(map[string]news.Card, 64), c.now
	}
	c.now[raw] = card
}

// cards runs a query whose only column is a card.
func (s *Store) cards(ctx context.Context, q string, args ...any) ([]news.Card, error) {
	var out []news.Card
	rows, err := s.read(ctx).rows(q, args...)
	err = each(rows, err, func(r *sql.Rows) error {
		var raw sql.RawBytes
		if err := r.Scan(&raw); err != nil {
			return err
		}
		card, err := s.held.card(raw)
		out = append(out, card)
		return err
	})
	return out, err
}
