package main

import (
	"context"
	"fmt"
	"io"
	"time"

	"dateline/internal/news"
	"dateline/internal/store"
	"dateline/internal/webpush"
)

// alertChecks are what can be wrong with alerts and with telling the operator.
func (c *doctorCmd) alertChecks(ctx context.Context, d *doctor, s *store.Store) {
	d.check("push keys", func() (string, error) { return c.checkPushKeys(ctx, s) })
	d.check("contact", func() (string, error) { return c.checkContact(ctx, s) })
	d.check("mail", func() (string, error) { return c.checkMail(ctx, s) })
	d.check("drill", func() (string, error) { return checkDrill(ctx, s) })
	d.check("readers", func() (string, error) { return checkReaders(ctx, s) })
	d.check("notices", func() (string, error) { return checkNotices(ctx, s) })
}

// checkPushKeys opens the keys and makes none: the first start does.
func (c *doctorCmd) checkPushKeys(ctx context.Context, s *store.Store) (string, error) {
	kept, err := s.PushKeys(ctx)
	if err != nil {
		return "", err
	}
	if len(kept) == 0 {
		return "none yet; the first start makes one", nil
	}
	keys, err := c.openPushKeys(ctx, c.Data, s)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%d, opened by the key file; %s is the current one", len(keys.keys), keys.current.ID()), nil
}

func (c *doctorCmd) checkContact(ctx context.Context, s *store.Store) (string, error) {
	given := c.PushContact
	if given == "" && c.OperatorMail != "" {
		given = "mailto:" + c.OperatorMail
	}
	if given == "" {
		u, err := c.known(ctx, s)
		if err != nil {
			return "", err
		}
		if u.Scheme != "https" || webpush.CheckContact(u.String()) != nil {
			return "", advice("push services have nobody to turn to; before readers subscribe, serve with --push-contact mailto:you@your.site")
		}
		return u.String() + ", the site's own address", nil
	}
	if err := webpush.CheckContact(given); err != nil {
		return "", fmt.Errorf("%s: %w; give --push-contact mailto:you@your.site", given, err)
	}
	return given, nil
}

func (c *doctorCmd) checkMail(ctx context.Context, s *store.Store) (string, error) {
	if c.SMTP == "" {
		return "", advice("not set up; with --smtp readers get alerts by mail, staff sign-in links, and you what is broken")
	}
	u, err := c.known(ctx, s)
	if err != nil {
		return "", err
	}
	sender, err := c.postOffice(u, "Dateline", io.Discard)
	if err != nil {
		return "", err
	}
	defer sender.Close()
	if err := sender.Check(ctx); err != nil {
		return "", err
	}
	if c.OperatorMail == "" {
		return "", advice("the mail server takes mail; with --operator-mail it would tell you what is broken")
	}
	return "the mail server takes mail; trouble goes to " + c.OperatorMail, nil
}

// checkDrill looks at the last drill. How often there should be one is known to the
// server alone.
func checkDrill(ctx context.Context, s *store.Store) (string, error) {
	r, err := lastDrill(ctx, s)
	if err != nil {
		return "", err
	}
	if r == nil {
		return "none yet; try the whole way of an alert with: dateline alert drill", nil
	}
	at := r.At.In(s.Zone()).Format("2 January 15:04 MST")
	if r.Failed != "" {
		return "", fmt.Errorf("the last one, %s, failed: %s; mend that, then: dateline alert drill", at, r.Failed)
	}
	if old := s.Now().Sub(r.At); old > 8*24*time.Hour {
		return "", advice(fmt.Sprintf("the last one was %d days ago, %s; hold one with: dateline alert drill", int(old.Hours()/24), at))
	}
	return fmt.Sprintf("all well %s; the message arrived after %s", at, r.Arrived.Round(100*time.Microsecond)), nil
}

func checkReaders(ctx context.Context, s *store.Store) (string, error) {
	n, err := s.SubscriptionCounts(ctx)
	return fmt.Sprintf("%d get alerts, %d paused, %d wait for a visit",
		n[news.SubscriptionActive], n[news.SubscriptionPaused], n[news.SubscriptionWaiting]), err
}

func checkNotices(ctx context.Context, s *store.Store) (string, error) {
	open, err := s.Notices(ctx)
	if err == nil && len(open) > 0 {
		n := open[0]
		err = fmt.Errorf("%d open, the last of %s: %s (an admin dismisses what is mended on the desk's first page)",
			len(open), n.Last.In(s.Zone()).Format("2 January 15:04 MST"), n.Text)
	}
	return "none open", err
}
