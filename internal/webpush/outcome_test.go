package webpush

import (
	"testing"
	"time"
)

func TestClassify(t *testing.T) {
	for _, c := range []struct {
		want     Class
		statuses []int
	}{
		{Accepted, []int{200, 201, 202, 204}},
		{Gone, []int{404, 410}},
		{Throttled, []int{406, 429, 503}},
		{Rejected, []int{301, 302, 307, 308, 400, 402, 405, 411, 413, 415, 418, 422, 100, 999, 600}},
		{KeyTrouble, []int{401, 403}},
		{Retry, []int{408, 421, 425, 500, 502, 504, 507, 599}},
	} {
		for _, status := range c.statuses {
			if got := classify(status); got != c.want {
				t.Errorf("status %d is %v, want %v", status, got, c.want)
			}
		}
	}
}

func TestRetryAfter(t *testing.T) {
	now := time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)
	for text, want := range map[string]time.Duration{
		"": time.Minute, "0": time.Second, "1": time.Second, "120": 2 * time.Minute, " 7 ": 7 * time.Second,
		"3600": time.Hour, "3601": time.Hour, "99999999999999999999999999": time.Hour,
		"-1": time.Minute, "1.5": time.Minute, "soon": time.Minute, "\x00": time.Minute,
		"Wed, 02 Jan 2030 03:05:05 GMT":     time.Minute,
		"Wednesday, 02-Jan-30 03:04:15 GMT": 10 * time.Second,
		"Wed Jan  2 03:04:35 2030":          30 * time.Second,
		"Wed, 02 Jan 2030 03:04:05 GMT":     time.Second,
		"Wed, 02 Jan 2020 03:04:05 GMT":     time.Second,
		"Wed, 02 Jan 9999 03:04:05 GMT":     time.Hour,
	} {
		if got := parseRetryAfter([]byte(text), now); got != want {
			t.Errorf("Retry-After: %q is %v, want %v", text, got, want)
		}
	}
}

func FuzzRetryAfter(f *testing.F) {
	f.Add([]byte("120"))
	f.Add([]byte("Wed, 02 Jan 2030 03:05:05 GMT"))
	f.Fuzz(func(t *testing.T, text []byte) {
		if d := parseRetryAfter(text, time.Now()); d < MinRetryAfter || d > MaxRetryAfter {
			t.Errorf("Retry-After: %q is %v", text, d)
		}
	})
}
