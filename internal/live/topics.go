package live

import (
	"context"
	"fmt"
	"slices"

	"dateline/internal/news"
	"dateline/internal/search"
)

// Topics are what stories may be about, for the index: it is told by which names they go.
type Topics interface {
	// AllTopics lists at most limit topics by slug, after cursor; next is empty at the end.
	AllTopics(ctx context.Context, cursor string, limit int) (list []news.Topic, next string, err error)
}

// learnTopics tells the index what topics are called, at the start and when one changed. Search does without while
// they cannot be read; it is tried again at the next turn.
func (n *Node) learnTopics(ctx context.Context, changes []news.Change) {
	if n.o.Topics == nil || n.knowsTopics && !slices.ContainsFunc(changes, aboutTopics) {
		return
	}
	list, err := known(ctx, n.o.Topics)
	if n.knowsTopics = err == nil; err != nil {
		n.o.Log.Warn("the names of topics could not be read for the search index; it is tried again", "error", err)
		return
	}
	n.o.Index.Know(list)
}

func aboutTopics(c news.Change) bool {
	return c.Kind == news.TopicChange || c.Kind == news.AllChange
}

func known(ctx context.Context, t Topics) (list []search.Known, err error) {
	ctx, cancel := context.WithTimeout(ctx, askMost)
	defer cancel()
	for cursor := ""; ; {
		topics, next, err := t.AllTopics(ctx, cursor, 1000)
		if err != nil {
			return nil, fmt.Errorf("read topics after %q: %w", cursor, err)
		}
		for _, x := range topics {
			list = append(list, search.Known{Topic: x.Slug, Names: append([]string{x.Name}, x.Aliases...), Person: x.Kind == "person"})
		}
		if cursor = next; cursor == "" {
			return list, nil
		}
	}
}
