package segment

import "sync"

// An arena holds what a search needs for a while, and is used again by the next one: cursors are a kilobyte each.
type arena struct {
	terms   []*termCursor // in use, and behind them those that are free
	lists   []*listCursor
	usedL   int
	bitmaps []bitmap
	usedB   int
	tally   []int32
	acc     scores
	spare   termCursor
}

var arenas = sync.Pool{New: func() any { return new(arena) }}

func newArena() *arena { return arenas.Get().(*arena) }

func (a *arena) free() {
	a.reset()
	a.acc.clear() // it is not, where a damaged file ended the search
	for _, c := range a.terms[:cap(a.terms)] {
		if c != nil { // keep no file open
			c.s, c.skips, c.blocks, c.places.b = nil, nil, nil, nil
		}
	}
	a.spare.s, a.spare.skips, a.spare.blocks, a.spare.places.b = nil, nil, nil, nil
	arenas.Put(a)
}

// reset takes everything back.
func (a *arena) reset() {
	a.terms = a.terms[:0]
	a.usedL, a.usedB = 0, 0
}

func (a *arena) term() *termCursor {
	n := len(a.terms)
	if n < cap(a.terms) {
		a.terms = a.terms[:n+1]
		if a.terms[n] == nil {
			a.terms[n] = new(termCursor)
		}
	} else {
		a.terms = append(a.terms, new(termCursor))
	}
	return a.terms[n]
}

// giveBack the cursors from number n on.
func (a *arena) giveBack(n int) { a.terms = a.terms[:n] }

func (a *arena) list() *listCursor {
	if a.usedL == len(a.lists) {
		a.lists = append(a.lists, new(listCursor))
	}
	l := a.lists[a.usedL]
	a.usedL++
	*l = listCursor{docs: l.docs[:0], points: l.points[:0]}
	return l
}

// bitmap that is empty.
func (a *arena) bitmap(docs int) bitmap {
	if a.usedB == len(a.bitmaps) {
		a.bitmaps = append(a.bitmaps, nil)
	}
	n := (docs + 63) / 64
	b := a.bitmaps[a.usedB]
	if cap(b) < n {
		b = make(bitmap, n)
	}
	b = b[:n]
	clear(b)
	a.bitmaps[a.usedB] = b
	a.usedB++
	return b
}

// counts that are 0; there is one list at a time.
func (a *arena) counts(n int) []int32 {
	if cap(a.tally) < n {
		a.tally = make([]int32, n)
	}
	a.tally = a.tally[:n]
	clear(a.tally)
	return a.tally
}

// scores of which none is set; there is one at a time.
func (a *arena) scores(docs int) *scores {
	if n := (docs + 63) / 64; cap(a.acc.seen) < n {
		a.acc.seen = make(bitmap, n)
		a.acc.points = make([]float64, n*64)
	}
	a.acc.seen = a.acc.seen[:(docs+63)/64]
	a.acc.points = a.acc.points[:cap(a.acc.points)]
	return &a.acc
}
