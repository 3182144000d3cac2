package segment

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

// Rarity is a term's weight by how rare it is: 0 when every document has it.
func (v *View) Rarity(term string) (w float64, err error) {
	defer faults(&err)()
	return idf(v.s.all, v.s.frequency(term)), nil
}
