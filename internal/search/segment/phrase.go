package segment

import "slices"

// phrase finds terms one after another: first the documents that have all of them, the rarest term leading; and in
// those the places, the rarest two first, so that most are left before the frequent ones are looked at.
func (s *searcher) phrase(at int, seg *Segment, w *Way, acc *scores) {
	defer s.arena.giveBack(len(s.arena.terms))
	var words []phraseWord
	weight := 0.0
	for i, term := range w.Terms {
		word := phraseWord{offset: uint32(i)}
		if w.Prefix && i == len(w.Terms)-1 {
			for _, t := range seg.expand(term) {
				word.forms = append(word.forms, s.openTerm(seg, t, 0))
				word.df += t.df
			}
			weight += s.prefixIDF(term)
		} else if t := s.stat(term); t.here[at].df > 0 {
			word.forms = append(word.forms, s.openTerm(seg, t.here[at], 0))
			word.df = t.here[at].df
			weight += t.idf
		}
		if word.df == 0 {
			return
		}
		words = append(words, word)
	}
	weight *= w.weight()
	slices.SortStableFunc(words, func(a, b phraseWord) int { return a.df - b.df })
	var begins, places []uint32
	for doc := uint32(0); ; doc++ {
		if doc = together(words, doc); doc == end {
			return
		}
		for i := range words {
			places = words[i].places(places[:0], doc)
			if i == 0 {
				begins = append(begins[:0], places...)
			} else {
				begins = both(begins, places)
			}
			if len(begins) == 0 {
				break
			}
		}
		if len(begins) > 0 {
			acc.add(doc, weight*s.scorer.worth(s.weigh(seg, doc, begins), seg.length(doc)))
		}
	}
}

// A phraseWord is one of the words, in each form that it may have.
type phraseWord struct {
	forms  []*termCursor
	offset uint32 // from where the phrase begins
	df     int
}

func (w *phraseWord) advance(to uint32) uint32 {
	doc := uint32(end)
	for _, c := range w.forms {
		doc = min(doc, c.advance(to))
	}
	return doc
}

// together is the first document from doc on that has all words; end if there is none.
func together(words []phraseWord, doc uint32) uint32 {
	for i := 0; i < len(words); {
		d := words[i].advance(doc)
		switch {
		case d == end:
			return end
		case d > doc:
			doc = d
			if i > 0 {
				i = 0
				continue
			}
		}
		i++
	}
	return doc
}

// places in doc at which the phrase would begin.
func (w *phraseWord) places(dst []uint32, doc uint32) []uint32 {
	n := len(dst)
	for _, c := range w.forms {
		if c.advance(doc) == doc {
			dst = c.readPlaces(dst)
		}
	}
	if len(w.forms) > 1 {
		slices.Sort(dst[n:])
	}
	kept := dst[:n]
	for _, p := range dst[n:] {
		if p >= w.offset {
			kept = append(kept, p-w.offset)
		}
	}
	return kept
}

// both keeps what is in a and b; both rise.
func both(a, b []uint32) []uint32 {
	kept := a[:0]
	for _, x := range a {
		for len(b) > 0 && b[0] < x {
			b = b[1:]
		}
		if len(b) > 0 && b[0] == x {
			kept = append(kept, x)
		}
	}
	return kept
}

// weigh places, which rise, by their fields.
func (s *searcher) weigh(seg *Segment, doc uint32, places []uint32) (tf uint32) {
	field := 0
	for _, p := range places {
		for field+1 < len(s.fields) && p >= seg.fieldBegin(doc, field+1) {
			field++
		}
		tf += uint32(s.fields[field])
	}
	return max(1, tf)
}
