package search

import (
	"context"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
)

// Apply makes one change of the feed true: put are documents as they are now, whether new or known by their ID,
// remove are IDs of those that may no longer be found. The change and its number are one transaction; searches
// that begin after Apply returned see it.
//
// Numbers rise but may leave gaps. A change whose number is not above the last one applied is already there and does
// nothing, so a feed may be repeated from any point. An ID in both lists is removed; of an ID twice in put the
// last counts. The error is ErrDamaged when only Reset helps; after any other the same call may be tried again.
func (x *Index) Apply(ctx context.Context, seq int64, put []Document, remove []string) error {
	if seq <= 0 {
		return fmt.Errorf("apply change %d to search index: numbers begin at 1", seq)
	}
	return x.write(ctx, seq, put, remove)
}

// Fill puts documents without a change, for an index that is made from a listing; a last, empty Apply then says
// which change the listing was as new as. A fill that broke off may be done again. Batches of some 500 are best.
func (x *Index) Fill(ctx context.Context, put []Document) error {
	return x.write(ctx, 0, put, nil)
}

func (x *Index) write(ctx context.Context, seq int64, put []Document, remove []string) error {
	leave, err := x.enter()
	if err != nil {
		return err
	}
	defer leave()
	x.writing.Lock()
	defer x.writing.Unlock()
	if err := x.writeLocked(ctx, seq, put, remove); err != nil {
		return x.fail(fmt.Sprintf("apply change %d", seq), err)
	}
	return nil
}

func (x *Index) writeLocked(ctx context.Context, seq int64, put []Document, remove []string) error {
	if seq > 0 { // before the work of analysing what is there already
		var applied int64
		if err := x.w.QueryRowContext(ctx, "SELECT applied FROM state").Scan(&applied); err != nil || seq <= applied {
			return err
		}
	}
	entries := x.makeEntries(lastOfEach(put, remove))

	tx, err := x.w.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() // after Commit it does nothing
	var writes int64
	err = tx.QueryRowContext(ctx, "UPDATE state SET applied = max(applied, $1), writes = writes + 1 RETURNING writes", seq).Scan(&writes)
	if err != nil {
		return err
	}
	t, err := prepareWriter(ctx, tx)
	if err != nil {
		return err
	}
	defer t.close()
	for _, id := range remove {
		if err := t.remove(ctx, id); err != nil {
			return err
		}
	}
	for _, e := range entries {
		if err := t.remove(ctx, e.id); err != nil {
			return err
		}
		if err := t.add(ctx, e); err != nil {
			return err
		}
	}
	for _, code := range newlySpoken(x.cols, entries) {
		if _, err := tx.ExecContext(ctx, "INSERT INTO spoken VALUES ($1) ON CONFLICT DO NOTHING", code); err != nil {
			return err
		}
	}
	if err := x.words.hear(entries, x.cols.known); err != nil {
		return err
	}
	// A search reads the columns after the file. It waits here, so that they are never older than what it read.
	x.cols.mu.Lock()
	defer x.cols.mu.Unlock()
	if err := tx.Commit(); err != nil {
		return err
	}
	x.cols.change(writes, entries, remove)
	return nil
}

// lastOfEach leaves out what a later document or a removal makes void.
func lastOfEach(put []Document, remove []string) []Document {
	last := make(map[string]int, len(put))
	for i, d := range put {
		last[d.ID] = i
	}
	for _, id := range remove {
		delete(last, id)
	}
	kept := make([]Document, 0, len(last))
	for i, d := range put {
		if at, ok := last[d.ID]; ok && at == i {
			kept = append(kept, d)
		}
	}
	return kept
}

// makeEntries analyses documents, several at a time when there are many: it is half of the work.
func (x *Index) makeEntries(docs []Document) []*entry {
	entries := make([]*entry, len(docs))
	workers := min(runtime.GOMAXPROCS(0), 1+len(docs)/8)
	var next atomic.Int64
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			for i := int(next.Add(1)) - 1; i < len(docs); i = int(next.Add(1)) - 1 {
				entries[i] = newEntry(docs[i], x.o.Language)
			}
		})
	}
	wg.Wait()
	return entries
}
