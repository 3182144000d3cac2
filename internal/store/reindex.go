package store

import (
	"context"

	"dateline/internal/news"
)

// AskReindex asks every serving node, through the feed, to make its search index
// anew.
func (s *Store) AskReindex(ctx context.Context, who news.Actor) (int64, error) {
	return s.write(ctx, func(t *tx) error {
		t.change(news.ReindexChange, "search")
		return t.record(who, "reindex", "search", "")
	})
}
