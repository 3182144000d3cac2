package pagecache_test

import (
	"context"
	"errors"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"dateline/internal/pagecache"
)

func TestUnreachable(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := pagecache.New(pagecache.Options{})
		get(t, c, "/held", html([]byte("held"), nil, "story:1"))
		get(t, c, "/until", func(context.Context) (pagecache.Response, error) {
			return pagecache.Response{ContentType: "text/plain", Body: []byte("x"), Until: time.Now().Add(15 * time.Minute)}, nil
		})
		get(t, c, "/killed", html([]byte("killed"), nil, "story:2"))
		time.Sleep(time.Hour)
		c.SetReachable(true)
		time.Sleep(10 * time.Minute) // the last contact is older than the discovery
		c.SetReachable(false)
		c.Bypass(true) // the lease is lost too
		c.SetReachable(false)
		c.Purge("story:2")

		fails := func(target string) {
			t.Helper()
			w := httptest.NewRecorder()
			if c.Hit(w, request("GET", target)) {
				t.Errorf("%s was hit", target)
			}
			err := c.Serve(w, request("GET", target), "", func(context.Context) (pagecache.Response, error) {
				t.Errorf("%s was rendered", target)
				return pagecache.Response{}, nil
			})
			if !errors.Is(err, pagecache.ErrUnreachable) || len(w.Header()) > 0 {
				t.Errorf("%s: %v, headers %v, want ErrUnreachable", target, err, w.Header())
			}
		}
		time.Sleep(20*time.Minute - time.Nanosecond)
		if !holds(c, "/held") {
			t.Error("not held until 30 minutes after the last contact")
		}
		fails("/killed")
		fails("/new")
		fails("/until")
		time.Sleep(time.Nanosecond)
		fails("/held")

		// Back, but without a lease; then with one.
		c.SetReachable(true)
		if holds(c, "/held") {
			t.Error("served from the cache without a lease")
		}
		c.Bypass(false)
		if !holds(c, "/held") {
			t.Error("what was held is lost")
		}
	})
}

func TestBypass(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := pagecache.New(pagecache.Options{})
		var calls atomic.Int64
		render := html(article(2000), &calls, "front")
		get(t, c, "/", render)
		c.Bypass(true)
		for range 3 {
			resp, hit := get(t, c, "/", render, "Accept-Encoding", "br, gzip")
			if hit || resp.Header.Get("Content-Encoding") != "gzip" {
				t.Errorf("past the cache: hit %v, coding %q", hit, resp.Header.Get("Content-Encoding"))
			}
			get(t, c, "/new", render)
		}
		if calls.Load() != 7 || c.Stats().Pages != 1 {
			t.Errorf("%d renders, %d pages held, want 7 and 1", calls.Load(), c.Stats().Pages)
		}
		c.Bypass(false)
		get(t, c, "/", render, "Accept-Encoding", "br, gzip") // the second to ask is the first to get Brotli
		if resp, hit := get(t, c, "/", render, "Accept-Encoding", "br, gzip"); !hit || resp.Header.Get("Content-Encoding") != "br" {
			t.Errorf("afterwards: hit %v, coding %q", hit, resp.Header.Get("Content-Encoding"))
		}
	})
}

// TestBypassJoins: without a lease nobody may have a render that began before
// they came, since other nodes' changes purge nothing here in time; a stampede is
// two renders nevertheless.
func TestBypassJoins(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := pagecache.New(pagecache.Options{})
		c.Bypass(true)
		var calls atomic.Int64
		text := "old"
		render := func(ctx context.Context) (pagecache.Response, error) {
			body := []byte(text)
			time.Sleep(time.Second)
			return html(body, &calls, "front")(ctx)
		}
		first := ask(t.Context(), c, "/", render)
		synctest.Wait()
		text = "new" // on another node, which does not wait for us
		var rest []*result
		for range 100 {
			rest = append(rest, ask(t.Context(), c, "/", render))
		}
		pass(2 * time.Second)
		if first.body != "old" {
			t.Errorf("first got %q, %v", first.body, first.err)
		}
		for _, res := range rest {
			if res.body != "new" {
				t.Fatalf("later reader got %q, done %v, %v", res.body, res.done.Load(), res.err)
			}
		}
		if calls.Load() != 2 {
			t.Errorf("%d renders, want 2", calls.Load())
		}
	})
}

// TestBypassBegins: a render from before is not kept when it ends past the lease.
func TestBypassBegins(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := pagecache.New(pagecache.Options{})
		res := ask(t.Context(), c, "/", func(ctx context.Context) (pagecache.Response, error) {
			time.Sleep(time.Second)
			return html([]byte("page"), nil, "front")(ctx)
		})
		synctest.Wait()
		c.Bypass(true)
		pass(time.Minute)
		c.Bypass(false)
		if res.body != "page" || holds(c, "/") {
			t.Errorf("got %q; kept %v, want not", res.body, holds(c, "/"))
		}
	})
}

// TestLease: a process that nobody could tell of its lapse (it was frozen) serves
// nothing kept after its lease, keeps nothing, and goes on with a new one.
func TestLease(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := pagecache.New(pagecache.Options{})
		var calls atomic.Int64
		render := html(article(2000), &calls, "front")
		c.Lease(time.Now().Add(time.Second))
		get(t, c, "/", render)
		if _, hit := get(t, c, "/", render); !hit {
			t.Error("a page made under the lease is not kept")
		}
		pass(time.Second)
		for range 2 {
			if _, hit := get(t, c, "/", render); hit {
				t.Error("a kept page was served after the lease")
			}
			get(t, c, "/new", render)
		}
		if calls.Load() != 5 || c.Stats().Pages != 1 {
			t.Errorf("%d renders, %d pages held, want 5 and 1", calls.Load(), c.Stats().Pages)
		}
		c.SetReachable(false)
		if _, hit := get(t, c, "/", render); !hit {
			t.Error("without lease and database, what is held is not served")
		}
		c.SetReachable(true)
		c.Lease(time.Now().Add(time.Second))
		if _, hit := get(t, c, "/", render); !hit {
			t.Error("a new lease serves nothing")
		}
	})
}

// TestOutageDuringRender: who waits for a page when the database goes away gets the
// one that is held, at once, not when the render has given up.
func TestOutageDuringRender(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := pagecache.New(pagecache.Options{})
		get(t, c, "/", html([]byte("held"), nil, "front"))
		c.Bypass(true)
		hang := func(ctx context.Context) (pagecache.Response, error) {
			<-ctx.Done()
			return pagecache.Response{}, ctx.Err()
		}
		held, none := ask(t.Context(), c, "/", hang), ask(t.Context(), c, "/other", hang)
		synctest.Wait()
		c.SetReachable(false)
		synctest.Wait()
		if held.body != "held" || held.err != nil {
			t.Errorf("the waiting reader got %q, %v", held.body, held.err)
		}
		if !errors.Is(none.err, pagecache.ErrUnreachable) {
			t.Errorf("the reader of a page that is not held got %v", none.err)
		}
	})
}
