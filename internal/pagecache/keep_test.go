package pagecache_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"dateline/internal/pagecache"
)

// TestRoom: the bound holds, what is read stays, and what comes by once goes.
func TestRoom(t *testing.T) {
	const room = 1 << 20
	c := pagecache.New(pagecache.Options{MaxBytes: room})
	for i := range 20 {
		target := fmt.Sprint("/read/", i)
		get(t, c, target, plain(8000, "front"))
		holds(c, target)
	}
	for i := range 2000 {
		get(t, c, fmt.Sprint("/crawled/", i), plain(8000, "front"))
		holds(c, fmt.Sprint("/read/", i%20))
		if s := c.Stats(); s.PageBytes > room {
			t.Fatalf("%d bytes held, want at most %d", s.PageBytes, room)
		}
	}
	for i := range 20 {
		if target := fmt.Sprint("/read/", i); !holds(c, target) {
			t.Errorf("%s was pushed out by pages nobody asked for twice", target)
		}
	}
	s := c.Stats()
	if s.PageBytes < room*8/10 || s.Evictions < 1500 || s.Pages < 50 {
		t.Errorf("stats %+v: the room is not used", s)
	}
	if c.Purge("front"); c.Stats().PageBytes != 0 || c.Stats().Pages != 0 {
		t.Errorf("after the purge %+v", c.Stats())
	}
	get(t, c, "/huge", plain(room/4))
	if holds(c, "/huge") {
		t.Error("a page that takes a quarter of the room was kept")
	}
}

// TestFloodOfNothing: addresses that do not exist displace only their own kind.
func TestFloodOfNothing(t *testing.T) {
	c := pagecache.New(pagecache.Options{MaxBytes: 1 << 20, MaxOther: 64 << 10})
	for i := range 50 {
		get(t, c, fmt.Sprint("/story/", i), plain(2000))
	}
	before := c.Stats()
	for i := range 3000 {
		get(t, c, fmt.Sprint("/nothing/", i), status([]int{404, 410, 301}[i%3]))
	}
	after := c.Stats()
	if after.Pages != before.Pages || after.PageBytes != before.PageBytes {
		t.Errorf("pages before the flood %d (%d bytes), after %d (%d bytes)", before.Pages, before.PageBytes, after.Pages, after.PageBytes)
	}
	if after.OtherBytes > 64<<10 || after.Others == 0 {
		t.Errorf("%d other answers hold %d bytes, want some, and at most %d", after.Others, after.OtherBytes, 64<<10)
	}
}

func TestWhatIsKept(t *testing.T) {
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	for _, tc := range []struct {
		name string
		r    pagecache.Response
		want bool
	}{
		{"page", pagecache.Response{}, true},
		{"missing", pagecache.Response{Status: 404}, true},
		{"gone", pagecache.Response{Status: 410}, true},
		{"moved", pagecache.Response{Status: 308}, true},
		{"found elsewhere for now", pagecache.Response{Status: 302}, false},
		{"unavailable", pagecache.Response{Status: 503}, false},
		{"search results", pagecache.Response{Unkept: true}, false},
		{"already over", pagecache.Response{Until: now}, false},
		{"over in a moment", pagecache.Response{Until: now.Add(1)}, true},
	} {
		c := pagecache.New(pagecache.Options{Now: func() time.Time { return now }})
		tc.r.ContentType, tc.r.Body = "text/plain", article(1000)
		get(t, c, "/", func(context.Context) (pagecache.Response, error) { return tc.r, nil })
		if got := holds(c, "/"); got != tc.want {
			t.Errorf("%s: kept %v, want %v", tc.name, got, tc.want)
		}
	}
}

// TestMissingStoryAppears: a kept 404 goes when its tag is purged.
func TestMissingStoryAppears(t *testing.T) {
	c := pagecache.New(pagecache.Options{})
	get(t, c, "/a", status(404, "address:/a"))
	if resp, hit := get(t, c, "/a", nil); !hit || resp.StatusCode != 404 {
		t.Fatalf("second request: hit %v, %d", hit, resp.StatusCode)
	}
	c.Purge("address:/a")
	if resp, hit := get(t, c, "/a", html([]byte("here"), nil)); hit || resp.StatusCode != 200 {
		t.Errorf("after the purge: hit %v, %d, want a rendered 200", hit, resp.StatusCode)
	}
	if s := c.Stats(); s.Others != 0 || s.OtherBytes != 0 || s.Pages != 1 {
		t.Errorf("stats %+v", s)
	}
}

func TestUntil(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := pagecache.New(pagecache.Options{})
		var calls atomic.Int64
		render := func(ctx context.Context) (pagecache.Response, error) {
			r, err := html([]byte("today"), &calls)(ctx)
			r.Until = time.Now().Add(time.Hour)
			return r, err
		}
		for _, step := range []struct {
			wait time.Duration
			hit  bool
		}{{0, false}, {0, true}, {time.Hour - 1, true}, {1, false}, {0, true}, {time.Hour, false}} {
			time.Sleep(step.wait)
			if _, hit := get(t, c, "/", render); hit != step.hit {
				t.Errorf("after %v more: hit %v, want %v", step.wait, hit, step.hit)
			}
		}
		if s := c.Stats(); calls.Load() != 3 || s.Pages != 1 {
			t.Errorf("%d renders, %d pages held, want 3 and 1", calls.Load(), s.Pages)
		}
	})
}

// TestPurgesAreForgotten: memory for purges is bounded however many tags are
// purged while renders are in flight, and what was purged among very many others
// is still not stored.
func TestPurgesAreForgotten(t *testing.T) {
	for _, when := range []string{"first", "last"} {
		synctest.Test(t, func(t *testing.T) {
			c := pagecache.New(pagecache.Options{})
			res := ask(t.Context(), c, "/", func(ctx context.Context) (pagecache.Response, error) {
				time.Sleep(time.Second)
				return html([]byte("old"), nil, "story:1")(ctx)
			})
			synctest.Wait()
			if when == "first" {
				c.Purge("story:1")
			}
			most := 0
			for i := range 40_000 {
				c.Purge(fmt.Sprint("story:", i+2))
				most = max(most, c.Remembered())
			}
			if when == "last" {
				c.Purge("story:1")
			}
			if most > 1<<14 || most < 1<<10 {
				t.Errorf("up to %d purged tags were remembered", most)
			}
			pass(time.Minute)
			if res.body != "old" || holds(c, "/") || c.Remembered() != 0 {
				t.Errorf("purged %s among many: read %q; kept %v; %d purges remembered", when, res.body, holds(c, "/"), c.Remembered())
			}
		})
	}
}

func TestIndexesEmpty(t *testing.T) {
	c := pagecache.New(pagecache.Options{})
	for i := range 100 {
		get(t, c, fmt.Sprint("/", i), html([]byte("x"), nil, "a", "a", fmt.Sprint("b", i%10)))
	}
	c.Purge("b3", "nobody's")
	if s := c.Stats(); s.Pages != 90 {
		t.Errorf("%d pages after one tag in ten was purged, want 90", s.Pages)
	}
	c.PurgeAll()
	if n := c.Tags(); n != 0 || holds(c, "/1") {
		t.Errorf("after PurgeAll: %d tags in the index, /1 held %v", n, holds(c, "/1"))
	}
}

// TestPurgeDropsExactly checks thousands of random stores and purges against a
// map: what has the tag goes, what has not stays.
func TestPurgeDropsExactly(t *testing.T) {
	c := pagecache.New(pagecache.Options{})
	model := make(map[string][]string)
	rng := rand.New(rand.NewPCG(1, 2))
	for range 4000 {
		tag := fmt.Sprint("tag:", rng.IntN(12))
		if rng.IntN(4) == 0 {
			c.Purge(tag)
			for target, tags := range model {
				if slices.Contains(tags, tag) {
					delete(model, target)
				}
			}
			for i := range 40 {
				target := fmt.Sprint("/", i)
				if _, want := model[target]; holds(c, target) != want {
					t.Fatalf("after a purge of %s: %s held %v, want %v", tag, target, !want, want)
				}
			}
			continue
		}
		target := fmt.Sprint("/", rng.IntN(40))
		tags := []string{tag}
		for range rng.IntN(4) {
			tags = append(tags, fmt.Sprint("tag:", rng.IntN(12)))
		}
		if _, hit := get(t, c, target, html([]byte("x"), nil, tags...)); !hit {
			model[target] = tags
		}
	}
	if s := c.Stats(); s.Pages != len(model) {
		t.Errorf("%d pages held, want %d", s.Pages, len(model))
	}
}
