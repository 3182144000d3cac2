package fanout

import (
	"context"
	"time"

	"dateline/internal/webpush"
)

// SetPrepare has f make keys, in no time.
func (k *Keyring) SetPrepare(f func(*webpush.Keys) (webpush.Prepared, error)) { k.prepare = f }

// KeyringSlot is what a subscription takes of the budget, in bytes.
const KeyringSlot = slotSize

// SetTimes sets how often it is looked what is missing, and how long after an alert.
func (k *Keyring) SetTimes(every, rest time.Duration) { k.every, k.rest = every, rest }

// WaitCalm returns once nothing hurries any more.
func (k *Keyring) WaitCalm() {
	for {
		k.mu.Lock()
		calm := !k.hurry
		k.mu.Unlock()
		if calm {
			return
		}
		time.Sleep(time.Millisecond)
	}
}

// Pass goes through all numbers once, in a hurry.
func (k *Keyring) Pass(ctx context.Context) {
	k.Hurry()
	k.pass(ctx, true, k.hurries)
}
