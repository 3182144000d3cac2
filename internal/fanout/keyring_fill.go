package fanout

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"dateline/internal/news"
	"dateline/internal/webpush"
)

const (
	// keyringEvery is how often it is looked what is missing, which takes 0.1 s a million.
	keyringEvery = time.Minute
	// keyringRest is how long after the last message was asked for an alert counts as sent.
	keyringRest = time.Second
	// keyringStroke is how many keys are made before others get the processor, about a
	// millisecond's work.
	keyringStroke = 16
	// keyringBusy is how long others have the processor when they need it.
	keyringBusy = 250 * time.Millisecond
)

// Run makes what is missing until ctx ends, then wipes all: a little at a time, nothing
// while an alert is sent or others need the processor. Run it once.
func (k *Keyring) Run(ctx context.Context) {
	defer k.keep(nil)
	if k.Budget < int64(keyPageSize) {
		return
	}
	for ctx.Err() == nil {
		k.mu.Lock()
		hurry, hurries := k.hurry, k.hurries
		k.mu.Unlock()
		if k.turn(ctx, hurry) && k.pass(ctx, hurry, hurries) {
			k.wait(ctx, k.every)
		}
	}
}

// wait ends early when something hurries.
func (k *Keyring) wait(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-k.wake:
	case <-timer.C:
	}
}

// pass goes through all numbers once and makes what is missing. It reports false if that
// is to be begun anew: in another way, or because something hurried meanwhile.
func (k *Keyring) pass(ctx context.Context, hurry bool, hurries int) (whole bool) {
	active := k.index.actives()
	if active.Count() < k.Least {
		active = nil
	}
	active = k.keep(active)
	workers := 1
	if hurry {
		workers = runtime.GOMAXPROCS(0)
	}
	var next atomic.Uint32
	var cut atomic.Bool
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			w := &keyMaker{Keyring: k, hurry: hurry}
			for !cut.Load() {
				n := next.Add(1) - 1
				if int(n) >= active.Chunks() {
					return
				}
				if !w.chunk(ctx, n, active.Chunk(n)) {
					cut.Store(true)
				}
			}
		})
	}
	wg.Wait()
	if cut.Load() {
		return false
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.hurry != hurry || k.hurries != hurries {
		return false
	}
	k.hurry = false
	return true
}

// turn waits until more may be made, and reports false if the pass is to end.
func (k *Keyring) turn(ctx context.Context, hurry bool) bool {
	for ctx.Err() == nil {
		k.mu.Lock()
		now := time.Now()
		sending, began := k.sending(now)
		if began {
			k.hurry = false
		}
		same, quiet := k.hurry == hurry, k.quiet
		k.mu.Unlock()
		switch {
		case !same:
			return false
		case sending:
			k.wait(ctx, quiet.Sub(now))
		case !hurry && k.Busy():
			k.wait(ctx, keyringBusy)
		default:
			return true
		}
	}
	return false
}

// A keyMaker is what one goroutine needs to make keys.
type keyMaker struct {
	*Keyring
	hurry   bool
	numbers []uint32
	keys    [news.ChunkSize]webpush.Keys
	missing []int // places in numbers
	made    [keyringStroke]webpush.Prepared
}

// chunk makes what is missing in one chunk of numbers, and reports false if it was cut
// short. No two makers have the same chunk.
func (w *keyMaker) chunk(ctx context.Context, n uint32, active news.Bits) bool {
	todo := news.DeliveryChunk{N: n, Todo: active}
	w.numbers = todo.AppendTo(w.numbers[:0])
	w.book.Keys(w.numbers, w.keys[:len(w.numbers)])
	if len(w.numbers) > 0 && !w.hasPage(n*news.ChunkSize/keyPageSlots) {
		return true
	}
	w.begin(n, active)
	for rest := w.missing; len(rest) > 0; {
		if !w.turn(ctx, w.hurry) {
			return false
		}
		stroke := rest[:min(len(rest), keyringStroke)]
		rest = rest[len(stroke):]
		began := time.Now()
		w.stroke(stroke)
		if took := time.Since(began); w.hurry {
			runtime.Gosched() // a page's reader should not wait for all of them
		} else {
			// Time in which others had the processor counts, too: where they need it, this
			// takes less than its share.
			w.wait(ctx, time.Duration(float64(took)*(1/w.CPU-1)))
		}
	}
	return true
}

// begin finds what is missing and wipes what nobody is to have any more.
func (w *keyMaker) begin(n uint32, active news.Bits) {
	w.missing = w.missing[:0]
	w.mu.Lock()
	defer w.mu.Unlock()
	at := 0
	for i := range uint32(news.ChunkSize) {
		s := w.slot(n*news.ChunkSize + i)
		if s == nil {
			return
		}
		if !active.Has(i) {
			w.empty(s)
			continue
		}
		if keys := &w.keys[at]; *keys == (webpush.Keys{}) {
			w.empty(s)
		} else if !s.is(slotReady) || s.tag() != w.tag(keys) {
			w.empty(s)
			s[slotState] = byte(slotBegun)
			w.missing = append(w.missing, at)
		}
		at++
	}
}

// stroke makes keys and keeps them, but for those that were forgotten meanwhile.
func (w *keyMaker) stroke(places []int) {
	for i, at := range places {
		var err error
		if w.made[i], err = w.prepare(&w.keys[at]); err != nil {
			w.Log.Warn("keys could not be made ahead for a subscription", "number", w.numbers[at], "error", err)
		}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	for i, at := range places {
		if s := w.slot(w.numbers[at]); s != nil && s.is(slotBegun) && w.made[i].Ready() {
			w.ready++
			fillSlot(s, &w.made[i], w.tag(&w.keys[at]))
		}
		w.made[i].Wipe()
	}
}
