package segment

import "encoding/binary"

// count counts what one segment holds of what is asked for: all of it, what has every clause, and of all of it the
// keys and the dates.
func (s *searcher) count(l *local) {
	if n, ok := s.countPlain(l); ok {
		s.total += n
		s.all += n
		return
	}
	docs := l.part.seg.docs
	pass := s.arena.bitmap(docs)
	pass.setIn(l.lo, l.hi)
	pass.without(l.unwanted)
	set := s.arena.bitmap(docs)
	for _, c := range append(l.filters[:len(l.filters):len(l.filters)], l.needed...) {
		clear(set)
		fill(c, set)
		pass.and(set)
	}
	found := pass
	if len(l.any) > 0 {
		some, all := s.arena.bitmap(docs), s.arena.bitmap(docs)
		copy(all, pass)
		for _, c := range l.any {
			clear(set)
			fill(c, set)
			some.or(set)
			all.and(set)
		}
		if len(l.needed) == 0 {
			some.and(pass)
			found = some
		}
		s.all += all.count()
	} else {
		s.all += pass.count()
	}
	s.total += found.count()
	s.countKeys(l.part, found)
	s.countSpans(l.part.seg, found)
}

// countPlain knows without looking, where all is one word and nobody wants to know more.
func (s *searcher) countPlain(l *local) (n int, ok bool) {
	if len(l.any)+len(l.needed) != 1 || len(l.filters) > 0 || l.unwanted != nil || l.lo > 0 || int(l.hi) < l.part.seg.docs {
		return 0, false
	}
	for _, counts := range s.counts {
		if counts != nil {
			return 0, false
		}
	}
	if len(s.spans) > 0 {
		return 0, false
	}
	for _, c := range append(l.any[:len(l.any):len(l.any)], l.needed...) {
		n += c.cost()
	}
	return n, true
}

func (s *searcher) countKeys(p *part, found bitmap) {
	for i, counts := range s.counts {
		if counts == nil {
			continue
		}
		c := &p.seg.columns[i]
		here := s.arena.counts(c.n)
		switch {
		case c.ends == nil && c.wide == 2:
			found.each(func(doc uint32) bool {
				here[binary.LittleEndian.Uint16(c.values[2*doc:])]++
				return true
			})
		default:
			found.each(func(doc uint32) bool {
				for v, to := c.span(doc); v < to; v++ {
					here[c.value(v)]++
				}
				return true
			})
		}
		for key, n := range here {
			if n > 0 {
				counts[p.keys[i][key]] += n
			}
		}
	}
}

// countSpans needs no dates of documents, since those of a span stand together.
func (s *searcher) countSpans(seg *Segment, found bitmap) {
	if len(s.spans) == 0 {
		return
	}
	begin := seg.before(s.q.Spans[0])
	for i := range s.spans {
		last := s.q.Spans[i+1]
		if last > seg.newest {
			continue // begin is 0, and stays
		}
		end := uint32(seg.docs)
		if last > seg.oldest {
			end = seg.before(last)
		}
		s.spans[i] += found.countIn(begin, end)
		begin = end
	}
}
