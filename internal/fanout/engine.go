package fanout

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"dateline/internal/news"
	"dateline/internal/webpush"
)

// A Fence tells when a story is shown everywhere.
type Fence interface {
	// Shown returns once readers see the story on every node, and fails with a
	// news.Conflict if it is not there to be seen.
	Shown(ctx context.Context, story news.StoryID) error
}

// An Audience tells who is to get an alert now; *Index is one.
type Audience interface {
	Freeze(a *news.Alert, now time.Time) news.Recipients
}

// Config is what an Engine works with. What has no "may be nil" is needed.
type Config struct {
	Node          string // this node's name, the same after a restart
	Ledger        Ledger
	Subscriptions Subscriptions
	Audience      Audience
	Fence         Fence
	Sender        webpush.Sender
	Services      *webpush.Services
	Signers       *webpush.Signers

	// Payload is what the alert's messages hold; see the function Payload.
	Payload func(a *news.Alert) ([]byte, error)
	// Prepared takes the keys prepared for a subscription that has keys, if there are, as
	// Keyring.Take does; may be nil.
	Prepared func(number uint32, keys *webpush.Keys, p *webpush.Prepared)
	// Limit is the most messages per second that a service gets from all nodes, 0 for
	// as many as it answers; may be nil.
	Limit func(origin string) float64
	// Nodes counts the nodes that are alive, which share limits and pace; may be nil.
	Nodes func() int
	// Tell hands the operator a notice, and must not wait; may be nil.
	Tell func(Notice)
	// Window is how many messages may be under way or answered and not yet in the
	// ledger: so many may be repeated after a crash. 8,192 unless given.
	Window int
	// Now is the clock: time.Now unless given.
	Now func() time.Time
}

// An Engine sends alerts. Its methods may be called by any number of goroutines.
type Engine struct {
	Config

	mu   sync.Mutex
	runs map[news.AlertID]*run
}

// New gives an engine.
func New(c Config) *Engine {
	if c.Window <= 0 {
		c.Window = 8192
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Nodes == nil {
		c.Nodes = func() int { return 1 }
	}
	if c.Limit == nil {
		c.Limit = func(string) float64 { return 0 }
	}
	return &Engine{Config: c, runs: map[news.AlertID]*run{}}
}

// ErrRunning means that this engine is sending the alert already.
var ErrRunning = errors.New("the alert is being sent by this node already")

// Run sends alert a, which has begun (news.Alert.Begin), or what an earlier run left of
// it, and returns its numbers over all nodes once every subscription is settled. Several
// nodes may run the same alert. It returns news.ErrAlertStopped, with the numbers, once the alert
// was stopped, and ctx's error once that ended; the rest then waits for another Run.
// Sending goes on while the ledger or a service is out, and ends with the alert's time.
func (e *Engine) Run(ctx context.Context, a *news.Alert) (news.Tally, error) {
	r, err := e.begin(ctx, a)
	if err != nil {
		return news.Tally{}, fmt.Errorf("send alert %s: %w", a.ID, err)
	}
	err = r.all()
	r.cancel(nil)
	t, tallyErr := e.tally(ctx, a.ID)
	e.mu.Lock()
	delete(e.runs, a.ID)
	e.mu.Unlock()
	close(r.ended)
	if err == nil {
		err = tallyErr
	}
	if err != nil {
		return t, fmt.Errorf("send alert %s: %w", a.ID, err)
	}
	return t, nil
}

// tally asks the ledger even when ctx has ended, but not for long.
func (e *Engine) tally(ctx context.Context, id news.AlertID) (news.Tally, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	rec, err := e.Ledger.Record(ctx, id)
	if err != nil || rec == nil {
		return news.Tally{}, err
	}
	return rec.Tally(), nil
}

func (e *Engine) begin(ctx context.Context, a *news.Alert) (*run, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.runs[a.ID] != nil {
		return nil, ErrRunning
	}
	r := newRun(ctx, e, a)
	e.runs[a.ID] = r
	return r, nil
}

// Stop ends this node's sending of an alert within a second and says how many went out,
// over all nodes. The stop must be in the database already, where the other nodes find
// it within a second; an alert that is not being sent here just gets its numbers.
func (e *Engine) Stop(ctx context.Context, id news.AlertID) (news.Tally, error) {
	e.mu.Lock()
	r := e.runs[id]
	e.mu.Unlock()
	if r != nil {
		r.cancel(news.ErrAlertStopped)
		select {
		case <-r.ended:
		case <-ctx.Done():
			return news.Tally{}, fmt.Errorf("stop alert %s: %w", id, ctx.Err())
		}
	}
	t, err := e.tally(ctx, id)
	if err != nil {
		return t, fmt.Errorf("stop alert %s: %w", id, err)
	}
	return t, nil
}
