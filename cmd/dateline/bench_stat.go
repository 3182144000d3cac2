package main

import (
	"math"
	"slices"
	"time"
)

// quantile is the smallest value that at least the share q of all is not above; 0
// of nothing. It sorts its argument.
func quantile[T float64 | time.Duration | uint32](all []T, q float64) T {
	if len(all) == 0 {
		return 0
	}
	slices.Sort(all)
	return all[min(len(all)-1, max(0, int(math.Ceil(q*float64(len(all))))-1))]
}

// median of an even number of values is the mean of the middle two.
func median(all []float64) float64 {
	if len(all) == 0 {
		return 0
	}
	slices.Sort(all)
	m := len(all) / 2
	if len(all)%2 == 1 {
		return all[m]
	}
	return (all[m-1] + all[m]) / 2
}

// inMS is d in milliseconds.
func inMS(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
