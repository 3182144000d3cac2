package search

import (
	"context"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"

	"dateline/internal/search/segment"
)

// Apply makes one change of the feed true: put are documents as they are now, whether new or known by their ID,
// remove are IDs of those that may no longer be found. Searches that begin after Apply returned see all of it, and
// none sees a part. It outlives the process at once, and a power cut some seconds later.
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
	x.writing.Lock()
	defer x.writing.Unlock()
	v, err := x.view(ctx)
	if err != nil {
		return err
	}
	defer v.Close()
	if seq > 0 && seq <= v.Applied() { // before the work of analysing what is there already
		return nil
	}
	entries := x.makeEntries(lastOfEach(put, remove))
	docs := make([]*segment.Document, len(entries))
	for i, e := range entries {
		docs[i] = e.doc
	}
	if err = x.words.Load().hear(entries, v.Has); err == nil {
		err = x.segments.Apply(seq, docs, remove)
	}
	if err != nil {
		return x.fail(fmt.Sprintf("apply change %d", seq), err)
	}
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

// makeEntries analyses documents, several at a time when there are many: it is most of the work.
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
