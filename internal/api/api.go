package api

import (
	"context"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"path"
	"runtime"
	"strings"
	"time"

	"dateline/internal/auth"
	"dateline/internal/desk"
	"dateline/internal/news"
	"dateline/internal/readmore"
	"dateline/internal/search"
	"dateline/internal/web"
	"dateline/internal/webpush"
)

// Stories is the newsroom's memory as the API reads it.
type Stories interface {
	Story(ctx context.Context, id news.StoryID) (*news.Story, error)
	Stories(ctx context.Context, l news.StoryList) (items []news.Story, next string, err error)
	Versions(ctx context.Context, id news.StoryID, before, limit int) ([]news.Version, error)
	Version(ctx context.Context, id news.StoryID, n int) (news.Version, error)
	// Shown gives a story that readers may see now, else NotFound.
	Shown(ctx context.Context, id news.StoryID) (*news.Story, error)
	// Cards lists visible articles, newest first.
	Cards(ctx context.Context, l news.Listing) (cards []news.Card, more bool, err error)
	// CardsByID gives the visible ones only, in the asked order.
	CardsByID(ctx context.Context, ids []news.StoryID) ([]news.Card, error)
}

// Shelf is what stories refer to.
type Shelf interface {
	Sections(ctx context.Context) ([]news.Section, error)
	Topic(ctx context.Context, slug string) (news.Topic, error)
	Topics(ctx context.Context, slugs []string) (map[string]news.Topic, error)
	AllTopics(ctx context.Context, cursor string, limit int) ([]news.Topic, string, error)
	Author(ctx context.Context, slug string) (news.Author, error)
	Picture(ctx context.Context, id news.MediaID) (news.Picture, error)
}

// Writing are the decisions about a story on its way to readers.
type Writing interface {
	Create(ctx context.Context, who news.Actor, d desk.Draft) (*news.Story, error)
	Revise(ctx context.Context, who news.Actor, id news.StoryID, base int, edit func(*news.Content, *news.Plan) error, note string) (*news.Story, error)
	Submit(ctx context.Context, who news.Actor, id news.StoryID, note string) (*news.Story, error)
	Return(ctx context.Context, who news.Actor, id news.StoryID, note string) (*news.Story, error)
	Approve(ctx context.Context, who news.Actor, id news.StoryID, note string) (*news.Story, error)
	Spike(ctx context.Context, who news.Actor, id news.StoryID, note string) (*news.Story, error)
	Upload(ctx context.Context, who news.Actor, name string, data []byte) (news.Picture, error)
}

// Publishing are the decisions about what readers see. Every one answers when all
// nodes show it.
type Publishing interface {
	Schedule(ctx context.Context, who news.Actor, id news.StoryID, plan news.Plan, note string) (*news.Story, error)
	Publish(ctx context.Context, who news.Actor, id news.StoryID, size news.ChangeSize, note string) (desk.Published, error)
	Correct(ctx context.Context, who news.Actor, id news.StoryID, kind news.CorrectionKind, text string) (*news.Story, error)
	TakeDown(ctx context.Context, who news.Actor, id news.StoryID, notice, note string) (*news.Story, error)
	Kill(ctx context.Context, who news.Actor, id news.StoryID, note string) (*news.Story, error)
	SaveSection(ctx context.Context, who news.Actor, s news.Section) (news.Section, error)
	SaveTopic(ctx context.Context, who news.Actor, t news.Topic) (news.Topic, error)
}

// An Index finds visible stories.
type Index interface {
	Search(ctx context.Context, q search.Query) (search.Results, error)
	readmore.Index
	Suggest(ctx context.Context, text string, n int) ([]search.Suggestion, error)
}

// Keys remember what requests with an idempotency key were answered, for 24 hours.
type Keys interface {
	// ClaimKey begins a request, or gives the earlier answer. Invalid: the key came
	// with another request; Conflict: the first one is under way.
	ClaimKey(ctx context.Context, token, key, hash string) (answered bool, r news.Replay, err error)
	AnswerKey(ctx context.Context, token, key string, r news.Replay) error
	FreeKey(ctx context.Context, token, key string) error
}

// A Doorman knows who asks; *auth.Keeper is one.
type Doorman interface {
	FromRequest(r *http.Request) (news.Actor, error)
}

// Options are what the API works with.
type Options struct {
	Stories    Stories
	Shelf      Shelf
	Writing    Writing
	Publishing Publishing
	Index      Index
	Keys       Keys
	Doorman    Doorman
	Public     *url.URL                       // the site's public address: urls in answers begin with it
	Zone       *time.Location                 // of the site: days in searches are its days; nil means UTC
	Language   string                         // of stories that name none, as the index has it; empty means "en"
	Client     func(*http.Request) netip.Addr // who a request comes from; nil means nobody is told apart
	Now        func() time.Time               // the database's clock; nil means time.Now
	Log        *slog.Logger                   // nil means silence
	Searches   web.Room                       // where searches without a token run; nil means one with a place for each processor
	Texts      web.Room                       // where long texts are read; nil means one after another
	Uploads    web.Room                       // whose places are files held in memory; nil means three

	Commenting Commenting // nil: there are no comments here, and their addresses say so
	Comments   Comments   // nil likewise
	Readers    Readers    // nil likewise

	Alerting    Alerting          // nil: there are no alerts here, and their addresses say so
	Subscribers Subscribers       // nil likewise, for browsers that want them
	Push        Push              // nil likewise
	Services    *webpush.Services // the push services that browsers may name; nil likewise
}

// An API serves programs.
type API struct {
	o       Options
	mux     *http.ServeMux
	door    web.Door
	routes  []Route
	openapi []byte
	asking  *auth.Throttle // searches without a token, by address
	finding web.Room       // searches at once
	more    readmore.Chooser

	subscribing web.Room       // writes for browsers at once
	tests       *auth.Throttle // tests that readers ask for, by endpoint
}

// New makes the API.
func New(o Options) *API {
	if o.Zone == nil {
		o.Zone = time.UTC
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Language == "" {
		o.Language = "en"
	}
	if o.Searches == nil {
		o.Searches = web.NewRoom(runtime.GOMAXPROCS(0))
	}
	if o.Texts == nil {
		o.Texts = web.NewRoom(1)
	}
	if o.Uploads == nil {
		o.Uploads = web.NewRoom(uploadsAtOnce)
	}
	if o.Client == nil {
		o.Client = func(*http.Request) netip.Addr { return netip.Addr{} }
	}
	a := &API{
		o: o, mux: http.NewServeMux(), door: web.Door{Log: o.Log, Fail: web.Problem},
		asking:  auth.NewThrottle(searchBurst, searchRate, maxThrottled, o.Now),
		more:    readmore.Chooser{Index: o.Index, Stories: o.Stories, Log: o.Log},
		finding: o.Searches, subscribing: web.NewRoom(pushWrites),
	}
	a.routes = a.table()
	a.openapi = describe(a.routes, o.Public)
	for _, rt := range a.routes {
		a.mux.Handle(rt.Pattern, a.door.Handle(a.guard(rt)))
	}
	return a
}

// Handler serves everything under /api/.
func (a *API) Handler() http.Handler {
	nothing := a.door.Handle(a.nothing)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		// The mux's own 404, 405 and redirects are for browsers.
		if _, pattern := a.mux.Handler(r); pattern == "" || path.Clean(r.URL.Path) != r.URL.Path {
			nothing.ServeHTTP(w, r)
			return
		}
		a.mux.ServeHTTP(w, r)
	})
}

// nothing answers where no route is: 405 when another method would find one.
func (a *API) nothing(w http.ResponseWriter, r *http.Request) error {
	var allow []string
	for _, m := range []string{http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPatch, http.MethodDelete} {
		other := &http.Request{Method: m, URL: r.URL, Host: r.Host}
		if _, pattern := a.mux.Handler(other); pattern != "" && path.Clean(r.URL.Path) == r.URL.Path {
			allow = append(allow, m)
		}
	}
	if len(allow) == 0 {
		return news.Refuse(news.NotFound, "There is nothing at this address. GET /api/openapi.json describes what there is.")
	}
	w.Header().Set("Allow", strings.Join(allow, ", "))
	web.Problem(w, r, web.Failure{
		Status: http.StatusMethodNotAllowed, Name: "method", Title: "Another method is needed",
		Detail: "This address does not take " + clip(r.Method) + ". It takes " + strings.Join(allow, ", ") + ".",
	})
	return nil
}

// clip keeps what a stranger sent short in a sentence.
func clip(s string) string {
	if len(s) > 60 {
		return strings.ToValidUTF8(s[:60], "") + "…"
	}
	return s
}
