package fanout

import (
	"context"
	"errors"
	"fmt"
	"time"

	"dateline/internal/news"
	"dateline/internal/webpush"
)

// stopLook is how often a stop looks for the other nodes' last word.
const stopLook = 25 * time.Millisecond

// Reach is how many would get the alert now.
func (c *Courier) Reach(a *news.Alert) int {
	if c.Hurry != nil {
		c.Hurry()
	}
	return c.Roll.Index.Freeze(a, c.Now()).Count()
}

// Message is the text that would be sent; Invalid if it is too long.
func (c *Courier) Message(a *news.Alert) ([]byte, error) {
	p, err := c.Engine.Payload(a)
	var long *webpush.TooLongError
	if errors.As(err, &long) {
		return nil, news.Wrong("body", "This is too long for a push message. Shorten the text.")
	}
	return p, err
}

// Stop ends the sending of an alert whose stop is in the database, and says how many went
// out. The other nodes hear of it with their next renewal and write down what they had
// under way; it waits for them until shortly before ctx ends. What a node that died had
// under way then is not in the numbers: nobody knows it.
func (c *Courier) Stop(ctx context.Context, id news.AlertID) (news.Tally, error) {
	if t, err := c.Engine.Stop(ctx, id); err != nil {
		return t, err
	}
	return LastWord(ctx, c.Engine.Ledger, id)
}

// LastWord says how many a stopped alert reached, once every living node has written down
// what it had under way, or shortly before ctx ends; then the tally is still open.
func LastWord(ctx context.Context, l Ledger, id news.AlertID) (news.Tally, error) {
	end, bounded := ctx.Deadline()
	tick := time.NewTicker(stopLook)
	defer tick.Stop()
	for {
		rec, err := l.Record(ctx, id)
		if err != nil {
			return news.Tally{}, fmt.Errorf("stop alert %s: %w", id, err)
		}
		if rec == nil {
			return news.Tally{}, nil
		}
		t := rec.Tally()
		if !t.Open || bounded && time.Until(end) < 4*stopLook {
			return t, nil
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return t, fmt.Errorf("stop alert %s: %w", id, ctx.Err())
		}
	}
}

// Progress tells how an alert stands; see Engine.Progress.
func (c *Courier) Progress(ctx context.Context, id news.AlertID) (news.AlertProgress, error) {
	p, err := c.Engine.Progress(ctx, id)
	if err != nil {
		return news.AlertProgress{}, err
	}
	return *p, nil
}
