package pagecache_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"slices"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"dateline/internal/pagecache"
)

// nowhere takes an answer as net/http would, and reuses its header map.
type nowhere struct{ h http.Header }

func (w nowhere) Header() http.Header         { return w.h }
func (w nowhere) WriteHeader(int)             {}
func (w nowhere) Write(b []byte) (int, error) { return len(b), nil }

var browser = []string{"Accept-Encoding", "gzip, deflate, br, zstd"}

func TestHitAllocatesNothing(t *testing.T) {
	c := pagecache.New(pagecache.Options{Headers: policy, Params: params})
	resp, _ := get(t, c, "/bridge", html(article(30_000), nil, "story:1"), browser...)
	for name, r := range map[string]*http.Request{
		"page":          request("GET", "/bridge", browser...),
		"with fbclid":   request("GET", "/bridge?fbclid=1", browser...),
		"head":          request("HEAD", "/bridge"),
		"not modified":  request("GET", "/bridge", append(browser, "If-None-Match", resp.Header.Get("Etag"))...),
		"modified":      request("GET", "/bridge", append(browser, "If-None-Match", `"x", W/"y"`)...),
		"not held":      request("GET", "/nothing", browser...),
		"picky browser": request("GET", "/bridge", "Accept-Encoding", "br;q=0.1, gzip;q=0.9, *;q=0"),
	} {
		w := nowhere{make(http.Header, 16)}
		if n := testing.AllocsPerRun(200, func() { c.Hit(w, r) }); n != 0 {
			t.Errorf("%s: %v allocations a hit", name, n)
		}
	}
}

func BenchmarkHit(b *testing.B) {
	c := pagecache.New(pagecache.Options{Headers: policy})
	w, r := httptest.NewRecorder(), request("GET", "/bridge", browser...)
	if err := c.Serve(w, r, "", html(article(30_000), nil, "story:1")); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		w := nowhere{make(http.Header, 16)}
		for pb.Next() {
			c.Hit(w, r)
		}
	})
}

// BenchmarkPurge drops one tag that stands on 2,000 pages of 20 tags each.
func BenchmarkPurge(b *testing.B) {
	for b.Loop() {
		b.StopTimer()
		c := pagecache.New(pagecache.Options{})
		for i := range 2000 {
			tags := []string{"front"}
			for n := range 19 {
				tags = append(tags, fmt.Sprint("story:", (i*7+n*n)%3000))
			}
			w, r := httptest.NewRecorder(), request("GET", fmt.Sprint("/", i))
			if err := c.Serve(w, r, "", html([]byte("page"), nil, tags...)); err != nil {
				b.Fatal(err)
			}
		}
		b.StartTimer()
		c.Purge("front")
	}
}

// BenchmarkRender is a miss whose render costs nothing: compressing and storing.
func BenchmarkRender(b *testing.B) {
	c := pagecache.New(pagecache.Options{Headers: policy})
	render := html(article(30_000), nil, "story:1")
	w, r := nowhere{make(http.Header, 16)}, request("GET", "/bridge", browser...)
	b.ReportAllocs()
	for b.Loop() {
		c.Purge("story:1")
		if err := c.Serve(w, r, "", render); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkLoopback asks three servers in turn over keep-alive connections: a
// handler that writes the same Brotli bytes and says only what they are, Hit, and
// Hit answering 304. It reports requests per second of each as shares of the
// first: medians of many short rounds, so that a busy machine harms all alike. The
// client's work is in all three, so shares of the server's own time are smaller.
func BenchmarkLoopback(b *testing.B) {
	c := pagecache.New(pagecache.Options{Headers: policy})
	w := httptest.NewRecorder()
	if err := c.Serve(w, request("GET", "/bridge", browser...), "", html(article(30_000), nil, "story:1")); err != nil {
		b.Fatal(err)
	}
	body, length := w.Body.Bytes(), strconv.Itoa(w.Body.Len())
	hit := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !c.Hit(w, r) {
			b.Error("not held")
		}
	})
	ask := "GET /bridge HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: gzip, deflate, br, zstd\r\n"
	servers := []struct {
		name    string
		handler http.Handler
		ask     string
		rounds  []float64
	}{
		{name: "bare", ask: ask + "\r\n", handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			h := w.Header()
			h.Set("Content-Type", "text/html; charset=utf-8")
			h.Set("Content-Encoding", "br")
			h.Set("Content-Length", length)
			w.Write(body)
		})},
		{name: "hit", ask: ask + "\r\n", handler: hit},
		{name: "304", ask: ask + "If-None-Match: " + w.Header().Get("Etag") + "\r\n\r\n", handler: hit},
	}
	for b.Loop() {
		for range 15 {
			for i := range servers {
				s := &servers[i]
				s.rounds = append(s.rounds, loopback(b, s.handler, s.ask, 2000))
			}
		}
	}
	median := func(list []float64) float64 {
		slices.Sort(list)
		return list[len(list)/2]
	}
	bare := median(servers[0].rounds)
	b.ReportMetric(bare, "bare-req/s")
	b.ReportMetric(median(servers[1].rounds)/bare, "hit/bare")
	b.ReportMetric(median(servers[2].rounds)/bare, "304/bare")
}

// loopback returns requests per second for n requests over four connections, by a
// client that does as little as it can.
func loopback(b *testing.B, h http.Handler, ask string, n int) float64 {
	srv := httptest.NewServer(h)
	defer srv.Close()
	const conns = 4
	var left atomic.Int64
	left.Store(int64(n))
	done := make(chan error, conns)
	runtime.GC()
	start := time.Now()
	for range conns {
		go func() {
			done <- func() error {
				conn, err := net.Dial("tcp", srv.Listener.Addr().String())
				if err != nil {
					return err
				}
				defer conn.Close()
				in := bufio.NewReaderSize(conn, 64<<10)
				for left.Add(-1) >= 0 {
					if _, err := io.WriteString(conn, ask); err != nil {
						return err
					}
					size := 0
					for {
						line, err := in.ReadSlice('\n')
						if err != nil {
							return err
						}
						if len(line) == 2 {
							break
						}
						if v, ok := bytesAfter(line, "Content-Length: "); ok {
							size, _ = strconv.Atoi(v)
						}
					}
					if _, err := in.Discard(size); err != nil {
						return err
					}
				}
				return nil
			}()
		}()
	}
	for range conns {
		if err := <-done; err != nil {
			b.Fatal(err)
		}
	}
	return float64(n) / time.Since(start).Seconds()
}

func bytesAfter(line []byte, prefix string) (string, bool) {
	if len(line) > len(prefix)+2 && string(line[:len(prefix)]) == prefix {
		return string(line[len(prefix) : len(line)-2]), true
	}
	return "", false
}
