// Package ledgertest is for tests: a fanout.Ledger in memory that outlives the engines
// that use it, as a database does, and the suite that every ledger has to pass.
package ledgertest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"dateline/internal/fanout"
	"dateline/internal/news"
)

// Memory is a ledger in memory.
type Memory struct {
	Now func() time.Time

	mu     sync.Mutex
	alerts map[news.AlertID]*entry
	fail   error
}

type entry struct {
	rows    []news.DeliveryRow
	leases  map[uint32]lease
	stopped bool
}

type lease struct {
	node string
	till time.Time
}

// NewMemory gives an empty ledger with the given clock.
func NewMemory(now func() time.Time) *Memory {
	return &Memory{Now: now, alerts: map[news.AlertID]*entry{}}
}

// Stop marks an alert as stopped, as the desk does.
func (m *Memory) Stop(_ context.Context, alert news.AlertID) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if e := m.alerts[alert]; e != nil {
		e.stopped = true
	}
	return nil
}

// Fail makes every call fail with err, until it is nil.
func (m *Memory) Fail(err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.fail = err
}

func (m *Memory) open(ctx context.Context, alert news.AlertID) (*entry, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if m.fail != nil {
		return nil, m.fail
	}
	e := m.alerts[alert]
	if e == nil {
		return nil, fmt.Errorf("alert %s is not frozen", alert)
	}
	return e, nil
}

// Freeze fixes the audience; see fanout.Ledger.
func (m *Memory) Freeze(ctx context.Context, alert news.AlertID, audience news.Recipients) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.fail != nil {
		return m.fail
	}
	if m.alerts[alert] != nil {
		return ctx.Err()
	}
	e := &entry{leases: map[uint32]lease{}}
	for n := range audience.Chunks() {
		e.rows = append(e.rows, news.DeliveryRow{Audience: audience.Chunk(uint32(n))})
	}
	m.alerts[alert] = e
	return ctx.Err()
}

// Record is everything known of an alert; see fanout.Ledger.
func (m *Memory) Record(ctx context.Context, alert news.AlertID) (*news.Delivery, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.alerts[alert] == nil {
		return nil, errors.Join(m.fail, ctx.Err())
	}
	e, err := m.open(ctx, alert)
	if err != nil {
		return nil, err
	}
	r := new(news.Delivery)
	for n, row := range e.rows {
		r.Audience = append(r.Audience, row.Audience[:]...)
		r.Accepted = append(r.Accepted, row.Accepted[:]...)
		r.Gone = append(r.Gone, row.Gone[:]...)
		r.Failed = append(r.Failed, row.Failed[:]...)
		r.Retry = append(r.Retry, row.Retry[:]...)
		if l := e.leases[uint32(n)]; row.Todo().Count() > 0 && l.till.After(m.Now()) {
			r.Leased++
		}
	}
	return r, nil
}

// Claim leases chunks; see fanout.Ledger.
func (m *Memory) Claim(ctx context.Context, alert news.AlertID, node string, most int) (chunks []news.DeliveryChunk, left int, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	e, err := m.open(ctx, alert)
	if err != nil {
		return nil, 0, err
	}
	if e.stopped {
		return nil, 0, news.ErrAlertStopped
	}
	now := m.Now()
	for n := range e.rows {
		todo := e.rows[n].Todo()
		if todo.Count() == 0 {
			continue
		}
		left++
		if l := e.leases[uint32(n)]; len(chunks) < most && !l.till.After(now) {
			e.leases[uint32(n)] = lease{node, now.Add(fanout.LeaseTime)}
			chunks = append(chunks, news.DeliveryChunk{N: uint32(n), Todo: todo})
		}
	}
	return chunks, left, nil
}

// Settle adds what became of messages; see fanout.Ledger.
func (m *Memory) Settle(ctx context.Context, alert news.AlertID, marks []news.DeliveryMark) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	e, err := m.open(ctx, alert)
	if err != nil {
		return err
	}
	for i := range marks {
		if n := int(marks[i].N); n < len(e.rows) {
			e.rows[n].Apply(&marks[i])
		}
	}
	return nil
}

// Renew prolongs a node's leases; see fanout.Ledger.
func (m *Memory) Renew(ctx context.Context, alert news.AlertID, node string) (t news.Tally, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	e, err := m.open(ctx, alert)
	if err != nil {
		return t, err
	}
	if e.stopped {
		return t, news.ErrAlertStopped
	}
	now := m.Now()
	for n, l := range e.leases {
		if l.node == node && l.till.After(now) {
			e.leases[n] = lease{node, now.Add(fanout.LeaseTime)}
		}
	}
	for i := range e.rows {
		r := e.rows[i].Tally()
		t.Audience += r.Audience
		t.Accepted += r.Accepted
		t.Gone += r.Gone
		t.Failed += r.Failed
		t.Retrying += r.Retrying
		t.Waiting += r.Waiting
	}
	return t, nil
}

// Release ends a node's leases; see fanout.Ledger.
func (m *Memory) Release(ctx context.Context, alert news.AlertID, node string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	e, err := m.open(ctx, alert)
	if err != nil {
		return err
	}
	for n, l := range e.leases {
		if l.node == node {
			delete(e.leases, n)
		}
	}
	return nil
}

// Leases lists the nodes that hold chunks, for failure messages.
func (m *Memory) Leases(alert news.AlertID) (nodes []string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if e := m.alerts[alert]; e != nil {
		for _, l := range e.leases {
			nodes = append(nodes, l.node)
		}
	}
	slices.Sort(nodes)
	return slices.Compact(nodes)
}
