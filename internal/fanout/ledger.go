package fanout

import (
	"context"
	"errors"
	"time"

	"dateline/internal/news"
)

// LeaseTime is how long a chunk is one node's after it was claimed or renewed, by the
// ledger's clock. A node that lives renews four times a second; ten seconds let another
// one take over from a dead one within fifteen.
const LeaseTime = 10 * time.Second

// ErrStopped means that somebody stopped the alert: nothing more may leave.
var ErrStopped = errors.New("the alert was stopped")

// A Ledger remembers durably to whom an alert goes and whom it has reached. All nodes
// share it; every method may be called by several at once.
type Ledger interface {
	// Freeze fixes the audience. The first call wins, others change nothing.
	Freeze(ctx context.Context, alert news.AlertID, audience Set) error

	// Record is everything known of an alert, nil if its audience is not frozen.
	Record(ctx context.Context, alert news.AlertID) (*Record, error)

	// Claim leases up to most chunks that are not done and no living node's, the lowest
	// first, and says how many chunks are not done, leased ones and these among them.
	// It fails with ErrStopped.
	Claim(ctx context.Context, alert news.AlertID, node string, most int) (chunks []Chunk, left int, err error)

	// Settle adds what became of messages, all or nothing, and durably once it returns.
	// Marks are facts: they count whoever holds the chunk by now, also after a stop, and
	// twice is the same as once. See Row.Apply.
	Settle(ctx context.Context, alert news.AlertID, marks []Mark) error

	// Renew prolongs all leases of a node and tells the alert's numbers over all nodes.
	// It fails with ErrStopped.
	Renew(ctx context.Context, alert news.AlertID, node string) (news.Tally, error)

	// Release ends all leases of a node, as when it stops in good order, or begins anew
	// after a crash.
	Release(ctx context.Context, alert news.AlertID, node string) error
}

// A Chunk is what a node has leased: the numbers from N*ChunkSize on that are in Todo.
type Chunk struct {
	N    uint32
	Todo Bits
}

// A Mark says what became of messages of one chunk.
type Mark struct {
	N                             uint32
	Accepted, Gone, Failed, Retry Bits
}

func (m *Mark) merge(o *Mark) {
	m.Accepted, m.Gone = m.Accepted.Or(o.Accepted), m.Gone.Or(o.Gone)
	m.Failed, m.Retry = m.Failed.Or(o.Failed), m.Retry.Or(o.Retry)
}

// A Row is what a ledger keeps of one chunk. Accepted, Gone, Failed and Retry never
// overlap and never leave the audience, so that the numbers always sum up to it.
type Row struct {
	Audience, Accepted, Gone, Failed, Retry Bits
}

// Apply adds a mark. Accepted beats all, since a correction must reach whoever may
// have seen the alert; what is settled is not tried again.
func (r *Row) Apply(m *Mark) {
	r.Accepted = r.Accepted.Or(m.Accepted).And(r.Audience)
	r.Gone = r.Gone.Or(m.Gone).And(r.Audience).AndNot(r.Accepted)
	r.Failed = r.Failed.Or(m.Failed).And(r.Audience).AndNot(r.Accepted).AndNot(r.Gone)
	r.Retry = r.Retry.Or(m.Retry).And(r.Todo())
}

// Todo is what is not settled.
func (r *Row) Todo() Bits {
	return r.Audience.AndNot(r.Accepted).AndNot(r.Gone).AndNot(r.Failed)
}

// Tally counts the row.
func (r *Row) Tally() news.Tally {
	t := news.Tally{Audience: r.Audience.Count(), Accepted: r.Accepted.Count(), Gone: r.Gone.Count(), Failed: r.Failed.Count(), Retrying: r.Retry.Count()}
	t.Waiting = t.Audience - t.Settled() - t.Retrying
	return t
}

// A Record is what a ledger knows of one alert. Gone are those whose subscriptions may
// be deleted, once the record by service is written; nobody else's may.
type Record struct {
	Audience, Accepted, Gone, Failed, Retry Set
	Leased                                  int // chunks not done that a living node holds
}

// Row is one chunk of the record.
func (r *Record) Row(n uint32) Row {
	return Row{r.Audience.Chunk(n), r.Accepted.Chunk(n), r.Gone.Chunk(n), r.Failed.Chunk(n), r.Retry.Chunk(n)}
}

// Tally counts the record.
func (r *Record) Tally() news.Tally {
	t := news.Tally{Audience: r.Audience.Count(), Accepted: r.Accepted.Count(), Gone: r.Gone.Count(), Failed: r.Failed.Count(), Retrying: r.Retry.Count()}
	t.Waiting = t.Audience - t.Settled() - t.Retrying
	return t
}
