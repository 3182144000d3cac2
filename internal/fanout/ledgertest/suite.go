package ledgertest

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dateline/internal/fanout"
	"dateline/internal/news"
)

// A House is a ledger under test with what the suite has to do to it.
type House struct {
	Ledger fanout.Ledger
	// Stop marks an alert as stopped, as the desk does.
	Stop func(t *testing.T, alert news.AlertID)
	// Pass lets so much of the ledger's time pass.
	Pass func(t *testing.T, d time.Duration)
}

// Test checks what fanout.Ledger promises. open gives a new ledger in which alert may
// be frozen.
func Test(t *testing.T, alert news.AlertID, open func(t *testing.T) House) {
	ctx := context.Background()
	frozen := func(t *testing.T, numbers ...uint32) House {
		h := open(t)
		var s news.Recipients
		for _, n := range numbers {
			s.Add(n)
		}
		check(t, h.Ledger.Freeze(ctx, alert, s))
		return h
	}
	claim := func(t *testing.T, h House, node string, most int, want []uint32, wantLeft int) []news.DeliveryChunk {
		t.Helper()
		chunks, left, err := h.Ledger.Claim(ctx, alert, node, most)
		check(t, err)
		var got []uint32
		for _, c := range chunks {
			got = append(got, c.N)
		}
		if !cmp.Equal(got, want) || left != wantLeft {
			t.Fatalf("%s claims chunks %v, %d left; want %v, %d", node, got, left, want, wantLeft)
		}
		return chunks
	}
	mark := func(n uint32) news.DeliveryMark { return news.DeliveryMark{N: n / news.ChunkSize} }
	tally := func(t *testing.T, h House) news.Tally {
		t.Helper()
		rec, err := h.Ledger.Record(ctx, alert)
		check(t, err)
		got := rec.Tally()
		if sum := got.Settled() + got.Retrying + got.Waiting; sum != got.Audience {
			t.Fatalf("the numbers sum up to %d of %d: %+v", sum, got.Audience, got)
		}
		return got
	}

	t.Run("the first audience stays", func(t *testing.T) {
		h := open(t)
		if rec, err := h.Ledger.Record(ctx, alert); rec != nil || err != nil {
			t.Fatalf("before it is frozen: %v, %v", rec, err)
		}
		check(t, h.Ledger.Freeze(ctx, alert, news.Recipients{1 << 5}))
		check(t, h.Ledger.Freeze(ctx, alert, news.Recipients{^uint64(0)}))
		if got := tally(t, h); got.Audience != 1 || got.Waiting != 1 {
			t.Errorf("%+v, want one that waits", got)
		}
	})
	t.Run("an empty audience is done", func(t *testing.T) {
		claim(t, frozen(t), "a", 9, nil, 0)
	})
	t.Run("chunks are one node's each", func(t *testing.T) {
		h := frozen(t, 1, 300, 600, 1_000_000)
		first := claim(t, h, "a", 2, []uint32{0, 1}, 4)
		if !cmp.Equal(first[0].Todo, news.Bits{2}) {
			t.Errorf("todo of chunk 0: %v", first[0].Todo)
		}
		claim(t, h, "b", 9, []uint32{2, 1_000_000 / news.ChunkSize}, 4)
		claim(t, h, "a", 9, nil, 4)
	})
	t.Run("what is settled is not handed out", func(t *testing.T) {
		h := frozen(t, 1, 2, 3, 300)
		claim(t, h, "a", 9, []uint32{0, 1}, 2)
		m, o := mark(1), mark(300)
		m.Accepted[0], m.Gone[0], m.Retry[0] = 1<<1, 1<<2, 1<<3
		o.Failed[0] = 1 << (300 - 256)
		for range 2 { // twice is once
			check(t, h.Ledger.Settle(ctx, alert, []news.DeliveryMark{m, o}))
		}
		want := news.Tally{Audience: 4, Accepted: 1, Gone: 1, Failed: 1, Retrying: 1}
		held := want
		held.Open = true // a holds chunk 0, which is not done
		if got := tally(t, h); got != held {
			t.Errorf("%+v, want %+v", got, want)
		}
		check(t, h.Ledger.Release(ctx, alert, "a"))
		if c := claim(t, h, "b", 9, []uint32{0}, 1); c[0].Todo != (news.Bits{1 << 3}) {
			t.Errorf("left to do: %v", c[0].Todo)
		}
		if got, err := h.Ledger.Renew(ctx, alert, "b"); err != nil || got != want {
			t.Errorf("renew: %+v, %v, want %+v", got, err, want)
		}
	})
	t.Run("nobody is counted twice or from outside", func(t *testing.T) {
		h := frozen(t, 1, 2)
		m := mark(1)
		m.Gone[0], m.Failed[0], m.Retry[0] = 0b110, 0b1110, 0b1111
		check(t, h.Ledger.Settle(ctx, alert, []news.DeliveryMark{m}))
		m = mark(1)
		m.Accepted[0], m.Retry[0] = 0b10, 0b110
		check(t, h.Ledger.Settle(ctx, alert, []news.DeliveryMark{m}))
		if got, want := tally(t, h), (news.Tally{Audience: 2, Accepted: 1, Gone: 1}); got != want {
			t.Errorf("%+v, want %+v", got, want)
		}
	})
	t.Run("a dead node's chunks are taken over", func(t *testing.T) {
		h := frozen(t, 1, 300)
		claim(t, h, "a", 1, []uint32{0}, 2)
		claim(t, h, "b", 1, []uint32{1}, 2)
		for range 3 {
			h.Pass(t, fanout.LeaseTime/2)
			_, err := h.Ledger.Renew(ctx, alert, "b")
			check(t, err)
		}
		claim(t, h, "c", 9, []uint32{0}, 2)
		rec, err := h.Ledger.Record(ctx, alert)
		check(t, err)
		if rec.Leased != 2 {
			t.Errorf("%d chunks leased, want 2", rec.Leased)
		}
		h.Pass(t, 2*fanout.LeaseTime)
		if _, err := h.Ledger.Renew(ctx, alert, "b"); err != nil {
			t.Fatal(err)
		}
		claim(t, h, "c", 9, []uint32{0, 1}, 2) // too late to renew
	})
	t.Run("a stop holds everything but facts", func(t *testing.T) {
		h := frozen(t, 1, 300)
		claim(t, h, "a", 1, []uint32{0}, 2)
		h.Stop(t, alert)
		if _, _, err := h.Ledger.Claim(ctx, alert, "a", 1); !errors.Is(err, news.ErrAlertStopped) {
			t.Errorf("claim after a stop: %v", err)
		}
		if _, err := h.Ledger.Renew(ctx, alert, "a"); !errors.Is(err, news.ErrAlertStopped) {
			t.Errorf("renew after a stop: %v", err)
		}
		m := mark(1)
		m.Accepted[0] = 0b10
		check(t, h.Ledger.Settle(ctx, alert, []news.DeliveryMark{m}))
		check(t, h.Ledger.Release(ctx, alert, "a"))
		if got, want := tally(t, h), (news.Tally{Audience: 2, Accepted: 1, Waiting: 1}); got != want {
			t.Errorf("%+v, want %+v", got, want)
		}
	})
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
