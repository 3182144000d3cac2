package pagecache_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"dateline/internal/pagecache"
)

// A cache is what the staleness tests try: ours, and two that people write first,
// on which the same tests must fail, or they would prove nothing.
type cache interface {
	serve(ctx context.Context, key string, render pagecache.Render) (string, error)
	purge(tags ...string)
}

type ours struct{ *pagecache.Cache }

func (c ours) serve(ctx context.Context, key string, render pagecache.Render) (string, error) {
	w := httptest.NewRecorder()
	r := httptest.NewRequestWithContext(ctx, "GET", key, nil)
	if c.Hit(w, r) {
		return w.Body.String(), nil
	}
	err := c.Serve(w, r, "", render)
	return w.Body.String(), err
}

func (c ours) purge(tags ...string) { c.Purge(tags...) }

// naive purges after the commit and renders once per stampede. With checked set
// it has one of our two rules, and stores only what no purge has overtaken.
type naive struct {
	checked bool
	mu      sync.Mutex
	purges  int
	pages   map[string]pagecache.Response
	calls   map[string]*call
}

type call struct {
	done chan struct{}
	r    pagecache.Response
	err  error
}

func (c *naive) serve(ctx context.Context, key string, render pagecache.Render) (string, error) {
	c.mu.Lock()
	if r, ok := c.pages[key]; ok {
		c.mu.Unlock()
		return string(r.Body), nil
	}
	f := c.calls[key]
	if f == nil {
		f = &call{done: make(chan struct{})}
		c.calls[key] = f
		began := c.purges
		go func() {
			f.r, f.err = render(ctx)
			c.mu.Lock()
			defer c.mu.Unlock()
			delete(c.calls, key)
			if f.err == nil && (!c.checked || began == c.purges) {
				c.pages[key] = f.r
			}
			close(f.done)
		}()
	}
	c.mu.Unlock()
	<-f.done
	return string(f.r.Body), f.err
}

func (c *naive) purge(tags ...string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.purges++
	for key, r := range c.pages {
		for _, t := range r.Tags {
			for _, tag := range tags {
				if t == tag {
					delete(c.pages, key)
				}
			}
		}
	}
}

var candidates = []struct {
	name  string
	make  func() cache
	stale bool
}{
	{"purge after commit and singleflight", func() cache {
		return &naive{pages: map[string]pagecache.Response{}, calls: map[string]*call{}}
	}, true},
	{"the same, storing only what no purge overtook", func() cache {
		return &naive{checked: true, pages: map[string]pagecache.Response{}, calls: map[string]*call{}}
	}, true},
	{"Cache", func() cache { return ours{pagecache.New(pagecache.Options{})} }, false},
}

// TestEveryOrder plays every order in which two readers, each with its render's
// read and return, and one writer, with its commit and its purge, can meet; then a
// third reader comes. Each must see the value that was last purged for when it came.
func TestEveryOrder(t *testing.T) {
	for _, cand := range candidates {
		for _, tag := range []string{"row", "other"} { // purges of other tags must not wedge anything
			t.Run(cand.name+"/purge "+tag, func(t *testing.T) {
				stale, orders := 0, 0
				permute([]string{"A", "A read", "A return", "commit", "purge", "B"}, [][2]string{
					{"A", "A read"}, {"A read", "A return"}, {"commit", "purge"},
				}, func(order []string) {
					orders++
					synctest.Test(t, func(t *testing.T) {
						if n := play(t, cand.make(), order, tag); n > 0 {
							stale++
							if !cand.stale {
								t.Errorf("%v: %d of 3 readers got a stale page", order, n)
							}
						}
					})
				})
				if orders != 60 {
					t.Fatalf("played %d orders, want 60", orders)
				}
				if cand.stale && tag == "row" && stale == 0 {
					t.Error("no order shows a stale page: this test catches nothing")
				}
			})
		}
	}
}

// play runs one order and returns how many readers got a stale page.
func play(t *testing.T, c cache, order []string, tag string) (stale int) {
	var row, acked int // changed only between synctest.Waits
	gates := map[string]chan struct{}{"A read": make(chan struct{}), "A return": make(chan struct{})}
	first := true
	render := func(context.Context) (pagecache.Response, error) {
		mine := first // the first render is A's, or B's that A joins: one of them goes step by step
		first = false
		if mine {
			<-gates["A read"]
		}
		v := row
		if mine {
			<-gates["A return"]
		}
		return pagecache.Response{ContentType: "text/plain", Body: fmt.Append(nil, v), Tags: []string{"row"}}, nil
	}
	var results []func() bool
	arrive := func() {
		want, done, got := acked, make(chan struct{}), ""
		go func() {
			defer close(done)
			got, _ = c.serve(context.Background(), "/", render)
		}()
		results = append(results, func() bool {
			<-done
			var v int
			if _, err := fmt.Sscan(got, &v); err != nil {
				t.Errorf("%v: read page %q: %v", order, got, err)
			}
			return v < want
		})
	}
	for _, step := range order {
		switch step {
		case "A", "B":
			arrive()
		case "commit":
			row = 1
		case "purge":
			c.purge(tag)
			if tag == "row" {
				acked = 1
			}
		default:
			close(gates[step])
		}
		synctest.Wait()
	}
	arrive()
	for _, isStale := range results {
		if isStale() {
			stale++
		}
	}
	return stale
}

// permute calls f with every order of steps in which each pair's first stands
// before its second.
func permute(steps []string, before [][2]string, f func([]string)) {
	var order []string
	used := make(map[string]bool)
	var next func()
	next = func() {
		if len(order) == len(steps) {
			f(order)
			return
		}
	steps:
		for _, s := range steps {
			if used[s] {
				continue
			}
			for _, b := range before {
				if b[1] == s && !used[b[0]] {
					continue steps
				}
			}
			used[s] = true
			order = append(order, s)
			next()
			order = order[:len(order)-1]
			used[s] = false
		}
	}
	next()
}

// TestStress has two writers, each with its row and its purge after every write,
// and readers of pages that show both rows.
func TestStress(t *testing.T) {
	const reads = 20_000
	for _, cand := range candidates {
		t.Run(cand.name, func(t *testing.T) {
			stale := stress(cand.make(), reads)
			t.Logf("%d of %d reads stale", stale, reads)
			if cand.stale && stale == 0 {
				t.Error("no stale read seen: this test catches nothing")
			}
			if !cand.stale && stale > 0 {
				t.Errorf("%d of %d reads were stale", stale, reads)
			}
		})
	}
}

// stress returns how many of the reads were stale.
func stress(c cache, reads int64) int64 {
	var (
		rows, acked  [2]atomic.Int64
		nRead, nOld  atomic.Int64
		stop         = make(chan struct{})
		readers, all sync.WaitGroup
	)
	render := func(context.Context) (pagecache.Response, error) {
		dawdle()
		a := rows[0].Load()
		dawdle()
		b := rows[1].Load()
		dawdle()
		return pagecache.Response{
			ContentType: "text/plain",
			Body:        fmt.Appendf(nil, "%d %d", a, b),
			Tags:        []string{"row:0", "row:1"},
		}, nil
	}
	for i := range 2 {
		all.Go(func() {
			for n := int64(1); ; n++ {
				rows[i].Store(n)
				dawdle()
				c.purge(fmt.Sprint("row:", i))
				acked[i].Store(n)
				dawdle()
				select {
				case <-stop:
					return
				default:
				}
			}
		})
	}
	for i := range 16 {
		readers.Go(func() {
			key := fmt.Sprint("/", i%3)
			for nRead.Add(1) <= reads {
				dawdle()
				wantA, wantB := acked[0].Load(), acked[1].Load()
				body, err := c.serve(context.Background(), key, render)
				var a, b int64
				if _, scanErr := fmt.Sscan(strings.TrimSpace(body), &a, &b); err != nil || scanErr != nil {
					panic(fmt.Sprintf("read %q: %v, %v", body, err, scanErr))
				}
				if a < wantA || b < wantB {
					nOld.Add(1)
				}
			}
		})
	}
	readers.Wait()
	close(stop)
	all.Wait()
	return nOld.Load()
}

// dawdle lets others go first, more or less often.
func dawdle() {
	for range rand.IntN(3) {
		runtime.Gosched()
	}
}
