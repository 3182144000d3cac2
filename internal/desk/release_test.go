package desk_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"dateline/internal/desk"
	"dateline/internal/news"
)

// due is a newsroom with one scheduled story that is due.
type due struct {
	desk.Stories
	story news.Story
	fault error
	asked int
}

func (d *due) Due(context.Context) ([]news.StoryID, error) {
	d.asked++
	return []news.StoryID{d.story.ID}, nil
}

func (d *due) UpdateStory(_ context.Context, _ news.Actor, _ news.StoryID, rule func(*news.Story, time.Time) (news.Outcome, error)) (*news.Story, int64, error) {
	if d.fault != nil {
		return nil, 0, d.fault
	}
	st := d.story
	if _, err := rule(&st, time.Now()); err != nil {
		return nil, 0, err
	}
	return &st, 1, nil
}

type shower struct{}

func (shower) Wait(context.Context, int64, []string) (news.Timing, error) { return news.Timing{}, nil }

// release runs the schedule of d for a while and gives what it logged.
func release(t *testing.T, d *due) string {
	t.Helper()
	var log bytes.Buffer
	synctest.Test(t, func(t *testing.T) {
		room := desk.New(desk.Options{Stories: d, Live: shower{}, Log: slog.New(slog.NewTextHandler(&log, nil))})
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() { defer close(done); room.Release(ctx) }()
		time.Sleep(10 * time.Second)
		stop()
		<-done
	})
	if d.asked < 20 {
		t.Fatalf("looked %d times in ten seconds", d.asked)
	}
	return log.String()
}

func TestAStoryThatCannotBeReleasedIsToldOnce(t *testing.T) {
	log := release(t, &due{story: news.Story{ID: "s"}, fault: errors.New("it broke")})
	if n := strings.Count(log, "it broke"); n != 1 {
		t.Errorf("told %d times, want once:\n%s", n, log)
	}
}

// Of several nodes that look, the one that released a story says so.
func TestWhatAnotherNodeReleasedIsNotOurs(t *testing.T) {
	log := release(t, &due{story: news.Story{ID: "s", Status: news.Published}})
	if log != "" {
		t.Errorf("logged %s", log)
	}
}
