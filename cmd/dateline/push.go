package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"path/filepath"
	"sync"
	"time"

	"dateline/internal/news"
	"dateline/internal/store"
	"dateline/internal/webpush"
)

// push is how alerts reach push services; some commands need it, too.
type push struct {
	KeyFile   string   `help:"File that opens the push keys in the database (default: push.key in the data folder). Keep a copy: without it every reader has to subscribe again." placeholder:"FILE" env:"DATELINE_KEY_FILE"`
	PushHosts []string `help:"Hosts of push services besides the known browsers'; everything under them counts." placeholder:"HOST" env:"DATELINE_PUSH_HOSTS"`
	PushAllow []string `help:"Push services that would be refused, such as one on this machine; for development." placeholder:"HOST:PORT" env:"DATELINE_PUSH_ALLOW"`
}

// services are the push services that messages may go to.
func (p *push) services() (*webpush.Services, error) {
	s, err := webpush.NewServices(p.PushHosts, p.PushAllow)
	if err != nil {
		return nil, wrongUsage("--push-hosts, --push-allow: %v", err)
	}
	return s, nil
}

// pushKeys are the keys that browsers subscribe with, open.
type pushKeys struct {
	file    *webpush.KeyFile
	keys    []*webpush.Key
	current *webpush.Key
}

// openPushKeys opens the keys in the database, and makes the first one of a new site.
// It never makes a key where there are some that it cannot open: that would orphan
// every subscriber.
func (p *push) openPushKeys(ctx context.Context, data string, s *store.Store) (*pushKeys, error) {
	kept, err := s.PushKeys(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the push keys: %w", err)
	}
	path := p.KeyFile
	if path == "" {
		path = filepath.Join(data, "push.key")
	}
	k := new(pushKeys)
	if k.file, err = webpush.OpenKeyFile(path, len(kept) > 0); err != nil {
		return nil, err
	}
	if len(kept) == 0 {
		first, err := k.seal(true, s.Now())
		if err != nil {
			return nil, err
		}
		if kept, err = s.FirstPushKey(ctx, first); err != nil {
			return nil, fmt.Errorf("keep the first push key: %w", err)
		}
	}
	for _, sealed := range kept {
		key, err := k.file.Open(sealed.Sealed)
		if err != nil {
			return nil, fmt.Errorf("open push key %s: %w, or say with --key-file where it is", sealed.ID, err)
		}
		k.keys = append(k.keys, key)
		if sealed.Current {
			k.current = key
		}
	}
	if k.current == nil {
		return nil, errors.New("none of the push keys in the database is the current one; make one with \"dateline keys new\"")
	}
	return k, nil
}

// seal makes a key, closed for the database.
func (k *pushKeys) seal(current bool, now time.Time) (news.PushKey, error) {
	key, err := webpush.NewKey()
	if err != nil {
		return news.PushKey{}, err
	}
	return k.sealed(key, current, now)
}

func (k *pushKeys) sealed(key *webpush.Key, current bool, now time.Time) (news.PushKey, error) {
	sealed, err := k.file.Seal(key)
	if err != nil {
		return news.PushKey{}, err
	}
	return news.PushKey{ID: key.ID(), Public: key.PublicKey(), Sealed: sealed, Current: current, Created: now}, nil
}

// developmentContact stands in messages when nobody can be reached at the site's address.
const developmentContact = "mailto:newsroom@example.org"

// contact is whom push services turn to when something is wrong with our messages.
func contact(given, mail string, public *url.URL) (string, error) {
	switch {
	case given != "":
		if err := webpush.CheckContact(given); err != nil {
			return "", wrongUsage("--push-contact: %v", err)
		}
		return given, nil
	case mail != "" && webpush.CheckContact("mailto:"+mail) == nil:
		return "mailto:" + mail, nil
	case public.Scheme == "https" && webpush.CheckContact(public.String()) == nil:
		return public.String(), nil
	}
	return developmentContact, nil
}

// pushDoor is what pages and the API need of push messages.
type pushDoor struct {
	services *webpush.Services
	ring     *keyRing
	reader   func(ctx context.Context, s news.Subscription) error
}

// PublicKey is what browsers subscribe with.
func (d *pushDoor) PublicKey() string { return d.ring.public().PublicKey() }

// KeyID names it.
func (d *pushDoor) KeyID() string { return d.ring.public().ID() }

// Parse reads what PushSubscription.toJSON() gave, and refuses what is no browser's. The
// key is the current one: pages give browsers no other.
func (d *pushDoor) Parse(text []byte) (endpoint string, keys news.SubscriptionKeys, keyID string, err error) {
	s, err := d.services.ParseSubscription(text)
	switch {
	case err == nil:
		return s.Endpoint.String(), news.SubscriptionKeys(s.Keys), d.KeyID(), nil
	case errors.Is(err, webpush.ErrKeys):
		return "", keys, "", news.Wrong("keys", "These are no keys of a browser's subscription.")
	}
	return "", keys, "", news.Wrong("endpoint", "This is no address of a push service that this site sends to.")
}

// TestReader sends one browser a message, so that its reader sees that it works.
func (d *pushDoor) TestReader(ctx context.Context, s news.Subscription) error {
	return d.reader(ctx, s)
}

// A keyRing is the push keys in use, with those that a command or another node added
// since the start.
type keyRing struct {
	store   *store.Store
	signers *webpush.Signers
	log     *slog.Logger

	mu      sync.Mutex
	file    *webpush.KeyFile
	known   map[string]*webpush.Key
	current *webpush.Key
}

func newKeyRing(k *pushKeys, s *store.Store, signers *webpush.Signers, log *slog.Logger) *keyRing {
	r := &keyRing{store: s, signers: signers, log: log, file: k.file, known: map[string]*webpush.Key{}, current: k.current}
	for _, key := range k.keys {
		r.known[key.ID()] = key
	}
	return r
}

// public is the key that browsers subscribe with now. Pages ask while they are made,
// so that a new one reaches them as every other change does.
func (r *keyRing) public() *webpush.Key {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	if err := r.refresh(ctx); err != nil {
		r.log.Warn("the push keys could not be read; the last ones known are used", "error", err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.current
}

// refresh takes in keys that were added.
func (r *keyRing) refresh(ctx context.Context) error {
	kept, err := r.store.PushKeys(ctx)
	if err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, sealed := range kept {
		key := r.known[sealed.ID]
		if key == nil {
			if key, err = r.file.Open(sealed.Sealed); err != nil {
				return fmt.Errorf("open push key %s: %w", sealed.ID, err)
			}
			if err := r.signers.Add(key); err != nil {
				return err
			}
			r.known[sealed.ID] = key
		}
		if sealed.Current {
			r.current = key
		}
	}
	return nil
}
