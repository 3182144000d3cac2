package main

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"dateline/internal/news"
)

// missed counts searches that found nothing, in memory: what was asked for less often than
// news.MissedLeast is never written down. Asking again within a minute is one question, so that
// a page that is loaded again does not count.
type missed struct {
	keep func(ctx context.Context, list []news.MissedSearch) error
	now  func() time.Time
	log  *slog.Logger

	mu    sync.Mutex
	asked map[string]*missedCount
}

type missedCount struct {
	times int
	due   int // of them, not written down yet
	last  time.Time
}

const (
	mostMissed   = 5_000 // questions remembered at once; a flood of others is not counted
	missedPause  = time.Minute
	missedFlush  = time.Minute
	missedForget = 24 * time.Hour // a question that was asked too seldom
)

// Add counts a search that found nothing.
func (m *missed) Add(typed string) {
	q := news.MissedQuery(typed)
	if q == "" {
		return
	}
	now := m.now()
	m.mu.Lock()
	defer m.mu.Unlock()
	c := m.asked[q]
	if c == nil {
		if len(m.asked) >= mostMissed {
			return
		}
		if m.asked == nil {
			m.asked = map[string]*missedCount{}
		}
		c = &missedCount{}
		m.asked[q] = c
	} else if now.Sub(c.last) < missedPause {
		return
	}
	c.last = now
	c.times++
	if c.times >= news.MissedLeast {
		c.due++
	}
	if c.times == news.MissedLeast {
		c.due = c.times
	}
}

// flush writes down what is due. What could not be written stays due.
func (m *missed) flush(ctx context.Context) error {
	now := m.now()
	var due []news.MissedSearch
	m.mu.Lock()
	for q, c := range m.asked {
		if c.due > 0 {
			due = append(due, news.MissedSearch{Query: q, Times: c.due})
		} else if now.Sub(c.last) > missedForget {
			delete(m.asked, q)
		}
	}
	m.mu.Unlock()
	if err := m.keep(ctx, due); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, d := range due {
		m.asked[d.Query].due -= d.Times // of those asked meanwhile, it stays
	}
	return nil
}

// Run writes down now and then, until ctx ends.
func (m *missed) Run(ctx context.Context) {
	tick := time.NewTicker(missedFlush)
	defer tick.Stop()
	for failed := false; ; {
		select {
		case <-ctx.Done():
			end, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
			defer cancel()
			m.flush(end) // counts alone are lost
			return
		case <-tick.C:
		}
		err := m.flush(ctx)
		if err != nil && !failed && ctx.Err() == nil {
			m.log.Warn("what readers looked for and did not find could not be kept; it is tried again", "error", err)
		}
		failed = err != nil
	}
}
