package site

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"runtime"
	"strconv"
	"time"

	"dateline/internal/news"
	"dateline/internal/pagecache"
	"dateline/internal/readmore"
	"dateline/internal/search"
	"dateline/internal/web"
)

// Stories are what readers may see; every method holds back what they may not.
type Stories interface {
	Shown(ctx context.Context, id news.StoryID) (*news.Story, error)
	// ShownAt gives the story at a path; NotFound with Moved set leads elsewhere.
	ShownAt(ctx context.Context, path string) (*news.Story, error)
	// ShownVersions gives at most limit publications before one, with their words.
	ShownVersions(ctx context.Context, id news.StoryID, before, limit int) ([]news.Version, error)
	Cards(ctx context.Context, l news.Listing) (cards []news.Card, more bool, err error)
	CountCards(ctx context.Context, l news.Listing) (int, error)
	CardsByID(ctx context.Context, ids []news.StoryID) ([]news.Card, error)
	ShownAddresses(ctx context.Context, limit, offset int) ([]news.Card, error)
	CountShown(ctx context.Context) (int, error)
}

// Shelf is what stories stand under, and how the front page is arranged.
type Shelf interface {
	Sections(ctx context.Context) ([]news.Section, error)
	Section(ctx context.Context, slug string) (news.Section, error)
	Topic(ctx context.Context, slug string) (news.Topic, error)
	Topics(ctx context.Context, slugs []string) (map[string]news.Topic, error)
	Author(ctx context.Context, slug string) (news.Author, error)
	Front(ctx context.Context) (news.Front, error)
	Pages(ctx context.Context) ([]news.Card, error)
	// Breaking gives the breaking bar, and its story's card while readers are to see it.
	Breaking(ctx context.Context) (news.BreakingBar, *news.Card, error)
}

// Pictures are pictures, and whether readers may see them.
type Pictures interface {
	Pictures(ctx context.Context, ids []news.MediaID) (map[news.MediaID]news.Picture, error)
	PictureByToken(ctx context.Context, token string) (p news.Picture, shown bool, err error)
}

// Files are the pictures' bytes.
type Files interface {
	Open(ctx context.Context, name string) (io.ReadSeekCloser, int64, error)
}

// Finder is the search index.
type Finder interface {
	Search(ctx context.Context, q search.Query) (search.Results, error)
	readmore.Index
}

// Alerts are what went out to readers.
type Alerts interface {
	// ShownAlerts gives the last ones as readers may see them now, newest first.
	ShownAlerts(ctx context.Context, limit int) ([]news.ShownAlert, error)
}

// Push is what browsers need to know to get notifications.
type Push interface {
	// PublicKey is the VAPID key in use, base64url; empty where none are sent.
	PublicKey() string
}

// Config builds a Site.
type Config struct {
	Stories  Stories
	Shelf    Shelf
	Pictures Pictures
	Files    Files
	Finder   Finder
	Cache    *pagecache.Cache
	Renderer *Renderer
	Name     string
	Lang     string // BCP 47
	Origin   *url.URL
	Zone     *time.Location
	// Alerts may be nil: nothing was sent. Push may be nil: nothing can be.
	Alerts Alerts
	Push   Push
	// Mailing is where readers are kept who want alerts by mail; with Mail they can.
	Mailing Mailing
	Mail    bool
	// Comments are what readers said; nil takes none. With them come all the following.
	Comments    Comments
	OwnComments OwnComments
	Commenting  Commenting
	Doorman     Doorman
	Readers     Readers
	// Passkeys may be nil: readers sign in by mail alone.
	Passkeys Passkeys
	// OldWorkers are further addresses at which browsers look for the service worker of
	// the system before this one.
	OldWorkers []string
	// Client is the address a request comes from, for limits; nil takes the connection's.
	Client func(*http.Request) netip.Addr
	// Staff says who asks, for pictures that are not public; an error is nobody.
	Staff func(*http.Request) (news.Actor, error)
	// Searches is where searches run; nil means a room with a place for each processor.
	Searches web.Room
	// Missed is told of every search that found nothing; it may be nil.
	Missed func(typed string)
	Log    *slog.Logger
	Now    func() time.Time
}

// A Site serves readers.
type Site struct {
	c      Config
	mux    *http.ServeMux
	door   web.Door
	origin string
	asking web.Room // for searches at work
	more   readmore.Chooser
	full   fullStories
	limits mailLimits
}

// A Route is one address pattern of this door. All of them are for everybody.
type Route struct {
	Pattern string
	handle  web.Handler
}

// New makes the readers' door.
func New(c Config) *Site {
	s := &Site{c: c, mux: http.NewServeMux(), origin: c.Origin.Scheme + "://" + c.Origin.Host, asking: c.Searches,
		more: readmore.Chooser{Index: c.Finder, Stories: c.Stories, Log: c.Log}}
	if s.asking == nil {
		s.asking = web.NewRoom(runtime.GOMAXPROCS(0))
	}
	s.limits = newMailLimits(c.Now)
	s.door = web.Door{Log: c.Log, Fail: s.fail}
	for _, r := range s.Routes() {
		s.mux.Handle(r.Pattern, s.door.Handle(orBusy(r.handle)))
	}
	return s
}

// orBusy says so when a page would need a database that cannot be reached.
func orBusy(h web.Handler) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		err := h(w, r)
		if errors.Is(err, pagecache.ErrUnreachable) {
			err = errors.Join(unreachable, err)
		}
		return err
	}
}

var unreachable = news.Refuse(news.Busy, "This page cannot be shown just now. Please try again in a moment.")

// Routes lists every address pattern of this door. The article's ninjs has none of
// its own, since "{slug}.ninjs" is not a legal wildcard: the article's handler cuts
// it off.
func (s *Site) Routes() []Route {
	routes := []Route{
		{"GET /{$}", s.serveFront},
		{"GET /{yyyy}/{mm}/{dd}/{slug}", s.serveArticle},
		{"GET /{yyyy}/{mm}/{dd}/{slug}/history", s.serveHistory},
		{"GET /{yyyy}/{mm}/{dd}/{slug}/history/{before}", s.serveHistory},
		{"GET /{yyyy}/{mm}/{dd}/{slug}/comments", s.serveTalk},
		{"POST /{yyyy}/{mm}/{dd}/{slug}/comments", s.postComment},
		{"GET /{yyyy}/{mm}/{dd}/{slug}/comments/count", s.serveCommentCount},
		{"GET /{slug}", s.serveStanding},
		{"GET /search", s.serveSearch},
		{"GET /alerts", s.serveAlerts},
		{"GET /alerts/feed.rss", s.serveAlertsFeed},
		{"GET /alerts/mail", s.serveMailSent},
		{"POST /alerts/mail", s.askMail},
		{"GET /alerts/mail/confirm", s.serveMailConfirm},
		{"POST /alerts/mail/confirm", s.confirmMail},
		{"GET /alerts/mail/stop", s.serveMailStop},
		{"POST /alerts/mail/stop", s.stopMail},
		{"GET /feed.rss", s.serveFeed(siteList, "rss")},
		{"GET /feed.atom", s.serveFeed(siteList, "atom")},
		{"GET /feed.json", s.serveFeed(siteList, "json")},
		{"GET /sitemap.xml", s.serveSitemap},
		{"GET /sitemap/{n}", s.serveSitemapPart},
		{"GET /sitemap-news.xml", s.serveNewsSitemap},
		{"GET /robots.txt", s.serveRobots},
		{"GET /manifest.webmanifest", s.serveManifest},
		{"GET /favicon.ico", s.serveFavicon},
		{"GET /media/{token}/{file}", s.serveMedia},
		{"GET /", s.serveOther}, // old addresses, else not found; a plain "/" would swallow every 405
	}
	for _, l := range []listKind{sectionList, topicList, authorList} {
		routes = append(routes,
			Route{"GET /" + l.path + "/{slug}", s.serveListing(l)},
			Route{"GET /" + l.path + "/{slug}/feed.rss", s.serveFeed(l, "rss")},
			Route{"GET /" + l.path + "/{slug}/feed.atom", s.serveFeed(l, "atom")},
			Route{"GET /" + l.path + "/{slug}/feed.json", s.serveFeed(l, "json")})
	}
	routes = append(routes, s.commentRoutes()...)
	routes = append(routes, s.passkeyRoutes()...)
	for _, path := range s.workers() {
		routes = append(routes, Route{"GET " + path, s.serveWorker})
	}
	return routes
}

// ServeHTTP answers a reader. Whoever wires it asks Config.Cache.Hit first.
func (s *Site) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.mux.ServeHTTP(w, r) }

// A build makes a page from the database, and names everything it shows; with an
// error, what could make the error untrue.
type build func(ctx context.Context) (Page, []string, error)

// page answers with a page that is the same for every reader, from the cache if it
// is there.
func (s *Site) page(w http.ResponseWriter, r *http.Request, b build) error {
	path := r.URL.Path
	return s.c.Cache.Serve(w, r, "", func(ctx context.Context) (pagecache.Response, error) {
		p, tags, err := b(ctx)
		if err != nil {
			return s.refusal(ctx, path, tags, err)
		}
		return s.response(http.StatusOK, p, append(tags, news.SiteTag))
	})
}

func (s *Site) response(status int, p Page, tags []string) (pagecache.Response, error) {
	s.c.Renderer.Describe(p)
	body, err := s.c.Renderer.Render(p)
	return pagecache.Response{Status: status, ContentType: "text/html; charset=utf-8", Body: body, Tags: append(tags, p.chrome().tags...), Until: p.chrome().until}, err
}

// refusal makes what readers get instead of a page that moved or was taken down,
// which may be kept too. That nothing is there is not kept but asked anew each time:
// see missing. Any other error is passed on.
func (s *Site) refusal(ctx context.Context, path string, tags []string, err error) (pagecache.Response, error) {
	var e *news.Error
	if !errors.As(err, &e) {
		return pagecache.Response{}, err
	}
	// The other form of the address was tried too, see lookUp.
	tags = append(tags, news.PathTag(path), news.PathTag(otherForm(path)), news.SiteTag)
	switch {
	case e.Kind == news.NotFound && e.Moved != "":
		return pagecache.Response{Status: http.StatusMovedPermanently, Header: http.Header{"Location": {href(e.Moved)}},
			Tags: append(tags, news.PathTag(e.Moved))}, nil
	case e.Kind == news.Gone:
		c, err := s.chrome(ctx, "", "")
		if err != nil {
			return pagecache.Response{}, err
		}
		c.NoIndex = true
		return s.response(http.StatusGone, &GonePage{Chrome: c, Notice: e.Notice}, tags)
	}
	return pagecache.Response{}, err
}

// missingKey is what the page for missing ones is kept under; no address begins so.
const missingKey = "!missing"

// missing answers where nothing is. One page does for all such addresses, made and
// packed once: a page of its own for each cost as much as an article, and scanners ask
// for thousands a second beside the readers. Nobody may keep it, neither we under the
// address nor anybody else, so that what is published there shows at once.
func (s *Site) missing(w http.ResponseWriter, r *http.Request) error {
	return s.c.Cache.Serve(w, r, missingKey, func(ctx context.Context) (pagecache.Response, error) {
		c, err := s.chrome(ctx, "", "")
		if err != nil {
			return pagecache.Response{}, err
		}
		c.NoIndex = true
		page, err := s.response(http.StatusNotFound, &FailurePage{Chrome: c, Status: http.StatusNotFound}, []string{news.SiteTag})
		page.CacheControl = "no-store"
		return page, err
	})
}

// fail shows a failure that no page was made for. But for what is missing it needs
// nothing from the database, which may be what failed.
func (s *Site) fail(w http.ResponseWriter, r *http.Request, f web.Failure) {
	if f.Status == http.StatusNotFound && (r.Method == http.MethodGet || r.Method == http.MethodHead) && s.missing(w, r) == nil {
		return
	}
	p := &FailurePage{Chrome: s.bareChrome(), Status: f.Status}
	if f.Status >= 500 {
		p.Reference = web.RequestID(w)
	}
	if f.Retry > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int(f.Retry.Seconds())))
	}
	if err := s.own(w, r, f.Status, p); err != nil {
		web.PlainPage(w, r, f)
	}
}

// own answers with a page that is for this one request, and kept by nobody.
func (s *Site) own(w http.ResponseWriter, r *http.Request, status int, p Page) error {
	p.chrome().NoIndex = true
	s.c.Renderer.Describe(p)
	body, err := s.c.Renderer.Render(p)
	if err != nil {
		return err
	}
	h := w.Header()
	web.SetPolicy(h)
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		w.Write(body)
	}
	return nil
}
