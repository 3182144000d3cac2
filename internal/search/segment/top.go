package segment

import (
	"cmp"
	"slices"
)

// An entry is a document with what it is ordered by.
type entry struct {
	score   float64
	date    int64
	seg     *Segment
	doc     uint32
	partial bool
}

func (e *entry) place() Place {
	return Place{Partial: e.partial, Score: e.score, Date: e.date, ID: string(e.seg.id(e.doc)), seg: e.seg, doc: e.doc}
}

// compareEntries puts first what comes first. No two are equal, so that an order is the same each time.
func compareEntries(a, b entry) int {
	if c := cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(b.date, a.date)); c != 0 {
		return c
	}
	return slices.Compare(a.seg.id(a.doc), b.seg.id(b.doc))
}

// behind says whether e comes after p in a list.
func (e *entry) behind(p *Place) bool {
	if e.partial != p.Partial {
		return e.partial
	}
	if c := cmp.Or(cmp.Compare(p.Score, e.score), cmp.Compare(p.Date, e.date)); c != 0 {
		return c > 0
	}
	return string(e.seg.id(e.doc)) > p.ID
}

// Scores are rounded to what 24 bits hold, or two documents that are alike would be ordered by the order in which
// their words were added up; rounding is more than that can change.
const rounding = 1e-6

func rounded(score float64) float64 { return float64(float32(score)) }

// top keeps the first n of any number offered: a heap with the last of them at its root.
type top struct {
	n    int
	q    *Query
	heap []entry
}

func (t *top) full() bool { return len(t.heap) >= t.n }

// low says whether nothing that scores at most so much can still enter.
func (t *top) low(score float64) bool {
	return len(t.heap) >= t.n && (t.n == 0 || score*(1+rounding) < t.heap[0].score)
}

// old says the same of dates, where nothing has a score.
func (t *top) old(date int64) bool {
	return len(t.heap) >= t.n && (t.n == 0 || date < t.heap[0].date)
}

func (t *top) offer(e entry) {
	if t.q.After != nil && !e.behind(t.q.After) {
		return
	}
	if len(t.heap) < t.n {
		t.heap = append(t.heap, e)
		for i := len(t.heap) - 1; i > 0; {
			up := (i - 1) / 2
			if compareEntries(t.heap[i], t.heap[up]) <= 0 {
				break
			}
			t.heap[i], t.heap[up] = t.heap[up], t.heap[i]
			i = up
		}
		return
	}
	if t.n == 0 || compareEntries(e, t.heap[0]) >= 0 {
		return
	}
	t.heap[0] = e
	for i := 0; ; {
		down := 2*i + 1
		if down >= len(t.heap) {
			return
		}
		if down+1 < len(t.heap) && compareEntries(t.heap[down+1], t.heap[down]) > 0 {
			down++
		}
		if compareEntries(t.heap[down], t.heap[i]) <= 0 {
			return
		}
		t.heap[i], t.heap[down] = t.heap[down], t.heap[i]
		i = down
	}
}

// sorted ends the use of t.
func (t *top) sorted() []entry {
	slices.SortFunc(t.heap, compareEntries)
	return t.heap
}
