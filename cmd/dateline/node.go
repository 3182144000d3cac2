package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"runtime"
	"strings"
	"time"

	"dateline/internal/api"
	"dateline/internal/auth"
	"dateline/internal/desk"
	"dateline/internal/imaging"
	"dateline/internal/jobs"
	"dateline/internal/live"
	"dateline/internal/news"
	"dateline/internal/newsroom"
	"dateline/internal/pagecache"
	"dateline/internal/readmore"
	"dateline/internal/search"
	"dateline/internal/site"
	"dateline/internal/store"
	"dateline/internal/web"
)

// A node is one serving process: every part, built in order and handed what it needs.
type node struct {
	o        *serveFlags
	log      *slog.Logger
	public   *url.URL
	store    *store.Store
	index    *search.Index
	cache    *pagecache.Cache
	live     *live.Node
	desk     *desk.Desk
	jobs     *jobs.Runner
	keeper   *auth.Keeper
	alerts   *alerting
	mail     *mailing
	operator *operator
	comments commenting
	missed   *missed
	handler  http.Handler // the doors, without the gate
	gate     *web.Gate
	access   *web.AccessLog
	health   *web.Health
	// alertName is what the record of alerts knows this node by; see nodeOf.
	alertName string
	closers   []func() error // in the order to run them
}

// newNode builds a node. What it opened before an error is closed again.
func newNode(ctx context.Context, o *serveFlags, std *std) (n *node, err error) {
	n = &node{o: o, log: logger(std.err)}
	defer func() {
		if err != nil {
			err = errors.Join(err, n.close())
		}
	}()
	if n.public, err = o.parse(); err != nil {
		return n, err
	}
	zone, err := o.zone()
	if err != nil {
		return n, err
	}
	trusted, err := o.proxies()
	if err != nil {
		return n, err
	}
	release, err := o.lock()
	if err != nil {
		return n, err
	}
	n.later(func() error { release(); return nil })
	if n.store, err = o.openIn(ctx, n.log, o.Language); err != nil {
		return n, err
	}
	n.later(n.store.Close)
	n.operator = newOperator(n.store, n.log, n.store.Now)
	n.later(n.operator.close)
	files, err := o.files(ctx, o.Media)
	if err != nil {
		return n, err
	}
	index, letGo, err := o.takeIndex()
	if err != nil {
		return n, err
	}
	n.later(func() error { letGo(); return nil })
	if n.alertName, err = nodeOf(index); err != nil {
		return n, err
	}
	if n.index, err = openIndex(ctx, n.store, index, search.Options{Language: o.Language, Now: n.store.Now, HalfLife: o.SearchHalfLife}); err != nil {
		return n, err
	}
	n.later(n.index.Close)
	n.missed = &missed{keep: n.store.NoteMissed, now: n.store.Now, log: n.log}
	n.cache = pagecache.New(pagecache.Options{Headers: policy(n.public), HeldFor: o.HeldFor, Params: site.Params})
	if err := n.follow(ctx); err != nil {
		return n, err
	}
	assets := web.NewAssets()
	face, err := site.NewRenderer(site.Options{SiteName: o.SiteName, Lang: o.Language, Zone: zone, Assets: assets, Colours: imaging.ColourCSS()})
	if err != nil {
		return n, err
	}
	if err := n.openAlerts(ctx, std, zone, assets); err != nil {
		return n, err
	}
	uplink, err := parseRate(o.Uplink)
	if err != nil {
		return n, err
	}
	n.desk = desk.New(desk.Options{
		Stories: n.store, Pictures: n.store, Files: files, Live: n.live, Zone: zone, Log: n.log,
		Flashes: n.store, Alerts: n.store, Courier: n.alerts.courier, House: n.alerts.house, Uplink: uplink,
	})
	n.keeper = auth.New(auth.Options{Store: n.store, Public: n.public, Now: n.store.Now, Client: n.client, Secure: n.secure})
	if err := n.openComments(ctx); err != nil {
		return n, err
	}
	if err := n.employ(ctx, face); err != nil {
		return n, err
	}
	n.access = web.NewAccessLog(std.out)
	n.later(n.access.Close)
	if n.handler, err = n.doors(files, zone, assets, face); err != nil {
		return n, err
	}
	if n.gate, err = web.NewGate(n.public, trusted, n.access, n.log, n.handler); err != nil {
		return n, err
	}
	return n, nil
}

// later is run when the node closes, last added first.
func (n *node) later(f func() error) { n.closers = append([]func() error{f}, n.closers...) }

func (n *node) close() error {
	var errs []error
	for _, f := range n.closers {
		errs = append(errs, f())
	}
	return errors.Join(errs...)
}

// follow starts carrying changes to what this node shows.
func (n *node) follow(ctx context.Context) error {
	var err error
	n.live, err = live.Start(ctx, live.Options{
		Feed: n.store, Stories: n.store, Topics: n.store, Index: n.index, Cache: n.cache,
		Name: n.liveName(), Shared: n.store.Engine() != "sqlite",
		Warm: n.warming(), Log: n.log, Told: n.told,
	})
	if err != nil {
		return err
	}
	n.later(n.live.Close)
	return nil
}

// readersOnly ends the names of nodes that send no alerts.
const readersOnly = ".web"

// liveName is this node's on the list of those that live.
func (n *node) liveName() string {
	if n.o.Run == "web" {
		return nodeName() + readersOnly
	}
	return nodeName()
}

// nodeName tells this process from every other on the same database.
func nodeName() string {
	host, err := os.Hostname()
	if err != nil {
		host = "node"
	}
	return fmt.Sprintf("%s-%d-%s", host, os.Getpid(), news.Secret()[:6])
}

// told tells the operator; see operator.
func (n *node) told(about, what string, bad bool) { n.operator.tell(about, what, bad) }

func (n *node) client(r *http.Request) netip.Addr { return n.gate.Client(r) }
func (n *node) secure(r *http.Request) bool       { return n.gate.Secure(r) }

// policy is what every cached page carries.
func policy(public *url.URL) http.Header {
	h := http.Header{}
	web.SetPolicy(h)
	if public.Scheme == "https" {
		h.Set("Strict-Transport-Security", web.HSTS)
	}
	return h
}

// doors is the handler behind the gate: the cache first, then the door that the
// first segment names. Each door has a router of its own, since in one a subtree and
// an article's address would clash.
func (n *node) doors(files *pictureFiles, zone *time.Location, assets *web.Assets, face *site.Renderer) (http.Handler, error) {
	// More searches at once than there are processors would not be faster, and every
	// other reader would wait behind them. Both doors share the places.
	searches := web.NewRoom(runtime.GOMAXPROCS(0))
	workers, err := n.o.workers()
	if err != nil {
		return nil, err
	}
	config := site.Config{
		Stories: n.store, Shelf: n.store, Pictures: n.store, Files: files, Finder: n.index, Cache: n.cache, Renderer: face,
		Name: n.o.SiteName, Lang: n.o.Language, Origin: n.public, Zone: zone, Staff: n.keeper.FromRequest, Log: n.log, Now: n.store.Now,
		Searches: searches, Missed: n.missed.Add, Alerts: n.store, Push: n.alerts.door, Mailing: n.store, Mail: n.o.SMTP != "", Client: n.client, OldWorkers: workers,
		Comments: n.store, OwnComments: n.store, Readers: n.store, Commenting: n.comments.desk, Doorman: n.comments.readers,
	}
	if n.comments.passkeys != nil {
		config.Passkeys = n.comments.passkeys
	}
	readers := site.New(config)
	// Both doors share them, so that what staff send costs readers at most half the processors.
	texts, uploads := web.NewRoom(runtime.GOMAXPROCS(0)/2), web.NewRoom(3)
	staff, err := newsroom.New(newsroom.Options{
		Stories: n.store, Shelf: n.store, Staff: n.store, Writing: n.desk, Publishing: n.desk, Flashing: n.desk, Keeper: n.keeper,
		Missed: n.store, ReadMore: &readmore.Chooser{Index: n.index, Stories: n.store, Log: n.log},
		Assets: assets, Log: n.log, Now: n.store.Now, Zone: zone, SiteName: n.o.SiteName, Public: n.public,
		Texts: texts, Uploads: uploads,
		Alerting: n.desk, House: n.alerts.house, Devices: n.store, Push: n.alerts.door,
		Notices: n.store, MailLink: n.mailLink(), Moderating: n.comments.desk, Comments: n.store,
	})
	if err != nil {
		return nil, err
	}
	programs := api.New(api.Options{
		Stories: n.store, Shelf: n.store, Writing: n.desk, Publishing: n.desk, Index: n.index, Keys: n.store, Doorman: n.keeper,
		Public: n.public, Zone: zone, Language: n.o.Language, Client: n.client, Now: n.store.Now, Log: n.log,
		Searches: searches, Texts: texts, Uploads: uploads,
		Commenting: n.comments.desk, Comments: n.store, Readers: n.comments.readers,
		Alerting: n.desk, Subscribers: n.store, Push: n.alerts.door, Services: n.alerts.door.services,
	}).Handler()
	n.health = &web.Health{Log: n.log, Check: n.checkReady}
	if n.o.Run == "worker" {
		return n.healthAlone(), nil
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		web.Together(r)
		if n.cache.Hit(w, r) {
			return
		}
		web.Apart(r)
		door, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
		switch door {
		case "desk":
			staff.ServeHTTP(w, r)
		case "api":
			programs.ServeHTTP(w, r)
		case "assets":
			assets.ServeHTTP(w, r)
		case "healthz":
			n.health.Live(w, r)
		case "readyz":
			n.health.Readiness(w, r)
		default:
			readers.ServeHTTP(w, r)
		}
	}), nil
}

// healthAlone is all that a process for background work answers.
func (n *node) healthAlone() http.Handler {
	m := http.NewServeMux()
	m.HandleFunc("GET /healthz", n.health.Live)
	m.HandleFunc("GET /readyz", n.health.Readiness)
	return m
}

// checkReady says why this node should get no readers.
func (n *node) checkReady(ctx context.Context) error {
	if !n.live.Ready() {
		return errors.New("no lease on the database")
	}
	return nil
}

// warming is how pages are made ahead of their readers, where there are readers.
func (n *node) warming() func(context.Context, string) error {
	if n.o.Run == "worker" {
		return nil
	}
	return n.warm
}

// warm makes the page at path as a reader would have it made.
func (n *node) warm(ctx context.Context, path string) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, (&url.URL{Scheme: n.public.Scheme, Host: n.public.Host, Path: path}).String(), nil)
	if err != nil {
		return err
	}
	r.RequestURI = r.URL.EscapedPath()
	r.Header.Set("Accept-Encoding", "br")
	w := &discard{h: http.Header{}}
	n.handler.ServeHTTP(w, r)
	if w.status >= 400 {
		return fmt.Errorf("it answers %d", w.status)
	}
	return nil
}

// discard is a ResponseWriter that keeps only the status.
type discard struct {
	h      http.Header
	status int
}

func (d *discard) Header() http.Header { return d.h }
func (d *discard) WriteHeader(s int)   { d.status = s }
func (d *discard) Write(b []byte) (int, error) {
	if d.status == 0 {
		d.status = http.StatusOK
	}
	return len(b), nil
}
