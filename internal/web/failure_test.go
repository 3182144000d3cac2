package web

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"dateline/internal/news"
)

func TestEveryKindHasAStatus(t *testing.T) {
	for k := news.Invalid; k <= news.Full; k++ {
		f := Explain(fmt.Errorf("do thing: %w", news.Refuse(k, "A sentence.")))
		if f.Status < 400 || f.Internal() || f.Name == "" || f.Title == "" || f.Detail != "A sentence." {
			t.Errorf("kind %d becomes %+v", k, f)
		}
	}
}

func TestAnswers(t *testing.T) {
	stale := &news.Error{Kind: news.Stale, Message: "Somebody saved.", Current: 7}
	conflict := &news.Error{Kind: news.Conflict, Message: "Not now.", Allowed: []news.Step{news.Return}}
	for _, c := range []struct {
		err    error
		status int
		says   string
	}{
		{news.Wrong("headline", "A story needs a headline."), 422, `"errors":[{"field":"headline","detail":"A story needs a headline."}]`},
		{stale, 412, `"current_revision":7`},
		{conflict, 409, `"allowed":["return"]`},
		{news.Missing("story"), 404, `"type":"urn:dateline:problem:not-found"`},
		{Malformed("No JSON."), 400, `"detail":"No JSON."`},
		{&http.MaxBytesError{Limit: 2_000_000}, 413, "at most 2 MB"},
		{context.DeadlineExceeded, 503, "try again"},
		{errors.New("pq: password of secret host"), 500, "The mistake is ours"},
	} {
		var log strings.Builder
		door := Door{Log: slog.New(slog.NewTextHandler(&log, nil)), Fail: Problem}
		w := httptest.NewRecorder()
		h := door.Handle(func(w http.ResponseWriter, _ *http.Request) error {
			w.Header().Set("ETag", `"old"`)
			return c.err
		})
		h.ServeHTTP(w, httptest.NewRequest("GET", "/api/v1/x", nil))
		body := w.Body.String()
		if w.Code != c.status || !strings.Contains(body, c.says) || w.Header().Get("Content-Type") != "application/problem+json" {
			t.Errorf("%v = %d %s, want %d with %s", c.err, w.Code, body, c.status, c.says)
		}
		if strings.Contains(body, "password") || w.Header().Get("ETag") == `"old"` {
			t.Errorf("%v gives away: %s %v", c.err, body, w.Header())
		}
		if logged := strings.Contains(log.String(), "password"); logged != (c.status == 500) {
			t.Errorf("%v logged: %s", c.err, log.String())
		}
		var p map[string]any
		if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil || p["status"] != float64(c.status) {
			t.Errorf("%v: %s is no problem: %v", c.err, body, err)
		}
	}
}

func TestPanicsAndHalfAnswers(t *testing.T) {
	door := Door{Log: slog.New(slog.DiscardHandler), Fail: PlainPage}
	w := httptest.NewRecorder()
	door.Handle(func(http.ResponseWriter, *http.Request) error { panic("oh") }).ServeHTTP(w, httptest.NewRequest("GET", "/", nil))
	if w.Code != 500 || !strings.Contains(w.Body.String(), "<h1>Something went wrong here</h1>") || strings.Contains(w.Body.String(), "oh") {
		t.Errorf("a panic gives %d %s", w.Code, w.Body)
	}
	srv := httptest.NewServer(door.Handle(func(w http.ResponseWriter, _ *http.Request) error {
		io.WriteString(w, "half")
		http.NewResponseController(w).Flush()
		return errors.New("then it broke")
	}))
	defer srv.Close()
	resp, err := http.Get(srv.URL)
	if err == nil {
		_, err = io.ReadAll(resp.Body)
		resp.Body.Close()
	}
	if err == nil {
		t.Error("half an answer arrived as a whole one")
	}
}

func TestWithin(t *testing.T) {
	late := Within(time.Millisecond, func(_ http.ResponseWriter, r *http.Request) error {
		<-r.Context().Done()
		return errors.New("sqlite: interrupted (9)")
	})
	if f := Explain(late(httptest.NewRecorder(), httptest.NewRequest("GET", "/", nil))); f.Status != 503 || f.Retry == 0 {
		t.Errorf("a late database gives %+v, want 503 with Retry-After", f)
	}
}

func TestSize(t *testing.T) {
	for n, want := range map[int64]string{900: "900 bytes", 850_000: "850 kB", 2_000_000: "2 MB", 1_500_000_000: "1.5 GB", 64 << 20: "67 MB"} {
		if got := Size(n); got != want {
			t.Errorf("Size(%d) = %q, want %q", n, got, want)
		}
	}
}
