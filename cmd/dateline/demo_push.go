package main

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"runtime"

	"dateline/internal/news"
	"dateline/internal/pushservice"
	"dateline/internal/webpush"
)

// demoSubscribers are simulated: a newcomer without internet sends an alert and sees
// the count climb. They are at push services that the demo plays itself.
const demoSubscribers = 100_000

// A demoServices is what a demo that is started again on its folder must find as it
// was: its subscribers' addresses name it.
type demoServices struct {
	Seed   string   `json:"seed"`
	Listen []string `json:"listen"`
}

// playPush starts the demo's push services, and has the server to be started trust
// them and send to them.
func (c *demoCmd) playPush(ctx context.Context) (*pushservice.Service, error) {
	file := filepath.Join(c.Data, "demo-push.json")
	var was demoServices
	if b, err := os.ReadFile(file); err != nil || json.Unmarshal(b, &was) != nil || !allFree(was.Listen) {
		was.Listen = nil
	}
	if was.Seed == "" {
		was.Seed = news.Secret()
	}
	s, err := pushservice.Serve(ctx, pushservice.Options{
		Origins: 3, Listen: was.Listen, Seed: was.Seed, Subscriptions: demoSubscribers, Check: 500, Log: 100,
	})
	if err != nil {
		return nil, fmt.Errorf("play push services: %w", err)
	}
	was.Listen = s.Addresses()
	state, err := json.Marshal(was)
	ca := filepath.Join(c.Data, "demo-push-ca.pem")
	if err == nil {
		err = os.WriteFile(file, state, 0o600)
	}
	if err == nil {
		err = os.WriteFile(ca, []byte(s.Info().CA), 0o600)
	}
	if err != nil {
		s.Close()
		return nil, fmt.Errorf("note the demo's push services: %w", err)
	}
	c.PushAllow = append(c.PushAllow, s.Addresses()...)
	if c.PushCA == "" {
		c.PushCA = ca
	}
	return s, nil
}

// allFree tells whether every address can be listened on.
func allFree(addresses []string) bool {
	for _, a := range addresses {
		l, err := net.Listen("tcp", a)
		if err != nil {
			return false
		}
		l.Close()
	}
	return len(addresses) > 0
}

// subscribeMany makes the simulated subscribers, in the background: who opens the demo
// has its pages at once.
func (c *demoCmd) subscribeMany(ctx context.Context, std *std, n *node, s *pushservice.Service) {
	counts, err := n.store.SubscriptionCounts(ctx)
	if err == nil && counts[news.SubscriptionActive] < demoSubscribers/2 {
		err = demoSubscriptions(ctx, n, s)
	}
	if err != nil {
		if ctx.Err() == nil {
			fmt.Fprintln(std.err, "dateline: no simulated subscribers:", oneLine(err))
		}
		return
	}
	fmt.Fprintf(std.out, "%d simulated readers are subscribed. Open a story at the desk and press \"Send an alert\".\n", demoSubscribers)
}

func demoSubscriptions(ctx context.Context, n *node, s *pushservice.Service) error {
	topics, _, err := n.store.AllTopics(ctx, "", 20)
	if err != nil {
		return err
	}
	door := n.alerts.door
	all, err := s.Issuer().All(ctx, 0, demoSubscribers, door.PublicKey())
	if err != nil {
		return err
	}
	r := rand.New(rand.NewPCG(1, 2))
	batch := make([]news.Subscription, 0, saveAtOnce)
	save := func() error {
		_, _, err := n.store.SaveSubscriptions(ctx, batch)
		batch = batch[:0]
		runtime.Gosched()
		return err
	}
	for _, sub := range all {
		keys, err := webpush.ParseKeys(sub.P256dh, sub.Auth)
		if err != nil {
			return err
		}
		one := news.Subscription{
			Endpoint: sub.Endpoint, Keys: news.SubscriptionKeys(keys), KeyID: door.KeyID(),
			State: news.SubscriptionActive, Importance: news.Ordinary, Language: n.o.Language,
		}
		if r.IntN(5) == 0 {
			one.Importance = news.Breaking
		}
		for range r.IntN(3) {
			if len(topics) > 0 {
				one.Topics = append(one.Topics, topics[r.IntN(len(topics))].Slug)
			}
		}
		if err := one.Clean(); err != nil {
			return err
		}
		if batch = append(batch, one); len(batch) == saveAtOnce {
			if err := save(); err != nil {
				return err
			}
		}
	}
	if err := save(); err != nil {
		return err
	}
	return ctx.Err()
}
