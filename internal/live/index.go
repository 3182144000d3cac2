package live

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"dateline/internal/news"
	"dateline/internal/search"
)

// fits tells whether an index at change at can be brought to change last by replaying:
// not when it is empty, damaged (err), far behind, or ahead of the database, as after
// a restored backup.
func fits(at, last int64, err error) bool {
	return err == nil && at <= last && (at > 0 || last == 0) && last-at <= rebuildGap
}

// Fill brings an index that no node holds to the state of the database, for commands.
func Fill(ctx context.Context, feed Feed, stories Stories, x *search.Index) error {
	last, err := feed.LastChange(ctx)
	if err != nil {
		return err
	}
	at, err := x.Applied(ctx)
	if !fits(at, last, err) {
		return remake(ctx, stories, x, at, last, err)
	}
	for at < last {
		changes, err := feed.Changes(ctx, at, batch)
		if err != nil || len(changes) == 0 {
			return err
		}
		if err := apply(ctx, stories, x, changes); err != nil {
			return err
		}
		at = changes[len(changes)-1].N
	}
	return nil
}

// aboutIndex is what the operator is told about.
const aboutIndex = "search-index"

// openIndex finds where following can start. An index that does not fit is made anew
// while this node serves already: readers wait for nothing, and search finds more and
// more.
func (n *Node) openIndex(ctx context.Context, last int64) {
	at, err := n.o.Index.Applied(ctx)
	if fits(at, last, err) {
		n.o.Told(aboutIndex, "The search index is whole.", false) // it may not have been when the last process ended
		n.indexed = at
		return
	}
	if at > 0 || err != nil {
		n.o.Log.Warn("the search index does not fit the database and is made anew", "index", at, "database", last, "error", err)
	}
	n.building = true
	n.done.Go(func() {
		began := n.o.Now()
		n.indexing.Lock()
		err := remake(n.ctx, n.o.Stories, n.o.Index, at, last, err)
		n.indexing.Unlock()
		if err != nil && n.ctx.Err() == nil {
			n.o.Log.Error("the search index could not be made; it is tried again at the next start", "error", err)
			n.o.Told(aboutIndex, "The search index could not be made. Check the disk of the data folder, then run: dateline reindex", true)
			// Publish says at once that search does not show it, until somebody did that.
			n.set(func() { n.unwritten = n.o.Now().Add(-waitCut) })
			return
		}
		n.set(func() { n.indexed, n.building = max(n.indexed, last), false })
		// Pages made meanwhile found less to read on with than there is.
		n.o.Cache.PurgeAll()
		n.o.Told(aboutIndex, "The search index was made.", false)
		n.o.Log.Info("the search index was made", "stories", n.o.Index.Len(), "took", n.o.Now().Sub(began).String())
	})
}

// remake empties x, which was at change at or could not say (err), and fills it. One
// that holds something at no change is from a filling that broke off; what it holds may
// have been killed since.
func remake(ctx context.Context, stories Stories, x *search.Index, at, last int64, err error) error {
	if at > 0 || err != nil || x.Len() > 0 {
		if err := x.Reset(); err != nil {
			return fmt.Errorf("empty the search index: %w", err)
		}
	}
	return fill(ctx, stories, x, last)
}

// fill puts every visible story into x and marks it as new as change last, which
// must have been read before: what changes meanwhile is then applied again.
func fill(ctx context.Context, stories Stories, x *search.Index, last int64) error {
	var docs []search.Document
	flush := func() error {
		err := x.Fill(ctx, docs)
		docs = docs[:0]
		return err
	}
	err := stories.EachShown(ctx, func(s *news.Story) error {
		docs = append(docs, document(s))
		if len(docs) == 500 {
			return flush()
		}
		return nil
	})
	if err == nil {
		err = flush()
	}
	if err == nil && last > 0 {
		err = x.Apply(ctx, last, nil, nil)
	}
	if err != nil {
		return fmt.Errorf("fill the search index: %w", err)
	}
	return nil
}

// Reindex makes the index anew beside the one that serves, and puts it in its place.
func (n *Node) Reindex(ctx context.Context) error {
	last, err := n.o.Feed.LastChange(ctx)
	if err != nil {
		return err
	}
	next, err := n.o.Index.Beside()
	if err != nil {
		return fmt.Errorf("make an index beside: %w", err)
	}
	if err := fill(ctx, n.o.Stories, next, last); err != nil {
		return errors.Join(err, next.Discard())
	}
	// What was committed meanwhile goes into the new one too, then they change places
	// with nobody else's hand on either.
	n.indexing.Lock()
	defer n.indexing.Unlock()
	for {
		changes, err := n.o.Feed.Changes(ctx, last, batch)
		if err == nil && len(changes) > 0 {
			last = changes[len(changes)-1].N
			err = apply(ctx, n.o.Stories, next, changes)
		}
		if err != nil {
			return errors.Join(err, next.Discard())
		}
		if len(changes) < batch {
			break
		}
	}
	if err := n.o.Index.Swap(ctx, next); err != nil {
		return errors.Join(fmt.Errorf("swap the index: %w", err), next.Discard())
	}
	// One that could not be made at the start is made now.
	n.set(func() { n.indexed, n.building, n.unwritten = max(n.indexed, last), false, time.Time{} })
	return nil
}

// rebuildIfAsked starts a rebuild that an operator asked for, beside the index that
// serves. One asked for before this node began was done by its beginning or is not
// worth doing twice.
func (n *Node) rebuildIfAsked(changes []news.Change) {
	if !n.following() || !slices.ContainsFunc(changes, func(c news.Change) bool { return c.Kind == news.ReindexChange }) {
		return
	}
	n.done.Go(func() {
		began := n.o.Now()
		if err := n.Reindex(n.ctx); err != nil {
			if n.ctx.Err() == nil {
				n.o.Log.Error("the search index could not be made anew; the one in use stays", "error", err)
				n.o.Told(aboutIndex, "The search index could not be made anew; the one in use stays. Check the disk of the data folder, then run again: dateline reindex", true)
			}
			return
		}
		n.o.Told(aboutIndex, "The search index was made anew.", false)
		n.o.Log.Info("the search index was made anew", "stories", n.o.Index.Len(), "took", n.o.Now().Sub(began).String())
	})
}

func (n *Node) following() bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.ready
}

// index applies changes to the serving index; a damaged one is made anew.
func (n *Node) index(ctx context.Context, changes []news.Change) error {
	n.indexing.Lock()
	defer n.indexing.Unlock()
	err := apply(ctx, n.o.Stories, n.o.Index, changes)
	if !errors.Is(err, search.ErrDamaged) {
		return err
	}
	n.o.Log.Error("the search index is damaged and is made anew", "error", err)
	n.o.Told(aboutIndex, "The search index was damaged and is being made anew; until then search finds less.", true)
	if err := n.o.Index.Reset(); err != nil {
		return err
	}
	if err := fill(ctx, n.o.Stories, n.o.Index, changes[len(changes)-1].N); err != nil {
		return err
	}
	n.o.Told(aboutIndex, "The search index was made anew.", false)
	return nil
}

// apply puts into x what changes say became visible, and takes out what did not.
func apply(ctx context.Context, stories Stories, x *search.Index, changes []news.Change) error {
	var ids []news.StoryID
	for _, c := range changes {
		switch c.Kind {
		case news.StoryChange:
			ids = append(ids, news.StoryID(c.Subject))
		case news.AllChange:
			for _, t := range c.Tags {
				if id, ok := strings.CutPrefix(t, news.StoryTag("")); ok {
					ids = append(ids, news.StoryID(id))
				}
			}
		}
	}
	slices.Sort(ids)
	var put []search.Document
	var remove []string
	for _, id := range slices.Compact(ids) {
		s, err := shown(ctx, stories, id)
		switch {
		case news.KindOf(err) == news.NotFound:
			remove = append(remove, string(id))
		case err != nil:
			return unread{err}
		default:
			put = append(put, document(s))
		}
	}
	return x.Apply(ctx, changes[len(changes)-1].N, put, remove)
}

// unread is the error of a story that could not be read for the index.
type unread struct{ error }

func (u unread) Unwrap() error { return u.error }

// shown reads one story, or gives up: a database that has stopped to answer must not
// keep the follower from saying so.
func shown(ctx context.Context, stories Stories, id news.StoryID) (*news.Story, error) {
	ctx, cancel := context.WithTimeout(ctx, askMost)
	defer cancel()
	return stories.Shown(ctx, id)
}

// document is what search may know of a visible story.
func document(s *news.Story) search.Document {
	c := &s.Live.Content
	d := search.Document{
		ID: string(s.ID), Language: c.Language, Headline: c.Headline, Standfirst: c.Standfirst,
		Body: s.Live.Text, Published: s.FirstPublished, Section: c.Section.Slug,
	}
	labels := []string{c.Kicker}
	for _, t := range c.Topics {
		d.Topics = append(d.Topics, t.Slug)
		labels = append(labels, t.Name)
	}
	for _, a := range c.Byline {
		d.Authors = append(d.Authors, a.Slug)
		labels = append(labels, a.Name)
	}
	d.Labels = strings.Join(labels, "\n")
	var captions []string
	for _, slot := range s.Live.Body.Slots() {
		captions = append(captions, slot.Caption)
	}
	if c.Picture != nil {
		captions = append(captions, c.Picture.Caption)
	}
	d.Captions = strings.Join(captions, "\n")
	if c.Dateline != "" {
		d.Body = c.Dateline + " " + d.Body
	}
	return d
}
