package main

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"dateline/internal/news"
)

func TestMissedAreKeptOnceAskedOften(t *testing.T) {
	now := time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)
	kept := map[string]int{}
	var broken error
	m := &missed{now: func() time.Time { return now }, keep: func(_ context.Context, list []news.MissedSearch) error {
		if broken == nil {
			for _, x := range list {
				kept[x.Query] += x.Times
			}
		}
		return broken
	}}
	flush := func() {
		if err := m.flush(t.Context()); !errors.Is(err, broken) {
			t.Fatal(err)
		}
	}
	for range 5 { // a page loaded again and again is one question
		m.Add("Zeppelin")
	}
	now = now.Add(2 * time.Minute)
	m.Add("zeppelin ")
	flush()
	if len(kept) != 0 {
		t.Errorf("kept after two questions: %v", kept)
	}
	now = now.Add(2 * time.Minute)
	m.Add("ZEPPELIN")
	m.Add("someone@example.org")
	broken = errors.New("no database")
	flush()
	broken = nil
	flush()
	flush()
	if fmt.Sprint(kept) != "map[zeppelin:3]" {
		t.Errorf("after three: %v", kept)
	}
	now = now.Add(2 * time.Minute)
	m.Add("zeppelin")
	flush()
	if kept["zeppelin"] != 4 {
		t.Errorf("after four: %v", kept)
	}
	for i := range 2 * mostMissed {
		m.Add(fmt.Sprintf("word %dx", i))
	}
	if len(m.asked) > mostMissed {
		t.Errorf("%d questions are remembered", len(m.asked))
	}
	now = now.Add(missedForget + time.Minute)
	flush()
	if len(m.asked) != 0 {
		t.Errorf("%d questions are remembered after a day", len(m.asked))
	}
}
