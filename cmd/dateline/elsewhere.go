package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"dateline/internal/news"
	"dateline/internal/store"
)

// elsewhere is how a command learns that the serving nodes show what it changed; it
// shows nothing itself.
type elsewhere struct {
	store  *store.Store
	served bool // whether anybody serves at all
}

// Wait returns when every serving node has applied change n, or names those that
// have not after ten seconds.
func (e elsewhere) Wait(ctx context.Context, n int64, _ []string) (news.Timing, error) {
	if n == 0 || !e.served {
		return news.Timing{}, nil
	}
	began := time.Now()
	for wait := 5 * time.Millisecond; ; wait = min(2*wait, 100*time.Millisecond) {
		late, err := e.store.Lagging(ctx, n)
		if err != nil {
			return news.Timing{}, err
		}
		took := time.Since(began)
		if len(late) == 0 {
			return news.Timing{Page: took, Search: took, Feeds: took}, nil
		}
		if took > 10*time.Second {
			return news.Timing{}, fmt.Errorf("it is done, but %s does not show it yet; look at its log", strings.Join(late, ", "))
		}
		select {
		case <-ctx.Done():
			return news.Timing{}, ctx.Err()
		case <-time.After(wait):
		}
	}
}
