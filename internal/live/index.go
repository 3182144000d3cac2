package live

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"dateline/internal/news"
	"dateline/internal/search"
)

// openIndex brings the index on disk to where following can start: it replays from
// its own number, or is made anew when it is empty, damaged, far behind, or ahead
// of the database (a restored backup).
func (n *Node) openIndex(ctx context.Context, last int64) error {
	at, err := n.o.Index.Applied(ctx)
	if err != nil || at > last || (at == 0 && last > 0) || last-at > rebuildGap {
		if err != nil || at > 0 {
			n.o.Log.Warn("the search index does not fit the database and is made anew", "index", at, "database", last, "error", err)
			if err := n.o.Index.Reset(); err != nil {
				return fmt.Errorf("empty the search index: %w", err)
			}
		}
		if err := n.fill(ctx, n.o.Index, last); err != nil {
			return err
		}
		at = last
	}
	n.indexed = at
	return nil
}

// fill puts every visible story into x and marks it as new as change last, which
// must have been read before: what changes meanwhile is then applied again.
func (n *Node) fill(ctx context.Context, x *search.Index, last int64) error {
	var docs []search.Document
	flush := func() error {
		err := x.Fill(ctx, docs)
		docs = docs[:0]
		return err
	}
	err := n.o.Stories.EachShown(ctx, func(s *news.Story) error {
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
	if err := n.fill(ctx, next, last); err != nil {
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
			err = n.applyTo(ctx, next, changes)
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
	n.set(func() { n.indexed = max(n.indexed, last) })
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
				n.o.Told("The search index could not be made anew; the one in use stays.", true)
			}
			return
		}
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
	err := n.applyTo(ctx, n.o.Index, changes)
	if !errors.Is(err, search.ErrDamaged) {
		return err
	}
	n.o.Log.Error("the search index is damaged and is made anew", "error", err)
	n.o.Told("The search index was damaged and is being made anew; until then search finds less.", true)
	if err := n.o.Index.Reset(); err != nil {
		return err
	}
	return n.fill(ctx, n.o.Index, changes[len(changes)-1].N)
}

func (n *Node) applyTo(ctx context.Context, x *search.Index, changes []news.Change) error {
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
		s, err := n.o.Stories.Shown(ctx, id)
		switch {
		case news.KindOf(err) == news.NotFound:
			remove = append(remove, string(id))
		case err != nil:
			return err
		default:
			put = append(put, document(s))
		}
	}
	return x.Apply(ctx, changes[len(changes)-1].N, put, remove)
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
