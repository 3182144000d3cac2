package web

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

// A stuck writer takes nothing until it is let go, like a pipe that nobody reads.
type stuck struct {
	gone chan struct{}
	mu   sync.Mutex
	took bytes.Buffer
}

func (s *stuck) Write(b []byte) (int, error) {
	<-s.gone
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.took.Write(b)
}

// Whoever reads the log may stop reading it: readers of the site do not wait for that,
// memory does not grow with it, and how many lines went missing is said afterwards.
func TestStuckLogKeepsNobodyWaiting(t *testing.T) {
	out := &stuck{gone: make(chan struct{})}
	log := NewAccessLog(out)
	g, _ := site(t, log)
	const asked = 30_000
	answered := make(chan int, 1)
	go func() {
		n := 0
		for range asked {
			w := httptest.NewRecorder()
			r := httptest.NewRequest(http.MethodGet, "/2026/11/25/"+strings.Repeat("a", 100), nil)
			r.Host = "news.example.org"
			g.ServeHTTP(w, r)
			n++
		}
		answered <- n
	}()
	select {
	case <-answered:
	case <-time.After(60 * time.Second):
		t.Fatal("readers wait for whoever reads the log")
	}
	dropped := log.Dropped()
	if dropped == 0 || dropped >= asked {
		t.Errorf("%d lines of %d were dropped, want some: memory is bounded", dropped, asked)
	}
	close(out.gone)
	if err := log.Close(); err != nil {
		t.Fatal(err)
	}
	lines, told := 0, 0
	for line := range strings.Lines(out.took.String()) {
		var l struct {
			Msg   string
			Lines int
		}
		if err := json.Unmarshal([]byte(line), &l); err != nil {
			t.Fatalf("%.80q is no line of JSON: %v", line, err)
		}
		if l.Msg == "request" {
			lines++
		}
		told += l.Lines
	}
	if told != int(dropped) || lines+told != asked {
		t.Errorf("%d lines came and %d are said to be missing, want %d together and %d missing", lines, told, asked, dropped)
	}
}

// A stop waits for a log that nobody reads no longer than a moment.
func TestStuckLogDoesNotHoldUpTheEnd(t *testing.T) {
	out := &stuck{gone: make(chan struct{})}
	defer close(out.gone)
	log := NewAccessLog(out)
	g, _ := site(t, log)
	g.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/", nil))
	ended := make(chan error, 1)
	go func() { ended <- log.Close() }()
	select {
	case err := <-ended:
		if err == nil {
			t.Error("Close said nothing of the lines that were not taken")
		}
	case <-time.After(30 * time.Second):
		t.Fatal("Close waits for ever")
	}
}
