package site

import (
	"context"
	"sync"

	"dateline/internal/news"
)

// fullStories holds the whole of stories that feeds show, so that after each
// publication only what changed is read and parsed again.
type fullStories struct {
	mu   sync.Mutex
	held map[news.StoryID]*news.Story
}

// mostFull is how many are held: the feeds of all lists share most of theirs.
const mostFull = 200

// story gives the whole story of a card: from memory if nothing of it changed since.
func (f *fullStories) story(ctx context.Context, from Stories, c news.Card) (*news.Story, error) {
	f.mu.Lock()
	st := f.held[c.ID]
	f.mu.Unlock()
	if st != nil && st.Changed.Equal(c.Changed) {
		return st, nil
	}
	st, err := from.Shown(ctx, c.ID)
	if news.KindOf(err) == news.NotFound {
		return nil, nil // hidden since its card was read: left out
	}
	if err != nil {
		return nil, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.held == nil || len(f.held) >= mostFull {
		f.held = map[news.StoryID]*news.Story{}
	}
	f.held[c.ID] = st
	return st, nil
}
