package newsroom

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"dateline/internal/news"
)

// streamTime is how long a browser is told of an alert before it has to ask again: so
// that a node that is told to stop is not held up, and somebody who was signed out
// meanwhile hears nothing more.
const streamTime = 6 * time.Second

// How often it is told, and after how many milliseconds the browser asks again.
const (
	tellEvery  = time.Second
	askAgainIn = 200
)

// An alertEvent is what the script hears. HTML is the part of the page that shows the
// same, made by the server's own template.
type alertEvent struct {
	State    news.AlertState `json:"state"`
	Word     string          `json:"word"`
	Said     string          `json:"said"`
	HTML     string          `json:"html"`
	Over     bool            `json:"over"`
	Left     int64           `json:"left"`     // ms until it leaves
	Patience int64           `json:"patience"` // ms until it may be sent alone
	Since    int64           `json:"since"`    // ms since the first message could leave
	Accepted int             `json:"accepted"`
	Audience int             `json:"audience"`
}

// alertEvents tells the browser how an alert stands, every second (server-sent events).
func (n *Newsroom) alertEvents(w http.ResponseWriter, r *http.Request, who news.Actor) error {
	ctx, id := r.Context(), r.PathValue("id")
	live, err := n.liveOf(ctx, who, id)
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("X-Accel-Buffering", "no") // or nginx keeps it back until it is old
	out := http.NewResponseController(w)
	fmt.Fprintf(w, "retry: %d\n\n", askAgainIn)
	tick := time.NewTicker(tellEvery)
	defer tick.Stop()
	for {
		if err := n.tell(w, live); err != nil {
			return err
		}
		if err := out.Flush(); err != nil || live.Over() {
			return nil // nobody listens any more, or nothing more happens
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		if live, err = n.liveOf(ctx, who, id); err != nil {
			if ctx.Err() != nil {
				return nil
			}
			n.o.Log.Warn("progress of an alert could not be read", "alert", id, "err", err)
			return nil // the browser asks again
		}
	}
}

func (n *Newsroom) tell(w http.ResponseWriter, live alertLive) error {
	var part bytes.Buffer
	if err := n.pages["alert"].ExecuteTemplate(&part, "alert-live", live); err != nil {
		return fmt.Errorf("make live part of alert %s: %w", live.Alert.ID, err)
	}
	e := alertEvent{
		State: live.Alert.State, Word: live.Word(), Said: live.Said(), HTML: part.String(), Over: live.Over(),
		Left: live.Millis(), Patience: live.PatienceMillis(), Accepted: live.Progress.Accepted, Audience: live.Progress.Audience,
	}
	if live.Begun() {
		e.Since = n.o.Now().Sub(live.Alert.Started).Milliseconds()
	}
	b, err := json.Marshal(e)
	if err != nil {
		return fmt.Errorf("write live part of alert %s: %w", live.Alert.ID, err)
	}
	_, err = fmt.Fprintf(w, "data: %s\n\n", b)
	return err
}
