package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"path"
	"strings"
	"sync"
	"time"

	"dateline/internal/site"
	"dateline/internal/web"
)

// serveFlags are serve's and demo's. All have working defaults.
type serveFlags struct {
	place
	media
	Listen       string   `help:"Address to listen on." default:"127.0.0.1:8080" placeholder:"HOST:PORT" env:"DATELINE_LISTEN"`
	URL          string   `help:"The site's public address (default: http:// and the address listened on)." placeholder:"ORIGIN" name:"url" env:"DATELINE_URL"`
	SiteName     string   `help:"What the site is called." default:"Dateline" placeholder:"NAME" env:"DATELINE_SITE_NAME"`
	Language     string   `help:"The site's language: en or ar." default:"en" placeholder:"TAG" env:"DATELINE_LANGUAGE"`
	AdminListen  string   `help:"Address for metrics and profiles; off unless given. Keep it private." placeholder:"HOST:PORT" env:"DATELINE_ADMIN_LISTEN"`
	TrustedProxy []string `help:"Networks of proxies whose word on a reader's address counts." placeholder:"CIDR" env:"DATELINE_TRUSTED_PROXY"`
	Run          string   `help:"all, web (pages only) or worker (background work only); other than all needs PostgreSQL." default:"all" enum:"all,web,worker" env:"DATELINE_RUN"`
	certificate
	push
	mailFlags
	PushContact    string        `help:"Whom push services turn to when something is wrong: mailto:ADDRESS or https://…" placeholder:"ADDRESS" env:"DATELINE_PUSH_CONTACT"`
	OldWorkers     []string      `help:"Paths at which browsers look for the service worker of a system that you came from, besides OneSignal's; they find ours." placeholder:"PATH" env:"DATELINE_OLD_WORKERS"`
	PushCA         string        `help:"Certificates (PEM) to trust at push services instead of the system's; for development." placeholder:"FILE" name:"push-ca" env:"DATELINE_PUSH_CA"`
	PushPlain      bool          `help:"Send over Go's own HTTP client instead of the fast one." env:"DATELINE_PUSH_PLAIN"`
	AlertCountdown time.Duration `help:"How long an alert can be stopped before anybody has it: 0 to 30 s." default:"10s" env:"DATELINE_ALERT_COUNTDOWN"`
	AlertKeyring   string        `help:"Memory for keys prepared ahead, so that an alert to many costs a twentieth; about 102 bytes a subscriber, off below 50,000 of them, 0 for none." default:"200MB" placeholder:"SIZE" env:"DATELINE_ALERT_KEYRING"`
	AlertDrill     time.Duration `help:"How often a fake alert is sent through the whole way to a hidden subscription; 0 is never." default:"24h" env:"DATELINE_ALERT_DRILL"`
	Uplink         string        `help:"What the server's connection carries, such as 100Mbit; for a warning before an alert brings more readers than that." placeholder:"RATE" env:"DATELINE_UPLINK"`
	SearchHalfLife time.Duration `help:"After how long a story counts 0.7 of a new one when search orders by relevance: shorter for a daily, longer for a magazine." default:"4320h" env:"DATELINE_SEARCH_HALF_LIFE"`
	HeldFor        time.Duration `help:"How long pages are served from memory while the database cannot be reached." default:"30m" env:"DATELINE_HELD_FOR"`

	Connections     int `help:"Most connections at once." default:"20000" env:"DATELINE_CONNECTIONS"`
	ConnectionsEach int `help:"Most connections at once from one address block." default:"200" env:"DATELINE_CONNECTIONS_EACH"`
}

// parse gives the public address, which listening has settled.
func (o *serveFlags) parse() (*url.URL, error) { return public{o.URL}.parse() }

func (o *serveFlags) proxies() ([]netip.Prefix, error) {
	var out []netip.Prefix
	for _, s := range o.TrustedProxy {
		p, err := netip.ParsePrefix(strings.TrimSpace(s))
		if err != nil {
			return nil, wrongUsage("--trusted-proxy: %q is no network; use one like 10.0.0.0/8", s)
		}
		out = append(out, p)
	}
	return out, nil
}

// workers are the paths of --old-workers. Only files of script are taken: a page of ours
// stands at none of them.
func (o *serveFlags) workers() ([]string, error) {
	for _, p := range o.OldWorkers {
		if p != path.Clean(p) || !strings.HasPrefix(p, "/") || !strings.HasSuffix(p, ".js") && !strings.HasSuffix(p, ".php") || strings.ContainsAny(p, "{}?# ") {
			return nil, wrongUsage("--old-workers: %q is no path of a worker; use one like /push/worker.js", p)
		}
	}
	return o.OldWorkers, nil
}

type serveCmd struct{ serveFlags }

func (c *serveCmd) Run(ctx context.Context, std *std) error {
	return c.serve(ctx, std, nil)
}

// serve runs a node until ctx ends. started, if given, is called once readers are
// answered.
func (o *serveFlags) serve(ctx context.Context, std *std, started func(n *node)) (err error) {
	l, err := o.listen()
	if err != nil {
		return err
	}
	return o.serveOn(ctx, std, l, started)
}

// listen checks what can be wrong with the flags, and listens: a taken port is found
// before anything else is begun. Until the node is ready connections wait.
func (o *serveFlags) listen() (net.Listener, error) {
	if o.Run != "all" && !strings.HasPrefix(o.database(), "postgres") {
		return nil, wrongUsage("--run %s: several processes need PostgreSQL; give --database postgres://…", o.Run)
	}
	trusted, err := o.proxies()
	if err != nil {
		return nil, err
	}
	if _, err := o.zone(); err != nil {
		return nil, err
	}
	if _, err := site.WordsFor(o.Language); err != nil {
		return nil, wrongUsage("--language: %q is no language that the site speaks; use en or ar", o.Language)
	}
	if o.SearchHalfLife < time.Hour {
		return nil, wrongUsage("--search-half-life: %s is too short; use at least an hour, such as 720h for thirty days", o.SearchHalfLife)
	}
	if _, err := o.workers(); err != nil {
		return nil, err
	}
	if _, _, err := net.SplitHostPort(o.Listen); err != nil {
		return nil, wrongUsage("--listen: %q is no address to listen on; use one like 127.0.0.1:8080", o.Listen)
	}
	raiseLimits()
	l, err := net.Listen("tcp", o.Listen)
	if err != nil {
		return nil, fmt.Errorf("listen on %s: %w; is another program there? Choose another address with --listen", o.Listen, err)
	}
	if o.URL == "" {
		o.URL = "http://" + reachable(l.Addr())
		if o.certificate.given() {
			o.URL = "https://" + reachable(l.Addr())
		}
	}
	if _, err := o.parse(); err != nil {
		l.Close()
		return nil, err
	}
	limited := web.LimitListener(l, o.Connections, o.ConnectionsEach, trusted)
	if !o.certificate.given() {
		return limited, nil
	}
	safe, err := o.certificate.wrap(limited)
	if err != nil {
		l.Close()
	}
	return safe, err
}

// reachable is an address as a browser on this machine can open it.
func reachable(a net.Addr) string {
	host, port, err := net.SplitHostPort(a.String())
	if err != nil {
		return a.String()
	}
	if ip, err := netip.ParseAddr(host); err == nil && ip.IsUnspecified() {
		host = "localhost"
	}
	return net.JoinHostPort(host, port)
}

func (o *serveFlags) serveOn(ctx context.Context, std *std, l net.Listener, started func(n *node)) (err error) {
	n, err := newNode(ctx, o, std)
	if err != nil {
		l.Close()
		return err
	}
	defer func() { err = errors.Join(err, n.close()) }()
	srv := web.NewServer(n.gate, n.log)
	failed := make(chan error, 2)
	go func() { failed <- srv.Serve(l) }()
	stopAdmin, err := n.serveAdmin(failed)
	if err != nil {
		srv.Close()
		return err
	}
	var work sync.WaitGroup
	bg, stopWork := context.WithCancel(context.Background())
	if o.Run != "web" {
		work.Go(func() { n.desk.Release(bg) })
		work.Go(func() { n.jobs.Run(bg) })
		work.Go(func() { n.refreshComments(bg) })
		work.Go(func() { n.alerts.courier.Run(bg) })
		work.Go(func() { n.alerts.keyring.Run(bg) })
		work.Go(func() { n.drillNowAndThen(bg) })
	}
	if o.Run != "worker" {
		work.Go(func() { n.missed.Run(bg) })
	}
	work.Go(func() { n.alerts.roll.Follow(bg) })
	if err := n.store.NoteOrigin(ctx, n.public.String()); err != nil {
		n.log.Warn("the public address could not be noted; commands that print links need --url", "error", err)
	}
	n.health.Ready()
	n.log.Info("ready", "address", n.public.String(), "listen", l.Addr().String(), "database", n.store.Engine(), "stories", n.index.Len())
	n.sayContact()
	if err := n.offerSetUp(ctx); err != nil {
		n.log.Error("could not make the set-up link; make an account with: dateline staff add", "error", err)
	}
	if started != nil {
		started(n)
	}
	select {
	case <-ctx.Done():
	case err = <-failed:
		if errors.Is(err, http.ErrServerClosed) {
			err = nil
		}
	}
	// A balancer is told first; then requests under way end, then background work.
	n.health.Drain()
	end, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if late := srv.Shutdown(end); late != nil {
		// Whoever still has not done is cut off before what they read from is closed.
		err = errors.Join(err, fmt.Errorf("end the requests under way: %w", late), srv.Close())
	}
	stopAdmin(end)
	stopWork()
	work.Wait()
	n.log.Info("stopped")
	return err
}

// offerSetUp prints, while nobody works here, the one-time link that opens the desk
// to its first admin. Nothing else can set a new site up.
func (n *node) offerSetUp(ctx context.Context) error {
	people, err := n.store.People(ctx)
	if err != nil || len(people) > 0 {
		return err
	}
	if err := n.store.DropSetUpLinks(ctx); err != nil {
		return err
	}
	link, err := n.keeper.NewLink(ctx, "")
	if err != nil {
		return err
	}
	n.log.Info("nobody works here yet; open this link once to become the first admin", "link", link)
	return nil
}
