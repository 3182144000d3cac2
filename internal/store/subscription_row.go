package store

import (
	"crypto/sha256"
	"database/sql"
	"encoding/json"
	"fmt"
	"strings"

	"dateline/internal/news"
)

// common are the columns that are the same for many readers.
var common = []string{"key_id", "state", "topics", "stories", "only_chosen", "importance", "quiet", "most_per_day", "language", "failures"}

// unit ends each of them where they are read as one value; none holds it, and JSON
// has it escaped.
const unit = "\x1f"

// subscriptionColumns are a subscription as it is read: a row of fifteen values takes
// three times as long.
var subscriptionColumns = `number, endpoint, keys, created_at, seen_at, ` + strings.Join(common, ` || '`+unit+`' || `)

// subscriptionRows write a subscription under its number, whether that is there or not.
// What a browser was is kept: since when it is here, and when its endpoint changed last.
var subscriptionRows = rowText{"subscription", `
	INSERT INTO subscription (number, endpoint, keys, key_id, state, topics, stories, only_chosen, importance, quiet,
		most_per_day, language, failures, created_at, seen_at, hash, moved_at) VALUES `, `
	ON CONFLICT (number) DO UPDATE SET endpoint = excluded.endpoint, keys = excluded.keys, key_id = excluded.key_id,
		state = excluded.state, topics = excluded.topics, stories = excluded.stories, only_chosen = excluded.only_chosen,
		importance = excluded.importance, quiet = excluded.quiet, most_per_day = excluded.most_per_day,
		language = excluded.language, failures = excluded.failures, seen_at = excluded.seen_at, hash = excluded.hash,
		moved_at = CASE WHEN excluded.moved_at > 0 THEN excluded.moved_at ELSE subscription.moved_at END`}

// An endpointHash stands for an endpoint, which may be two thousand bytes long, where
// subscriptions are looked up.
type endpointHash [sha256.Size]byte

func hashOf(endpoint string) endpointHash { return sha256.Sum256([]byte(endpoint)) }

// putSubscription writes s under its number, later; moved is 0 unless its endpoint
// takes the place of another one of the same browser.
func (t *tx) putSubscription(s *news.Subscription, moved int64) error {
	topics, err := listText(s.Topics)
	if err != nil {
		return err
	}
	stories, err := listText(s.Stories)
	if err != nil {
		return err
	}
	quiet := ""
	if !s.Quiet.None() {
		b, err := json.Marshal(s.Quiet)
		if err != nil {
			return err
		}
		quiet = string(b)
	}
	hash := hashOf(s.Endpoint)
	t.insert(&subscriptionRows, int64(s.Number), s.Endpoint, s.Keys[:], s.KeyID, string(s.State), topics, stories, bit(s.OnlyChosen),
		string(s.Importance), quiet, s.MostPerDay, s.Language, s.Failures, us(s.Created), us(s.Seen), hash[:], moved)
	return nil
}

// listText is a list as JSON; nothing for an empty one.
func listText[T ~string](list []T) (string, error) {
	if len(list) == 0 {
		return "", nil
	}
	b, err := json.Marshal(list)
	return string(b), err
}

// bit is how a yes or no is kept.
func bit(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// A subscriptionScan reads subscriptionColumns of many rows. Readers who chose the same
// share their lists, which nobody may change: most choose what others do, and a million
// need not be decoded one by one.
type subscriptionScan struct {
	number, created, seen any // not int64: database/sql takes its time over that
	keys                  sql.RawBytes
	common                string // as subscriptionColumns put it together
	known                 map[string]news.Subscription
}

// mostKnown bounds what a scan remembers.
const mostKnown = 10_000

func (x *subscriptionScan) scan(scan func(...any) error, s *news.Subscription) error {
	if err := scan(&x.number, &s.Endpoint, &x.keys, &x.created, &x.seen, &x.common); err != nil {
		return err
	}
	endpoint := s.Endpoint
	common, ok := x.known[x.common]
	if !ok {
		var err error
		if common, err = readCommon(x.common); err != nil {
			return fmt.Errorf("read subscription %v: %w", x.number, err)
		}
		if x.known == nil || len(x.known) >= mostKnown {
			x.known = map[string]news.Subscription{}
		}
		x.known[x.common] = common
	}
	*s = common
	s.Endpoint = endpoint
	if copy(s.Keys[:], x.keys) != len(s.Keys) {
		return fmt.Errorf("read subscription %v: its keys are %d bytes long, not %d", x.number, len(x.keys), len(s.Keys))
	}
	number, _ := x.number.(int64)
	created, _ := x.created.(int64)
	seen, _ := x.seen.(int64)
	s.Number, s.Created, s.Seen = uint32(number), at(created), at(seen)
	return nil
}

func readCommon(text string) (s news.Subscription, err error) {
	v := strings.Split(text, unit)
	if len(v) != len(common) {
		return s, fmt.Errorf("%d values, not %d", len(v), len(common))
	}
	s.KeyID, s.State, s.OnlyChosen = v[0], news.SubscriptionState(v[1]), v[4] != "0"
	s.Importance, s.Language = news.Importance(v[5]), v[8]
	for _, x := range []struct {
		json string
		into any
	}{{v[2], &s.Topics}, {v[3], &s.Stories}, {v[6], &s.Quiet}, {v[7], &s.MostPerDay}, {v[9], &s.Failures}} {
		if x.json == "" {
			continue
		}
		if err := json.Unmarshal([]byte(x.json), x.into); err != nil {
			return s, err
		}
	}
	return s, nil
}
