package store

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"

	"dateline/internal/news"
)

const subscriptionColumns = `number, endpoint, keys, key_id, state, topics, stories, only_chosen, importance, quiet,
	most_per_day, language, failures, created_at, seen_at`

// subscriptionRows write a subscription under its number, whether that is there or not.
// What a browser was is kept: since when it is here, and when its endpoint changed last.
var subscriptionRows = rowText{"subscription", `
	INSERT INTO subscription (` + subscriptionColumns + `, hash, moved_at) VALUES `, `
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

// A subscriptionScan reads subscriptionColumns of many rows. Lists that are the same
// text are one slice, which nobody may change: most readers choose what others do, and
// a million need not be decoded one by one.
type subscriptionScan struct {
	keys                []byte
	topics, stories     string
	quiet               string
	only, created, seen int64

	topicLists map[string][]string
	storyLists map[string][]news.StoryID
	quiets     map[string]news.QuietHours
}

// mostLists bounds what a scan remembers of each kind.
const mostLists = 10_000

func (x *subscriptionScan) scan(scan func(...any) error, s *news.Subscription) error {
	if err := scan(&s.Number, &s.Endpoint, &x.keys, &s.KeyID, &s.State, &x.topics, &x.stories, &x.only, &s.Importance, &x.quiet,
		&s.MostPerDay, &s.Language, &s.Failures, &x.created, &x.seen); err != nil {
		return err
	}
	if len(x.keys) != len(s.Keys) {
		return fmt.Errorf("read subscription %d: its keys are %d bytes long, not %d", s.Number, len(x.keys), len(s.Keys))
	}
	copy(s.Keys[:], x.keys)
	s.OnlyChosen, s.Created, s.Seen = x.only != 0, at(x.created), at(x.seen)
	var err error
	if s.Topics, err = known(&x.topicLists, x.topics); err == nil {
		if s.Stories, err = known(&x.storyLists, x.stories); err == nil {
			s.Quiet, err = known(&x.quiets, x.quiet)
		}
	}
	if err != nil {
		return fmt.Errorf("read subscription %d: %w", s.Number, err)
	}
	return nil
}

// known decodes text, once for all that have the same.
func known[T any](seen *map[string]T, text string) (v T, err error) {
	if text == "" {
		return v, nil
	}
	if v, ok := (*seen)[text]; ok {
		return v, nil
	}
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		return v, err
	}
	if *seen == nil || len(*seen) >= mostLists {
		*seen = map[string]T{}
	}
	(*seen)[text] = v
	return v, nil
}
