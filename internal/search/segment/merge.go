package segment

import (
	"bytes"
	"io"
	"slices"
)

// A source is one segment of a merge: which of its documents stay, and which numbers they get.
type source struct {
	s     *Segment
	doc   []uint32 // new numbers; end for the dead
	own   []uint32 // new numbers of terms
	terms termIterator
	more  bool

	c  termCursor // through the postings of the term at hand
	at uint32     // new number of the document where c stands
}

// mergeSegments writes to w one segment with the living documents of several. It keeps what it needs of documents in
// memory (some 100 bytes each), and streams the postings. None living is no segment: the answer is 0.
func mergeSegments(parts []*part, o *Options, w io.Writer) (docs int, err error) {
	defer faults(&err)()
	m := merger{o: o}
	m.take(parts)
	if len(m.from) == 0 {
		return 0, nil
	}
	c := &containerWriter{w: w}
	c.foot.analyzer, c.foot.docs = o.Analyzer, uint32(len(m.from))
	c.foot.sumLength, c.foot.from = m.sum, m.first
	m.writePostings(c)
	m.writeDocuments(c)
	return len(m.from), c.finish()
}

type merger struct {
	o       *Options
	sources []*source
	from    []origin // of each document
	lengths []uint16
	sum     uint64
	first   int64
}

type origin struct {
	source uint16
	doc    uint32
}

// take numbers the living documents of all in order.
func (m *merger) take(parts []*part) {
	heads := make([]uint32, len(parts))
	for i, p := range parts {
		s := &source{s: p.seg, doc: make([]uint32, p.seg.docs), own: make([]uint32, p.seg.dictionary.n)}
		for d := range s.doc {
			s.doc[d] = end
		}
		m.sources = append(m.sources, s)
		if i == 0 || p.seg.from < m.first {
			m.first = p.seg.from
		}
	}
	for {
		best := -1
		for i, p := range parts {
			for int(heads[i]) < p.seg.docs && p.dead.has(heads[i]) {
				heads[i]++
			}
			if int(heads[i]) < p.seg.docs && (best < 0 || newer(p.seg, heads[i], parts[best].seg, heads[best])) {
				best = i
			}
		}
		if best < 0 {
			return
		}
		s, d := m.sources[best], heads[best]
		s.doc[d] = uint32(len(m.from))
		m.from = append(m.from, origin{uint16(best), d})
		n := s.s.length(d)
		m.lengths = append(m.lengths, n)
		m.sum += uint64(n)
		heads[best]++
	}
}

// newer says whether a document stands before another in every list that is by date.
func newer(a *Segment, x uint32, b *Segment, y uint32) bool {
	if p, q := a.date(x), b.date(y); p != q {
		return p > q
	}
	return bytes.Compare(a.id(x), b.id(y)) < 0
}

func (m *merger) writePostings(c *containerWriter) {
	w := postingsWriter{score: newScorer(len(m.from), m.sum), first: m.o.firstWeight()}
	var places []uint32
	var dict dictionaryWriter
	for _, s := range m.sources {
		s.terms.seek(&s.s.dictionary, nil)
		s.more = s.terms.next()
	}
	var term, label []byte
	var have, live []*source
	for {
		term, have = m.lowest(term, have[:0])
		if len(have) == 0 {
			break
		}
		label = label[:0]
		w.begin()
		live = live[:0]
		for _, s := range have {
			if len(label) == 0 {
				label = append(label, s.terms.label...)
			}
			s.c.open(s.s, s.terms.info, 0, scorer{}, 1)
			s.own[s.terms.number] = uint32(dict.n)
			if s.step() {
				live = append(live, s)
			}
		}
		for len(live) > 0 {
			first, rest := 0, uint32(end)
			for i, s := range live[1:] {
				if s.at < live[first].at {
					rest = live[first].at
					first = i + 1
				} else {
					rest = min(rest, s.at)
				}
			}
			s := live[first]
			for { // a run of one source
				places = s.c.readPlaces(places[:0])
				w.add(s.at, s.c.tf(), m.lengths[s.at], places)
				if !s.step() {
					live = slices.Delete(live, first, first+1)
					break
				}
				if s.at > rest {
					break
				}
			}
		}
		if w.df > 0 {
			all, blocks, places := w.end()
			c.write(all)
			dict.add(term, w.df, blocks, places, label)
		}
		for _, s := range have {
			s.more = s.terms.next()
		}
	}
	c.foot.terms = uint32(dict.n)
	c.end(secPostings)
	dict.finish(c)
}

// lowest term of all sources, and who has it.
func (m *merger) lowest(term []byte, have []*source) ([]byte, []*source) {
	for _, s := range m.sources {
		if !s.more {
			continue
		}
		order := -1
		if len(have) > 0 {
			order = bytes.Compare(s.terms.term, have[0].terms.term)
		}
		switch {
		case order < 0:
			have = append(have[:0], s)
		case order == 0:
			have = append(have, s)
		}
	}
	if len(have) > 0 {
		term = append(term[:0], have[0].terms.term...)
	}
	return term, have
}

// step goes on to the next living document of the term at hand.
func (s *source) step() bool {
	to := uint32(0)
	if s.c.block >= 0 {
		to = s.c.docs[s.c.at] + 1
	}
	for {
		d := s.c.advance(to)
		if d == end {
			return false
		}
		if s.at = s.doc[d]; s.at != end {
			return true
		}
		to = d + 1
	}
}

func (m *merger) writeDocuments(c *containerWriter) {
	w := newDocumentsWriter(len(m.from), m.o.Columns)
	var own []ownTerm
	keys := make([][]string, m.o.Columns)
	names := make([][][]string, len(m.sources)) // of each source's columns, as strings once
	for i, s := range m.sources {
		for c := range s.s.columns {
			column := &s.s.columns[c]
			list := make([]string, column.n)
			for k := range list {
				list[k] = string(column.key(k))
			}
			names[i] = append(names[i], list)
		}
	}
	for i, from := range m.from {
		s := m.sources[from.source]
		own = s.s.ownTerms(own[:0], from.doc)
		for k := range own {
			own[k].ordinal = s.own[own[k].ordinal]
		}
		for k := range keys {
			column := &s.s.columns[k]
			keys[k] = keys[k][:0]
			for v, to := column.span(from.doc); v < to; v++ {
				keys[k] = append(keys[k], names[from.source][k][column.value(v)])
			}
		}
		w.add(m.lengths[i], s.s.date(from.doc), s.s.id(from.doc), own, keys)
		w.begins = append(w.begins, s.s.fieldBegins(from.doc)...)
	}
	w.finish(c)
}

// ownTerms appends a document's own terms to dst.
func (s *Segment) ownTerms(dst []ownTerm, doc uint32) []ownTerm {
	b := slot(s.own, s.ownEnds, doc)
	prev := uint32(0)
	for len(b) > 0 {
		n, took := uvarint(b)
		prev += uint32(n)
		dst = append(dst, ownTerm{prev, b[took]})
		b = b[took+1:]
	}
	return dst
}
