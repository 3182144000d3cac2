package fanout_test

import (
	"testing"

	"dateline/internal/fanout"
	"dateline/internal/news"
	"dateline/internal/pushservice"
	"dateline/internal/webpush"
)

// Browsers decrypt what was made ahead, and what was not: an alert with the keyring full,
// while some readers subscribe anew, and its correction at once, with little in it.
func TestBrowsersDecryptWhatWasMadeAhead(t *testing.T) {
	const readers = 1500
	svc, err := pushservice.Serve(t.Context(), pushservice.Options{Subscriptions: 2 * readers})
	must(t, err)
	defer svc.Close()
	where, err := webpush.NewServices(nil, svc.Addresses())
	must(t, err)
	fast := webpush.NewFast(webpush.Options{Services: where, RootCAs: svc.CA()})
	defer fast.Close()

	k := newKeyringWorld(t, 0, fanout.KeyringOptions{Least: 1})
	put := func(n uint32, subscription int) {
		s, err := svc.Subscribe(subscription, "")
		must(t, err)
		e, err := where.Parse(s.Endpoint)
		must(t, err)
		keys, err := webpush.ParseKeys(s.P256dh, s.Auth)
		must(t, err)
		k.book.Put(n, e, keys, k.keyID)
		k.index.Put(&news.Subscription{Number: n, State: news.SubscriptionActive})
	}
	for n := range uint32(readers) {
		put(n, int(n))
	}
	k.run()
	k.ring.Hurry()
	k.armed(readers)
	for n := uint32(0); n < readers; n += 10 { // nobody tells the keyring
		put(n, readers+int(n))
	}
	p := k.process("one", func(c *fanout.Config) {
		c.Sender, c.Services = fast, where
		c.Prepared = k.ring.Take
	})
	for _, id := range []news.AlertID{"a", "b"} {
		svc.Forget()
		got, err := p.Run(t.Context(), alert(id))
		must(t, err)
		s := svc.Stats()
		if got.Accepted != readers || s.Checked != readers || s.Distinct != readers || s.Refused != 0 {
			t.Errorf("alert %s: %d accepted; the services took %d, from %d, decrypted %d, refused %d", id, got.Accepted, s.Accepted, s.Distinct, s.Checked, s.Refused)
		}
		if ready, _ := k.ring.Armed(); ready > readers/10 {
			t.Errorf("alert %s: %d are ready still", id, ready)
		}
	}
}
