package fanout

import (
	"context"
	"time"

	"dateline/internal/news"
)

// LeaseTime is how long a chunk is one node's after it was claimed or renewed, by the
// ledger's clock. A node that lives renews four times a second; ten seconds let another
// one take over from a dead one within fifteen.
const LeaseTime = 10 * time.Second

// A Ledger remembers durably to whom an alert goes and whom it has reached. All nodes
// share it; every method may be called by several at once.
type Ledger interface {
	// Freeze fixes the audience. The first call wins, others change nothing.
	Freeze(ctx context.Context, alert news.AlertID, audience news.Recipients) error

	// Record is everything known of an alert, nil if its audience is not frozen.
	Record(ctx context.Context, alert news.AlertID) (*news.Delivery, error)

	// Claim leases up to most chunks that are not done and no living node's, the lowest
	// first, and says how many chunks are not done, leased ones and these among them.
	// It fails with news.ErrAlertStopped.
	Claim(ctx context.Context, alert news.AlertID, node string, most int) (chunks []news.DeliveryChunk, left int, err error)

	// Settle adds what became of messages, all or nothing, and durably once it returns.
	// Marks are facts: they count whoever holds the chunk by now, also after a stop, and
	// twice is the same as once. See Row.Apply.
	Settle(ctx context.Context, alert news.AlertID, marks []news.DeliveryMark) error

	// Renew prolongs all leases of a node and tells the alert's numbers over all nodes.
	// It fails with news.ErrAlertStopped.
	Renew(ctx context.Context, alert news.AlertID, node string) (news.Tally, error)

	// Release ends all leases of a node, as when it stops in good order, or begins anew
	// after a crash.
	Release(ctx context.Context, alert news.AlertID, node string) error
}
