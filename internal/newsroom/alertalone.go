package newsroom

import (
	"net/http"
	"strings"
	"time"

	"dateline/internal/news"
	"dateline/internal/web"
)

// An alonePage asks before an alert goes without a second person.
type alonePage struct {
	frame
	Stand alertLive
	Fresh bool // signed in recently enough
	Since time.Time
	Mail  string // address that a sign-in link can be sent to; empty if it cannot
}

func (n *Newsroom) askAlone(w http.ResponseWriter, r *http.Request, who news.Actor) error {
	return n.showAlone(w, r, who, "", nil)
}

func (n *Newsroom) showAlone(w http.ResponseWriter, r *http.Request, who news.Actor, done string, refused error) error {
	ctx := r.Context()
	live, err := n.liveOf(ctx, who, r.PathValue("id"))
	if err != nil {
		return err
	}
	if live.Alert.State != news.AlertAwaiting {
		return seeOther(w, r, alertPath(live.Alert.ID), "")
	}
	session, err := n.o.Keeper.Session(r)
	if err != nil {
		return err
	}
	view := alonePage{
		frame: n.frame(r, who, "alerts", "Send without a second person"), Stand: live, Since: session.Created,
		Fresh: n.o.Now().Sub(session.Created) <= n.o.House.Fresh,
	}
	if n.o.MailLink != nil {
		view.Mail = session.Person.Email
	}
	view.Done = done
	status := http.StatusOK
	if refused != nil {
		status = view.failed(refused)
	}
	if !view.Fresh {
		n.comeBack(w, r, alertPath(live.Alert.ID)+"/send-alone")
	}
	return n.render(w, status, "alertalone", view)
}

// sendAlone lets an alert go to which nobody said yes or no in time.
func (n *Newsroom) sendAlone(w http.ResponseWriter, r *http.Request, who news.Actor) error {
	if !news.IsID(r.PathValue("id")) {
		return news.Missing("alert")
	}
	session, err := n.o.Keeper.Session(r)
	if err != nil {
		return err
	}
	a, err := n.o.Alerting.SendAlertAlone(r.Context(), who, session.Created, news.AlertID(r.PathValue("id")))
	if err == nil {
		return seeOther(w, r, alertPath(a.ID), "")
	}
	switch x := web.Explain(err); x.Status {
	case http.StatusConflict, http.StatusForbidden:
		return n.showAlone(w, r, who, "", err)
	}
	return err
}

// mailLink sends the person who asks a sign-in link by mail: at night nobody else may be
// there to make one.
func (n *Newsroom) mailLink(w http.ResponseWriter, r *http.Request, who news.Actor) error {
	if n.o.MailLink == nil {
		return news.Missing("page at the desk")
	}
	session, err := n.o.Keeper.Session(r)
	if err != nil {
		return err
	}
	if err := n.o.MailLink(r.Context(), session.Person.Email); err != nil {
		return err
	}
	return n.showAlone(w, r, who, "A sign-in link is on its way to "+session.Person.Email+". Open it in this browser.", nil)
}

// backCookie remembers for an hour where somebody wanted to go on after signing in.
const (
	backCookie = "dateline-back"
	backLife   = 3600 // seconds
)

func (n *Newsroom) comeBack(w http.ResponseWriter, r *http.Request, path string) {
	http.SetCookie(w, &http.Cookie{
		Name: backCookie, Value: path, Path: "/desk/", MaxAge: backLife,
		HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: n.o.Keeper.Secure(r),
	})
}

// wayBack is where to go after signing in. Only pages about an alert are believed: the
// cookie may be anybody's.
func (n *Newsroom) wayBack(w http.ResponseWriter, r *http.Request) string {
	c, err := r.Cookie(backCookie)
	if err != nil {
		return "/desk/"
	}
	http.SetCookie(w, &http.Cookie{Name: backCookie, Path: "/desk/", MaxAge: -1, HttpOnly: true})
	id := strings.TrimSuffix(strings.TrimPrefix(c.Value, "/desk/alerts/"), "/send-alone")
	if !news.IsID(id) || c.Value != alertPath(news.AlertID(id))+"/send-alone" {
		return "/desk/"
	}
	return c.Value
}
