package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"

	"dateline/internal/news"
)

// Subscription gives the subscription of an endpoint; else NotFound.
func (s *Store) Subscription(ctx context.Context, endpoint string) (news.Subscription, error) {
	sub, err := loadSubscription(s.read(ctx), endpoint, "")
	return sub, s.translate(err)
}

func loadSubscription(q querier, endpoint, alone string) (sub news.Subscription, err error) {
	hash := hashOf(endpoint)
	found := false
	rows, err := q.rows(`SELECT `+subscriptionColumns+` FROM subscription WHERE hash = $1`+alone, hash[:])
	err = each(rows, err, func(r *sql.Rows) error {
		found = true
		return new(subscriptionScan).scan(r.Scan, &sub)
	})
	if err == nil && !found {
		return sub, news.Missing("subscription")
	}
	return sub, err
}

// ChangeSubscription runs rule on the subscription of an endpoint, perhaps twice, and
// keeps what it made of it. Number and endpoint stay.
func (s *Store) ChangeSubscription(ctx context.Context, endpoint string, rule func(*news.Subscription) error) (news.Subscription, error) {
	var after news.Subscription
	_, err := s.write(ctx, func(t *tx) error {
		before, err := loadSubscription(t, endpoint, t.s.dialect.alone())
		if err != nil {
			return err
		}
		after = before
		// A rule may sort in place, and must find the same when it runs again.
		after.Topics, after.Stories = slices.Clone(before.Topics), slices.Clone(before.Stories)
		if err := rule(&after); err != nil {
			return err
		}
		after.Number, after.Endpoint, after.Created = before.Number, before.Endpoint, before.Created
		t.changeSubscriptions(after.Number)
		return t.putSubscription(&after, 0)
	})
	if err != nil {
		return news.Subscription{}, fmt.Errorf("change a subscription: %w", err)
	}
	return after, nil
}

// DeleteSubscription forgets an endpoint and tells whether it was known. Its number is
// not given again.
func (s *Store) DeleteSubscription(ctx context.Context, endpoint string) (bool, error) {
	found := false
	_, err := s.write(ctx, func(t *tx) error {
		hash := hashOf(endpoint)
		var number uint32
		err := t.row(`DELETE FROM subscription WHERE hash = $1 RETURNING number`, hash[:]).Scan(&number)
		if found = err == nil; found {
			t.changeSubscriptions(number)
		}
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		return err
	})
	if err != nil {
		return false, fmt.Errorf("delete a subscription: %w", err)
	}
	return found, nil
}

// changeSubscriptions notes that those of the numbers changed, one change for numbers
// that follow each other. A small gap is bridged: reading a few rows more costs a
// follower less than one more change.
func (t *tx) changeSubscriptions(numbers ...uint32) {
	const gap = 32
	slices.Sort(numbers)
	for i := 0; i < len(numbers); {
		r := news.NumberRange{From: numbers[i], To: numbers[i]}
		for i++; i < len(numbers) && numbers[i]-r.To <= gap; i++ {
			r.To = numbers[i]
		}
		t.change(news.SubscriptionChange, r.String())
	}
}

// scanPage is how many subscriptions are read at once: no statement stays open while
// they are worked on, and none keeps the log from its checkpoint for long.
const scanPage = 4096

// EachSubscription gives the subscriptions of a range to yield in the order of their
// numbers. What yield gets is used again for the next; its lists are not, but belong
// to many subscriptions and must not be changed. Those that are saved or deleted
// meanwhile may be among them or not.
func (s *Store) EachSubscription(ctx context.Context, r news.NumberRange, yield func(*news.Subscription) error) error {
	var scan subscriptionScan
	page := make([]news.Subscription, 0, min(scanPage, uint64(r.To-r.From)+1))
	for from := int64(r.From); from <= int64(r.To); {
		page = page[:0]
		rows, err := s.read(ctx).rows(`SELECT `+subscriptionColumns+` FROM subscription
			WHERE number >= $1 AND number <= $2 ORDER BY number LIMIT $3`, from, int64(r.To), scanPage)
		err = each(rows, err, func(row *sql.Rows) error {
			page = append(page, news.Subscription{})
			return scan.scan(row.Scan, &page[len(page)-1])
		})
		if err != nil {
			return s.translate(fmt.Errorf("read subscriptions from %d on: %w", from, err))
		}
		for i := range page {
			if err := yield(&page[i]); err != nil {
				return err
			}
		}
		if len(page) < scanPage {
			return nil
		}
		from = int64(page[len(page)-1].Number) + 1
	}
	return nil
}

// SubscriptionCounts counts the subscriptions in each state.
func (s *Store) SubscriptionCounts(ctx context.Context) (map[news.SubscriptionState]int, error) {
	out := map[news.SubscriptionState]int{}
	rows, err := s.read(ctx).rows(`SELECT state, count(*) FROM subscription GROUP BY state`)
	err = each(rows, err, func(r *sql.Rows) error {
		var state news.SubscriptionState
		var n int
		err := r.Scan(&state, &n)
		out[state] = n
		return err
	})
	return out, s.translate(err)
}
