package main

import (
	"context"
	"fmt"

	"dateline/internal/archive"
	"dateline/internal/news"
	"dateline/internal/store"
)

// batchStories is how many stories one transaction keeps: enough to share its sync,
// few enough that an editor who saves meanwhile does not notice.
const batchStories = 200

// An importBatch is what one transaction keeps.
type importBatch struct {
	stories []news.Imported
	titles  []string // what each was called there, for the report

	comments map[string][]*archive.Comment // by the story's old identifier
	waiting  int                           // how many
}

func (b *importBatch) add(in news.Imported, title string) {
	b.stories, b.titles = append(b.stories, in), append(b.titles, title)
}

// A keptBatch says what became of a batch.
type keptBatch struct {
	importBatch
	results []store.ImportResult
	last    int64 // the number of its last change, 0 if it made none

	commentsBrought, commentsLeft int
	err                           error
}

// flush hands the batch over. It is kept while the next one is read: one of them
// waits for the database, the other needs the processor.
func (im *importer) flush(ctx context.Context) error {
	if err := im.kept(); err != nil {
		return err
	}
	b := im.batch
	im.batch = importBatch{}
	if len(b.stories) == 0 {
		return nil
	}
	if im.cmd.DryRun {
		im.judge(b)
		return nil
	}
	keeping := make(chan keptBatch, 1)
	im.keeping = keeping
	go func() {
		k := keptBatch{importBatch: b}
		k.results, k.last, k.err = im.store.ImportStories(ctx, im.who, b.stories, im.cmd.Again)
		if k.err == nil {
			k.err = im.keepComments(ctx, &k)
		}
		keeping <- k
	}()
	return nil
}

// kept waits until what was handed over is kept, and reports it.
func (im *importer) kept() error {
	if im.keeping == nil {
		return nil
	}
	k := <-im.keeping
	im.keeping = nil
	if k.err != nil {
		return fmt.Errorf("keep a batch of stories: %w", k.err)
	}
	if k.last > 0 {
		im.last = k.last
	}
	im.report.CommentsBrought += k.commentsBrought
	im.report.CommentsLeft += k.commentsLeft
	for i, r := range k.results {
		if r.What == store.Refused {
			im.report.refuse(r.OldID, k.titles[i], r.Err)
			continue
		}
		im.report.outcome(&k.stories[i], r.What)
	}
	return nil
}

// judge reports what would become of a batch.
func (im *importer) judge(b importBatch) {
	for i := range b.stories {
		in := &b.stories[i]
		if _, _, err := in.Story("", im.who, im.zone, im.now); err != nil {
			im.report.refuse(in.OldID, b.titles[i], err)
			continue
		}
		im.report.outcome(in, store.Brought)
	}
}
