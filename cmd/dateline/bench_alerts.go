package main

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"dateline/internal/pushservice"
)

// benchAlertsCmd measures an alert to many subscribers. The push services that it goes
// to are a process of their own on the same machine, so that their work is not counted
// as the sender's; every subscription has keys of its own.
type benchAlertsCmd struct {
	benchFlags
	Beside string        `help:"A program to measure beside, sending to the same services; see bench/README.md for what it is asked." placeholder:"PROGRAM"`
	Paced  time.Duration `help:"Over how long the paced alert is spread." default:"1m"`
	Kills  int           `help:"How often the sender is killed in the middle of an alert." default:"20"`
}

// The shares of subscriptions that misbehave.
const (
	benchGone      = 0.02
	benchThrottled = 0.01
)

func (c *benchAlertsCmd) Run(ctx context.Context, std *std) error {
	if part := os.Getenv(benchPartEnv); part != "" {
		return benchPart(part, std)
	}
	if c.Size == 0 {
		c.Size = 1_000_000
	}
	if c.Paced < time.Second || c.Paced > time.Hour || c.Kills < 0 || c.Kills > 1000 {
		return wrongUsage("--paced and --kills: use 1s to 1h, and 0 to 1000")
	}
	limit := 15*time.Minute + time.Duration(c.Size)*400*time.Microsecond + c.Paced + time.Duration(c.Kills)*time.Minute
	return c.measure(ctx, std, "alerts", limit, c.alerts)
}

// An alertBench is the newsroom, its subscribers and the services around them.
type alertBench struct {
	*bench
	subscribers int
	service     *benchChild
	info        pushservice.Info
	remote      *pushservice.Remote
	ca          string // file with the services' certificate authority
	server      *benchServer
	editor      *benchEditor
	trust       *x509.CertPool // of the server's certificate, when it has one

	coldCost, preparedCost float64 // µs of processor a message
}

func (c *benchAlertsCmd) alerts(ctx context.Context, b *bench) error {
	a := &alertBench{bench: b, subscribers: b.Size}
	b.Size = 200 // stories, for a newsroom to alert from
	if _, err := b.fill(ctx); err != nil {
		return err
	}
	if err := a.open(ctx); err != nil {
		return err
	}
	b.report.told("subscribers", float64(a.subscribers), "subscriptions")
	if err := a.subscribe(ctx); err != nil {
		return err
	}
	if err := a.cold(ctx); err != nil {
		return err
	}
	if err := a.prepared(ctx, c.Paced); err != nil {
		return err
	}
	if c.Beside == "" {
		b.report.missing("the sender beside webpush-go", errors.New("give --beside PROGRAM, built in bench/"))
	} else if err := a.beside(ctx, c.Beside); err != nil {
		return err
	}
	if err := a.taps(ctx); err != nil {
		return err
	}
	if c.Kills > 0 {
		if err := a.kills(ctx, c.Kills); err != nil {
			return err
		}
	}
	return nil
}

// open starts the push services.
func (a *alertBench) open(ctx context.Context) (err error) {
	if a.service, err = a.part("pushservice", ""); err != nil {
		return err
	}
	order := pushservice.Options{Origins: 3, Subscriptions: a.subscribers, Check: 1000}
	if err := a.service.ask(ctx, order, &a.info); err != nil {
		return err
	}
	a.remote = pushservice.NewRemote(a.info.Control)
	a.ca = filepath.Join(a.dir, "push-ca.pem")
	return os.WriteFile(a.ca, []byte(a.info.CA), 0o600)
}

// serving starts the newsroom's server with a keyring of that size, in the flag's words.
func (a *alertBench) serving(ctx context.Context, keyring string, more ...string) (err error) {
	flags := append([]string{"--alert-countdown", "0s", "--push-ca", a.ca, "--push-allow", strings.Join(a.info.Addresses, ","),
		"--alert-drill", "0s", "--alert-keyring", keyring}, more...)
	if a.server, err = a.serveOver(ctx, startMost, a.trust, flags...); err != nil {
		return err
	}
	if a.editor == nil {
		if a.editor, err = a.bench.editor(ctx, a.server); err != nil {
			return err
		}
	}
	a.editor.server = a.server
	a.editor.client.Transport.(*http.Transport).TLSClientConfig = &tls.Config{RootCAs: a.trust}
	return nil
}

// subscribe brings all subscriptions in, as an operator would from another service.
func (a *alertBench) subscribe(ctx context.Context) error {
	if err := a.serving(ctx, "0"); err != nil {
		return err
	}
	var key struct {
		PublicKey string `json:"public_key"`
	}
	if err := a.editor.get(ctx, "/push/key", &key); err != nil {
		return err
	}
	a.say("making %d subscriptions, each with keys of its own", a.subscribers)
	file := filepath.Join(a.dir, "subscriptions.jsonl")
	if err := a.writeSubscriptions(ctx, file, key.PublicKey); err != nil {
		return err
	}
	a.say("bringing them in")
	began := time.Now()
	_, cpu, err := a.command(ctx, "subscriptions", "import", file, "--key", key.PublicKey, "--push-allow", strings.Join(a.info.Addresses, ","))
	if err != nil {
		return err
	}
	a.report.told("subscriptions imported", float64(a.subscribers)/time.Since(began).Seconds(), "per second")
	a.report.told("import of a subscription, processor", float64(cpu.Microseconds())/float64(a.subscribers), "µs")
	return os.Remove(file)
}

func (a *alertBench) writeSubscriptions(ctx context.Context, file, key string) error {
	f, err := os.Create(file)
	if err != nil {
		return err
	}
	defer f.Close()
	w := bufio.NewWriterSize(f, 1<<20)
	all, err := a.info.Issuer().All(ctx, 0, a.subscribers, key)
	if err != nil {
		return err
	}
	enc := json.NewEncoder(w)
	for _, s := range all {
		if err := enc.Encode(s); err != nil {
			return err
		}
	}
	if err := w.Flush(); err != nil {
		return err
	}
	return ctx.Err()
}

// get asks the API.
func (e *benchEditor) get(ctx context.Context, path string, into any) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, e.server.origin()+"/api/v1"+path, nil)
	if err != nil {
		return err
	}
	if e.token != "" {
		r.Header.Set("Authorization", "Bearer "+e.token)
	}
	resp, err := e.client.Do(r)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("GET %s answered %s", path, resp.Status)
	}
	return json.NewDecoder(resp.Body).Decode(into)
}
