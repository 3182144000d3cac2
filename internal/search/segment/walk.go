package segment

import (
	"cmp"
	"slices"
)

// walkFull offers what has every clause.
func (s *searcher) walkFull(l *local) {
	scored := append(l.needed[:len(l.needed):len(l.needed)], l.any...)
	for _, c := range scored {
		if c.cost() == 0 {
			return
		}
	}
	s.walkAll(l, scored, nil, &s.full)
}

// walkPartial offers what has only some.
func (s *searcher) walkPartial(l *local) {
	if len(l.needed) > 0 {
		s.walkAll(l, l.needed, l.any, &s.partial)
		return
	}
	s.walkAny(l, &s.partial)
}

// A pruner knows what the documents ahead can be worth at most, from the bounds of cursors' blocks.
type pruner struct {
	cursors []cursor
	bound   float64 // of any document
	most    float64 // of those up to last
	last    uint32
	known   bool
	weight  float64 // by recency, of documents up to fresh
	fresh   uint32
}

func newPruner(lists ...[]cursor) *pruner {
	var p pruner
	for _, list := range lists {
		p.cursors = append(p.cursors, list...)
	}
	for _, c := range p.cursors {
		p.bound += c.bound()
	}
	return &p
}

// recency is what no document from doc on is above. It is reckoned anew only now and then: it falls slowly, and takes
// longer than the rest of a document.
func (p *pruner) recency(s *searcher, seg *Segment, doc uint32) float64 {
	if doc >= p.fresh {
		p.weight, p.fresh = s.recency(seg.date(doc)), doc+256
	}
	return p.weight
}

func (p *pruner) look(doc uint32) {
	if p.known && doc <= p.last {
		return
	}
	p.known, p.most, p.last = true, 0, end-1
	for _, c := range p.cursors {
		bound, last := c.boundAt(doc)
		p.most += bound
		p.last = min(p.last, last)
	}
}

// walkAll offers what has all that is scored and passes; optional clauses add to the score, and whatever has every
// one of those is left out, since it was found before.
func (s *searcher) walkAll(l *local, scored, optional []cursor, t *top) {
	seg := l.part.seg
	order := append(scored[:len(scored):len(scored)], l.filters...)
	slices.SortStableFunc(order, func(a, b cursor) int { return a.cost() - b.cost() })
	p := newPruner(scored, optional)
	blind := s.q.ByDate || len(p.cursors) == 0
next:
	for doc := l.lo; ; doc++ {
		for i := 0; i < len(order); {
			d := order[i].advance(doc)
			if d > doc && i > 0 {
				doc, i = d, 0
				if doc >= l.hi {
					return
				}
				continue
			}
			doc = d
			i++
			if i > 1 || doc >= l.hi || !t.full() || blind {
				continue
			}
			// Before the other cursors follow: can anything here still enter?
			r := p.recency(s, seg, doc)
			if t.low(p.bound * r) {
				return
			}
			if p.look(doc); t.low(p.most * r) {
				doc = p.last
				continue next
			}
		}
		if doc >= l.hi {
			return
		}
		if l.unwanted.has(doc) {
			continue
		}
		date := seg.date(doc)
		if blind && t.old(date) {
			return
		}
		e := entry{date: date, seg: seg, doc: doc, partial: optional != nil}
		matched := 0
		for _, c := range optional {
			if c.advance(doc) == doc {
				matched++
				if !blind {
					e.score += c.score()
				}
			}
		}
		if optional != nil && matched == len(optional) {
			continue
		}
		if !blind {
			for _, c := range scored {
				e.score += c.score()
			}
			e.score = rounded(e.score * s.recency(date))
		}
		t.offer(e)
	}
}

// walkAny offers what has one clause but not all, or what has any at all if the query is loose. Clauses that together cannot lift a document into the list any more
// lead to none (Turtle and Flood's MaxScore), and whole blocks are passed over by their bounds.
func (s *searcher) walkAny(l *local, t *top) {
	seg := l.part.seg
	cs := slices.DeleteFunc(slices.Clone(l.any), func(c cursor) bool { return c.cost() == 0 })
	if len(cs) == 0 {
		return
	}
	slices.SortStableFunc(cs, func(a, b cursor) int { return cmp.Compare(a.bound(), b.bound()) })
	upTo := make([]float64, len(cs)) // what the first clauses are worth at most
	for i, c := range cs {
		upTo[i] = c.bound()
		if i > 0 {
			upTo[i] += upTo[i-1]
		}
	}
	p := newPruner(cs)
	first := 0 // those before it lead to no document
	blind := s.q.ByDate
next:
	for doc := l.lo; ; doc++ {
		ahead := uint32(end)
		for _, c := range cs[first:] {
			ahead = min(ahead, c.advance(doc))
		}
		if doc = ahead; doc >= l.hi {
			return
		}
		for _, f := range l.filters {
			if d := f.advance(doc); d != doc {
				if d >= l.hi {
					return
				}
				doc = d - 1
				continue next
			}
		}
		r := 1.0
		if blind {
			if t.old(seg.date(doc)) {
				return
			}
		} else if r = p.recency(s, seg, doc); t.full() {
			if t.low(p.bound * r) {
				return
			}
			for first < len(cs)-1 && t.low(upTo[first]*r) {
				first++
			}
			if p.look(doc); t.low(p.most * r) {
				doc = p.last
				continue
			}
		}
		if l.unwanted.has(doc) {
			continue
		}
		score, matched := 0.0, 0
		for i := len(cs) - 1; i >= 0; i-- {
			if i < first && t.low((score+upTo[i])*r) {
				continue next
			}
			if cs[i].advance(doc) == doc {
				matched++
				if !blind {
					score += cs[i].score()
				}
			}
		}
		if matched == len(l.any) && !s.q.Loose {
			continue
		}
		if !blind && t.low(score*r) {
			continue
		}
		date := seg.date(doc)
		t.offer(entry{score: rounded(score * s.recency(date)), date: date, seg: seg, doc: doc, partial: !s.q.Loose})
	}
}
