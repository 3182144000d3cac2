package segment

import (
	"errors"
	"fmt"
	"os"
)

// Clear empties the index: Applied is 0.
func (x *Index) Clear() error {
	x.keeping.Lock()
	defer x.keeping.Unlock()
	if err := x.become(nil, 0); err != nil {
		return fmt.Errorf("clear index %s: %w", x.path, err)
	}
	return nil
}

// Take puts what next holds in the place of what x holds, and closes next, whose files are x's after. The two must
// have the same options and lie on the same disk. Readers of x see the one or the other; a crash leaves x as it was or
// as it is to be.
func (x *Index) Take(next *Index) (err error) {
	defer faults(&err)()
	if err := next.Close(); err != nil {
		return err
	}
	x.keeping.Lock()
	defer x.keeping.Unlock()
	var parts []*part
	for _, p := range next.files {
		name := x.next
		x.next++
		if err := os.Rename(next.file(p.seg.name), x.file(name)); err != nil {
			return err
		}
		seg, err := openSegment(x.file(name), name, &x.o)
		if err != nil {
			return err
		}
		parts = append(parts, &part{seg: seg, dead: p.dead, n: p.n})
	}
	if err := syncDir(x.folder()); err != nil {
		return err
	}
	if err := x.become(parts, next.kept); err != nil {
		return fmt.Errorf("take the place of index %s: %w", x.path, err)
	}
	return next.Remove()
}

// become makes parts, which are in files, the whole index; keeping is held.
func (x *Index) become(parts []*part, applied int64) error {
	x.writing.Lock()
	defer x.writing.Unlock()
	if x.closed {
		return ErrClosed
	}
	if err := x.startJournal(); err != nil {
		return err
	}
	if err := x.record(parts, nil, applied, x.journal.number); err != nil {
		return err
	}
	x.pending = false
	for _, p := range x.now.Load().parts {
		p.seg.gone.Store(true)
	}
	x.publish(parts, applied)
	return x.endJournals()
}

// Remove deletes a closed index.
func (x *Index) Remove() error {
	err := os.Remove(x.path)
	if errors.Is(err, os.ErrNotExist) {
		err = nil
	}
	return errors.Join(err, os.RemoveAll(x.folder()))
}
