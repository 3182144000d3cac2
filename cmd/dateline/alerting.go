package main

import (
	"context"
	"crypto/x509"
	"fmt"
	"log/slog"
	"math"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"dateline/internal/fanout"
	"dateline/internal/live"
	"dateline/internal/news"
	"dateline/internal/store"
	"dateline/internal/webpush"
)

// alerting is everything between a yes at the desk and a push service.
type alerting struct {
	ring    *keyRing
	sender  webpush.Sender
	roll    *fanout.Roll
	engine  *fanout.Engine
	courier *fanout.Courier
	keyring *fanout.Keyring
	house   news.AlertHouse
	contact string // whom push services turn to
	door    *pushDoor
}

// alertOptions are what alerting is built from.
type alertOptions struct {
	push
	data      string
	node      string
	contact   string
	countdown time.Duration
	keyring   int64          // bytes for keys prepared ahead
	plain     bool           // over net/http alone
	trust     *x509.CertPool // nil is the system's
	public    *url.URL
	language  string
	icon      string // path of the site's icon
	zone      *time.Location
	store     *store.Store
	live      *live.Node
	jobs      func(a *news.Alert) []news.Job
	tell      func(about, what string, bad bool)
	log       *slog.Logger
}

func newAlerting(ctx context.Context, o alertOptions) (*alerting, error) {
	services, err := o.services()
	if err != nil {
		return nil, err
	}
	a := &alerting{house: news.StandardAlertHouse, contact: o.contact}
	a.house.Countdown, a.house.Language = o.countdown, o.language
	keys, err := o.openPushKeys(ctx, o.data, o.store)
	if err != nil {
		return nil, err
	}
	signers, err := webpush.NewSigners(o.contact, o.store.Now, keys.keys...)
	if err != nil {
		return nil, err
	}
	a.ring = newKeyRing(keys, o.store, signers, o.log)
	options := webpush.Options{Services: services, RootCAs: o.trust}
	if o.plain {
		a.sender = webpush.NewPlain(options)
	} else {
		a.sender = webpush.NewFast(options)
	}
	a.roll = fanout.NewRoll(o.store, services, o.zone, o.log)
	a.keyring = fanout.NewKeyring(a.roll.Index, a.roll.Book, fanout.KeyringOptions{Budget: o.keyring, Log: o.log})
	a.roll.Changed = a.keyring.Forget
	dress := &dresser{site: o.public.String(), icon: o.icon, words: messageWordsFor(o.language), store: o.store}
	a.engine = fanout.New(fanout.Config{
		Node: o.node, Ledger: o.store.Ledger(), Subscriptions: a.roll.Book, Audience: a.roll.Index,
		Fence: fence{o.store, o.live}, Sender: a.sender, Services: services, Signers: signers,
		Prepared: a.keyring.Take, Payload: dress.payload, Limit: serviceLimit, Nodes: (&nodeCount{store: o.store}).count,
		Tell: func(n fanout.Notice) { o.tell(aboutPush(n), n.Text, true) }, Now: o.store.Now,
	})
	a.courier = fanout.NewCourier(fanout.CourierConfig{
		Engine: a.engine, Roll: a.roll, Alerts: o.store, House: a.house, Jobs: o.jobs, Ready: a.ring.refresh, Hurry: a.keyring.Hurry, Now: o.store.Now, Log: o.log,
	})
	a.door = &pushDoor{services: services, ring: a.ring, reader: func(ctx context.Context, s news.Subscription) error {
		return a.testReader(ctx, dress, s)
	}}
	return a, nil
}

// close ends all connections to push services; nothing may be sending any more.
func (a *alerting) close() error { return a.sender.Close() }

// testReader sends one reader's browser a message.
func (a *alerting) testReader(ctx context.Context, d *dresser, s news.Subscription) error {
	test := &news.Alert{
		ID: news.NewID[news.AlertID](), Kind: news.NewsAlert, Title: d.words.testTitle, Body: d.words.testBody,
		Language: d.words.language, Address: news.AlertsAddress,
	}
	test.Original = test.ID
	payload, err := d.payload(test)
	if err != nil {
		return err
	}
	took, gone, err := a.engine.Post(ctx, fanout.Letter{Payload: payload, Urgency: "high", TTL: 5 * time.Minute},
		[]fanout.Device{{Endpoint: s.Endpoint, Keys: s.Keys, KeyID: s.KeyID}})
	switch {
	case err != nil:
		return err
	case len(gone) > 0:
		return news.Refuse(news.Gone, "Your browser's push service knows this subscription no more. Stop notifications here, then get them again.")
	case len(took) == 0:
		return news.Refuse(news.Busy, "Your browser's push service did not take the message. Try again in a minute.")
	}
	return nil
}

// messageWords are what messages say of themselves.
type messageWords struct{ language, stop, testTitle, testBody string }

func messageWordsFor(language string) messageWords {
	if language == "ar" {
		return messageWords{"ar", "أوقف هذا الموضوع", "هذه تجربة", "إشعارات هذا الموقع تصل إليك."}
	}
	return messageWords{"en", "Stop this topic", "This is a test", "Notifications from this site reach you."}
}

// A dresser makes messages of alerts.
type dresser struct {
	site, icon string
	words      messageWords
	store      *store.Store
}

func (d *dresser) payload(a *news.Alert) ([]byte, error) {
	dress := fanout.Dress{Site: d.site, Stop: d.words.stop, Language: d.words.language}
	if d.icon != "" {
		dress.Icon = d.site + d.icon
	}
	if a.Picture != "" {
		ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
		defer cancel()
		// A picture that cannot be found keeps no alert from leaving.
		if p, err := d.store.Picture(ctx, a.Picture); err == nil {
			if path := alertPicture(p); path != "" {
				dress.Picture = d.site + path
			}
		}
	}
	return fanout.Payload(a, dress)
}

// alertPicture is the path of what notifications show: phones show it some 400 points
// wide, at two or three pixels to the point.
func alertPicture(p news.Picture) string {
	best := news.Rendition{}
	for _, r := range p.Renditions {
		if r.Ext == "jpg" && (best.Width == 0 || (r.Width >= 900 && (best.Width < 900 || r.Width < best.Width)) || (best.Width < 900 && r.Width > best.Width)) {
			best = r
		}
	}
	if best.Width == 0 {
		return ""
	}
	return p.Path(best)
}

// serviceLimit is what push services take per second from one sender, as they say or
// as was measured.
func serviceLimit(origin string) float64 {
	host := strings.TrimPrefix(origin, "https://")
	switch {
	case host == "fcm.googleapis.com", host == "jmt17.google.com":
		return 10_000
	case strings.HasSuffix(host, ".notify.windows.com"):
		return 1_000
	}
	return 0
}

// A fence waits until a story is shown on every node.
type fence struct {
	store *store.Store
	live  *live.Node
}

func (f fence) Shown(ctx context.Context, id news.StoryID) error {
	s, err := f.store.Shown(ctx, id)
	if news.KindOf(err) == news.NotFound {
		return news.Refuse(news.Conflict, "Readers cannot see the story any more.")
	}
	if err != nil {
		return err
	}
	last, err := f.store.LastChange(ctx)
	if err != nil {
		return err
	}
	if _, err := f.live.Wait(ctx, last, []string{s.Address}); err != nil {
		return fmt.Errorf("wait until story %s is shown everywhere: %w", id, err)
	}
	return nil
}

// nodeCount counts the nodes that live and send alerts, at most once a second: they
// share what a push service takes, and an alert's pace.
type nodeCount struct {
	store *store.Store
	mu    sync.Mutex
	at    time.Time
	n     int
}

func (c *nodeCount) count() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	if now := time.Now(); now.Sub(c.at) > time.Second {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		names, err := c.store.Lagging(ctx, math.MaxInt64)
		if err == nil || c.n == 0 {
			names = slices.DeleteFunc(names, func(name string) bool { return strings.HasSuffix(name, readersOnly) })
			c.n, c.at = max(len(names), 1), now
		}
	}
	return c.n
}
