package fanout

import (
	"encoding/binary"
	"hash/maphash"
	"log/slog"
	"sync"
	"time"

	"dateline/internal/news"
	"dateline/internal/webpush"
)

// KeyringOptions say what a Keyring may cost.
type KeyringOptions struct {
	// Budget is the most memory it takes, in bytes: 102 for a subscription. What does
	// not fit is made when it is sent; 0 is no keyring.
	Budget int64
	// CPU is the share of one core that it takes while nothing hurries it: 0.1 unless
	// given.
	CPU float64
	// Least is the number of active subscriptions below which it is not worth having:
	// 50,000 unless given.
	Least int
	// Busy tells that others need the processor: then nothing is made unless it is
	// hurried; may be nil.
	Busy func() bool
	// Log gets what goes wrong; may be nil.
	Log *slog.Logger
}

// A Keyring holds keys made ahead (webpush.Prepared) for one message to each active
// subscription: they are 94 % of what a message costs. Each is handed out once and wiped,
// and only to who names the subscription's keys that it was made with. They are in memory
// alone, apart from Go's heap; docs/alert-keyring.md weighs what that means. Its methods
// may be called by any number of goroutines.
type Keyring struct {
	KeyringOptions
	index   *Index
	book    *Book
	seed    maphash.Seed
	prepare func(*webpush.Keys) (webpush.Prepared, error)
	wake    chan struct{} // holds one: hurry has come

	every, rest time.Duration // between looks, after an alert

	mu       sync.Mutex
	pages    []keyPage // by number; nil where nothing is kept
	ready    int
	want     int
	hurry    bool
	hurries  int       // so often something hurried
	taken    bool      // something was asked for since sending looked
	alert    bool      // sending saw one
	quiet    time.Time // until then at least
	unlocked sync.Once // says so
}

// NewKeyring gives an empty keyring for the subscriptions of index and book; Run fills it.
func NewKeyring(index *Index, book *Book, o KeyringOptions) *Keyring {
	if o.CPU <= 0 {
		o.CPU = 0.1
	}
	if o.Least <= 0 {
		o.Least = 50_000
	}
	if o.Busy == nil {
		o.Busy = func() bool { return false }
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return &Keyring{
		KeyringOptions: o, index: index, book: book,
		seed: maphash.MakeSeed(), prepare: webpush.Prepare, wake: make(chan struct{}, 1),
		every: keyringEvery, rest: keyringRest,
	}
}

// A slot is what is kept for one number: the prepared keys, a tag of the subscription's
// keys that they are for, and how far they are.
const (
	slotTag   = len(webpush.Prepared{})
	slotState = slotTag + 4
	slotSize  = slotState + 1
)

type slot []byte

type slotIs byte

const (
	slotEmpty slotIs = iota
	slotBegun        // somebody is making it; cleared meanwhile, it must not be kept
	slotReady
)

func (s slot) is(state slotIs) bool { return s[slotState] == byte(state) }
func (s slot) tag() uint32          { return binary.LittleEndian.Uint32(s[slotTag:]) }

// tag tells one subscription's keys from another's, or from those it had before. It is
// made with a seed of this process, so that nobody can choose keys with the same.
func (k *Keyring) tag(keys *webpush.Keys) uint32 {
	return uint32(maphash.Bytes(k.seed, keys[:]))
}

// slot is nil where nothing is kept. The lock is held.
func (k *Keyring) slot(n uint32) slot {
	page, at := n/keyPageSlots, int(n%keyPageSlots)*slotSize
	if int(page) >= len(k.pages) || k.pages[page] == nil {
		return nil
	}
	return slot(k.pages[page][at : at+slotSize])
}

// empty wipes a slot. The lock is held.
func (k *Keyring) empty(s slot) {
	if s.is(slotReady) {
		k.ready--
	}
	clear(s)
}

// Take moves what is ready for a message to subscription n, which has these keys, to p;
// if nothing is, p stays as it is. What was made for other keys is thrown away: whoever
// asks has read the keys to encrypt for, so no order of events can bring the wrong ones.
func (k *Keyring) Take(n uint32, keys *webpush.Keys, p *webpush.Prepared) {
	tag := k.tag(keys)
	k.mu.Lock()
	defer k.mu.Unlock()
	k.taken = true
	s := k.slot(n)
	if s == nil || s.is(slotEmpty) {
		return
	}
	if s.is(slotReady) && s.tag() == tag {
		copy(p[:], s)
	}
	k.empty(s)
}

// Forget wipes what is kept for subscription n, whose keys changed or which is no more.
func (k *Keyring) Forget(n uint32) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if s := k.slot(n); s != nil {
		k.empty(s)
	}
}

// Hurry has all that is missing made now, with every core, as when an editor opens an
// alert's draft: a million take half a minute on two. It ends when nothing is missing or
// an alert is sent.
func (k *Keyring) Hurry() {
	k.mu.Lock()
	k.hurry = true
	k.hurries++
	k.sending(time.Now()) // an alert under way does not end this hurry
	k.mu.Unlock()
	select {
	case k.wake <- struct{}{}:
	default:
	}
}

// Armed tells for how many subscriptions keys are ready, and for how many they are to be:
// as many as are active and the budget allows, 0 while it is off.
func (k *Keyring) Armed() (ready, want int) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.ready, k.want
}

// sending tells whether an alert is being sent, and whether that is news. It goes by what
// is taken, so that an alert which waits for a service to come back stops nothing. The
// lock is held.
func (k *Keyring) sending(now time.Time) (sending, began bool) {
	if k.taken {
		began = !k.alert
		k.taken, k.alert, k.quiet = false, true, now.Add(k.rest)
	} else if !now.Before(k.quiet) {
		k.alert = false
	}
	return k.alert, began
}

// actives are the numbers that are sent to.
func (x *Index) actives() news.Recipients {
	x.mu.RLock()
	defer x.mu.RUnlock()
	return x.active.Clone()
}
