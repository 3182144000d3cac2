package main

import (
	"context"
	"crypto/x509"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"dateline/internal/news"
	"dateline/internal/web"
	"dateline/internal/webpush"
)

// openAlerts builds what sends alerts and mail.
func (n *node) openAlerts(ctx context.Context, std *std, zone *time.Location, assets *web.Assets) error {
	o := n.o
	if o.AlertCountdown < 0 || o.AlertCountdown > news.MaxCountdown {
		return wrongUsage("--alert-countdown: %s; use 0s to %s", o.AlertCountdown, news.MaxCountdown)
	}
	sender, err := o.postOffice(n.public, o.SiteName, std.err)
	if err != nil {
		return err
	}
	n.later(sender.Close)
	whom, err := contact(o.PushContact, o.OperatorMail, n.public)
	if err != nil {
		return err
	}
	keyring, err := parseBytes(o.AlertKeyring)
	if err != nil {
		return err
	}
	trust, err := o.trust()
	if err != nil {
		return err
	}
	n.alerts, err = newAlerting(ctx, alertOptions{
		push: o.push, data: o.Data, node: n.alertName, contact: whom, countdown: o.AlertCountdown, keyring: keyring, plain: o.PushPlain, trust: trust,
		public: n.public, language: o.Language, icon: assets.Path("icon-192.png"), zone: zone,
		store: n.store, live: n.live, jobs: alertJobs, tell: n.told, log: n.log,
	})
	if err != nil {
		return err
	}
	n.later(n.alerts.close)
	n.mail = &mailing{
		store: n.store, sender: sender, engine: n.alerts.engine, public: n.public, siteName: o.SiteName, language: o.Language, log: n.log,
	}
	if o.SMTP != "" && o.OperatorMail != "" {
		n.operator.mailBy(&operatorPost{sender: sender, to: o.OperatorMail, siteName: o.SiteName, desk: n.public.String() + "/desk/", zone: zone})
	}
	return nil
}

// sayContact tells an operator whose messages give push services nobody to turn to.
func (n *node) sayContact() {
	if n.alerts.contact == developmentContact {
		n.log.Info("push services have nobody to turn to; give --push-contact mailto:you@your.site before readers subscribe")
	}
}

// alertJobs is what is done about an alert beside sending it.
func alertJobs(a *news.Alert) []news.Job {
	return []news.Job{newJob(alertMail, string(a.ID), alertArgs{Alert: a.ID})}
}

// trust reads --push-ca; nil is the system's.
func (o *serveFlags) trust() (*x509.CertPool, error) {
	if o.PushCA == "" {
		return nil, nil
	}
	pem, err := os.ReadFile(o.PushCA)
	if err != nil {
		return nil, fmt.Errorf("read --push-ca: %w", err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(pem) {
		return nil, wrongUsage("--push-ca: there are no certificates in %s", o.PushCA)
	}
	return pool, nil
}

// parseBytes reads a size such as 200MB; 0 is none.
func parseBytes(s string) (int64, error) {
	number, factor := strings.ToUpper(strings.TrimSpace(s)), int64(1)
	for _, unit := range []struct {
		name  string
		bytes int64
	}{{"KB", 1e3}, {"MB", 1e6}, {"GB", 1e9}} {
		if n, ok := strings.CutSuffix(number, unit.name); ok {
			number, factor = strings.TrimSpace(n), unit.bytes
		}
	}
	n, err := strconv.ParseInt(number, 10, 32)
	if err != nil || n < 0 {
		return 0, wrongUsage("--alert-keyring: %q is no size; use one like 200MB, or 0 for none", s)
	}
	return n * factor, nil
}

// parseRate reads bits per second, such as 100Mbit; none is 0.
func parseRate(s string) (int64, error) {
	if s == "" {
		return 0, nil
	}
	number, factor := s, int64(1)
	for _, unit := range []struct {
		name string
		bits int64
	}{{"kbit", 1e3}, {"mbit", 1e6}, {"gbit", 1e9}} {
		if n, ok := strings.CutSuffix(strings.ToLower(s), unit.name); ok {
			number, factor = n, unit.bits
		}
	}
	n, err := strconv.ParseInt(strings.TrimSpace(number), 10, 32)
	if err != nil || n <= 0 {
		return 0, wrongUsage("--uplink: %q is no rate; use one like 100Mbit or 1Gbit", s)
	}
	return n * factor, nil
}

// holdDrill is a drill as a job.
func (n *node) holdDrill(ctx context.Context, j news.Job) error {
	args, err := decode[alertArgs](j)
	if err != nil {
		return err
	}
	ring := n.alerts.ring
	d := &drill{store: n.store, fence: fence{n.store, n.live}, tell: n.told, keys: func(ctx context.Context) (*webpush.Key, error) {
		return ring.public(), ring.refresh(ctx)
	}}
	_, err = d.hold(ctx, args.Alert)
	return err
}

// drillNowAndThen asks for a drill when the last one is old. Of several nodes that ask
// at once one does it: the job's name is that of the interval.
func (n *node) drillNowAndThen(ctx context.Context) {
	every := n.o.AlertDrill
	if every <= 0 {
		return
	}
	tick := time.NewTicker(min(every, time.Minute))
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		last, err := lastDrill(ctx, n.store)
		now := n.store.Now()
		if err != nil || (last != nil && now.Sub(last.At) < every) {
			continue
		}
		if cards, _, err := n.store.Cards(ctx, news.Listing{Limit: 1}); err != nil || len(cards) == 0 {
			continue // a new site has no story to alert about
		}
		id := news.NewID[news.AlertID]()
		if err := n.store.Enqueue(ctx, newJob(drillJob, "every-"+now.Truncate(every).Format(time.RFC3339), alertArgs{Alert: id})); err != nil {
			n.log.Warn("could not ask for an alert drill", "error", err)
		}
	}
}
