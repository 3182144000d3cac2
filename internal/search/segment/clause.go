package segment

import (
	"slices"
	"sort"
	"strings"
)

// mostExpansions of a prefix are looked at, those first in byte order.
const mostExpansions = 4096

// open makes a cursor of a clause: one word is walked through as it lies in the segment, with its blocks' bounds;
// anything else is found at once, since only then is it known what it is worth.
func (s *searcher) open(at int, seg *Segment, c *Clause) cursor {
	if len(c.Ways) == 1 && len(c.Ways[0].Terms) == 1 && !c.Ways[0].Prefix {
		w := &c.Ways[0]
		t := s.stat(w.Terms[0])
		if t.here[at].df == 0 {
			return nothing
		}
		return s.openTerm(seg, t.here[at], t.idf*w.weight())
	}
	if l, ok := s.kept[keptList{at, c}]; ok {
		return &listCursor{docs: l.docs, points: l.points, most: l.most}
	}
	l := s.arena.list()
	acc := s.arena.scores(seg.docs)
	for i := range c.Ways {
		s.gather(at, seg, &c.Ways[i], acc)
	}
	acc.seen.each(func(doc uint32) bool {
		l.docs = append(l.docs, doc)
		l.points = append(l.points, acc.points[doc])
		l.most = max(l.most, acc.points[doc])
		return true
	})
	acc.clear()
	if s.twoPasses() {
		if s.kept == nil {
			s.kept = make(map[keptList]listCursor)
		}
		s.kept[keptList{at, c}] = listCursor{docs: slices.Clone(l.docs), points: slices.Clone(l.points), most: l.most}
	}
	return l
}

// A keptList is what was found of a clause in one segment, for the second pass over it.
type keptList struct {
	at int
	c  *Clause
}

func (s *searcher) openTerm(seg *Segment, t termInfo, weight float64) *termCursor {
	c := s.arena.term()
	c.open(seg, t, weight, s.scorer, s.mean)
	return c
}

// gather adds what is found in one way.
func (s *searcher) gather(at int, seg *Segment, w *Way, acc *scores) {
	switch {
	case len(w.Terms) == 0:
	case len(w.Terms) > 1:
		s.phrase(at, seg, w, acc)
	case w.Prefix:
		weight := s.prefixIDF(w.Terms[0]) * w.weight()
		for _, t := range seg.expand(w.Terms[0]) {
			s.gatherTerm(seg, t, weight, acc)
		}
	default:
		if t := s.stat(w.Terms[0]); t.here[at].df > 0 {
			s.gatherTerm(seg, t.here[at], t.idf*w.weight(), acc)
		}
	}
}

func (s *searcher) gatherTerm(seg *Segment, t termInfo, weight float64, acc *scores) {
	c := &s.arena.spare
	c.open(seg, t, weight, s.scorer, s.mean)
	for block := range c.count {
		c.read(block)
		c.weigh()
		for i, doc := range c.docs[:c.n] {
			acc.add(doc, weight*s.scorer.worth(c.tfs[i]+1, seg.length(doc)))
		}
	}
}

// expand gives the terms that begin with prefix.
func (seg *Segment) expand(prefix string) (list []termInfo) {
	var it termIterator
	for it.seek(&seg.dictionary, []byte(prefix)); it.next() && len(list) < mostExpansions; {
		if !strings.HasPrefix(string(it.term), prefix) {
			break
		}
		list = append(list, it.info)
	}
	return list
}

// prefixIDF takes all words that begin so for one.
func (s *searcher) prefixIDF(prefix string) float64 {
	key := "\x00*" + prefix
	if t, ok := s.stats[key]; ok {
		return t.idf
	}
	df := 0
	for _, p := range s.state.parts {
		for _, t := range p.seg.expand(prefix) {
			df += t.df
		}
	}
	if s.stats == nil {
		s.stats = make(map[string]*termStats)
	}
	s.stats[key] = &termStats{idf: idf(s.state.all, df)}
	return s.stats[key].idf
}

// scores are what documents of a segment have got so far, each the best of its ways.
type scores struct {
	seen   bitmap
	points []float64
}

func (a *scores) add(doc uint32, points float64) {
	if !a.seen.has(doc) {
		a.seen.set(doc)
		a.points[doc] = points
		return
	}
	a.points[doc] = max(a.points[doc], points)
}

func (a *scores) clear() { clear(a.seen) }

// A listCursor walks through documents found beforehand.
type listCursor struct {
	docs   []uint32
	points []float64
	at     int
	most   float64
}

var nothing = &listCursor{}

func (l *listCursor) cost() int      { return len(l.docs) }
func (l *listCursor) bound() float64 { return l.most }
func (l *listCursor) score() float64 { return l.points[l.at] }

func (l *listCursor) boundAt(uint32) (float64, uint32) { return l.most, end - 1 }

func (l *listCursor) advance(to uint32) uint32 {
	if l.at >= len(l.docs) {
		return end
	}
	if l.docs[l.at] >= to {
		return l.docs[l.at]
	}
	step, from := 1, l.at
	for from+step < len(l.docs) && l.docs[from+step] < to {
		from += step
		step *= 2
	}
	rest := l.docs[from:min(len(l.docs), from+step+1)]
	l.at = from + sort.Search(len(rest), func(i int) bool { return rest[i] >= to })
	if l.at >= len(l.docs) {
		return end
	}
	return l.docs[l.at]
}

func (l *listCursor) fill(set bitmap) {
	for _, d := range l.docs {
		set.set(d)
	}
}
