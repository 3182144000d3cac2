package fanout

import (
	"context"
	"errors"
	"sync"
	"time"

	"dateline/internal/news"
	"dateline/internal/webpush"
)

// A flight is one batch under way.
type flight struct {
	lane  *lane
	items []item
	left  time.Time

	numbers   []uint32
	addresses []Address
	messages  []webpush.Message
	index     []uint16 // of each message, its item
	done      [news.ChunkSize]bool
}

var flights = sync.Pool{New: func() any { return new(flight) }}

// An event is what became of one message, in few bytes.
type event struct {
	flight *flight
	err    error
	after  time.Duration
	status int32
	i      uint16
	class  webpush.Class
	asked  bool // the service; else we knew
	end    bool // of the flight; err is why none of it could be sent
}

// An inbox is where flights and other helpers leave word for the run.
type inbox struct {
	mu     sync.Mutex
	events []event
	calls  []func()
	wake   chan struct{} // holds one
}

func (b *inbox) event(e event) {
	b.mu.Lock()
	first := len(b.events) == 0
	b.events = append(b.events, e)
	b.mu.Unlock()
	if first {
		b.poke()
	}
}

// call has f run by the run itself.
func (b *inbox) call(f func()) {
	b.mu.Lock()
	b.calls = append(b.calls, f)
	b.mu.Unlock()
	b.poke()
}

func (b *inbox) poke() {
	select {
	case b.wake <- struct{}{}:
	default:
	}
}

// swap gives what has come, and keeps spare for what comes.
func (b *inbox) swap(spare []event) ([]event, []func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	events, calls := b.events, b.calls
	b.events, b.calls = spare[:0], nil
	return events, calls
}

var errUnsettled = errors.New("the sender lost sight of the message")

// fly looks the addresses up, sends, and leaves word of every message exactly once.
func (r *run) fly(ctx context.Context, f *flight, batch webpush.Batch) {
	n := len(f.items)
	f.numbers, f.messages, f.index = f.numbers[:0], f.messages[:0], f.index[:0]
	if cap(f.addresses) < news.ChunkSize {
		f.addresses = make([]Address, news.ChunkSize)
	}
	for _, it := range f.items {
		f.numbers = append(f.numbers, it.n)
	}
	r.Subscriptions.Addresses(f.numbers, f.addresses[:n])
	for i := range n {
		a := &f.addresses[i]
		if a.Endpoint == "" { // unsubscribed since
			r.in.event(event{flight: f, i: uint16(i), class: webpush.Gone})
			continue
		}
		to, err := r.Services.Parse(a.Endpoint)
		if err != nil { // allowed once, not any more
			r.in.event(event{flight: f, i: uint16(i), class: webpush.Rejected, err: err})
			continue
		}
		f.messages = append(f.messages, webpush.Message{To: to, Keys: a.Keys})
		if r.Prepared != nil {
			m := &f.messages[len(f.messages)-1]
			r.Prepared(f.items[i].n, &m.Keys, &m.Prepared)
		}
		f.index = append(f.index, uint16(i))
	}
	f.done = [news.ChunkSize]bool{}
	batch.Messages = f.messages
	var err error
	if len(f.messages) > 0 {
		err = r.Sender.Send(ctx, &batch, func(i int, o webpush.Outcome) {
			if i < 0 || i >= len(f.messages) || f.done[i] {
				return
			}
			f.done[i] = true
			r.in.event(event{flight: f, i: f.index[i], class: o.Class, asked: true, status: int32(o.Status), after: o.RetryAfter, err: o.Err})
		})
	}
	why := err
	if why == nil {
		why = errUnsettled
	}
	for i := range f.messages {
		f.messages[i].Prepared.Wipe()
		if !f.done[i] {
			r.in.event(event{flight: f, i: f.index[i], class: webpush.Retry, asked: true, err: why})
		}
	}
	r.in.event(event{flight: f, end: true, err: err})
}

// unsendable tells whether a sender's refusal is about the message itself.
func unsendable(err error) bool {
	var long *webpush.TooLongError
	return errors.Is(err, webpush.ErrBatch) || errors.As(err, &long)
}
