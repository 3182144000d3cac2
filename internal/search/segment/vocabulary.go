package segment

import "bytes"

// Vocabulary hands over every term that a living document has, in byte order, with how many have it, until do says
// false. The slice is only good until do returns. It takes about a second for a million terms.
func (v *View) Vocabulary(do func(term []byte, df int) bool) (err error) {
	defer faults(&err)()
	list := make([]*vocabularyOf, 0, len(v.s.parts))
	for _, p := range v.s.parts {
		w := &vocabularyOf{part: p}
		w.terms.seek(&p.seg.dictionary, []byte{1}) // behind the keys
		w.more = w.terms.next()
		list = append(list, w)
	}
	var term []byte
	for {
		var lowest *vocabularyOf
		for _, w := range list {
			if w.more && (lowest == nil || bytes.Compare(w.terms.term, lowest.terms.term) < 0) {
				lowest = w
			}
		}
		if lowest == nil {
			return nil
		}
		term = append(term[:0], lowest.terms.term...)
		df := 0
		for _, w := range list {
			if w.more && bytes.Equal(w.terms.term, term) {
				df += w.part.living(w.terms.info)
				w.more = w.terms.next()
			}
		}
		if df > 0 && !do(term, df) {
			return nil
		}
	}
}

type vocabularyOf struct {
	part  *part
	terms termIterator
	more  bool
}

// living is how many of a term's documents are alive.
func (p *part) living(t termInfo) int {
	if p.n == 0 {
		return t.df
	}
	var c termCursor
	c.open(p.seg, t, 0, scorer{}, 1)
	n := t.df
	if t.df < p.n {
		for d := c.advance(0); d != end; d = c.advance(d + 1) {
			if p.dead.has(d) {
				n--
			}
		}
		return n
	}
	p.dead.each(func(doc uint32) bool {
		if c.advance(doc) == doc {
			n--
		}
		return true
	})
	return n
}

// Frequency is how many living documents have a term.
func (v *View) Frequency(term string) (df int, err error) {
	defer faults(&err)()
	for _, p := range v.s.parts {
		if t, ok := p.seg.dictionary.find(term); ok {
			df += p.living(t)
		}
	}
	return df, nil
}

// KeyFrequency is how many living documents have a key.
func (v *View) KeyFrequency(k Key) (int, error) { return v.Frequency(k.Term()) }
