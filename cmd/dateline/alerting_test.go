package main

import (
	"path/filepath"
	"testing"
	"time"

	"dateline/internal/store"
)

// A node that only answers readers sends no alerts: where its share of a push service's
// rate, or of an alert's pace, was left out, nobody would use it.
func TestNodesThatSend(t *testing.T) {
	s, err := store.Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "news.db"), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for _, c := range []struct {
		runs []string
		want int
	}{
		{nil, 1},
		{[]string{"web"}, 1},
		{[]string{"all"}, 1},
		{[]string{"web", "worker"}, 2},
	} {
		for _, run := range c.runs {
			n := &node{o: &serveFlags{Run: run}}
			if _, err := s.Beat(t.Context(), n.liveName(), 0, time.Minute); err != nil {
				t.Fatal(err)
			}
		}
		if got := (&nodeCount{store: s}).count(); got != c.want {
			t.Errorf("after %v more nodes began, %d send, want %d", c.runs, got, c.want)
		}
	}
}
