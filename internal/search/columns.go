package search

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"sync"
)

// columns hold what is known of every document but its words, for filters, facets and related documents.
//
// A search first reads FTS5, in a snapshot that says how many commits it has seen, and then looks here, where later
// commits may have arrived: a record says from which commit to which it is true, and stays for a while after.
type columns struct {
	mu     sync.RWMutex
	writes int64

	records []record
	tooMany int              // records that make it worth while to compact
	at      map[int64]int32  // row → place in records
	byID    map[string]int32 // of those that are alive
	keys    interned         // sections, topics, authors
	words   interned         // telling terms
	surface []string         // of each telling term, as it first stood in a text
	told    [][]posting      // by telling term or topic, dead records too
	spoken  []string         // codes of languages
}

// A record is one row of doc.
type record struct {
	row        int64
	id         string
	published  int64 // microseconds
	born, died int64 // commits; died is 0 while alive
	section    int32
	topics     []int32
	authors    []int32
	telling    []telling
}

// A posting says that a record has a telling term, with its weight there among all others.
type posting struct {
	place  int32
	weight float32
}

// telling is a tellingWord by its number in columns.words, or a topic.
type telling struct {
	term   int32
	weight float64
}

func (r *record) seenBy(writes int64) bool {
	return r.born <= writes && (r.died == 0 || r.died > writes)
}

// interned gives strings small numbers.
type interned struct {
	number map[string]int32
	text   []string
}

func (n *interned) of(s string) int32 {
	if i, ok := n.number[s]; ok {
		return i
	}
	if n.number == nil {
		n.number = make(map[string]int32)
	}
	i := int32(len(n.text))
	n.number[s] = i
	n.text = append(n.text, s)
	return i
}

// find gives -1, which no record has, for what is not known.
func (n *interned) find(s string) int32 {
	if i, ok := n.number[s]; ok {
		return i
	}
	return -1
}

func newColumns() *columns {
	return &columns{tooMany: 4096, at: make(map[int64]int32), byID: make(map[string]int32)}
}

// loadColumns reads them from the file.
func loadColumns(ctx context.Context, db *sql.DB) (*columns, error) {
	c := newColumns()
	if err := db.QueryRowContext(ctx, "SELECT writes FROM state").Scan(&c.writes); err != nil {
		return nil, err
	}
	rows, err := db.QueryContext(ctx, "SELECT row, id, published, section, topics, authors, telling FROM doc ORDER BY row")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var e entry
		var topics, authors, told sql.RawBytes
		if err := rows.Scan(&e.row, &e.id, &e.published, &e.section, &topics, &authors, &told); err != nil {
			return nil, err
		}
		if err := json.Unmarshal(topics, &e.topics); err != nil {
			return nil, fmt.Errorf("topics of %s: %w", e.id, err)
		}
		if err := json.Unmarshal(authors, &e.authors); err != nil {
			return nil, fmt.Errorf("authors of %s: %w", e.id, err)
		}
		e.telling = unpackTelling(string(told))
		c.add(&e, c.writes)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	codes, err := db.QueryContext(ctx, "SELECT language FROM spoken ORDER BY language")
	if err != nil {
		return nil, err
	}
	defer codes.Close()
	for codes.Next() {
		var code string
		if err := codes.Scan(&code); err != nil {
			return nil, err
		}
		c.spoken = append(c.spoken, code)
	}
	return c, codes.Err()
}

func (c *columns) count() int {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return len(c.byID)
}

// known says whether a document is there.
func (c *columns) known(id string) bool {
	c.mu.RLock()
	defer c.mu.RUnlock()
	_, ok := c.byID[id]
	return ok
}

// change follows a commit; mu is held for writing.
func (c *columns) change(writes int64, put []*entry, remove []string) {
	c.writes = writes
	for _, id := range remove {
		c.kill(id, writes)
	}
	for _, e := range put {
		c.kill(e.id, writes)
		c.add(e, writes)
		for _, code := range e.spoken {
			if !slices.Contains(c.spoken, code) {
				c.spoken = append(slices.Clip(c.spoken), code) // a new list: searches hold the old one
			}
		}
	}
	if len(c.records) > c.tooMany {
		c.compact()
	}
}

func (c *columns) kill(id string, writes int64) {
	if i, ok := c.byID[id]; ok {
		c.records[i].died = writes
		delete(c.byID, id)
	}
}

func (c *columns) add(e *entry, writes int64) {
	r := record{row: e.row, id: e.id, published: e.published, born: writes, section: c.keys.of(e.section)}
	for _, s := range e.topics {
		r.topics = append(r.topics, c.keys.of(s))
	}
	for _, s := range e.authors {
		r.authors = append(r.authors, c.keys.of(s))
	}
	r.telling = c.number(e.telling, e.topics)
	c.place(r)
}

func (c *columns) place(r record) {
	i := int32(len(c.records))
	c.records = append(c.records, r)
	c.at[r.row] = i
	if r.died == 0 {
		c.byID[r.id] = i
	}
	for len(c.told) < len(c.words.text) {
		c.told = append(c.told, nil)
	}
	norm := length(r.telling)
	for _, t := range r.telling {
		c.told[t.term] = append(c.told[t.term], posting{i, float32(t.weight / norm)})
	}
}

// compact lets go of records that no search under way can still need. One that began 16 commits ago may miss
// documents that were changed since; it misses nothing that stayed as it was.
func (c *columns) compact() {
	old := c.records
	c.records = make([]record, 0, len(c.byID)+64)
	clear(c.at)
	clear(c.told)
	for _, r := range old {
		if r.died == 0 || r.died > c.writes-16 {
			c.place(r)
		}
	}
	c.tooMany = 2*len(c.records) + 4096
}

// newlySpoken lists the languages that entries bring. Only writers change the list, and they take turns.
func newlySpoken(c *columns, entries []*entry) []string {
	found := make(map[string]bool)
	for _, e := range entries {
		for _, code := range e.spoken {
			if !slices.Contains(c.spoken, code) {
				found[code] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(found))
}
