package fanout_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"dateline/internal/fanout"
	"dateline/internal/fanout/ledgertest"
	"dateline/internal/news"
	"dateline/internal/webpush"
)

// A world is everything around an engine: push services that behave as told, a ledger
// that outlives engines, subscribers.
type world struct {
	t       testing.TB
	ledger  *ledgertest.Memory
	book    *fanout.Book
	index   *fanout.Index
	signers *webpush.Signers
	keyID   string
	where   *webpush.Services

	// behave answers a message to one subscriber, the try counted from 1.
	behave func(n uint32, origin string, try int) webpush.Outcome
	delay  time.Duration

	mu       sync.Mutex
	notices  []fanout.Notice
	accepted map[uint32]int
	tries    map[uint32]int
	log      []written
	of       map[string]uint32
}

type written struct {
	at     time.Time
	n      uint32
	origin string
	batch  webpush.Batch
}

var origins = []string{"https://fcm.googleapis.com", "https://updates.push.services.mozilla.com", "https://web.push.apple.com"}

func newWorld(t testing.TB, subscribers int, origins ...string) *world {
	t.Helper()
	w := &world{
		t: t, ledger: ledgertest.NewMemory(time.Now), book: fanout.NewBook(), index: fanout.NewIndex(time.UTC), delay: 10 * time.Millisecond,
		accepted: map[uint32]int{}, tries: map[uint32]int{}, of: map[string]uint32{},
		behave: func(uint32, string, int) webpush.Outcome { return ok },
	}
	key, err := webpush.NewKey()
	must(t, err)
	w.keyID = key.ID()
	w.signers, err = webpush.NewSigners("mailto:desk@example.org", time.Now, key)
	must(t, err)
	w.where, err = webpush.NewServices(nil, nil)
	must(t, err)
	for n := range uint32(subscribers) {
		w.subscribe(n, origins[int(n)%len(origins)])
	}
	return w
}

func (w *world) subscribe(n uint32, origin string) {
	e, err := w.where.Parse(fmt.Sprintf("%s/s/%d", origin, n))
	must(w.t, err)
	w.book.Put(n, e, webpush.Keys{}, w.keyID)
	w.index.Put(&news.Subscription{Number: n, State: news.SubscriptionActive})
	w.mu.Lock()
	w.of[e.String()] = n
	w.mu.Unlock()
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

var (
	ok        = webpush.Outcome{Class: webpush.Accepted, Status: 201}
	gone      = webpush.Outcome{Class: webpush.Gone, Status: 410}
	forbidden = webpush.Outcome{Class: webpush.KeyTrouble, Status: 403}
	bad       = webpush.Outcome{Class: webpush.Rejected, Status: 400}
	broken    = webpush.Outcome{Class: webpush.Retry, Status: 500}
	noAnswer  = webpush.Outcome{Class: webpush.Retry, Err: errors.New("no route to host")}
)

func throttled(after time.Duration) webpush.Outcome {
	return webpush.Outcome{Class: webpush.Throttled, Status: 429, RetryAfter: after}
}

// A sender is one process's way to the world's services. Once dead, as after kill -9,
// nothing that it writes arrives and nothing that it hears is told.
type sender struct {
	w    *world
	mu   sync.Mutex
	dead bool
}

func (s *sender) Close() error { return nil }

func (s *sender) Send(ctx context.Context, b *webpush.Batch, settle func(int, webpush.Outcome)) error {
	const burst = 32
	for from := 0; from < len(b.Messages); from += burst {
		till := min(from+burst, len(b.Messages))
		if ctx.Err() != nil {
			for i := from; i < till; i++ {
				settle(i, webpush.Outcome{Class: webpush.Unsent, Err: ctx.Err()})
			}
			continue
		}
		outs := make([]webpush.Outcome, till-from)
		s.mu.Lock()
		if !s.dead {
			for i := range outs {
				outs[i] = s.w.take(b, &b.Messages[from+i])
			}
		}
		dead := s.dead
		s.mu.Unlock()
		time.Sleep(s.w.delay)
		for i, o := range outs {
			if dead {
				o = noAnswer
			}
			settle(from+i, o)
		}
	}
	return nil
}

// take is a message's arrival.
func (w *world) take(b *webpush.Batch, m *webpush.Message) webpush.Outcome {
	w.mu.Lock()
	defer w.mu.Unlock()
	n, known := w.of[m.To.String()]
	if !known {
		w.t.Errorf("a message to %s", m.To.Origin())
	}
	w.tries[n]++
	o := w.behave(n, m.To.Origin(), w.tries[n])
	w.log = append(w.log, written{time.Now(), n, m.To.Origin(), *b})
	if o.Class == webpush.Accepted {
		w.accepted[n]++
	}
	return o
}

// A mortal ledger is one process's connection to the ledger; it can be cut.
type mortal struct {
	fanout.Ledger
	mu   sync.Mutex
	dead bool
}

var errDead = errors.New("the process is dead")

func (m *mortal) alive() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.dead {
		return errDead
	}
	return nil
}

func (m *mortal) Settle(ctx context.Context, a news.AlertID, marks []news.DeliveryMark) error {
	// The lock is held, so that a death is before or after a commit, never within.
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.dead {
		return errDead
	}
	return m.Ledger.Settle(ctx, a, marks)
}

func (m *mortal) Renew(ctx context.Context, a news.AlertID, node string) (news.Tally, error) {
	if err := m.alive(); err != nil {
		return news.Tally{}, err
	}
	return m.Ledger.Renew(ctx, a, node)
}

func (m *mortal) Claim(ctx context.Context, a news.AlertID, node string, most int) ([]news.DeliveryChunk, int, error) {
	if err := m.alive(); err != nil {
		return nil, 0, err
	}
	return m.Ledger.Claim(ctx, a, node, most)
}

func (m *mortal) Release(ctx context.Context, a news.AlertID, node string) error {
	if err := m.alive(); err != nil {
		return err
	}
	return m.Ledger.Release(ctx, a, node)
}

// A process is an engine that can be killed.
type process struct {
	*fanout.Engine
	sender *sender
	ledger *mortal
}

func (w *world) process(node string, change ...func(*fanout.Config)) *process {
	p := &process{sender: &sender{w: w}, ledger: &mortal{Ledger: w.ledger}}
	c := fanout.Config{
		Node: node, Ledger: p.ledger, Subscriptions: w.book, Audience: w.index, Fence: open{}, Sender: p.sender,
		Services: w.where, Signers: w.signers,
		Payload: func(a *news.Alert) ([]byte, error) {
			return fanout.Payload(a, fanout.Dress{Site: "https://news.example.org"})
		},
		Tell: func(n fanout.Notice) {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.notices = append(w.notices, n)
		},
	}
	for _, f := range change {
		f(&c)
	}
	p.Engine = fanout.New(c)
	return p
}

// kill is kill -9: nothing of the process reaches anybody any more.
func (p *process) kill() {
	p.ledger.mu.Lock()
	p.sender.mu.Lock()
	p.ledger.dead, p.sender.dead = true, true
	p.sender.mu.Unlock()
	p.ledger.mu.Unlock()
}

// start runs the alert until end is called, which waits for it.
func (p *process) start(a *news.Alert) (end func()) {
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		p.Run(ctx, a)
	}()
	return func() {
		cancel()
		<-ended
	}
}

// open is a fence that lets everybody through.
type open struct{}

func (open) Shown(context.Context, news.StoryID) error { return nil }

func alert(id news.AlertID) *news.Alert {
	return &news.Alert{
		ID: id, Original: id, Kind: news.NewsAlert, State: news.AlertSending, Story: "s", Title: "Bridge closed", Address: "/2026/11/25/bridge",
		Audience: news.Audience{All: true}, Importance: news.Breaking, Urgency: "high", TTL: news.BreakingTTL, Started: time.Now(),
	}
}

func (w *world) tally(id news.AlertID) news.Tally {
	w.t.Helper()
	rec, err := w.ledger.Record(context.Background(), id)
	must(w.t, err)
	if rec == nil {
		return news.Tally{}
	}
	t := rec.Tally()
	if sum := t.Settled() + t.Retrying + t.Waiting; sum != t.Audience {
		w.t.Errorf("the record sums up to %d of %d: %+v", sum, t.Audience, t)
	}
	return t
}

// repeats counts the messages that a service accepted beyond the first for each.
func (w *world) repeats() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	n := 0
	for _, times := range w.accepted {
		n += times - 1
	}
	return n
}

// messages counts what has reached a service.
func (w *world) messages() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.log)
}

func (w *world) kinds() (kinds []fanout.NoticeKind) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, n := range w.notices {
		kinds = append(kinds, n.Kind)
	}
	return kinds
}
