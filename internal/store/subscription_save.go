package store

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"slices"

	"dateline/internal/news"
)

// SaveSubscription keeps what a browser asked for at this moment: anew, or in place of
// what its endpoint had asked for before. replaces is the endpoint that the same browser
// had before, or empty. If it is known, the new endpoint takes over its number and all
// that its reader chose, and the old one is forgotten; if it was taken over already,
// what was chosen stays, so that asking twice is the same as once. Who knows an
// endpoint may do so: it is as good as a password.
func (s *Store) SaveSubscription(ctx context.Context, sub news.Subscription, replaces string) (saved news.Subscription, created bool, err error) {
	if replaces == sub.Endpoint {
		replaces = ""
	}
	_, err = s.write(ctx, func(t *tx) error {
		last, err := t.lastNumber()
		if err != nil {
			return err
		}
		have, err := loadKnown(t, sub.Endpoint)
		if err != nil {
			return err
		}
		old := have
		if replaces != "" {
			if old, err = loadKnown(t, replaces); err != nil {
				return err
			}
		}
		var moved int64
		saved, created = sub, false
		switch {
		case have == nil && old == nil:
			created = true
			if saved.Number, err = t.nextNumbers(last, 1); err != nil {
				return err
			}
			saved.Created = t.now
		case old == nil: // taken over before
			saved = takeOver(have, &sub)
		case replaces == "":
			saved.Number, saved.Created = have.Number, have.Created
		default:
			saved, moved = takeOver(old, &sub), us(t.now)
		}
		if have != nil && have.Number != saved.Number { // the browser was here with both
			if _, err := t.exec(`DELETE FROM subscription WHERE number = $1`, int64(have.Number)); err != nil {
				return err
			}
			t.changeSubscriptions(have.Number)
		}
		if saved.State == "" {
			saved.State = news.SubscriptionActive
		}
		saved.Seen, saved.Failures = t.now, 0
		t.changeSubscriptions(saved.Number)
		return t.putSubscription(&saved, moved)
	})
	if err != nil {
		return news.Subscription{}, false, fmt.Errorf("save a subscription: %w", err)
	}
	return saved, created, nil
}

// takeOver is what was chosen in old, at the address in s. A browser that waited for
// this visit waits no more.
func takeOver(old, s *news.Subscription) news.Subscription {
	is := *old
	is.Endpoint, is.Keys, is.KeyID = s.Endpoint, s.Keys, s.KeyID
	if is.State == news.SubscriptionWaiting {
		is.State = s.State
	}
	if is.Language == "" {
		is.Language = s.Language
	}
	return is
}

func loadKnown(t *tx, endpoint string) (*news.Subscription, error) {
	sub, err := loadSubscription(t, endpoint, t.s.dialect.alone())
	if news.KindOf(err) == news.NotFound {
		return nil, nil
	}
	return &sub, err
}

// lastNumber gives the last number given. Nobody else saves subscriptions from here to
// the end of the transaction, so an endpoint that is not known now is not known then.
func (t *tx) lastNumber() (n uint32, err error) {
	err = t.row(`SELECT n FROM subscription_seq WHERE one = 1` + t.s.dialect.alone()).Scan(&n)
	return n, err
}

// nextNumbers gives the first of so many new numbers.
func (t *tx) nextNumbers(last uint32, many int) (first uint32, err error) {
	if int64(last)+int64(many) > mostNumbers {
		return 0, fmt.Errorf("there are no numbers left for subscriptions: %d were given", last)
	}
	_, err = t.exec(`UPDATE subscription_seq SET n = $1 WHERE one = 1`, int64(last)+int64(many))
	return last + 1, err
}

// mostNumbers is what a set of numbers can hold.
const mostNumbers = 128 << 20

// saveBatch is how many subscriptions are saved in one transaction, so that a
// publication beside an import waits for some hundredths of a second.
const saveBatch = 2000

// SaveSubscriptions keeps many subscriptions as they are given, each anew or in place of
// what is known of its endpoint; of one endpoint the last counts. One that waits for its
// browser takes the place of none that is here already. They are committed by
// and by: when it fails, those that were counted stay.
func (s *Store) SaveSubscriptions(ctx context.Context, subs []news.Subscription) (created, replaced int, err error) {
	// In the order of the hashes, each batch stays on a few pages of their index.
	order := make([]hashed, len(subs))
	for i := range subs {
		order[i] = hashed{hashOf(subs[i].Endpoint), &subs[i]}
	}
	slices.SortStableFunc(order, func(a, b hashed) int { return bytes.Compare(a.hash[:], b.hash[:]) })
	last := order[:0]
	for i, h := range order {
		if i+1 == len(order) || order[i+1].hash != h.hash {
			last = append(last, h)
		}
	}
	for batch := range slices.Chunk(last, saveBatch) {
		fresh := 0
		_, err := s.write(ctx, func(t *tx) (err error) {
			fresh, err = t.saveSubscriptions(batch)
			return err
		})
		if err != nil {
			return created, replaced, fmt.Errorf("save %d subscriptions: %w", len(subs), err)
		}
		created, replaced = created+fresh, replaced+len(batch)-fresh
	}
	return created, replaced, nil
}

type hashed struct {
	hash endpointHash
	sub  *news.Subscription
}

func (t *tx) saveSubscriptions(batch []hashed) (fresh int, err error) {
	last, err := t.lastNumber()
	if err != nil {
		return 0, err
	}
	known, err := t.numbersOf(batch)
	if err != nil {
		return 0, err
	}
	fresh = len(batch) - len(known)
	next, err := t.nextNumbers(last, fresh)
	if err != nil {
		return 0, err
	}
	numbers := make([]uint32, 0, len(batch))
	for _, h := range batch {
		sub := *h.sub
		was, ok := known[h.hash]
		switch {
		case !ok:
			was.n = next
			next++
		case sub.State == news.SubscriptionWaiting && was.state != news.SubscriptionWaiting:
			continue
		}
		n := was.n
		sub.Number = n
		if sub.State == "" {
			sub.State = news.SubscriptionActive
		}
		if sub.Created.IsZero() {
			sub.Created = t.now
		}
		numbers = append(numbers, n)
		if err := t.putSubscription(&sub, 0); err != nil {
			return 0, err
		}
	}
	t.changeSubscriptions(numbers...)
	return fresh, nil
}

// A knownNumber is a subscription's, with its state.
type knownNumber struct {
	n     uint32
	state news.SubscriptionState
}

// numbersOf gives the numbers of those that are known.
func (t *tx) numbersOf(batch []hashed) (map[endpointHash]knownNumber, error) {
	known := map[endpointHash]knownNumber{}
	for part := range slices.Chunk(batch, 512) {
		values := make([]any, len(part))
		for i := range part {
			values[i] = part[i].hash[:]
		}
		list, args := inAny(1, values)
		rows, err := t.rows(`SELECT hash, number, state FROM subscription WHERE hash IN `+list, args...)
		err = each(rows, err, func(r *sql.Rows) error {
			var hash sql.RawBytes
			var is knownNumber
			err := r.Scan(&hash, &is.n, &is.state)
			known[endpointHash(hash)] = is
			return err
		})
		if err != nil {
			return nil, fmt.Errorf("look up subscriptions: %w", err)
		}
	}
	return known, nil
}
