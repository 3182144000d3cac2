package main

import (
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

// A loadOrder is one round of asking: on so many connections, each with one request
// under way at a time.
type loadOrder struct {
	Address     string        `json:"address"`
	Connections int           `json:"connections"`
	For         time.Duration `json:"for"`  // how long; zero asks each of Asks once
	Asks        [][]byte      `json:"asks"` // whole requests, asked in turn
	Rate        int           `json:"rate"` // requests a second, together; zero is as many as get answers
	Status      int           `json:"status"`
}

// A loadResult is what came of it. Any answer but the ordered status ends the round
// with a failure: a benchmark of errors would flatter.
type loadResult struct {
	Answers int           `json:"answers"`
	Took    time.Duration `json:"took"`
	P50     time.Duration `json:"p50"`
	P99     time.Duration `json:"p99"`
	Failure string        `json:"failure"`
}

// loadMost bounds a round that asks a list once.
const loadMost = 2 * time.Minute

func (o *loadOrder) carryOut() loadResult {
	within := o.For + 30*time.Second
	if o.For == 0 {
		within = loadMost
	}
	conns := make([]*benchConn, o.Connections)
	for i := range conns {
		c, err := dialBench(o.Address, within)
		if err != nil {
			return loadResult{Failure: err.Error()}
		}
		defer c.close()
		conns[i] = c
	}
	var (
		next  atomic.Int64
		all   sync.WaitGroup
		mu    sync.Mutex
		took  []uint32 // of each answer, in microseconds
		res   loadResult
		start = time.Now()
	)
	for _, c := range conns {
		all.Go(func() {
			mine, err := o.askAll(c, &next, start)
			mu.Lock()
			defer mu.Unlock()
			took = append(took, mine...)
			if err != nil {
				res.Failure = err.Error()
			}
		})
	}
	all.Wait()
	res.Took, res.Answers = time.Since(start), len(took)
	res.P50 = time.Duration(quantile(took, 0.50)) * time.Microsecond
	res.P99 = time.Duration(quantile(took, 0.99)) * time.Microsecond
	return res
}

// askAll counts a paced request's time from when it was due: a client that waits for
// its answer before it asks again would not notice that others had to.
func (o *loadOrder) askAll(c *benchConn, next *atomic.Int64, start time.Time) ([]uint32, error) {
	took := make([]uint32, 0, 1<<12)
	end := start.Add(o.For)
	for at := time.Now(); o.For == 0 || at.Before(end); {
		n := int(next.Add(1) - 1)
		if o.For == 0 && n >= len(o.Asks) {
			break
		}
		if o.Rate > 0 {
			if at = start.Add(time.Duration(n) * time.Second / time.Duration(o.Rate)); o.For > 0 && !at.Before(end) {
				break
			}
			time.Sleep(time.Until(at))
		}
		ask := o.Asks[n%len(o.Asks)]
		h, err := c.send(ask, false)
		if err == nil {
			err = c.skip(h)
		}
		if err == nil && h.status != o.Status {
			err = fmt.Errorf("status %d instead of %d", h.status, o.Status)
		}
		if err != nil {
			return took, fmt.Errorf("%.80q: %w", ask, err)
		}
		now := time.Now()
		took = append(took, uint32(now.Sub(at).Microseconds()))
		at = now
	}
	return took, nil
}
