package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"syscall"
	"time"
)

// mostRepeats is how many messages one kill may repeat: what was under way or answered
// and not yet in the ledger.
const mostRepeats = 8192

// kills kills the server at random points of alerts to all, starts it again, and counts
// at the services who got nothing and who got it twice.
func (a *alertBench) kills(ctx context.Context, times int) error {
	a.say("killing the sender %d times in the middle of an alert", times)
	lost, repeats, resumed := 0, 0, time.Duration(0)
	whole := 2 * time.Second // a guess at how long an alert takes, until one was seen
	for i := range times {
		if err := a.serving(ctx, "0"); err != nil {
			return err
		}
		k, err := a.kill(ctx, fmt.Sprintf("kill-%d", i), time.Duration(rand.Int64N(int64(whole))))
		if err != nil {
			return fmt.Errorf("kill %d: %w", i+1, err)
		}
		lost, repeats, resumed = lost+k.lost, max(repeats, k.repeats), max(resumed, k.resumed)
		whole = max(k.took, 200*time.Millisecond)
		a.server.stop()
	}
	a.report.atMost("lost over all kills", float64(lost), "messages", 0)
	a.report.atMost("repeated at the services, worst kill", float64(repeats), "messages", mostRepeats)
	a.report.atMost("sending again after a kill, worst", resumed.Seconds(), "s", 5)
	return nil
}

// A killed is what one kill did.
type killed struct {
	lost, repeats int
	resumed       time.Duration // from the restart until more had been accepted
	took          time.Duration // the sending, its interruption left out
}

func (a *alertBench) kill(ctx context.Context, round string, after time.Duration) (k killed, err error) {
	story, err := a.story(ctx)
	if err != nil {
		return k, err
	}
	if err := a.known(ctx, story, a.subscribers*8/10); err != nil {
		return k, err
	}
	if err := a.remote.Lift(ctx); err != nil {
		return k, err
	}
	if err := a.remote.Forget(ctx); err != nil {
		return k, err
	}
	var s alertState
	began := time.Now()
	if err := a.editor.post(ctx, "/alerts", a.words(story, round), &s); err != nil {
		return k, err
	}
	select {
	case <-ctx.Done():
		return k, context.Cause(ctx)
	case <-time.After(after):
	}
	if err := a.server.cmd.Process.Signal(syscall.SIGKILL); err != nil {
		return k, err
	}
	<-a.server.gone
	k.took = time.Since(began)
	had, err := a.remote.Stats(ctx)
	if err != nil {
		return k, err
	}
	again := time.Now()
	if err := a.serving(ctx, "0"); err != nil {
		return k, err
	}
	for k.resumed == 0 {
		now, err := a.remote.Stats(ctx)
		if err != nil {
			return k, err
		}
		state := alertState{}
		if err := a.editor.get(ctx, "/alerts/"+s.ID, &state); err != nil {
			return k, err
		}
		if now.Accepted > had.Accepted || state.State == "sent" {
			k.resumed = time.Since(again)
		} else if time.Since(again) > time.Minute {
			return k, fmt.Errorf("nothing more was sent a minute after the restart; the alert is %+v", state)
		}
		time.Sleep(10 * time.Millisecond)
	}
	if s, err = a.follow(ctx, s.ID, 5*time.Minute); err != nil {
		return k, err
	}
	k.took += time.Since(again) - k.resumed
	got, err := a.remote.Received(ctx)
	if err != nil {
		return k, err
	}
	for _, n := range got {
		if n > 1 {
			k.repeats += int(n) - 1
		}
	}
	stats, err := a.remote.Stats(ctx)
	if err != nil {
		return k, err
	}
	k.lost = s.Audience - int(stats.Distinct)
	if s.Accepted != s.Audience {
		return k, fmt.Errorf("the record does not add up: %+v", s)
	}
	return k, nil
}
