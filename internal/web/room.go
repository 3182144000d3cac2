package web

import (
	"context"

	"dateline/internal/news"
)

// A Room holds back work that costs much memory or processor time, so that readers do
// not pay for it: as many as it has places do it at once, others wait. A nil Room holds
// nobody back.
type Room chan struct{}

// NewRoom makes a room of at least one place.
func NewRoom(places int) Room { return make(Room, max(1, places)) }

// Enter waits for a place until ctx ends, which is Busy. leave gives the place back.
func (r Room) Enter(ctx context.Context) (leave func(), err error) {
	if r == nil {
		return func() {}, nil
	}
	select {
	case r <- struct{}{}:
		return func() { <-r }, nil
	case <-ctx.Done():
		return nil, news.Refuse(news.Busy, "Too much is going on at once. Please try again in a moment.")
	}
}

// LongText is from how many bytes on making a document of a text needs a place in a
// Room. A hostile text of the largest size costs seconds and hundreds of megabytes; a
// long article has a tenth of this.
const LongText = 256 << 10
