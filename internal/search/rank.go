package search

import (
	"cmp"
	"math"
	"slices"
	"time"
)

// freshness is 1 for new, 0.7 after a half-life, 0.4 in the end: an old story that fits much better still wins.
func freshness(age, halfLife time.Duration) float64 {
	return 0.4 + 0.6*math.Exp2(-float64(max(age, 0))/float64(halfLife))
}

// ranked is a record with what it is ordered by.
type ranked struct {
	place     int32
	partial   bool // has only some of the words
	score     float64
	published int64
	id        string
}

// compareRanked puts first what comes first in a list. No two records are equal, so an order is the same each time.
func compareRanked(a, b ranked) int {
	if a.partial != b.partial {
		if a.partial {
			return 1
		}
		return -1
	}
	return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(b.published, a.published), cmp.Compare(a.id, b.id))
}

// top keeps the first n of any number offered: a heap with the last of them at its root.
type top struct {
	n    int
	heap []ranked
}

func newTop(n int) *top { return &top{n: n} }

func (t *top) offer(r ranked) {
	if len(t.heap) < t.n {
		t.heap = append(t.heap, r)
		for i := len(t.heap) - 1; i > 0; {
			up := (i - 1) / 2
			if compareRanked(t.heap[i], t.heap[up]) <= 0 {
				break
			}
			t.heap[i], t.heap[up] = t.heap[up], t.heap[i]
			i = up
		}
		return
	}
	if t.n == 0 || compareRanked(r, t.heap[0]) >= 0 {
		return
	}
	t.heap[0] = r
	for i := 0; ; {
		down := 2*i + 1
		if down >= len(t.heap) {
			return
		}
		if down+1 < len(t.heap) && compareRanked(t.heap[down+1], t.heap[down]) > 0 {
			down++
		}
		if compareRanked(t.heap[down], t.heap[i]) <= 0 {
			return
		}
		t.heap[i], t.heap[down] = t.heap[down], t.heap[i]
		i = down
	}
}

// sorted ends the use of t.
func (t *top) sorted() []ranked {
	slices.SortFunc(t.heap, compareRanked)
	return t.heap
}
