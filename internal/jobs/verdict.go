package jobs

import (
	"math/rand/v2"
	"strings"
	"time"
	"unicode"
)

// Permanent says of an error that trying again would not help: the job is given up at
// once, and the operator told. Permanent(nil) is nil.
func Permanent(err error) error {
	if err == nil {
		return nil
	}
	return permanentError{err}
}

type permanentError struct{ error }

func (e permanentError) Unwrap() error { return e.error }

// doubling is the pause after an attempt unless its kind says otherwise.
func doubling(attempt int) time.Duration {
	return min(time.Hour, time.Second<<min(max(attempt-1, 0), 12))
}

// spread varies a pause by a quarter either way, so that what failed together does not
// come back together.
func spread(d time.Duration) time.Duration {
	return time.Duration(float64(d) * (0.75 + rand.Float64()/2))
}

// reason is what is kept of an error: one line of at most 500 bytes that both databases
// take, whatever a stranger's server put into it.
func reason(err error) string {
	s := strings.Map(func(c rune) rune {
		if unicode.IsControl(c) {
			return ' '
		}
		return c
	}, strings.ToValidUTF8(err.Error(), "?"))
	if len(s) > 500 {
		s = strings.ToValidUTF8(s[:500], "") + "…"
	}
	return s
}
