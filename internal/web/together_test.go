package web

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"
)

// Whatever the length of an answer, and however its connection goes on, it arrives
// whole and at once.
func TestTogether(t *testing.T) {
	text := bytes.Repeat([]byte("0123456789abcdef"), 1<<10)
	_, addr := siteOf(t, nil, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		Together(r)
		n, _ := strconv.Atoi(r.URL.Query().Get("n"))
		if r.URL.Path == "/sized" {
			w.Header().Set("Content-Length", strconv.Itoa(n))
		}
		if r.URL.Path == "/file" {
			io.Copy(w, struct{ io.Reader }{bytes.NewReader(text[:n])})
			return
		}
		w.Write(text[:n])
	}))
	ask := func(c net.Conn, path string, n int, more string) {
		if _, err := fmt.Fprintf(c, "GET /%s?n=%d HTTP/1.1\r\nHost: news.example.org\r\n%s\r\n", path, n, more); err != nil {
			t.Fatal(err)
		}
	}
	answer := func(in *bufio.Reader, n int) {
		t.Helper()
		resp, err := http.ReadResponse(in, nil)
		if err != nil {
			t.Fatal(n, err)
		}
		b, err := io.ReadAll(resp.Body)
		if err != nil || !bytes.Equal(b, text[:n]) {
			t.Fatalf("of %d bytes %d came: %v", n, len(b), err)
		}
	}
	dial := func() (net.Conn, *bufio.Reader) {
		c, err := net.Dial("tcp", addr.String())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { c.Close() })
		c.SetDeadline(time.Now().Add(20 * time.Second))
		return c, bufio.NewReader(c)
	}
	c, in := dial()
	for _, path := range []string{"sized", "any", "file"} {
		// Heads are about 200 bytes: every fill of the buffer is met, and two of it.
		for n := 3700; n < 4200; n++ {
			ask(c, path, n, "")
			answer(in, n)
		}
		for n := 7700; n < 8300; n += 3 {
			ask(c, path, n, "")
			answer(in, n)
		}
	}
	var sizes []int // pipelined
	for n := 3000; n < 5000; n += 7 {
		sizes = append(sizes, n)
	}
	go func() {
		for _, n := range sizes {
			ask(c, "sized", n, "")
		}
	}()
	for _, n := range sizes {
		answer(in, n)
	}
	for n := 3850; n < 4050; n += 5 { // the last one of its connection
		last, in := dial()
		ask(last, "sized", n, "Connection: close\r\n")
		answer(in, n)
		if _, err := in.ReadByte(); err != io.EOF {
			t.Fatalf("after the last answer: %v, want its end", err)
		}
	}
}

// recorded is a connection that notes what is written to it.
type recorded struct {
	net.Conn
	writes []string
}

func (r *recorded) Write(p []byte) (int, error) {
	r.writes = append(r.writes, string(p))
	return len(p), nil
}
func (r *recorded) SetWriteDeadline(time.Time) error { return nil }
func (r *recorded) Close() error                     { return nil }

func TestHeldBuffer(t *testing.T) {
	full := strings.Repeat("x", serverBuffer)
	for name, end := range map[string]func(*conn){
		"more":     func(c *conn) { c.Write([]byte("more")) },
		"deadline": func(c *conn) { c.SetWriteDeadline(time.Time{}) },
		"close":    func(c *conn) { c.Close() },
		"file":     func(c *conn) { c.ReadFrom(strings.NewReader("more")) },
	} {
		r := &recorded{}
		c := &conn{Conn: r, leave: func() {}}
		c.Write([]byte(full))
		if len(r.writes) != 1 {
			t.Fatalf("%s: a stream's buffer was held", name)
		}
		r.writes = nil
		c.together.Store(true)
		if n, err := c.Write([]byte(full)); n != len(full) || err != nil || len(r.writes) > 0 {
			t.Fatalf("%s: the first full buffer gave %d, %v and went out as %d writes", name, n, err, len(r.writes))
		}
		end(c)
		want := full
		if name == "more" || name == "file" {
			want += "more"
		}
		if strings.Join(r.writes, "") != want {
			t.Errorf("%s: %d bytes went out, want %d", name, len(strings.Join(r.writes, "")), len(want))
		}
	}
}
