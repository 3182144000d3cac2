package main

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"dateline/internal/pushservice"
)

// An alertState is what the API says of an alert.
type alertState struct {
	ID       string    `json:"id"`
	State    string    `json:"state"`
	Audience int       `json:"audience"`
	Accepted int       `json:"accepted"`
	Gone     int       `json:"gone"`
	Failed   int       `json:"failed"`
	Retrying int       `json:"retrying"`
	Leaves   time.Time `json:"leaves_at"`
	Ended    time.Time `json:"ended_at"`
}

// A sending is one alert, measured.
type sending struct {
	alertState
	wall     time.Duration // from the countdown's end until every subscription was settled
	first    time.Duration // until the first message was accepted
	cpu      time.Duration // of the server, all of it
	resident float64       // bytes, when all was sent
}

// perMessage is the server's processor time for each message that was sent.
func (s *sending) perMessage() float64 {
	return float64(s.cpu.Nanoseconds()) / 1000 / float64(max(s.Accepted+s.Gone, 1))
}

// misbehave has the services answer some subscriptions as real ones do; round tells the
// runs apart, since who was gone is not subscribed any more.
func (a *alertBench) misbehave(ctx context.Context, round string) error {
	if err := a.remote.Lift(ctx); err != nil {
		return err
	}
	if err := a.remote.Forget(ctx); err != nil {
		return err
	}
	return a.remote.Trouble(ctx,
		pushservice.Trouble{Name: round + "-gone", Kind: pushservice.Status, Status: http.StatusGone, Share: benchGone},
		pushservice.Trouble{Name: round + "-throttled", Kind: pushservice.Status, Status: http.StatusTooManyRequests, Share: benchThrottled,
			Once: true, RetryAfter: pushservice.Duration(time.Second)})
}

// known waits until the server has read all subscriptions.
func (a *alertBench) known(ctx context.Context, story string, least int) error {
	for began := time.Now(); ; {
		var p struct {
			Audience int `json:"audience"`
		}
		if err := a.editor.post(ctx, "/alerts/preview", a.words(story, "preview"), &p); err != nil {
			return err
		}
		if p.Audience >= least {
			return nil
		}
		if time.Since(began) > 2*time.Minute {
			return fmt.Errorf("the server knows %d subscriptions after two minutes, not %d", p.Audience, least)
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(50 * time.Millisecond):
		}
	}
}

func (a *alertBench) words(story, round string) map[string]any {
	return map[string]any{"story": story, "title": "Bridge closed after " + round, "body": "Traffic is led over the old ferry until the morning.", "audience": "all"}
}

// story publishes one to alert about.
func (a *alertBench) story(ctx context.Context) (string, error) {
	id, _, err := a.storyAt(ctx)
	return id, err
}

// storyAt publishes one and says where it is, too.
func (a *alertBench) storyAt(ctx context.Context) (id, path string, err error) {
	w := newBenchWriter(7)
	st := w.story()
	s, err := a.editor.create(ctx, map[string]any{"headline": st.Headline, "standfirst": st.Standfirst, "body": st.Body, "section": st.Section})
	if err != nil {
		return "", "", err
	}
	if s, err = a.editor.publish(ctx, s); err != nil {
		return "", "", err
	}
	return s.ID, s.path(a.server), nil
}

// send sends an alert and follows it to its end.
func (a *alertBench) send(ctx context.Context, round string, pace time.Duration) (s sending, err error) {
	story, err := a.story(ctx)
	if err != nil {
		return s, err
	}
	if err := a.known(ctx, story, a.subscribers*9/10); err != nil {
		return s, err
	}
	if err := a.misbehave(ctx, round); err != nil {
		return s, err
	}
	pid := a.server.cmd.Process.Pid
	before, blind := cpuOf(pid)
	words := a.words(story, round)
	if pace > 0 {
		words["pace"] = int(pace.Seconds())
	}
	if err := a.editor.post(ctx, "/alerts", words, &s.alertState); err != nil {
		return s, err
	}
	if s.alertState, err = a.follow(ctx, s.ID, 5*time.Minute+pace); err != nil {
		return s, err
	}
	s.wall = s.Ended.Sub(s.Leaves)
	if blind == nil {
		after, err := cpuOf(pid)
		if err != nil {
			return s, err
		}
		s.cpu = after - before
	}
	s.resident, _, _ = memoryOf(pid)
	if log, err := a.remote.Messages(ctx, 0); err == nil && len(log) > 0 {
		s.first = log[0].At.Sub(s.Leaves)
	}
	return s, a.check(ctx, &s)
}

// follow asks how an alert stands until it is over, as an editor's page does.
func (a *alertBench) follow(ctx context.Context, id string, most time.Duration) (s alertState, err error) {
	for began := time.Now(); time.Since(began) < most; {
		if err := a.editor.get(ctx, "/alerts/"+id, &s); err != nil {
			return s, err
		}
		if s.State == "sent" || s.State == "stopped" {
			return s, nil
		}
		select {
		case <-ctx.Done():
			return s, context.Cause(ctx)
		case <-time.After(time.Second):
		}
	}
	return s, fmt.Errorf("the alert is still %s after %s: %+v", s.State, most, s)
}

// check holds the newsroom's numbers against the services' own.
func (a *alertBench) check(ctx context.Context, s *sending) error {
	if sum := s.Accepted + s.Gone + s.Failed; sum != s.Audience || s.Failed != 0 {
		return fmt.Errorf("the record does not add up: %+v", s.alertState)
	}
	stats, err := a.remote.Stats(ctx)
	if err != nil {
		return err
	}
	if int(stats.Distinct) != s.Accepted || stats.Refused > 0 || stats.Violations > 0 {
		return fmt.Errorf("the services took %d subscriptions' messages, found %d wrong and %d breaches of HTTP/2; the record says %d accepted",
			stats.Distinct, stats.Refused, stats.Violations, s.Accepted)
	}
	return nil
}

// cold sends without prepared keys.
func (a *alertBench) cold(ctx context.Context) error {
	a.say("an alert to all of them, without prepared keys")
	s, err := a.send(ctx, "cold", 0)
	if err != nil {
		return err
	}
	scale := float64(a.subscribers) / 1e6
	a.report.atMost("all settled, cold", s.wall.Seconds(), "s", 35*max(scale, 0.02))
	a.coldCost = s.perMessage()
	a.report.atMost("a message, processor, cold", a.coldCost, "µs", 56)
	a.report.atMost("first message accepted, cold", float64(s.first.Microseconds())/1000, "ms", 30)
	a.report.atMost("resident, cold", s.resident/1e6, "MB", 300)
	a.report.told("accepted, cold", float64(s.Accepted), "messages")
	a.report.told("gone, cold", float64(s.Gone), "subscriptions")
	a.server.stop()
	return nil
}

// post makes an API call.
func (e *benchEditor) post(ctx context.Context, path string, in, into any) error {
	_, _, err := e.ask(ctx, http.MethodPost, path, in, "", into)
	return err
}
