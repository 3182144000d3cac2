package pagecache_test

import (
	"bytes"
	"context"
	"errors"
	"net/http/httptest"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"dateline/internal/pagecache"
)

// result is what became of one request.
type result struct {
	body string
	err  error
	done atomic.Bool // then the rest may be read
}

// ask sends a request on a goroutine of its own.
func ask(ctx context.Context, c *pagecache.Cache, target string, render pagecache.Render) *result {
	res := new(result)
	go func() {
		res.body, res.err = ours{c}.serve(ctx, target, render)
		res.done.Store(true)
	}()
	return res
}

// pass lets time go by and everything due happen. Without the Wait the race
// detector would take what other goroutines did meanwhile for a race.
func pass(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

func TestStampedeRendersOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := pagecache.New(pagecache.Options{})
		var calls atomic.Int64
		render := func(ctx context.Context) (pagecache.Response, error) {
			time.Sleep(time.Second)
			return html([]byte("page"), &calls, "story:1")(ctx)
		}
		var all []*result
		for i := range 200 {
			all = append(all, ask(t.Context(), c, "/", render))
			if i%50 == 0 {
				pass(100 * time.Millisecond)
				c.Purge("story:2") // nothing of this page's
			}
		}
		pass(2 * time.Second)
		for _, res := range all {
			if res.body != "page" || res.err != nil {
				t.Fatalf("got %q, %v", res.body, res.err)
			}
		}
		if calls.Load() != 1 {
			t.Errorf("%d renders for 200 requests at once, want 1", calls.Load())
		}
		if s := c.Stats(); s.Misses != 200 || s.Renders != 1 || s.Hits != 0 || s.Pages != 1 {
			t.Errorf("stats %+v", s)
		}
	})
}

// TestPurgeDuringRender: those who came before the purge get the old page, those
// after it the new one, after one further render that they share.
func TestPurgeDuringRender(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := pagecache.New(pagecache.Options{})
		var calls atomic.Int64
		text := "old"
		render := func(ctx context.Context) (pagecache.Response, error) {
			body := []byte(text)
			time.Sleep(time.Second)
			return html(body, &calls, "story:1", "front")(ctx)
		}
		before := []*result{ask(t.Context(), c, "/", render), ask(t.Context(), c, "/", render)}
		pass(time.Second / 2)
		text = "new"
		c.Purge("front", "topic:x")
		after := []*result{ask(t.Context(), c, "/", render), ask(t.Context(), c, "/", render), ask(t.Context(), c, "/", render)}
		pass(time.Minute)
		for _, res := range before {
			if res.body != "old" {
				t.Errorf("who came before the purge got %q, %v", res.body, res.err)
			}
		}
		for _, res := range after {
			if res.body != "new" {
				t.Errorf("who came after the purge got %q, %v", res.body, res.err)
			}
		}
		if calls.Load() != 2 || !holds(c, "/") {
			t.Errorf("%d renders, want 2; kept %v, want true", calls.Load(), holds(c, "/"))
		}
	})
}

// TestNobodyWaitsForThree: purges that never end keep no reader from a page.
func TestNobodyWaitsForThree(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := pagecache.New(pagecache.Options{})
		render := func(ctx context.Context) (pagecache.Response, error) {
			time.Sleep(time.Second)
			return html([]byte("page"), nil, "front")(ctx)
		}
		go func() {
			for range 1000 {
				time.Sleep(10 * time.Millisecond)
				c.Purge("front")
			}
		}()
		var all []*result
		for range 20 {
			all = append(all, ask(t.Context(), c, "/", render))
			pass(101 * time.Millisecond)
		}
		pass(2 * time.Second)
		for i, res := range all {
			if !res.done.Load() || res.err != nil {
				t.Errorf("reader %d is still waiting after two renders: %v", i, res.err)
			}
		}
		pass(time.Minute)
	})
}

// TestStaleErrorIsNotShared: "no such story" from before the publication must not
// reach those who come after it, when a render says so with an error.
func TestStaleErrorIsNotShared(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := pagecache.New(pagecache.Options{})
		exists := false
		missing := errors.New("no such story")
		render := func(ctx context.Context) (pagecache.Response, error) {
			was := exists
			time.Sleep(time.Second)
			if !was {
				return pagecache.Response{}, missing
			}
			return html([]byte("page"), nil, "story:1")(ctx)
		}
		early := ask(t.Context(), c, "/", render)
		synctest.Wait()
		exists = true
		c.Purge("story:1")
		late := ask(t.Context(), c, "/", render)
		pass(time.Minute)
		if !errors.Is(early.err, missing) {
			t.Errorf("early reader got %q, %v", early.body, early.err)
		}
		if late.body != "page" {
			t.Errorf("reader after the purge got %q, %v", late.body, late.err)
		}
	})
}

// TestSearchBegunBeforeIsNotShared: what is never kept (a search) depends on more than
// its tags say, so who comes after a publication gets one that began after it.
func TestSearchBegunBeforeIsNotShared(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := pagecache.New(pagecache.Options{})
		found := "nothing"
		render := func(ctx context.Context) (pagecache.Response, error) {
			was := found
			time.Sleep(time.Second)
			r, err := html([]byte(was), nil, "site")(ctx)
			r.Unkept = true
			return r, err
		}
		early := ask(t.Context(), c, "/search?q=x", render)
		synctest.Wait()
		found = "the story"
		c.Purge("story:1") // names none of the search's tags
		late := ask(t.Context(), c, "/search?q=x", render)
		pass(time.Minute)
		if early.body != "nothing" {
			t.Errorf("early reader got %q, %v", early.body, early.err)
		}
		if late.body != "the story" {
			t.Errorf("reader after the publication got %q, %v", late.body, late.err)
		}
	})
}

func TestRenderFails(t *testing.T) {
	broken := errors.New("disk on fire")
	for name, fail := range map[string]func() (pagecache.Response, error){
		"error":  func() (pagecache.Response, error) { return pagecache.Response{}, broken },
		"panic":  func() (pagecache.Response, error) { panic("nil map") },
		"goexit": func() (pagecache.Response, error) { runtime.Goexit(); return pagecache.Response{}, nil },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := pagecache.New(pagecache.Options{})
				render := func(context.Context) (pagecache.Response, error) {
					time.Sleep(time.Second)
					return fail()
				}
				all := []*result{ask(t.Context(), c, "/", render), ask(t.Context(), c, "/", render)}
				pass(time.Minute)
				for _, res := range all {
					if res.err == nil || !res.done.Load() {
						t.Errorf("got %q, done %v, want an error", res.body, res.done.Load())
					}
					if name == "error" && !errors.Is(res.err, broken) {
						t.Errorf("error %v hides its cause", res.err)
					}
					var p *pagecache.PanicError
					if name == "panic" && (!errors.As(res.err, &p) || !bytes.Contains(p.Stack, []byte("flight_test.go"))) {
						t.Errorf("error %v does not tell where the panic was", res.err)
					}
				}
				// The next one is none the worse.
				if res := ask(t.Context(), c, "/", html([]byte("page"), nil)); true {
					synctest.Wait()
					if res.body != "page" || res.err != nil {
						t.Errorf("after a failed render: %q, %v", res.body, res.err)
					}
				}
			})
		})
	}
}

// TestLeaving: the first requester may go without harming those who joined; when
// all have gone the render is called off, and the next one starts another.
func TestLeaving(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := pagecache.New(pagecache.Options{})
		var calledOff atomic.Int64
		render := func(ctx context.Context) (pagecache.Response, error) {
			select {
			case <-ctx.Done():
				calledOff.Add(1)
				return pagecache.Response{}, ctx.Err()
			case <-time.After(time.Second):
				return html([]byte("page"), nil)(ctx)
			}
		}
		type secret struct{}
		ctx, leave := context.WithCancel(context.WithValue(t.Context(), secret{}, "reader 7"))
		first := ask(ctx, c, "/", render)
		synctest.Wait()
		second := ask(t.Context(), c, "/", func(context.Context) (pagecache.Response, error) {
			t.Error("a second render began")
			return pagecache.Response{}, nil
		})
		synctest.Wait()
		leave()
		synctest.Wait()
		if !errors.Is(first.err, context.Canceled) || second.done.Load() {
			t.Errorf("first: %v, want cancelled; second done %v, want waiting", first.err, second.done.Load())
		}
		pass(2 * time.Second)
		if second.body != "page" || calledOff.Load() != 0 {
			t.Errorf("second got %q, %v", second.body, second.err)
		}

		c.PurgeAll()
		ctx, leave = context.WithCancel(t.Context())
		ask(ctx, c, "/", render)
		ask(ctx, c, "/", render)
		synctest.Wait()
		leave()
		synctest.Wait()
		next := ask(t.Context(), c, "/", render)
		pass(2 * time.Second)
		if calledOff.Load() != 1 || next.body != "page" {
			t.Errorf("%d renders called off, want 1; the next reader got %q, %v", calledOff.Load(), next.body, next.err)
		}

		_, _ = ours{c}.serve(context.WithValue(t.Context(), secret{}, "reader 7"), "/x", func(ctx context.Context) (pagecache.Response, error) {
			if ctx.Value(secret{}) != nil {
				t.Error("the render sees who asked")
			}
			return pagecache.Response{}, nil
		})
	})
}

func TestRenderTakesTooLong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := pagecache.New(pagecache.Options{RenderTimeout: 3 * time.Second})
		start := time.Now()
		stubborn := ask(t.Context(), c, "/", func(context.Context) (pagecache.Response, error) {
			time.Sleep(time.Hour) // heeds nothing
			return html([]byte("late"), nil)(context.Background())
		})
		pass(3 * time.Second)
		if !errors.Is(stubborn.err, context.DeadlineExceeded) {
			t.Errorf("after %v: done %v, %v", time.Since(start), stubborn.done.Load(), stubborn.err)
		}
		fresh := ask(t.Context(), c, "/", html([]byte("page"), nil))
		pass(2 * time.Hour)
		if body, _ := (ours{c}).serve(t.Context(), "/", nil); fresh.body != "page" || body != "page" {
			t.Errorf("after it: %q, then kept %q", fresh.body, body)
		}
	})
}

func TestWarm(t *testing.T) {
	c := pagecache.New(pagecache.Options{})
	var calls atomic.Int64
	for range 2 {
		if err := c.Warm(t.Context(), "/", html([]byte("page"), &calls)); err != nil {
			t.Fatal(err)
		}
	}
	if !holds(c, "/") || calls.Load() != 1 {
		t.Errorf("after warming twice: kept %v, %d renders", holds(c, "/"), calls.Load())
	}
}

// TestManyAtOnce is for the race detector: everything beside everything.
func TestManyAtOnce(t *testing.T) {
	c := pagecache.New(pagecache.Options{MaxBytes: 50_000, CDN: true})
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			for n := range 300 {
				target := "/" + string(rune('a'+(n*7+i)%26))
				switch n % 25 {
				case 3:
					c.Purge("tag:" + target)
				case 11:
					c.Bypass(i == 0 && n%2 == 0)
				case 17:
					c.PurgeAll()
				case 23:
					c.Stats()
				}
				w, r := httptest.NewRecorder(), request("GET", target)
				if !c.Hit(w, r) {
					if err := c.Serve(w, r, "", plain(2000, "tag:"+target)); err != nil {
						t.Error(err)
					}
				}
				if w.Body.Len() != 2000 {
					t.Errorf("%s: %d bytes", target, w.Body.Len())
				}
			}
		})
	}
	all.Wait()
}
