package news

import (
	"errors"
	"time"
)

// ErrAlertStopped means that somebody stopped the alert: nothing more may leave.
var ErrAlertStopped = errors.New("the alert was stopped")

// A DeliveryChunk is what a node has leased of an alert: the numbers from N*ChunkSize on
// that are in Todo.
type DeliveryChunk struct {
	N    uint32
	Todo Bits
}

// AppendTo appends the numbers of what is to do.
func (c *DeliveryChunk) AppendTo(numbers []uint32) []uint32 {
	for n := range Recipients(c.Todo[:]).All() {
		numbers = append(numbers, c.N*ChunkSize+n)
	}
	return numbers
}

// A DeliveryMark says what became of messages of one chunk.
type DeliveryMark struct {
	N                             uint32
	Accepted, Gone, Failed, Retry Bits
}

// Merge adds what o says of the same chunk.
func (m *DeliveryMark) Merge(o *DeliveryMark) {
	m.Accepted, m.Gone = m.Accepted.Or(o.Accepted), m.Gone.Or(o.Gone)
	m.Failed, m.Retry = m.Failed.Or(o.Failed), m.Retry.Or(o.Retry)
}

// A DeliveryRow is what a ledger keeps of one chunk. Accepted, Gone, Failed and Retry never
// overlap and never leave the audience, so that the numbers always sum up to it.
type DeliveryRow struct {
	Audience, Accepted, Gone, Failed, Retry Bits
}

// Apply adds a mark. Accepted beats all, since a correction must reach whoever may
// have seen the alert; what is settled is not tried again.
func (r *DeliveryRow) Apply(m *DeliveryMark) {
	r.Accepted = r.Accepted.Or(m.Accepted).And(r.Audience)
	r.Gone = r.Gone.Or(m.Gone).And(r.Audience).AndNot(r.Accepted)
	r.Failed = r.Failed.Or(m.Failed).And(r.Audience).AndNot(r.Accepted).AndNot(r.Gone)
	r.Retry = r.Retry.Or(m.Retry).And(r.Todo())
}

// Todo is what is not settled.
func (r *DeliveryRow) Todo() Bits {
	return r.Audience.AndNot(r.Accepted).AndNot(r.Gone).AndNot(r.Failed)
}

// Tally counts the row.
func (r *DeliveryRow) Tally() Tally {
	t := Tally{Audience: r.Audience.Count(), Accepted: r.Accepted.Count(), Gone: r.Gone.Count(), Failed: r.Failed.Count(), Retrying: r.Retry.Count()}
	t.Waiting = t.Audience - t.Settled() - t.Retrying
	return t
}

// A Delivery is what a ledger knows of one alert. Gone are those whose subscriptions may
// be deleted, once the record by service is written; nobody else's may.
type Delivery struct {
	Audience, Accepted, Gone, Failed, Retry Recipients
	Leased                                  int // chunks not done that a living node holds
}

// Row is one chunk of the record.
func (r *Delivery) Row(n uint32) DeliveryRow {
	return DeliveryRow{r.Audience.Chunk(n), r.Accepted.Chunk(n), r.Gone.Chunk(n), r.Failed.Chunk(n), r.Retry.Chunk(n)}
}

// Tally counts the record.
func (r *Delivery) Tally() Tally {
	t := Tally{Audience: r.Audience.Count(), Accepted: r.Accepted.Count(), Gone: r.Gone.Count(), Failed: r.Failed.Count(), Retrying: r.Retry.Count()}
	t.Waiting, t.Open = t.Audience-t.Settled()-t.Retrying, r.Leased > 0
	return t
}

// An AlertProgress is how an alert stands at a moment.
type AlertProgress struct {
	Tally                   // over all nodes, as of the ledger
	PerSecond float64       // settled lately, over all nodes
	ETA       time.Duration // until all are settled; 0 if over, negative if nobody knows
	Services  []ServiceProgress
}

// A ServiceProgress is one push service's part. Their numbers sum up to the whole.
type ServiceProgress struct {
	Origin string // "" for subscriptions that are no more, "other" for many small ones
	Tally
	State string    // sending, paused, stopped or done, as this node sees it
	Until time.Time // if paused
	Why   string    // if paused or stopped
}
