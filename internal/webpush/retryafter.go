package webpush

import (
	"net/http"
	"time"
)

// The bounds of what a push service may ask for, and what is taken when it
// does not say or cannot be understood.
const (
	MinRetryAfter     = time.Second
	MaxRetryAfter     = time.Hour
	defaultRetryAfter = time.Minute
)

// maxRetryAfterText is how much of the header is looked at, in bytes.
const maxRetryAfterText = 64

// parseRetryAfter reads seconds or a date (RFC 9110, 10.2.3).
func parseRetryAfter(text []byte, now time.Time) time.Duration {
	for len(text) > 0 && text[0] == ' ' {
		text = text[1:]
	}
	for len(text) > 0 && text[len(text)-1] == ' ' {
		text = text[:len(text)-1]
	}
	if len(text) == 0 || len(text) > maxRetryAfterText {
		return defaultRetryAfter
	}
	seconds, digits := time.Duration(0), true
	for _, c := range text {
		if c < '0' || c > '9' {
			digits = false
			break
		}
		seconds = min(seconds*10+time.Duration(c-'0'), MaxRetryAfter/time.Second)
	}
	wait := seconds * time.Second
	if !digits {
		at, err := http.ParseTime(string(text))
		if err != nil {
			return defaultRetryAfter
		}
		wait = at.Sub(now)
	}
	return max(MinRetryAfter, min(wait, MaxRetryAfter))
}
