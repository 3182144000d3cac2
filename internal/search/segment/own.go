package segment

import (
	"cmp"
	"slices"
)

// A Found document is what the index knows of one besides where its words stand.
type Found struct {
	Date int64
	Keys [][]string // by column
	Own  []OwnTerm  // in the terms' order
}

// Document gives what the index knows of the living document with an id.
func (v *View) Document(id string) (f Found, ok bool, err error) {
	defer faults(&err)()
	p, doc, ok := v.s.find(id)
	if !ok {
		return Found{}, false, nil
	}
	f.Date = p.seg.date(doc)
	for i := range p.seg.columns {
		c := &p.seg.columns[i]
		var keys []string
		for n, to := c.span(doc); n < to; n++ {
			keys = append(keys, v.s.keys[i][p.keys[i][c.value(n)]])
		}
		f.Keys = append(f.Keys, keys)
	}
	var it termIterator
	for _, t := range p.seg.ownTerms(nil, doc) {
		if int(t.ordinal) >= p.seg.dictionary.n {
			return Found{}, false, ErrDamaged
		}
		it.goTo(&p.seg.dictionary, int(t.ordinal))
		it.next()
		f.Own = append(f.Own, OwnTerm{Term: string(it.term), Label: string(it.label), Weight: t.weight})
	}
	return f, true, nil
}

// A Comparer says which of some terms are a document's own. It looks them up once in each segment, and then compares
// numbers; it is for one goroutine, while the view is open.
type Comparer struct {
	v     *View
	terms []string
	known map[*Segment][]ownAt
	own   []ownTerm
}

type ownAt struct {
	ordinal uint32
	term    int // in terms
}

// Compare gives a comparer for terms.
func (v *View) Compare(terms []string) *Comparer {
	return &Comparer{v: v, terms: terms, known: make(map[*Segment][]ownAt)}
}

// Own sets weights[i] to what terms[i] weighs among the hit's own terms, 0 when it is not among them, and gives the
// sum of the squares of all its weights.
func (c *Comparer) Own(h *Hit, weights []uint8) (squares int, err error) {
	defer faults(&err)()
	clear(weights)
	at, ok := c.known[h.seg]
	if !ok {
		var it termIterator
		for i, term := range c.terms {
			if it.seek(&h.seg.dictionary, []byte(term)); it.next() && string(it.term) == term {
				at = append(at, ownAt{uint32(it.number), i})
			}
		}
		slices.SortFunc(at, func(a, b ownAt) int { return cmp.Compare(a.ordinal, b.ordinal) })
		c.known[h.seg] = at
	}
	c.own = h.seg.ownTerms(c.own[:0], h.doc)
	for _, t := range c.own { // both rise
		squares += int(t.weight) * int(t.weight)
		for len(at) > 0 && at[0].ordinal < t.ordinal {
			at = at[1:]
		}
		if len(at) > 0 && at[0].ordinal == t.ordinal {
			weights[at[0].term] = t.weight
		}
	}
	return squares, nil
}

// Keys gives the hit's keys in a column.
func (c *Comparer) Keys(h *Hit, column int) (keys []string, err error) {
	defer faults(&err)()
	k := &h.seg.columns[column]
	for n, to := k.span(h.doc); n < to; n++ {
		keys = append(keys, string(k.key(int(k.value(n)))))
	}
	return keys, nil
}
