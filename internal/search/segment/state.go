package segment

import (
	"cmp"
	"slices"
	"sync/atomic"
)

// A part is a segment as a state knows it: which of its documents are dead changes from state to state.
type part struct {
	seg  *Segment
	dead bitmap
	n    int       // of them
	keys [][]int32 // by column, the index's numbers of the segment's keys
}

// A state is the whole index at one moment. Whoever holds one sees just that, whatever is applied meanwhile.
type state struct {
	refs    atomic.Int64
	parts   []*part // the one with the newest document first
	applied int64
	live    int        // documents
	all     int        // the dead too
	sum     uint64     // of all lengths
	keys    [][]string // by column, by the index's number; what is appended later is not seen
}

// newState takes parts in any order; the caller owns the one reference.
func newState(parts []*part, applied int64, keys [][]string) *state {
	s := &state{parts: parts, applied: applied, keys: keys}
	s.refs.Store(1)
	slices.SortStableFunc(s.parts, func(a, b *part) int { return cmp.Compare(b.seg.newest, a.seg.newest) })
	for _, p := range parts {
		p.seg.refs.Add(1)
		s.live += p.seg.docs - p.n
		s.all += p.seg.docs
		s.sum += p.seg.sumLength
	}
	return s
}

// hold counts one holder more, unless the last one has let go already.
func (s *state) hold() bool {
	for {
		n := s.refs.Load()
		if n == 0 {
			return false
		}
		if s.refs.CompareAndSwap(n, n+1) {
			return true
		}
	}
}

// release gives what went wrong while closing files that nobody needs any more.
func (s *state) release() (err error) {
	if s.refs.Add(-1) > 0 {
		return nil
	}
	for _, p := range s.parts {
		if e := p.seg.release(); e != nil {
			err = e
		}
	}
	return err
}

// A View is the index at one moment. It must be closed, since it keeps files open.
type View struct {
	s *state
	x *Index
}

// View gives the index as it is now: what was applied before is in it.
func (x *Index) View() (*View, error) {
	for {
		s := x.now.Load()
		if s == nil {
			return nil, ErrClosed
		}
		if s.hold() {
			return &View{s, x}, nil
		}
	}
}

// Close lets go of the view.
func (v *View) Close() { v.x.note(v.s.release()) }

// Len is how many documents there are.
func (v *View) Len() int { return v.s.live }

// Dates gives the newest date and the oldest; false when there is no document.
func (v *View) Dates() (newest, oldest int64, ok bool) {
	for i, p := range v.s.parts {
		if i == 0 {
			newest, oldest = p.seg.newest, p.seg.oldest
		}
		newest, oldest = max(newest, p.seg.newest), min(oldest, p.seg.oldest)
	}
	return newest, oldest, len(v.s.parts) > 0
}

// Applied is the number of the last change in the view; 0 when there is none.
func (v *View) Applied() int64 { return v.s.applied }

// Has says whether there is a document with an id; what is damaged has none.
func (v *View) Has(id string) (ok bool) {
	var err error
	defer faults(&err)()
	_, _, ok = v.s.find(id)
	return ok
}

// Keys lists the keys that documents have had in a column since the index was opened; the slice is not to be changed.
func (v *View) Keys(column int) []string { return v.s.keys[column] }

// find where a living document is.
func (s *state) find(id string) (p *part, doc uint32, ok bool) {
	for _, p := range s.parts {
		if doc, ok := p.seg.find(id); ok && !p.dead.has(doc) {
			return p, doc, true
		}
	}
	return nil, 0, false
}
