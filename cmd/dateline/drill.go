package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"dateline/internal/fanout"
	"dateline/internal/news"
	"dateline/internal/pushservice"
	"dateline/internal/store"
	"dateline/internal/webpush"
)

// A drill sends a fake alert through the whole way: the database, the fence, the
// ledger, encryption, signature and connection, to a hidden subscription at a push
// service of our own that lives as long as the drill. It finds out on a quiet day what
// would fail on the worst night.
//
// It cannot reach a reader: its alert is of a kind that no courier sends and no list
// shows, and its engine knows one address, on this machine.
type drill struct {
	store *store.Store
	fence fanout.Fence
	keys  func(ctx context.Context) (*webpush.Key, error) // the current one
	tell  func(about, what string, bad bool)
}

// drillLimit is how long a drill may take; the way takes well under a second.
const drillLimit = 30 * time.Second

// A drillResult is what the last drill found; it is kept as a setting.
type drillResult struct {
	ID      news.AlertID  `json:"id"`
	At      time.Time     `json:"at"`
	Failed  string        `json:"failed,omitempty"` // a plain sentence; empty when all is well
	Fence   time.Duration `json:"fence"`
	Arrived time.Duration `json:"arrived"` // at the hidden subscription, since it began
	Whole   time.Duration `json:"whole"`   // until the record was complete
}

const drillSetting = "alert-drill"

// lastDrill gives what the last drill found, nil if there was none.
func lastDrill(ctx context.Context, s *store.Store) (*drillResult, error) {
	text, err := s.Setting(ctx, drillSetting)
	if err != nil || text == "" {
		return nil, err
	}
	r := new(drillResult)
	if err := json.Unmarshal([]byte(text), r); err != nil {
		return nil, nil // of another version
	}
	return r, nil
}

// hold drills once and keeps the result under id.
func (d *drill) hold(ctx context.Context, id news.AlertID) (*drillResult, error) {
	r := &drillResult{ID: id, At: d.store.Now()}
	ctx, cancel := context.WithTimeout(ctx, drillLimit)
	defer cancel()
	err := d.run(ctx, r)
	if err != nil && errors.Is(ctx.Err(), context.Canceled) {
		return nil, fmt.Errorf("the drill was cut off: %w", err) // by the end of this process, which says nothing of alerts
	}
	if err != nil {
		r.Failed = oneLine(err)
		d.tell(aboutDrill, "The alert drill failed, so alerts may not go out: "+r.Failed+". Look at dateline doctor and the log, then try again: dateline alert drill", true)
	} else {
		d.tell(aboutDrill, "The alert drill works.", false)
	}
	text, jsonErr := json.Marshal(r)
	if jsonErr != nil {
		return r, jsonErr
	}
	late, stop := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer stop()
	return r, d.store.NoteSetting(late, drillSetting, string(text))
}

func (d *drill) run(ctx context.Context, r *drillResult) error {
	key, err := d.keys(ctx)
	if err != nil {
		return fmt.Errorf("open the push keys: %w", err)
	}
	arrived := make(chan pushservice.Message, 4)
	hidden, err := pushservice.Serve(ctx, pushservice.Options{Origins: 1, Subscriptions: 1, Seed: news.Secret(), OnMessage: func(m pushservice.Message) {
		select {
		case arrived <- m:
		default:
		}
	}})
	if err != nil {
		return fmt.Errorf("start the hidden push service: %w", err)
	}
	defer hidden.Close()
	services, err := webpush.NewServices(nil, hidden.Addresses())
	if err != nil {
		return err
	}
	sub, err := hidden.Subscribe(0, key.PublicKey())
	if err != nil {
		return err
	}
	endpoint, err := services.Parse(sub.Endpoint)
	if err != nil {
		return err
	}
	keys, err := webpush.ParseKeys(sub.P256dh, sub.Auth)
	if err != nil {
		return err
	}
	book := fanout.NewBook()
	book.Put(0, endpoint, keys, key.ID())
	signers, err := webpush.NewSigners(developmentContact, d.store.Now, key)
	if err != nil {
		return err
	}
	sender := webpush.NewFast(webpush.Options{Services: services, RootCAs: hidden.CA()})
	defer sender.Close()
	engine := fanout.New(fanout.Config{
		Node: "drill-" + string(r.ID), Ledger: d.store.Ledger(), Subscriptions: book, Audience: onlyZero{}, Fence: d.fence,
		Sender: sender, Services: services, Signers: signers, Now: d.store.Now,
		Payload: func(a *news.Alert) ([]byte, error) {
			return fanout.Payload(a, fanout.Dress{Site: "https://drill.invalid"})
		},
	})
	a, err := d.compose(ctx, r.ID)
	if err != nil {
		return err
	}
	began := time.Now()
	if err := d.fence.Shown(ctx, a.Story); err != nil {
		return fmt.Errorf("wait until the story is shown everywhere: %w", err)
	}
	r.Fence = time.Since(began)
	tally, runErr := engine.Run(ctx, a)
	r.Whole = time.Since(began)
	if err := d.finish(ctx, a.ID, tally); err != nil || runErr != nil {
		return errors.Join(runErr, err)
	}
	if tally.Accepted != 1 {
		return fmt.Errorf("the hidden subscription did not take the message: %+v", tally)
	}
	select {
	case m := <-arrived:
		r.Arrived = m.At.Sub(began)
		if m.State != "delivered" || !strings.Contains(m.Text, a.Title) {
			return fmt.Errorf("what arrived is not what was sent (%s, %s)", m.State, m.Why)
		}
	case <-ctx.Done():
		return errors.New("nothing arrived at the hidden subscription")
	}
	return nil
}

// compose makes the drill's alert about the newest story that readers see, begun.
func (d *drill) compose(ctx context.Context, id news.AlertID) (*news.Alert, error) {
	cards, _, err := d.store.Cards(ctx, news.Listing{Limit: 1})
	if err != nil {
		return nil, err
	}
	if len(cards) == 0 {
		return nil, errors.New("there is no story yet that readers can see; publish one first")
	}
	a, _, err := d.store.CreateAlert(ctx, news.System, cards[0].ID, func(s *news.Story, _ int, now time.Time) (*news.Alert, news.AlertOutcome, error) {
		return news.Drill(id, s, now), news.AlertOutcome{Step: "drill"}, nil
	})
	return a, err
}

func (d *drill) finish(ctx context.Context, id news.AlertID, t news.Tally) error {
	_, _, _, err := d.store.UpdateAlert(ctx, news.System, id, func(a *news.Alert, _ *news.Story, _ int, now time.Time) (news.AlertOutcome, error) {
		a.Finish(t, now)
		return news.AlertOutcome{Step: "drill"}, nil
	})
	return err
}

// onlyZero is the audience of a drill: subscription 0, which no reader ever has.
type onlyZero struct{}

func (onlyZero) Freeze(*news.Alert, time.Time) news.Recipients {
	var r news.Recipients
	r.Add(0)
	return r
}

// drillJob is a drill asked for by a command or by the clock; args: alertArgs.
const drillJob = "alert-drill"

type alertDrillCmd struct {
	place
	push
}

func (c *alertDrillCmd) Run(ctx context.Context, io *std) error {
	return c.with(ctx, io, func(s *store.Store) error {
		id := news.NewID[news.AlertID]()
		r, err := c.drill(ctx, s, id)
		if err != nil {
			return err
		}
		if r.Failed != "" {
			return fmt.Errorf("the drill failed: %s", r.Failed)
		}
		fmt.Fprintf(io.out, "The whole way works. The story was shown everywhere after %s, the message arrived after %s, and its record was complete after %s.\n",
			r.Fence.Round(time.Microsecond*100), r.Arrived.Round(time.Microsecond*100), r.Whole.Round(time.Microsecond*100))
		return nil
	})
}

// drill has a serving node do it, since its way is the one that matters; without one
// it is done here.
func (c *alertDrillCmd) drill(ctx context.Context, s *store.Store, id news.AlertID) (*drillResult, error) {
	if !c.served() {
		keys, err := c.openPushKeys(ctx, c.Data, s)
		if err != nil {
			return nil, err
		}
		d := &drill{store: s, fence: storeFence{s}, tell: func(string, string, bool) {}, keys: func(context.Context) (*webpush.Key, error) { return keys.current, nil }}
		return d.hold(ctx, id)
	}
	if err := s.Enqueue(ctx, newJob(drillJob, string(id), alertArgs{Alert: id})); err != nil {
		return nil, err
	}
	for began := time.Now(); time.Since(began) < drillLimit+10*time.Second; {
		r, err := lastDrill(ctx, s)
		if err != nil {
			return nil, err
		}
		if r != nil && r.ID == id {
			return r, nil
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(50 * time.Millisecond):
		}
	}
	return nil, errors.New("no serving node did the drill within 40 s; is one running with --run all or worker? Look at its log")
}

// storeFence is a fence without nodes.
type storeFence struct{ store *store.Store }

func (f storeFence) Shown(ctx context.Context, id news.StoryID) error {
	_, err := f.store.Shown(ctx, id)
	return err
}
