package fanout

import (
	"context"
	"fmt"
	"log/slog"
	"math"
	"sync"
	"time"

	"dateline/internal/news"
	"dateline/internal/webpush"
)

// A SubscriptionStore is where subscriptions are kept, with the change feed that tells
// what became of them.
type SubscriptionStore interface {
	// EachSubscription gives those of a range in the order of their numbers; what it
	// hands out is good until the next.
	EachSubscription(ctx context.Context, r news.NumberRange, yield func(*news.Subscription) error) error
	Changes(ctx context.Context, n int64, limit int) ([]news.Change, error)
	LastChange(ctx context.Context) (int64, error)
	Hints() (c <-chan struct{}, stop func())
}

// A Roll keeps index and book as the database has them: one scan at the start, then
// the change feed. Changes that are not its own it skips.
type Roll struct {
	Index *Index
	Book  *Book
	// Changed is called when a number's address or keys are new or gone; may be nil, and
	// is set before Follow.
	Changed func(number uint32)

	store    SubscriptionStore
	services *webpush.Services
	log      *slog.Logger

	mu      sync.Mutex
	moved   chan struct{} // closed and renewed when applied moves
	applied int64
	loaded  bool
	refused int // whose push service is not allowed any more
}

// NewRoll gives an empty roll; Follow fills it. A reader's day ends at midnight in zone.
func NewRoll(store SubscriptionStore, services *webpush.Services, zone *time.Location, log *slog.Logger) *Roll {
	return &Roll{Index: NewIndex(zone), Book: NewBook(), store: store, services: services, log: log, moved: make(chan struct{})}
}

const (
	rollPoll  = 250 * time.Millisecond // the truth, when every hint is lost
	rollBatch = 500
)

// Follow keeps the roll current until ctx ends.
func (r *Roll) Follow(ctx context.Context) {
	hints, stop := r.store.Hints()
	defer stop()
	tick := time.NewTicker(rollPoll)
	defer tick.Stop()
	troubled := false
	for {
		full, err := r.turn(ctx)
		switch {
		case ctx.Err() != nil:
			return
		case err != nil && !troubled:
			r.log.Warn("subscriptions cannot be read; it is tried again", "error", err)
		case err == nil && troubled:
			r.log.Info("subscriptions can be read again")
		}
		troubled = err != nil
		if full {
			continue
		}
		wake := hints
		if troubled {
			wake = nil // an error would come back as fast as hints do
		}
		select {
		case <-ctx.Done():
			return
		case <-wake:
		case <-tick.C:
		}
	}
}

// turn applies a batch of changes, and says whether there may be more.
func (r *Roll) turn(ctx context.Context) (full bool, err error) {
	if !r.Loaded() {
		err := r.load(ctx)
		return err == nil, err
	}
	changes, err := r.store.Changes(ctx, r.applied, rollBatch)
	if err != nil {
		return false, err
	}
	for _, c := range changes {
		if c.Kind == news.SubscriptionChange {
			if err := r.apply(ctx, c.Subject); err != nil {
				return false, err
			}
		}
		r.move(c.N)
	}
	return len(changes) == rollBatch, nil
}

// load reads all there are. Changes made meanwhile are applied again afterwards, which
// changes nothing.
func (r *Roll) load(ctx context.Context) error {
	last, err := r.store.LastChange(ctx)
	if err != nil {
		return err
	}
	began := time.Now()
	if err := r.store.EachSubscription(ctx, news.NumberRange{From: 0, To: math.MaxUint32}, r.put); err != nil {
		return err
	}
	r.mu.Lock()
	r.loaded = true
	refused := r.refused
	r.mu.Unlock()
	r.move(last)
	if n := r.Index.Active(); n > 0 || refused > 0 {
		r.log.Info("subscriptions read", "active", n, "services_not_allowed", refused, "took", time.Since(began).Round(time.Millisecond))
	}
	return nil
}

// apply reads a range anew; who is not there any more is dropped.
func (r *Roll) apply(ctx context.Context, subject string) error {
	nr, err := news.ParseNumberRange(subject)
	if err != nil {
		r.log.Error("a change of subscriptions cannot be read; it is left out", "error", err)
		return nil
	}
	next := nr.From
	err = r.store.EachSubscription(ctx, nr, func(s *news.Subscription) error {
		r.drop(next, s.Number)
		next = s.Number + 1
		return r.put(s)
	})
	if err != nil {
		return err
	}
	r.drop(next, nr.To+1)
	return nil
}

func (r *Roll) put(s *news.Subscription) error {
	to, err := r.services.Parse(s.Endpoint)
	if err != nil || s.State == news.SubscriptionWaiting {
		if err != nil {
			r.mu.Lock()
			r.refused++
			r.mu.Unlock()
		}
		r.drop(s.Number, s.Number+1)
		return nil
	}
	r.Book.Put(s.Number, to, webpush.Keys(s.Keys), s.KeyID)
	r.Index.Put(s)
	r.changed(s.Number)
	return nil
}

func (r *Roll) drop(from, before uint32) {
	for n := from; n < before; n++ {
		r.Index.Drop(n)
		r.Book.Drop(n)
		r.changed(n)
	}
}

func (r *Roll) changed(n uint32) {
	if r.Changed != nil {
		r.Changed(n)
	}
}

func (r *Roll) move(n int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.applied = n
	close(r.moved)
	r.moved = make(chan struct{})
}

// Loaded tells whether the first scan is done: before, nobody is known.
func (r *Roll) Loaded() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.loaded
}

// CatchUp returns once the roll has everything that was committed before the call.
func (r *Roll) CatchUp(ctx context.Context) error {
	last, err := r.store.LastChange(ctx)
	if err != nil {
		return fmt.Errorf("catch up with subscriptions: %w", err)
	}
	for {
		r.mu.Lock()
		done, moved := r.loaded && r.applied >= last, r.moved
		r.mu.Unlock()
		if done {
			return nil
		}
		select {
		case <-moved:
		case <-ctx.Done():
			return fmt.Errorf("catch up with subscriptions: %w", ctx.Err())
		}
	}
}
