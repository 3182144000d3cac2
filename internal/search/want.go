package search

import "slices"

// A want is one word or phrase, in each of the ways in which it may stand in the index.
type want struct {
	ways []way
	stop bool
}

// A way is terms in adjacent places.
type way struct {
	terms  []string
	prefix bool    // the last term need only begin so
	weight float64 // times its score; 0 is 1
}

func (w way) equal(v way) bool { return w.prefix == v.prefix && slices.Equal(w.terms, v.terms) }

func (w want) equal(v want) bool { return slices.EqualFunc(w.ways, v.ways, way.equal) }

func (w *want) add(v way) {
	if len(v.terms) > 0 && !slices.ContainsFunc(w.ways, v.equal) {
		w.ways = append(w.ways, v)
	}
}

// wordWants reads text without blanks: mostly one word, but a/b are two, and a script without blanks gives one for
// each pair. Languages agree on what is a word, so the n-th want is the same one in all of them.
func wordWants(text string, by []speaker) []want {
	var wants []want
	for i := range by {
		for n, w := range wantsIn(text, &by[i]) {
			if n == len(wants) {
				wants = append(wants, w)
				continue
			}
			for _, v := range w.ways {
				wants[n].add(v)
			}
		}
	}
	return wants
}

func wantsIn(text string, by *speaker) []want {
	var tokens []token
	analyse(text, by, func(t token) { tokens = append(tokens, t) })
	var wants []want
	inPairs := false // the token before was a pair of this run
	for len(tokens) > 0 && len(wants) < maxWants {
		t, n := tokens[0], 1
		switch {
		case t.last && inPairs: // the pair before has it
		case t.pair > 0:
			wants = append(wants, want{ways: []way{{terms: []string{t.term}, prefix: t.last}}})
		default:
			for n < len(tokens) && tokens[n].word == t.word && tokens[n].pair == 0 {
				n++
			}
			wants = append(wants, partsWant(tokens[:n]))
		}
		inPairs = t.pair > 0 && !t.last
		tokens = tokens[n:]
	}
	return wants
}

// partsWant is for what was written together: a phrase when it has several parts, and its other forms.
func partsWant(tokens []token) want {
	var w want
	var places way
	for _, t := range tokens {
		if t.kind == place {
			places.terms = append(places.terms, t.term)
			w.stop = t.stop && len(places.terms) == 1
		}
	}
	w.add(places)
	for _, t := range tokens {
		if t.kind == joined || t.kind == also && len(places.terms) == 1 {
			w.add(way{terms: []string{t.term}})
		}
	}
	return w
}

// phraseWant reads what stood between quotation marks; false when there is no word in it.
func phraseWant(text string, by []speaker) (want, bool) {
	var w want
	for i := range by {
		var places way
		var tokens []token
		analyse(text, &by[i], func(t token) { tokens = append(tokens, t) })
		for n, t := range tokens {
			switch {
			case t.kind != place, len(places.terms) == maxPhrase:
			case t.last && n == len(tokens)-1 && n > 0 && tokens[n-1].pair > 0 && !tokens[n-1].last:
				// the pair before ends the phrase; the text may go on
			default:
				places.terms = append(places.terms, t.term)
				places.prefix = t.last && n == len(tokens)-1
			}
		}
		w.add(places)
		if len(places.terms) != 1 {
			continue
		}
		for _, t := range tokens { // one word in quotation marks is a word that is needed
			if t.kind != place {
				w.add(way{terms: []string{t.term}})
			}
		}
	}
	return w, len(w.ways) > 0
}
