package fanout

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"dateline/internal/news"
)

// maxServices is how many services are listed one by one.
const maxServices = 20

// view is what a run shows of itself to others.
type view struct {
	mu       sync.Mutex
	at       time.Time
	tally    news.Tally
	samples  []sample // of the last seconds
	services map[string]serviceView
	until    time.Time // the last pause's end
}

type sample struct {
	at      time.Time
	settled int
}

type serviceView struct {
	state, why string
	until      time.Time
}

const speedOver = 2 * time.Second

// count takes in the ledger's numbers.
func (v *view) count(t news.Tally, at time.Time) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.tally = t
	v.samples = append(v.samples, sample{at, t.Settled()})
	for len(v.samples) > 2 && at.Sub(v.samples[0].at) > speedOver {
		v.samples = slices.Delete(v.samples, 0, 1)
	}
}

func (v *view) speed() float64 {
	if len(v.samples) < 2 {
		return 0
	}
	a, b := v.samples[0], v.samples[len(v.samples)-1]
	if dt := b.at.Sub(a.at).Seconds(); dt > 0 {
		return float64(b.settled-a.settled) / dt
	}
	return 0
}

// show publishes the services' states, four times a second.
func (r *run) show(now time.Time) {
	v := &r.view
	if now.Sub(v.at) < renewEvery && r.ctx.Err() == nil {
		return
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	v.at, v.until = now, time.Time{}
	clear(v.services)
	for k, l := range r.lanes {
		s := l.service
		if len(v.services) >= 10*maxServices && v.services[k.Origin].state == "" {
			continue
		}
		is := serviceView{state: "sending"}
		switch {
		case s.stopped:
			is = serviceView{state: "stopped", why: "it refuses our messages"}
		case now.Before(s.paused):
			is = serviceView{"paused", s.why, s.paused}
		case !l.open.IsZero():
			is = serviceView{"paused", "it does not accept our signature", l.open}
		}
		if is.until.After(v.until) && l.waits() > 0 {
			v.until = is.until
		}
		if old := v.services[k.Origin]; old.state != "paused" {
			v.services[k.Origin] = is
		}
	}
}

// Progress tells how an alert stands, sent here or elsewhere, now or long ago; by
// service as far as the subscriptions are still there. It reads the whole record, some
// fifteen milliseconds for a million, so of an alert that is being sent here it is half a
// second old at most, however many ask.
func (e *Engine) Progress(ctx context.Context, id news.AlertID) (*news.AlertProgress, error) {
	e.mu.Lock()
	r := e.runs[id]
	e.mu.Unlock()
	if r == nil {
		return e.progress(ctx, id)
	}
	r.asked.Lock()
	defer r.asked.Unlock()
	if now := e.Now(); r.lastAsked == nil || now.Sub(r.lastAskedAt) > progressFor {
		p, err := e.progress(ctx, id)
		if err != nil {
			return nil, err
		}
		r.lastAsked, r.lastAskedAt = p, now
	}
	p := *r.lastAsked
	p.Services = slices.Clone(p.Services)
	return &p, nil
}

// progressFor is how long what was counted is good for others who ask.
const progressFor = 500 * time.Millisecond

func (e *Engine) progress(ctx context.Context, id news.AlertID) (*news.AlertProgress, error) {
	rec, err := e.Ledger.Record(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("progress of alert %s: %w", id, err)
	}
	if rec == nil {
		return &news.AlertProgress{}, nil
	}
	p := &news.AlertProgress{Tally: rec.Tally(), Services: ByService(rec, e.Subscriptions)}
	e.mu.Lock()
	r := e.runs[id]
	e.mu.Unlock()
	left := p.Audience - p.Settled()
	if r == nil {
		for i := range p.Services {
			p.Services[i].State = "done"
		}
		if left > 0 {
			p.ETA = -1
		}
		return p, nil
	}
	v, now := &r.view, e.Now()
	v.mu.Lock()
	defer v.mu.Unlock()
	for i := range p.Services {
		s := &p.Services[i]
		s.State = "done"
		if s.Settled() < s.Audience {
			is := v.services[s.Origin]
			s.State, s.Why, s.Until = cmp.Or(is.state, "sending"), is.why, is.until
		}
	}
	p.PerSecond = v.speed()
	switch {
	case left == 0:
	case p.PerSecond > 0:
		p.ETA = max(time.Duration(float64(left)/p.PerSecond*float64(time.Second)), v.until.Sub(now))
	case v.until.After(now):
		p.ETA = v.until.Sub(now)
	default:
		p.ETA = -1
	}
	return p, nil
}

// ByService splits a record by push service, the largest first. What subscriptions no
// longer knows stands under "": a record that is to be kept is made before the gone are
// deleted.
func ByService(rec *news.Delivery, subscriptions Subscriptions) []news.ServiceProgress {
	tallies := map[string]*news.Tally{}
	var numbers []uint32
	var lanes [news.ChunkSize]Lane
	var recent [4]struct { // most numbers are at one of few services
		origin string
		tally  *news.Tally
	}
	of := func(origin string) *news.Tally {
		for i := range recent {
			if r := &recent[i]; r.tally != nil && r.origin == origin {
				return r.tally
			}
		}
		t := tallies[origin]
		if t == nil {
			t = new(news.Tally)
			tallies[origin] = t
		}
		recent[3], recent[2], recent[1] = recent[2], recent[1], recent[0]
		recent[0].origin, recent[0].tally = origin, t
		return t
	}
	for c := range rec.Audience.Chunks() {
		row := rec.Row(uint32(c))
		chunk := news.DeliveryChunk{N: uint32(c), Todo: row.Audience}
		numbers = chunk.AppendTo(numbers[:0])
		subscriptions.Lanes(numbers, lanes[:len(numbers)])
		for i, n := range numbers {
			t := of(lanes[i].Origin)
			t.Audience++
			switch {
			case row.Accepted.Has(n % news.ChunkSize):
				t.Accepted++
			case row.Gone.Has(n % news.ChunkSize):
				t.Gone++
			case row.Failed.Has(n % news.ChunkSize):
				t.Failed++
			case row.Retry.Has(n % news.ChunkSize):
				t.Retrying++
			default:
				t.Waiting++
			}
		}
	}
	var all []news.ServiceProgress
	for origin, t := range tallies {
		all = append(all, news.ServiceProgress{Origin: origin, Tally: *t})
	}
	slices.SortFunc(all, func(a, b news.ServiceProgress) int {
		return cmp.Or(cmp.Compare(b.Audience, a.Audience), cmp.Compare(a.Origin, b.Origin))
	})
	if len(all) > maxServices {
		rest := news.ServiceProgress{Origin: "other"}
		for _, s := range all[maxServices-1:] {
			rest.Audience += s.Audience
			rest.Accepted += s.Accepted
			rest.Gone += s.Gone
			rest.Failed += s.Failed
			rest.Retrying += s.Retrying
			rest.Waiting += s.Waiting
		}
		all = append(all[:maxServices-1], rest)
	}
	return all
}
