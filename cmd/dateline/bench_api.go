package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// A benchEditor writes and publishes through the API, as another program would.
type benchEditor struct {
	server *benchServer
	token  string
	client *http.Client
}

// editor makes a token on the throw-away newsroom. It works on servers started later
// and on those running now.
func (b *bench) editor(ctx context.Context, s *benchServer) (*benchEditor, error) {
	out, _, err := b.command(ctx, "token", "new", "--name", "bench", "--role", "editor")
	if err != nil {
		return nil, err
	}
	words := strings.Fields(out)
	if len(words) == 0 {
		return nil, fmt.Errorf("dateline token printed no token")
	}
	return &benchEditor{s, words[len(words)-1], &http.Client{
		Transport: &http.Transport{MaxIdleConnsPerHost: 16}, Timeout: 30 * time.Second,
	}}, nil
}

// A storyState is what the API says of a story.
type storyState struct {
	ID   string `json:"id"`
	URL  string `json:"url"`
	Live struct {
		PageMS   float64 `json:"page_ms"`
		SearchMS float64 `json:"search_ms"`
		FeedsMS  float64 `json:"feeds_ms"`
	} `json:"live"`
	etag string
	took time.Duration // from the call's start until its answer was read
}

// path is the story's address on the site.
func (s *storyState) path(server *benchServer) string {
	return strings.TrimPrefix(s.URL, server.origin())
}

// call makes one API call; the etag, if any, is the revision that it starts from.
func (e *benchEditor) call(ctx context.Context, method, path string, in any, etag string) (storyState, error) {
	var s storyState
	took, tag, err := e.ask(ctx, method, path, in, etag, &s)
	s.took, s.etag = took, tag
	return s, err
}

// ask is call for any answer.
func (e *benchEditor) ask(ctx context.Context, method, path string, in any, etag string, into any) (took time.Duration, tag string, err error) {
	body, err := json.Marshal(in)
	if err != nil {
		return 0, "", err
	}
	r, err := http.NewRequestWithContext(ctx, method, e.server.origin()+"/api/v1"+path, bytes.NewReader(body))
	if err != nil {
		return 0, "", err
	}
	r.Header.Set("Authorization", "Bearer "+e.token)
	r.Header.Set("Content-Type", "application/json")
	if etag != "" {
		r.Header.Set("If-Match", etag)
	}
	began := time.Now()
	resp, err := e.client.Do(r)
	if err != nil {
		return 0, "", err
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	took = time.Since(began)
	if err != nil {
		return 0, "", fmt.Errorf("%s %s: %w", method, path, err)
	}
	if resp.StatusCode >= 300 {
		return 0, "", fmt.Errorf("%s %s answered %s: %.300s", method, path, resp.Status, answer)
	}
	if err := json.Unmarshal(answer, into); err != nil {
		return 0, "", fmt.Errorf("%s %s: %w", method, path, err)
	}
	return took, resp.Header.Get("ETag"), nil
}

func (e *benchEditor) create(ctx context.Context, fields map[string]any) (storyState, error) {
	return e.call(ctx, http.MethodPost, "/stories", fields, "")
}

func (e *benchEditor) save(ctx context.Context, s storyState, fields map[string]any) (storyState, error) {
	return e.call(ctx, http.MethodPatch, "/stories/"+s.ID, fields, s.etag)
}

func (e *benchEditor) publish(ctx context.Context, s storyState) (storyState, error) {
	return e.call(ctx, http.MethodPost, "/stories/"+s.ID+"/publish", map[string]any{}, "")
}
