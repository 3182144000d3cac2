package pushservice_test

import (
	"testing"
	"time"

	"dateline/internal/pushservice"
	"dateline/internal/webpush"
)

// Over HTTP/1.1 it misbehaves as well.
func TestTroublesOverHTTP1(t *testing.T) {
	for _, tt := range []struct {
		name    string
		trouble pushservice.Trouble
		want    report
		timeout time.Duration
	}{
		{name: "410 to all", trouble: pushservice.Trouble{Kind: pushservice.Status, Status: 410}, want: report{webpush.Gone: 30}},
		{name: "429 with seconds", trouble: pushservice.Trouble{Kind: pushservice.Status, Status: 429, RetryAfter: pushservice.Duration(3 * time.Second)}, want: report{webpush.Throttled: 30}},
		{name: "answer before the body", trouble: pushservice.Trouble{Kind: pushservice.Early, Status: 403}, want: report{webpush.KeyTrouble: 30}},
		{name: "one a second", trouble: pushservice.Trouble{Kind: pushservice.Rate, PerSecond: 1}},
		{name: "no answer", timeout: time.Second, trouble: pushservice.Trouble{Kind: pushservice.Hang}, want: report{webpush.Retry: 30}},
		{name: "slow", trouble: pushservice.Trouble{Kind: pushservice.Slow, Delay: pushservice.Duration(100 * time.Millisecond)}, want: report{webpush.Accepted: 30}},
		{name: "away", trouble: pushservice.Trouble{Kind: pushservice.Offline}, want: report{webpush.Accepted: 30}},
		{name: "reset", trouble: pushservice.Trouble{Kind: pushservice.Cut}, want: report{webpush.Retry: 30}},
		{name: "closed", trouble: pushservice.Trouble{Kind: pushservice.Close}, want: report{webpush.Retry: 30}},
		{name: "garbage", trouble: pushservice.Trouble{Kind: pushservice.Garbage}, want: report{webpush.Retry: 30}},
		{name: "20 kB of headers", trouble: pushservice.Trouble{Kind: pushservice.Headers, Size: 20 << 10}, want: report{webpush.Accepted: 30}},
		{name: "500 kB of headers", trouble: pushservice.Trouble{Kind: pushservice.Headers, Size: 500 << 10}, want: report{webpush.Retry: 30}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, pushservice.Options{Origins: 1, Subscriptions: 30, Troubles: []pushservice.Trouble{{Kind: pushservice.HTTP1}, tt.trouble}})
			if tt.timeout > 0 {
				w.timeout = tt.timeout
			}
			got, out := w.send(w.sender(t, "fast"), w.batch(0, 30))
			if tt.want != nil && !same(got, tt.want) {
				t.Errorf("sender says %v, want %v; e.g. %v", got, tt.want, sample(out))
			}
			w.agree(t, out, true, false)
			if st := w.service.Stats(); countsMessages(tt.trouble) != (troubled(st) > 0) {
				t.Errorf("%+v", st)
			}
		})
	}
}
