package newsroom

import (
	"context"
	"fmt"
	"time"

	"dateline/internal/news"
)

// An alertLive is an alert as it stands at this moment.
type alertLive struct {
	Alert    *news.Alert
	Progress news.AlertProgress // of one that has not left: its audience is who would get it now
	Left     time.Duration      // until it leaves
	Patience time.Duration      // until it may be sent without a second person
}

// liveOf looks an alert up.
func (n *Newsroom) liveOf(ctx context.Context, who news.Actor, id string) (alertLive, error) {
	if !news.IsID(id) {
		return alertLive{}, news.Missing("alert")
	}
	a, p, err := n.o.Alerting.Alert(ctx, who, news.AlertID(id))
	if err != nil {
		return alertLive{}, err
	}
	now := n.o.Now()
	l := alertLive{Alert: a, Progress: p, Left: a.Leaves.Sub(now), Patience: a.Composed.Add(n.o.House.Patience).Sub(now)}
	return l, nil
}

// Reach is how many would get an alert that has not left; -1 where that is no question.
func (l alertLive) Reach() int {
	if l.Begun() || l.Alert.State.Over() || l.Alert.Kind != news.NewsAlert {
		return -1
	}
	return l.Progress.Audience
}

// Word is the state in a word or two.
func (l alertLive) Word() string { return alertStates[l.Alert.State] }

// Counting tells whether a countdown runs.
func (l alertLive) Counting() bool { return l.Alert.State == news.AlertCounting }

// Over tells whether nothing of it changes any more.
func (l alertLive) Over() bool { return l.Alert.State.Over() && !l.Progress.Open }

// Begun tells whether messages left.
func (l alertLive) Begun() bool { return !l.Alert.Started.IsZero() }

// Seconds is what is left of the countdown.
func (l alertLive) Seconds() int { return int((max(l.Left, 0) + time.Second - 1) / time.Second) }

// Millis is the same for the script.
func (l alertLive) Millis() int64 { return max(l.Left, 0).Milliseconds() }

// Alone tells whether one person may let it go by now.
func (l alertLive) Alone() bool { return l.Alert.State == news.AlertAwaiting && l.Patience <= 0 }

// PatienceMillis is for the script.
func (l alertLive) PatienceMillis() int64 { return max(l.Patience, 0).Milliseconds() }

// Not is how many did not and will not get it.
func (l alertLive) Not() int { return l.Progress.Audience - l.Progress.Accepted - l.Progress.Retrying }

// Said is how it stands, in a sentence or two.
func (l alertLive) Said() string {
	p := l.Progress
	switch l.Alert.State {
	case news.AlertAwaiting:
		return "A second person has to say yes. Nothing has left."
	case news.AlertScheduled:
		return "It is planned. Nothing has left yet."
	case news.AlertCounting:
		if l.Seconds() == 0 {
			return "It leaves now."
		}
		return "It leaves in " + plural(l.Seconds(), "second", "seconds") + ". Nothing has left yet."
	case news.AlertQueued:
		return "The countdown is over; the first messages are about to leave."
	case news.AlertSending:
		s := fmt.Sprintf("%s of %s accepted", count(p.Accepted), count(p.Audience))
		if p.PerSecond >= 1 {
			s += fmt.Sprintf(", %s a second", count(int(p.PerSecond)))
		}
		if p.ETA > 0 {
			s += ", about " + took(p.ETA) + " left"
		}
		return s + "."
	case news.AlertSent:
		return fmt.Sprintf("Sent. %s of %s accepted it.", count(p.Accepted), count(p.Audience))
	}
	if !l.Begun() {
		return "Stopped. Nothing went out."
	}
	if p.Open {
		return fmt.Sprintf("Stopped: nothing more leaves. At least %s went out; the answers to the last messages are still coming in.", count(p.Accepted))
	}
	s := fmt.Sprintf("Stopped. %s went out, %s did not.", count(p.Accepted), count(l.Not()))
	if p.Retrying > 0 {
		s += fmt.Sprintf(" Of %s more nobody knows: their push service did not answer.", count(p.Retrying))
	}
	return s
}
