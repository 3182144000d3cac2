package search

import (
	"cmp"
	"slices"
	"strconv"
	"time"
)

// A filter is a query's conditions in the columns' terms.
type filter struct {
	section, topic, author int32 // anyKey for any, -1 for one that no record has
	from, to               int64 // microseconds, if has; to is exclusive
	hasFrom, hasTo         bool
}

const anyKey = -2

func (c *columns) filter(q Query) filter {
	c.mu.RLock()
	defer c.mu.RUnlock()
	number := func(key string) int32 {
		if key == "" {
			return anyKey
		}
		return c.keys.find(key)
	}
	f := filter{section: number(q.Section), topic: number(q.Topic), author: number(q.Author)}
	if !q.From.IsZero() {
		f.from, f.hasFrom = q.From.UnixMicro(), true
	}
	if !q.To.IsZero() {
		f.to, f.hasTo = q.To.UnixMicro(), true
	}
	return f
}

func (f *filter) passes(r *record) bool {
	return (f.section == anyKey || f.section == r.section) &&
		(f.topic == anyKey || slices.Contains(r.topics, f.topic)) &&
		(f.author == anyKey || slices.Contains(r.authors, f.author)) &&
		(!f.hasFrom || r.published >= f.from) &&
		(!f.hasTo || r.published < f.to)
}

// picked hands every record of m that is seen and passes to do, with its score and whether it has all words; mu is held.
func (c *columns) picked(m matched, f filter, do func(place int32, r *record, score float64, all bool)) {
	writes := m.writes
	if writes == 0 {
		writes = c.writes
	}
	if m.every {
		for i := range c.records {
			if r := &c.records[i]; r.seenBy(writes) && f.passes(r) && !m.except[r.row] {
				do(int32(i), r, 0, true)
			}
		}
		return
	}
	for _, hit := range m.rows {
		i, ok := c.at[hit.row]
		if !ok {
			continue // changed long since: see compact
		}
		if r := &c.records[i]; r.seenBy(writes) && f.passes(r) {
			do(i, r, hit.score, m.all == nil || m.all[hit.row])
		}
	}
}

func (c *columns) countPicked(m matched, f filter) (n int) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	c.picked(m, f, func(int32, *record, float64, bool) { n++ })
	return n
}

// list orders what was matched, cuts the page out of it and counts the whole.
func (x *Index) list(m matched, f filter, sort Sort, offset, limit int) Results {
	c := x.cols
	c.mu.RLock()
	defer c.mu.RUnlock()
	var res Results
	now := x.o.Now().UnixMicro()
	count := newCounter(len(c.keys.text))
	best := newTop(offset + limit)
	c.picked(m, f, func(place int32, r *record, score float64, all bool) {
		res.Total++
		if all {
			res.AllWords++
		}
		count.add(r)
		if sort == Newest {
			score = 0
		} else {
			score *= freshness(time.Duration(now-r.published)*time.Microsecond, x.o.HalfLife)
		}
		best.offer(ranked{place: place, partial: !all, score: score, published: r.published, id: r.id})
	})
	for _, b := range best.sorted()[min(offset, len(best.heap)):] {
		res.Hits = append(res.Hits, Hit{ID: b.id, Score: b.score})
	}
	res.Facets = count.facets(c.keys.text)
	return res
}

// A counter counts keys by their number.
type counter struct {
	sections, topics, authors []int32
	years                     map[int]int
}

func newCounter(keys int) *counter {
	return &counter{make([]int32, keys), make([]int32, keys), make([]int32, keys), make(map[int]int)}
}

func (n *counter) add(r *record) {
	n.sections[r.section]++
	for _, k := range r.topics {
		n.topics[k]++
	}
	for _, k := range r.authors {
		n.authors[k]++
	}
	if r.published != 0 {
		n.years[time.UnixMicro(r.published).UTC().Year()]++
	}
}

const maxFacets = 20 // of a kind

func (n *counter) facets(keys []string) Facets {
	var f Facets
	for _, kind := range []struct {
		counts []int32
		list   *[]Count
	}{{n.sections, &f.Sections}, {n.topics, &f.Topics}, {n.authors, &f.Authors}} {
		for k, count := range kind.counts {
			if count > 0 && keys[k] != "" {
				*kind.list = append(*kind.list, Count{keys[k], int(count)})
			}
		}
		slices.SortFunc(*kind.list, func(a, b Count) int { return cmp.Or(b.N-a.N, cmp.Compare(a.Key, b.Key)) })
		*kind.list = slices.Clip((*kind.list)[:min(len(*kind.list), maxFacets)])
	}
	for year, count := range n.years {
		f.Years = append(f.Years, Count{strconv.Itoa(year), count})
	}
	slices.SortFunc(f.Years, func(a, b Count) int { return cmp.Compare(b.Key, a.Key) })
	f.Years = slices.Clip(f.Years[:min(len(f.Years), maxFacets)])
	return f
}
