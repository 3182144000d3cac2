package newsroom

import (
	"context"
	"html/template"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	"dateline/internal/auth"
	"dateline/internal/desk"
	"dateline/internal/news"
	"dateline/internal/web"
)

// Stories is the newsroom's memory as its pages read it.
type Stories interface {
	Story(ctx context.Context, id news.StoryID) (*news.Story, error)
	// ShownAt gives the story that readers see at a path.
	ShownAt(ctx context.Context, path string) (*news.Story, error)
	Stories(ctx context.Context, l news.StoryList) (items []news.Story, next string, err error)
	CountStories(ctx context.Context) (map[news.Status]int, error)
	Revisions(ctx context.Context, id news.StoryID) ([]news.Revision, error)
	Revision(ctx context.Context, id news.StoryID, n int) (news.Revision, error)
	// CardsByID gives those that readers see only, at most 200.
	CardsByID(ctx context.Context, ids []news.StoryID) ([]news.Card, error)
	Versions(ctx context.Context, id news.StoryID, before, limit int) ([]news.Version, error)
	Entries(ctx context.Context, subject string, limit int) ([]news.Entry, error)
}

// Shelf is what stories refer to: sections, topics, pictures, the front page.
type Shelf interface {
	Sections(ctx context.Context) ([]news.Section, error)
	Topic(ctx context.Context, slug string) (news.Topic, error)
	Topics(ctx context.Context, slugs []string) (map[string]news.Topic, error)
	AllTopics(ctx context.Context, cursor string, limit int) ([]news.Topic, string, error)
	Picture(ctx context.Context, id news.MediaID) (news.Picture, error)
	Pictures(ctx context.Context, ids []news.MediaID) (map[news.MediaID]news.Picture, error)
	RecentPictures(ctx context.Context, limit int) ([]news.Picture, error)
	Front(ctx context.Context) (news.Front, error)
	CardsByID(ctx context.Context, ids []news.StoryID) ([]news.Card, error)
}

// Staff is who works here, and which programs may.
type Staff interface {
	People(ctx context.Context) ([]news.Person, error)
	AddPerson(ctx context.Context, who news.Actor, p news.Person) error
	SetDisabled(ctx context.Context, who news.Actor, id news.PersonID, disabled bool) error
	Tokens(ctx context.Context) ([]news.Token, error)
	AddToken(ctx context.Context, who news.Actor, t news.Token) error
	RevokeToken(ctx context.Context, who news.Actor, nameOrID string) error
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

// Publishing are the decisions about what readers see.
type Publishing interface {
	Schedule(ctx context.Context, who news.Actor, id news.StoryID, plan news.Plan, note string) (*news.Story, error)
	Publish(ctx context.Context, who news.Actor, id news.StoryID, size news.ChangeSize, note string) (desk.Published, error)
	Correct(ctx context.Context, who news.Actor, id news.StoryID, kind news.CorrectionKind, text string) (*news.Story, error)
	TakeDown(ctx context.Context, who news.Actor, id news.StoryID, notice, note string) (*news.Story, error)
	Kill(ctx context.Context, who news.Actor, id news.StoryID, note string) (*news.Story, error)
	SetFront(ctx context.Context, who news.Actor, f news.Front) (news.Front, error)
	SaveSection(ctx context.Context, who news.Actor, s news.Section) (news.Section, error)
	SaveTopic(ctx context.Context, who news.Actor, t news.Topic) (news.Topic, error)
}

// Options are what the desk's pages work with.
type Options struct {
	Stories    Stories
	Shelf      Shelf
	Staff      Staff
	Writing    Writing
	Publishing Publishing
	Flashing   Flashing
	Missed     Missed   // nil: nobody counts searches
	ReadMore   ReadMore // nil: nothing can be chosen or suggested
	Keeper     *auth.Keeper
	Assets     *web.Assets // the desk's files are added to it
	Log        *slog.Logger
	Now        func() time.Time
	Zone       *time.Location // of the site
	SiteName   string
	Public     *url.URL
	Texts      web.Room // where long texts are read; nil means one after another
	Uploads    web.Room // whose places are files held in memory; nil means two

	Alerting    Alerting        // nil: this newsroom sends no alerts
	House       news.AlertHouse // of which the countdown and the two waits are looked at; none means the standard
	AlertBudget int             // alerts to everyone that readers bear a day; 0 means 5
	Devices     Devices         // nil: no browser of the staff can be registered
	Push        Push            // likewise
	Moderating  Moderating      // nil: readers cannot comment
	Comments    Comments        // likewise
	Notices     Notices         // nil: what the operator is told is not shown
	// MailLink has a sign-in link mailed to whoever on the staff has that address, soon; it
	// takes as long when nobody has. Nil: there is no mail.
	MailLink func(ctx context.Context, email string) error
}

// A Newsroom serves the desk.
type Newsroom struct {
	o     Options
	door  web.Door
	mux   *http.ServeMux
	pages map[string]*template.Template
	links linkThrottles
}

// New makes the desk's pages. They are a handler for everything under /desk/.
func New(o Options) (*Newsroom, error) {
	n := &Newsroom{o: o, mux: http.NewServeMux(), links: newLinkThrottles(o)}
	if o.Zone == nil {
		n.o.Zone = time.UTC
	}
	if o.Texts == nil {
		n.o.Texts = web.NewRoom(1)
	}
	if o.Uploads == nil {
		n.o.Uploads = web.NewRoom(2)
	}
	if o.House == (news.AlertHouse{}) {
		n.o.House = news.StandardAlertHouse
	}
	if o.AlertBudget == 0 {
		n.o.AlertBudget = standardBudget
	}
	if err := o.Assets.AddFS(assets, "assets"); err != nil {
		return nil, err
	}
	var err error
	if n.pages, err = parsePages(n); err != nil {
		return nil, err
	}
	n.door = web.Door{Log: o.Log, Fail: n.fail}
	for _, r := range n.Routes() {
		n.mux.Handle(r.Pattern, n.door.Handle(n.guard(r)))
	}
	return n, nil
}

// ServeHTTP serves the desk.
func (n *Newsroom) ServeHTTP(w http.ResponseWriter, r *http.Request) { n.mux.ServeHTTP(w, r) }
