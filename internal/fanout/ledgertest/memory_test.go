package ledgertest

import (
	"testing"
	"time"

	"dateline/internal/news"
)

func TestMemory(t *testing.T) {
	Test(t, "a", func(t *testing.T) House {
		now := time.Unix(1e9, 0)
		m := NewMemory(func() time.Time { return now })
		return House{
			Ledger: m,
			Stop:   func(t *testing.T, alert news.AlertID) { check(t, m.Stop(t.Context(), alert)) },
			Pass:   func(_ *testing.T, d time.Duration) { now = now.Add(d) },
		}
	})
}
