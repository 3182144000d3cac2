package newsroom

import (
	"bytes"
	"context"
	"encoding/json"
	"strings"
	"sync"
	"time"

	"dateline/internal/news"
	"dateline/internal/store"
)

// A postroom is a courier that behaves: it counts, sends as fast as it is told to, and
// stops. Alerts and their rules are the real ones.
type postroom struct {
	store *store.Store
	house news.AlertHouse

	mu     sync.Mutex
	tally  map[news.AlertID]*news.Tally
	frozen map[news.AlertID]bool // stopped here
	tested []news.StaffDevice
}

// everyone is how many would get an alert to everyone.
const everyone = 11532

func (p *postroom) Reach(a *news.Alert) int {
	switch {
	case a.Audience.All:
		return everyone
	case a.Audience.Followers:
		return 120
	}
	return 800 * len(a.Audience.Topics)
}

func (p *postroom) Message(a *news.Alert) ([]byte, error) {
	if len(a.Title)+len(a.Body) > 1500 {
		return nil, news.Wrong("body", "This is too long for a push message. Shorten the text.")
	}
	return []byte(a.Title + a.Body), nil
}

func (p *postroom) Stop(ctx context.Context, id news.AlertID) (news.Tally, error) {
	p.mu.Lock()
	p.frozen[id] = true
	t := p.tally[id]
	p.mu.Unlock()
	if t == nil {
		return news.Tally{}, nil
	}
	return *t, p.finish(ctx, id)
}

func (p *postroom) Progress(_ context.Context, id news.AlertID) (news.AlertProgress, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	t := p.tally[id]
	if t == nil {
		return news.AlertProgress{}, nil
	}
	half := *t
	half.Audience, half.Accepted, half.Waiting = t.Audience/2, t.Accepted/2, t.Waiting/2
	rest := *t
	rest.Audience, rest.Accepted, rest.Waiting = t.Audience-half.Audience, t.Accepted-half.Accepted, t.Waiting-half.Waiting
	half.Gone, half.Failed, half.Retrying = 0, 0, 0
	return news.AlertProgress{Tally: *t, PerSecond: 1700, ETA: 4 * time.Second, Services: []news.ServiceProgress{
		{Origin: "https://fcm.googleapis.com", Tally: rest, State: "sending"},
		{Origin: "https://updates.push.services.mozilla.com", Tally: half, State: "paused", Until: p.store.Now().Add(time.Minute), Why: "it asks us to wait"},
	}}, nil
}

func (p *postroom) Test(_ context.Context, _ *news.Alert, to []news.StaffDevice) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.tested = append(p.tested, to...)
	return len(to), nil
}

// leave begins an alert, and lets so many of it go out.
func (p *postroom) leave(ctx context.Context, id news.AlertID, accepted int) error {
	a, _, _, err := p.store.UpdateAlert(ctx, news.System, id, func(a *news.Alert, s *news.Story, _ int, now time.Time) (news.AlertOutcome, error) {
		if a.State == news.AlertCounting || a.State == news.AlertScheduled {
			a.State = news.AlertQueued
		}
		a.Begin(now)
		return news.AlertOutcome{Step: "begin"}, nil
	})
	if err != nil {
		return err
	}
	reach := p.Reach(a)
	p.mu.Lock()
	defer p.mu.Unlock()
	if o := p.tally[a.Original]; o != nil && a.Original != a.ID {
		reach = o.Accepted
	}
	p.tally[id] = &news.Tally{Audience: reach, Accepted: min(accepted, reach), Waiting: reach - min(accepted, reach)}
	return nil
}

// open says whether what is under way elsewhere may still change the numbers.
func (p *postroom) open(id news.AlertID, is bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.tally[id].Open = is
}

// work does what is due, as the real one would, until ctx ends: so many a tick.
func (p *postroom) work(ctx context.Context, speed int) {
	for tick := time.NewTicker(50 * time.Millisecond); ; {
		select {
		case <-ctx.Done():
			tick.Stop()
			return
		case <-tick.C:
		}
		open, _, err := p.store.Alerts(ctx, news.AlertList{Open: true, Limit: 100})
		if err != nil {
			return
		}
		for _, a := range open {
			due := a.Due(p.house)
			if a.State == news.AlertCounting && !due.After(p.store.Now()) || a.State == news.AlertQueued {
				p.leave(ctx, a.ID, 0)
			}
			p.mu.Lock()
			t, done := p.tally[a.ID], false
			if a.State == news.AlertSending && t != nil && !p.frozen[a.ID] {
				n := min(speed, t.Waiting)
				t.Waiting, t.Accepted = t.Waiting-n, t.Accepted+n
				done = t.Waiting == 0
			}
			p.mu.Unlock()
			if done {
				p.finish(ctx, a.ID)
			}
		}
	}
}

func (p *postroom) finish(ctx context.Context, id news.AlertID) error {
	_, _, _, err := p.store.UpdateAlert(ctx, news.System, id, func(a *news.Alert, _ *news.Story, _ int, now time.Time) (news.AlertOutcome, error) {
		p.mu.Lock()
		defer p.mu.Unlock()
		a.Finish(*p.tally[id], now)
		return news.AlertOutcome{Step: "finish"}, nil
	})
	return err
}

// pushes reads what browsers say of themselves, as far as a test needs it.
type pushes struct{}

func (pushes) PublicKey() string {
	return "BA1Hxzyi1RUM1b5wjxsn7nGxAszw2u61m164i3MrAIxHF6YK5h4SDYic-dRuU_RCPCfA5aq9ojSwk5Y2EmClBPs"
}

func (pushes) Parse(b []byte) (string, news.SubscriptionKeys, string, error) {
	var in struct{ Endpoint string }
	if json.NewDecoder(bytes.NewReader(b)).Decode(&in) != nil || !strings.HasPrefix(in.Endpoint, "https://") {
		return "", news.SubscriptionKeys{}, "", news.Wrong("subscription", "This is not the address of a push service that we know.")
	}
	return in.Endpoint, news.SubscriptionKeys{4, 1}, "key", nil
}
