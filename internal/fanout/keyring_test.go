package fanout_test

import (
	"bytes"
	"context"
	"crypto/ecdh"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"dateline/internal/fanout"
	"dateline/internal/news"
	"dateline/internal/webpush"
)

// A device is a browser, with its own half of the agreement.
type device struct {
	private *ecdh.PrivateKey
	keys    webpush.Keys
}

func newDevice(t testing.TB) *device {
	t.Helper()
	private, err := ecdh.P256().GenerateKey(rand.Reader)
	must(t, err)
	d := &device{private: private}
	copy(d.keys[:], private.PublicKey().Bytes())
	rand.Read(d.keys[65:])
	return d
}

// agrees tells whether the browser comes to the same keying material (RFC 8291, 3.4).
func (d *device) agrees(t testing.TB, p *webpush.Prepared) bool {
	t.Helper()
	sender, err := ecdh.P256().NewPublicKey(p[32:])
	must(t, err)
	secret, err := d.private.ECDH(sender)
	must(t, err)
	ikm, err := hkdf.Key(sha256.New, secret, d.keys[65:], "WebPush: info\x00"+string(d.keys[:65])+string(p[32:]), 32)
	must(t, err)
	return bytes.Equal(ikm, p[:32])
}

// A keyringWorld is readers and what is made ahead for them.
type keyringWorld struct {
	*world
	ring *fanout.Keyring
	one  *device
}

// newKeyringWorld has readers with one device's keys.
func newKeyringWorld(t testing.TB, readers int, o fanout.KeyringOptions) *keyringWorld {
	t.Helper()
	k := &keyringWorld{world: newWorld(t, 0, origins...), one: newDevice(t)}
	for n := range uint32(readers) {
		k.put(n, k.one)
	}
	if o.Budget == 0 {
		o.Budget = 200_000_000
	}
	k.ring = fanout.NewKeyring(k.index, k.book, o)
	return k
}

func (k *keyringWorld) put(n uint32, d *device) {
	e, err := k.where.Parse(fmt.Sprintf("%s/s/%d", origins[0], n))
	must(k.t, err)
	k.book.Put(n, e, d.keys, k.keyID)
	k.index.Put(&news.Subscription{Number: n, State: news.SubscriptionActive})
}

// run fills the keyring until the test ends or stop is called.
func (k *keyringWorld) run() (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		k.ring.Run(ctx)
	}()
	stop = func() { cancel(); <-ended }
	k.t.(interface{ Cleanup(func()) }).Cleanup(stop)
	return stop
}

// armed waits until so many are ready.
func (k *keyringWorld) armed(ready int) {
	k.t.Helper()
	eventually(k.t, func() string {
		got, want := k.ring.Armed()
		return fmt.Sprintf("%d of %d are ready", got, want)
	}, func() bool { got, _ := k.ring.Armed(); return got >= ready })
}

func eventually(t testing.TB, state func() string, done func() bool) {
	t.Helper()
	deadline := time.Now().Add(30 * time.Second)
	for !done() {
		if time.Now().After(deadline) {
			t.Fatalf("after half a minute, %s", state())
		}
		time.Sleep(time.Millisecond)
	}
}

// instant makes keys that are told apart by a number, and no use otherwise.
func instant() func(*webpush.Keys) (webpush.Prepared, error) {
	var made atomic.Uint64
	return func(*webpush.Keys) (p webpush.Prepared, err error) {
		p[32] = 4
		binary.BigEndian.PutUint64(p[40:], made.Add(1))
		return p, nil
	}
}

func TestKeysMadeAheadAreTakenOnce(t *testing.T) {
	const readers = 600
	k := newKeyringWorld(t, readers, fanout.KeyringOptions{Least: 1})
	k.ring.SetTimes(10*time.Millisecond, 10*time.Millisecond)
	k.run()
	k.ring.Hurry()
	k.armed(readers)
	if ready, want := k.ring.Armed(); ready != readers || want != readers {
		t.Errorf("%d of %d are ready", ready, want)
	}
	seen := map[webpush.Prepared]bool{}
	for n := range uint32(readers) {
		var p, again webpush.Prepared
		k.ring.Take(n, &k.one.keys, &p)
		k.ring.Take(n, &k.one.keys, &again)
		if !p.Ready() || again.Ready() || seen[p] {
			t.Fatalf("reader %d: ready %t, again %t, had before %t", n, p.Ready(), again.Ready(), seen[p])
		}
		seen[p] = true
		if n%100 == 0 && !k.one.agrees(t, &p) {
			t.Errorf("reader %d could not decrypt", n)
		}
	}
	var none webpush.Prepared
	if k.ring.Take(readers+1_000_000, &k.one.keys, &none); none.Ready() {
		t.Error("keys for nobody")
	}
	k.armed(1) // it is filled again
}

// Takers, readers whose keys change, and makers at full speed get in each other's way.
func TestKeysMadeAheadAreForOneMessageOnAnyInterleaving(t *testing.T) {
	const readers, takers, enough = 300, 4, 5_000
	k := newKeyringWorld(t, readers, fanout.KeyringOptions{Least: 1, CPU: 1})
	k.ring.SetTimes(time.Millisecond, -1) // takers never rest, so makers must not wait for that
	k.ring.SetPrepare(func(keys *webpush.Keys) (webpush.Prepared, error) {
		p, err := instant1()
		copy(p[50:], keys[:16]) // whom it is for
		return p, err
	})
	devices := []*device{k.one, newDevice(t), newDevice(t)}
	k.run()
	var got, wrong atomic.Int64
	var seen sync.Map
	over := make(chan struct{})
	var wg sync.WaitGroup
	for i := range takers {
		wg.Go(func() {
			var at [1]fanout.Address
			for n := uint32(i); ; n++ {
				select {
				case <-over:
					return
				default:
				}
				k.book.Addresses([]uint32{n % readers}, at[:])
				var p webpush.Prepared
				k.ring.Take(n%readers, &at[0].Keys, &p)
				if !p.Ready() {
					continue
				}
				got.Add(1)
				if _, twice := seen.LoadOrStore(p, true); twice || !bytes.Equal(p[50:66], at[0].Keys[:16]) {
					wrong.Add(1)
				}
			}
		})
	}
	wg.Go(func() {
		for i := 0; ; i++ {
			select {
			case <-over:
				return
			default:
			}
			n := uint32(i*7) % readers
			k.put(n, devices[i%len(devices)])
			if i%2 == 0 { // whoever forgets to tell of new keys does no harm
				k.ring.Forget(n)
			}
		}
	})
	eventually(t, func() string { return fmt.Sprintf("%d were taken", got.Load()) }, func() bool {
		k.ring.Hurry()
		return got.Load() >= enough || wrong.Load() > 0
	})
	close(over)
	wg.Wait()
	if n := wrong.Load(); n > 0 {
		t.Errorf("%d of %d were handed out twice, or for other keys than the reader's", n, got.Load())
	}
}

var instant1Count atomic.Uint64

func instant1() (p webpush.Prepared, err error) {
	p[32] = 4
	binary.BigEndian.PutUint64(p[40:], instant1Count.Add(1))
	return p, nil
}

func TestKeysMadeAheadAreNotUsedOnceTheReadersKeysChanged(t *testing.T) {
	const readers = 40
	k := newKeyringWorld(t, readers, fanout.KeyringOptions{Least: 1})
	stop := k.run()
	k.ring.Hurry()
	k.armed(readers)
	two := newDevice(t)
	var p webpush.Prepared
	k.put(7, two)
	if k.ring.Take(7, &two.keys, &p); p.Ready() {
		t.Error("keys made for other keys were handed out")
	}
	if k.ring.Take(7, &k.one.keys, &p); p.Ready() {
		t.Error("keys refused once were handed out")
	}
	k.put(8, two)
	k.ring.Forget(8)
	k.index.Drop(9)
	k.book.Drop(9)
	k.ring.Forget(9)
	if ready, _ := k.ring.Armed(); ready != readers-3 {
		t.Errorf("%d are ready, want %d", ready, readers-3)
	}
	k.ring.Hurry()
	k.armed(readers - 1)
	for n, d := range map[uint32]*device{7: two, 8: two, 10: k.one} {
		p.Wipe()
		if k.ring.Take(n, &d.keys, &p); !p.Ready() || !d.agrees(t, &p) {
			t.Errorf("reader %d could not decrypt (ready %t)", n, p.Ready())
		}
	}
	p.Wipe()
	if k.ring.Take(9, &k.one.keys, &p); p.Ready() {
		t.Error("keys for a reader who left")
	}
	stop()
	if ready, want := k.ring.Armed(); ready != 0 || want != 0 {
		t.Errorf("after the end %d of %d are ready", ready, want)
	}
	if k.ring.Take(20, &k.one.keys, &p); p.Ready() {
		t.Error("keys after the end")
	}
}

func TestKeyringIsOffForFewReaders(t *testing.T) {
	k := newKeyringWorld(t, 49_999, fanout.KeyringOptions{})
	k.ring.SetPrepare(instant())
	k.run()
	looked := make(chan struct{})
	go func() { // a hurry that is over has looked at everybody
		defer close(looked)
		k.ring.Hurry()
		k.ring.WaitCalm()
	}()
	<-looked
	if ready, want := k.ring.Armed(); ready != 0 || want != 0 {
		t.Errorf("%d of %d are ready for 49,999 readers", ready, want)
	}
	k.put(49_999, k.one)
	k.ring.Hurry()
	k.armed(50_000)
	k.index.Drop(3)
	k.ring.Hurry()
	eventually(t, func() string { return "it is on" }, func() bool { ready, want := k.ring.Armed(); return ready == 0 && want == 0 })
}

func TestKeyringKeepsToItsBudget(t *testing.T) {
	const budget = 1_000_000 // two pages of 4,096
	k := newKeyringWorld(t, 20_000, fanout.KeyringOptions{Least: 1, Budget: budget})
	k.ring.SetPrepare(instant())
	k.run()
	k.ring.Hurry()
	k.ring.WaitCalm()
	ready, want := k.ring.Armed()
	if ready != want || ready*fanout.KeyringSlot > budget || ready < budget/fanout.KeyringSlot/2 {
		t.Errorf("%d of %d are ready: %d bytes of %d", ready, want, ready*fanout.KeyringSlot, budget)
	}
	// Who comes first is served first.
	var p webpush.Prepared
	if k.ring.Take(0, &k.one.keys, &p); !p.Ready() {
		t.Error("nothing for the first reader")
	}
	off := newKeyringWorld(t, 100, fanout.KeyringOptions{Least: 1, Budget: -1})
	off.ring.Hurry()
	off.ring.Run(context.Background()) // returns: there is nothing to do
	if ready, want := off.ring.Armed(); ready != 0 || want != 0 {
		t.Errorf("%d of %d are ready without a budget", ready, want)
	}
}

// An alert through the engine takes what is ready, and while it is sent nothing is made,
// not even for the next alert's draft.
func TestAnAlertTakesWhatIsReady(t *testing.T) {
	const readers = 2_000
	k := newKeyringWorld(t, readers, fanout.KeyringOptions{Least: 1})
	var made atomic.Int64
	fresh := instant()
	k.ring.SetPrepare(func(keys *webpush.Keys) (webpush.Prepared, error) { made.Add(1); return fresh(keys) })
	k.run()
	k.ring.Hurry()
	k.armed(readers)
	s := &keenSender{ring: k.ring, made: &made, seen: map[webpush.Prepared]bool{}}
	p := k.process("one", func(c *fanout.Config) { c.Sender, c.Prepared = s, k.ring.Take })
	got, err := p.Run(t.Context(), alert("a"))
	must(t, err)
	if got.Accepted != readers || len(s.seen) != readers || s.bare > 0 || s.during != readers {
		t.Errorf("%d accepted, %d with different keys, %d without; %d keys were made until the last was sent", got.Accepted, len(s.seen), s.bare, s.during)
	}
	k.armed(readers)
}

// keenSender accepts all and looks at what was prepared.
type keenSender struct {
	ring *fanout.Keyring
	made *atomic.Int64

	mu     sync.Mutex
	seen   map[webpush.Prepared]bool
	bare   int
	during int64
}

func (s *keenSender) Close() error { return nil }

func (s *keenSender) Send(_ context.Context, b *webpush.Batch, settle func(int, webpush.Outcome)) error {
	s.ring.Hurry()
	s.mu.Lock()
	for i := range b.Messages {
		p := b.Messages[i].Prepared
		if !p.Ready() {
			s.bare++
		}
		s.seen[p] = true
	}
	s.during = s.made.Load()
	s.mu.Unlock()
	for i := range b.Messages {
		settle(i, ok)
	}
	return nil
}

func TestKeyringGivesWay(t *testing.T) {
	const readers = 64
	var busy atomic.Bool
	var asked atomic.Int64
	busy.Store(true)
	k := newKeyringWorld(t, readers, fanout.KeyringOptions{Least: 1, CPU: 1, Busy: func() bool { asked.Add(1); return busy.Load() }})
	k.ring.SetPrepare(instant())
	k.run()
	eventually(t, func() string { return "it did not ask" }, func() bool { return asked.Load() >= 2 })
	if ready, _ := k.ring.Armed(); ready != 0 {
		t.Errorf("%d were made while others needed the processor", ready)
	}
	busy.Store(false)
	k.armed(readers)
	for n := range uint32(readers) {
		k.ring.Forget(n)
	}
	busy.Store(true)
	k.ring.Hurry() // an editor waits, so it does not
	k.armed(readers)
}
