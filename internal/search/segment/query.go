package segment

import "context"

// A Query asks for documents. Those that have all of Any come first, then those that have only some; when there are
// needed clauses, those of Any need not be there at all. Without either, it is every document that passes.
type Query struct {
	Any, Needed, Unwanted []Clause

	Keys     []Key // all of them
	From, To int64 // From ≤ date < To; both 0 is any date

	ByDate  bool                     // newest first, without scores
	Loose   bool                     // do not put first what has all of Any; only without Needed
	Recency func(date int64) float64 // times a score; must be between 0 and 1 and not fall when dates rise. nil is 1
	After   *Place                   // only what comes after it
	N       int                      // hits

	Count   bool    // fill in Total, All, Keys and Spans; else only the hits
	Columns []bool  // count the keys of these
	Spans   []int64 // dates, falling: Results.Spans[i] counts Spans[i+1] ≤ date < Spans[i]
}

// A Key of a column.
type Key struct {
	Column int
	Key    string
}

// Term is what stands for the key in a Way.
func (k Key) Term() string { return keyTerm(k.Column, k.Key) }

// A Clause is something to be found in any of several ways; the best of them counts.
type Clause struct{ Ways []Way }

// A Way is terms that stand one after another in the same field.
type Way struct {
	Terms  []string
	Prefix bool    // the last need only begin so
	Weight float64 // times its score; 0 is 1
}

// Results of a query.
type Results struct {
	Hits  []Hit
	Total int       // everything found
	All   int       // of it, what has every clause
	Keys  [][]Count // by column, unordered; nil for those not asked for
	Spans []int
}

// A Place is where a hit stands in its list.
type Place struct {
	Partial bool // not every clause
	Score   float64
	Date    int64
	ID      string

	seg *Segment // where it was found, for as long as the view is open
	doc uint32
}

// A Hit is a document found.
type Hit = Place

// A Count says how many documents found have a key.
type Count struct {
	Key string
	N   int
}

// Search answers q. The error is the context's or ErrDamaged.
func (v *View) Search(ctx context.Context, q *Query) (res Results, err error) {
	defer faults(&err)()
	s := newSearcher(v, q)
	defer s.free()
	if err := s.find(ctx); err != nil {
		return Results{}, err
	}
	return s.results(), nil
}

// The parts of a query, ready for one segment.
type local struct {
	part     *part
	any      []cursor
	needed   []cursor
	filters  []cursor
	unwanted bitmap // and the dead; nil when there are none
	lo, hi   uint32 // documents whose date passes
	empty    bool   // nothing here can be found
}

// A searcher answers one query.
type searcher struct {
	q      *Query
	state  *state
	fields []uint8 // weights
	scorer scorer
	mean   float64
	arena  *arena
	stats  map[string]*termStats
	kept   map[keptList]listCursor

	full, partial top
	total, all    int
	counts        [][]int32 // by column and the index's number of a key
	spans         []int
}

func newSearcher(v *View, q *Query) *searcher {
	st := v.s
	s := &searcher{
		q: q, state: st, fields: v.x.o.Fields,
		scorer: newScorer(st.all, st.sum), mean: meanLength(st.all, st.sum), arena: newArena(),
	}
	s.full = top{n: q.N, q: q}
	s.partial = top{n: q.N, q: q}
	if q.Count {
		s.counts = make([][]int32, len(st.keys))
		for c, keys := range st.keys {
			if c < len(q.Columns) && q.Columns[c] {
				s.counts[c] = make([]int32, len(keys))
			}
		}
		s.spans = make([]int, max(0, len(q.Spans)-1))
	}
	return s
}

func (s *searcher) free() { s.arena.free() }

// find goes through the segments: first for what has every clause, and when that is too little for the rest.
func (s *searcher) find(ctx context.Context) error {
	for i, p := range s.state.parts {
		if err := ctx.Err(); err != nil {
			return err
		}
		s.arena.reset()
		l := s.prepare(i, p)
		if l.empty {
			continue
		}
		if s.q.Count {
			s.count(l)
		}
		switch {
		case s.q.N <= 0:
		case s.q.Loose && len(s.q.Any) > 0:
			s.walkAny(l, &s.full)
		default:
			s.walkFull(l)
		}
	}
	if s.full.full() || !s.twoPasses() {
		return ctx.Err()
	}
	s.partial.n = s.q.N - len(s.full.heap)
	for i, p := range s.state.parts {
		if err := ctx.Err(); err != nil {
			return err
		}
		s.arena.reset()
		if l := s.prepare(i, p); !l.empty {
			s.walkPartial(l)
		}
	}
	return nil
}

// twoPasses says whether there may be documents that have only some of the clauses.
func (s *searcher) twoPasses() bool {
	return s.q.N > 0 && !s.q.Loose && (len(s.q.Any) > 1 || len(s.q.Any) == 1 && len(s.q.Needed) > 0)
}

func (s *searcher) results() Results {
	res := Results{Total: s.total, All: s.all, Spans: s.spans}
	for _, list := range [][]entry{s.full.sorted(), s.partial.sorted()} {
		for _, e := range list {
			if len(res.Hits) == s.q.N {
				break
			}
			res.Hits = append(res.Hits, e.place())
		}
	}
	for c, counts := range s.counts {
		var list []Count
		for n, count := range counts {
			if count > 0 {
				list = append(list, Count{s.state.keys[c][n], int(count)})
			}
		}
		res.Keys = append(res.Keys, list)
	}
	return res
}

// prepare opens cursors in one segment.
func (s *searcher) prepare(at int, p *part) *local {
	q := s.q
	l := &local{part: p, hi: uint32(p.seg.docs)}
	if q.From != 0 || q.To != 0 {
		l.lo, l.hi = p.seg.before(q.To), p.seg.before(q.From)
	}
	l.empty = l.lo >= l.hi
	for _, k := range q.Keys {
		if l.empty {
			return l
		}
		t := s.stat(k.Term()).here[at]
		if t.df == 0 {
			l.empty = true
			return l
		}
		l.filters = append(l.filters, s.openTerm(p.seg, t, 0))
	}
	for i := range q.Needed {
		c := s.open(at, p.seg, &q.Needed[i])
		if c.cost() == 0 {
			l.empty = true
			return l
		}
		l.needed = append(l.needed, c)
	}
	for i := range q.Any {
		l.any = append(l.any, s.open(at, p.seg, &q.Any[i]))
	}
	if p.n > 0 {
		l.unwanted = p.dead
	}
	for i := range q.Unwanted {
		c := s.open(at, p.seg, &q.Unwanted[i])
		if c.cost() == 0 {
			continue
		}
		set := s.arena.bitmap(p.seg.docs)
		fill(c, set)
		if l.unwanted != nil {
			set.or(l.unwanted)
		}
		l.unwanted = set
	}
	return l
}

// fill puts all of a cursor's documents into set.
func fill(c cursor, set bitmap) {
	if t, ok := c.(*termCursor); ok {
		t.fill(set)
		return
	}
	c.(*listCursor).fill(set)
}

// termStats are where a term is in each segment, and what it is worth in the whole index.
type termStats struct {
	idf  float64
	here []termInfo // df is 0 where it is not
}

// stat of a term, looked up once; the dead count too until they are merged away.
func (s *searcher) stat(term string) *termStats {
	if t, ok := s.stats[term]; ok {
		return t
	}
	t := &termStats{here: make([]termInfo, len(s.state.parts))}
	df := 0
	for i, p := range s.state.parts {
		t.here[i], _ = p.seg.dictionary.find(term)
		df += t.here[i].df
	}
	t.idf = idf(s.state.all, df)
	if s.stats == nil {
		s.stats = make(map[string]*termStats)
	}
	s.stats[term] = t
	return t
}

// frequency is how many documents have a term, the dead too until they are merged away.
func (s *state) frequency(term string) (df int) {
	for _, p := range s.parts {
		if t, ok := p.seg.dictionary.find(term); ok {
			df += t.df
		}
	}
	return df
}

const topWorth = k1 + 1

func (w *Way) weight() float64 {
	if w.Weight == 0 {
		return topWorth
	}
	return w.Weight * topWorth
}

func (s *searcher) recency(date int64) float64 {
	if s.q.Recency == nil {
		return 1
	}
	return s.q.Recency(date)
}
