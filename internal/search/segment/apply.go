package segment

import (
	"fmt"
	"slices"
)

// Apply makes one change true: put are documents, new or known by their id; remove are ids. No id may be in put twice.
// A change whose number is not above the last one's is there already and does nothing; number 0 is no change, always
// applied, and never replayed: it is in a file after the next change, at the latest. A view taken after Apply returned
// sees it.
func (x *Index) Apply(change int64, put []*Document, remove []string) error {
	after, err := x.apply(change, put, remove)
	if err == nil && after {
		err = x.Flush()
	}
	return err
}

// apply says whether a flush is due, since what was put without a change is whole now.
func (x *Index) apply(change int64, put []*Document, remove []string) (after bool, err error) {
	defer faults(&err)()
	for _, d := range put {
		if err := checkDocument(d, &x.o); err != nil {
			return false, fmt.Errorf("apply change %d: %w", change, err)
		}
	}
	if err := x.makeRoom(); err != nil {
		return false, fmt.Errorf("apply change %d: %w", change, err)
	}
	x.writing.Lock()
	defer x.writing.Unlock()
	if x.closed {
		return false, ErrClosed
	}
	s := x.now.Load()
	if change > 0 && change <= s.applied {
		return false, nil
	}
	applied := max(s.applied, change)
	if len(put)+len(remove) == 0 && applied == s.applied {
		return false, nil
	}
	r := record{before: s.applied, change: applied, remove: remove}
	parts := slices.Clone(s.parts)
	ids := slices.Clone(remove)
	for _, d := range put {
		ids = append(ids, d.ID)
	}
	killAll(parts, ids)
	if len(put) > 0 {
		from := s.applied
		if change == 0 {
			from = 0 // it cannot be replayed
		}
		data, err := buildSegment(put, from, &x.o)
		if err != nil {
			return false, fmt.Errorf("apply change %d: %w", change, err)
		}
		seg, err := readSegment(data, &x.o, true)
		if err != nil {
			return false, fmt.Errorf("apply change %d: %w", change, err)
		}
		parts = append(parts, &part{seg: seg})
		r.segment = data
	}
	if x.pending = x.pending || change == 0; !x.pending {
		if err := x.journal.append(&r); err != nil {
			return false, fmt.Errorf("apply change %d: %w", change, err)
		}
	}
	x.publish(parts, applied)
	x.poke()
	return x.pending && change > 0, nil
}

// makeRoom lets whoever brings more than the background can write away wait for it.
func (x *Index) makeRoom() error {
	s := x.now.Load()
	if s == nil {
		return ErrClosed
	}
	if _, docs := s.inMemory(); docs < maxMemory {
		return nil
	}
	return x.Flush()
}

// killAll marks what has one of ids, in copies of the parts that hold it.
func killAll(parts []*part, ids []string) {
	for i, p := range parts {
		copied := false
		for _, id := range ids {
			doc, ok := p.seg.find(id)
			if !ok || p.dead.has(doc) {
				continue
			}
			if !copied {
				p = &part{seg: p.seg, dead: slices.Clone(p.dead), n: p.n, keys: p.keys}
				parts[i], copied = p, true
			}
			p.kill(doc)
		}
	}
}
