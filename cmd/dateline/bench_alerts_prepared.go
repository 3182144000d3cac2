package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// prepared sends with keys made ahead: at once, then over a while.
func (a *alertBench) prepared(ctx context.Context, paced time.Duration) error {
	if a.subscribers < 50_000 {
		a.report.missing("prepared", errors.New("keys are prepared from 50,000 subscriptions on"))
		return nil
	}
	if err := a.armed(ctx); err != nil {
		return err
	}
	a.say("an alert to all of them, with prepared keys")
	s, err := a.send(ctx, "prepared", 0)
	if err != nil {
		return err
	}
	scale := float64(a.subscribers) / 1e6
	a.report.atMost("all settled, prepared", s.wall.Seconds(), "s", 6*max(scale, 0.02))
	a.preparedCost = s.perMessage()
	a.report.atMost("a message, processor, prepared", a.preparedCost, "µs", 5)
	a.report.atMost("first message accepted, prepared", float64(s.first.Microseconds())/1000, "ms", 30)
	a.report.atMost("resident, prepared", s.resident/1e6, "MB", 600)
	a.server.stop()
	if err := a.armed(ctx); err != nil {
		return err
	}
	a.say("an alert to all of them over %s, with prepared keys", paced)
	if s, err = a.send(ctx, "paced", paced); err != nil {
		return err
	}
	// At another size or pace, what a million a minute would take.
	perSecond := float64(s.Accepted+s.Gone) / s.wall.Seconds()
	a.report.told("paced", perSecond, "messages/s")
	a.report.atMost("a paced million a minute, of one core", s.perMessage()/1e6*(1e6/60)*100, "%", 10)
	a.server.stop()
	return nil
}

// armed starts the server and waits until its keys are prepared.
func (a *alertBench) armed(ctx context.Context) error {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	admin := l.Addr().String()
	if err := l.Close(); err != nil {
		return err
	}
	if err := a.serving(ctx, "500MB", "--admin-listen", admin); err != nil {
		return err
	}
	story, err := a.story(ctx)
	if err != nil {
		return err
	}
	a.say("preparing keys")
	for began := time.Now(); ; {
		// Whoever counts an alert's readers hurries the keyring, as its editor does.
		var p struct {
			Audience int `json:"audience"`
		}
		if err := a.editor.post(ctx, "/alerts/preview", a.words(story, "armed"), &p); err != nil {
			return err
		}
		ready, err := metric(ctx, admin, "dateline_alert_keys_prepared")
		if err != nil {
			return err
		}
		if p.Audience > 0 && int(ready) >= p.Audience {
			return nil
		}
		if time.Since(began) > 10*time.Minute {
			return fmt.Errorf("%d of %d keys are prepared after ten minutes", int(ready), p.Audience)
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(250 * time.Millisecond):
		}
	}
}

// metric reads one number of a server.
func metric(ctx context.Context, admin, name string) (float64, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+admin+"/metrics", nil)
	if err != nil {
		return 0, err
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(text)) {
		if v, ok := strings.CutPrefix(line, name+" "); ok {
			return strconv.ParseFloat(strings.TrimSpace(v), 64)
		}
	}
	return 0, fmt.Errorf("the server has no metric %s", name)
}
