package store_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dateline/internal/fanout"
	"dateline/internal/fanout/ledgertest"
	"dateline/internal/news"
	"dateline/internal/store"
)

var _ fanout.Ledger = (*store.Ledger)(nil)

func TestLedger(t *testing.T) {
	if store.LeaseTime != fanout.LeaseTime {
		t.Errorf("a lease lasts %v, fanout takes it for %v", store.LeaseTime, fanout.LeaseTime)
	}
	const alert = "0192a6de-0000-7000-8000-00000000a1e7"
	onEach := func(t *testing.T, open func(t *testing.T, now func() time.Time) *store.Store) {
		ledgertest.Test(t, alert, func(t *testing.T) ledgertest.House {
			c := &clock{t: time.Date(2026, 11, 25, 8, 0, 0, 0, time.UTC)}
			s := open(t, c.now)
			composeAs(t, s, alert)
			return ledgertest.House{
				Ledger: s.Ledger(),
				Stop: func(t *testing.T, id news.AlertID) {
					update(t, s, id, func(a *news.Alert, _ *news.Story, now time.Time) (*news.Alert, error) {
						return nil, a.Stop(editor, now)
					})
				},
				Pass: func(_ *testing.T, d time.Duration) { c.pass(d) },
			}
		})
	}
	for engine, open := range engines {
		t.Run(engine, func(t *testing.T) { onEach(t, open) })
	}
}

// composeAs keeps an alert by that name about a story of its own.
func composeAs(t testing.TB, s *store.Store, id news.AlertID) {
	t.Helper()
	ctx := context.Background()
	st, _, err := s.CreateStory(ctx, editor, func(now time.Time) (*news.Story, news.Outcome, error) {
		return news.NewStory(news.NewID[news.StoryID](), news.Article, editor, content("Harbour opens"), news.Plan{}, "", now)
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.UpdateStory(ctx, editor, st.ID, func(st *news.Story, now time.Time) (news.Outcome, error) {
		return st.Publish(editor, "", "", time.UTC, now)
	}); err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.CreateAlert(ctx, editor, st.ID, func(st *news.Story, _ int, now time.Time) (*news.Alert, news.AlertOutcome, error) {
		a, err := news.ComposeAlert(news.Alert{ID: id, Title: "Open", Audience: news.Audience{All: true}}, editor, st, house, now)
		if err == nil {
			a.Begin(now)
		}
		return a, news.AlertOutcome{Step: "compose"}, err
	}); err != nil {
		t.Fatal(err)
	}
}

func TestLedgerOfNothing(t *testing.T) {
	onBoth(t, func(t *testing.T, open func() *store.Store) {
		s, ctx := open(), t.Context()
		l, id := s.Ledger(), news.NewID[news.AlertID]()
		if err := l.Freeze(ctx, id, news.Recipients{1}); err == nil {
			t.Error("the audience of an alert that does not exist was frozen")
		}
		composeAs(t, s, id)
		_, _, claim := l.Claim(ctx, id, "a", 1)
		_, renew := l.Renew(ctx, id, "a")
		for what, err := range map[string]error{
			"claim": claim, "renew": renew, "release": l.Release(ctx, id, "a"),
			"settle": l.Settle(ctx, id, []news.DeliveryMark{{N: 1}}),
		} {
			if err == nil || errors.Is(err, news.ErrAlertStopped) {
				t.Errorf("%s without an audience: %v", what, err)
			}
		}
		// Chunks without an audience are nobody's work.
		var far news.Recipients
		far.Add(5000)
		if err := l.Freeze(ctx, id, far); err != nil {
			t.Fatal(err)
		}
		m := news.DeliveryMark{N: 3, Accepted: news.Bits{1}}
		if err := l.Settle(ctx, id, []news.DeliveryMark{m, {N: 70_000}, m}); err != nil {
			t.Fatal(err)
		}
		rec, err := l.Record(ctx, id)
		if err != nil || rec.Tally() != (news.Tally{Audience: 1, Waiting: 1}) {
			t.Errorf("%+v, %v", rec.Tally(), err)
		}
	})
}

// TestLedgerSharedByNodes: many at once, each chunk one node's, and no mark is lost.
func TestLedgerSharedByNodes(t *testing.T) {
	onBoth(t, func(t *testing.T, open func() *store.Store) {
		s, ctx := open(), t.Context()
		l, id := s.Ledger(), news.NewID[news.AlertID]()
		composeAs(t, s, id)
		var all news.Recipients
		for n := uint32(0); n < 100*news.ChunkSize; n += 3 {
			all.Add(n)
		}
		var nodes sync.WaitGroup
		var mu sync.Mutex
		holder := map[uint32]string{}
		for i := range 4 {
			node := fmt.Sprint("node", i)
			nodes.Go(func() {
				if err := l.Freeze(ctx, id, all); err != nil {
					t.Error(err)
				}
				for {
					chunks, left, err := l.Claim(ctx, id, node, 7)
					if err != nil {
						t.Error(err)
						return
					}
					if left == 0 || len(chunks) == 0 {
						return
					}
					var marks []news.DeliveryMark
					mu.Lock()
					for _, c := range chunks {
						if other := holder[c.N]; other != "" {
							t.Errorf("chunk %d is %s's and %s's", c.N, node, other)
						}
						holder[c.N] = node
						// A late word about somebody else's chunk comes in between.
						marks = append(marks, news.DeliveryMark{N: c.N, Accepted: c.Todo}, news.DeliveryMark{N: (c.N + 50) % 100, Retry: c.Todo})
					}
					mu.Unlock()
					if err := l.Settle(ctx, id, marks); err != nil {
						t.Error(err)
					}
					if _, err := l.Renew(ctx, id, node); err != nil {
						t.Error(err)
					}
				}
			})
		}
		nodes.Wait()
		want := news.Tally{Audience: all.Count(), Accepted: all.Count()}
		rec, err := l.Record(ctx, id)
		if err != nil || rec.Tally() != want || rec.Leased != 0 {
			t.Errorf("in the end %+v, %d leased, %v", rec.Tally(), rec.Leased, err)
		}
		if got, err := l.Renew(ctx, id, "node0"); err != nil || got != want {
			t.Errorf("told %+v, %v; want %+v", got, err, want)
		}
		if !cmp.Equal(rec.Accepted, rec.Audience) {
			t.Error("somebody was left out")
		}
	})
}
