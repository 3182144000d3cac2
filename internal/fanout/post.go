package fanout

import (
	"context"
	"fmt"
	"time"

	"dateline/internal/news"
	"dateline/internal/webpush"
)

// A Letter is a message to a few devices that is no alert: a test, or a call for
// somebody's approval. It goes round audience, ledger and countdown, so its addressees
// are named one by one; nothing turns the readers into a list of these.
type Letter struct {
	Payload []byte
	Topic   string // a later letter of the same topic replaces it, if undelivered
	Urgency news.Urgency
	TTL     time.Duration
}

// A Device is where a letter goes.
type Device struct {
	Endpoint string
	Keys     news.SubscriptionKeys
	KeyID    string
}

// maxDevices bounds what one letter costs.
const maxDevices = 200

// Post sends a letter and says which devices' services took it and which devices are
// no more, by their places in to.
func (e *Engine) Post(ctx context.Context, l Letter, to []Device) (accepted, gone []int, err error) {
	if len(to) > maxDevices {
		return nil, nil, fmt.Errorf("post a letter: %d devices are more than %d", len(to), maxDevices)
	}
	batches := map[string][]int{}
	endpoints := make([]webpush.Endpoint, len(to))
	for i, d := range to {
		if endpoints[i], err = e.Services.Parse(d.Endpoint); err != nil {
			continue // its service is not allowed any more
		}
		batches[d.KeyID] = append(batches[d.KeyID], i)
	}
	err = nil
	for keyID, places := range batches {
		signer, noKey := e.Signers.ByID(keyID)
		if noKey != nil {
			err = fmt.Errorf("post a letter: %w", noKey)
			continue
		}
		b := &webpush.Batch{Signer: signer, Payload: l.Payload, TTL: l.TTL, Urgency: string(l.Urgency), Topic: l.Topic}
		for _, i := range places {
			b.Messages = append(b.Messages, webpush.Message{To: endpoints[i], Keys: webpush.Keys(to[i].Keys)})
		}
		sendErr := e.Sender.Send(ctx, b, func(j int, o webpush.Outcome) {
			switch o.Class {
			case webpush.Accepted:
				accepted = append(accepted, places[j])
			case webpush.Gone:
				gone = append(gone, places[j])
			}
		})
		if sendErr != nil {
			err = fmt.Errorf("post a letter: %w", sendErr)
		}
	}
	return accepted, gone, err
}

// Test sends an alert that is not one to devices of the staff, as it would look.
func (c *Courier) Test(ctx context.Context, a *news.Alert, to []news.StaffDevice) (accepted int, err error) {
	payload, err := c.Message(a)
	if err != nil {
		return 0, err
	}
	devices := make([]Device, len(to))
	for i, d := range to {
		devices[i] = Device{d.Endpoint, d.Keys, d.KeyID}
	}
	took, _, err := c.Engine.Post(ctx, Letter{Payload: payload, Urgency: "high", TTL: 5 * time.Minute}, devices)
	return len(took), err
}
