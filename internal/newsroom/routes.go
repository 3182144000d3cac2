package newsroom

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"dateline/internal/moderation"
	"dateline/internal/news"
	"dateline/internal/web"
)

// A Who says who may come to a route.
type Who string

// Who may come. The pages' rule is coarse; what happens to a story is decided by
// the rules in news.
const (
	All        Who = "all"
	Members    Who = "staff"     // any role
	Writers    Who = "reporter"  // and editors and admins
	Deciders   Who = "editor"    // and admins
	Moderators Who = "moderator" // and editors and admins
	Admins     Who = "admin"
)

// Admits tells whether a role may come.
func (w Who) Admits(role news.Role) bool {
	switch w {
	case All, Members:
		return true
	case Writers:
		return role.Writes()
	case Deciders:
		return role.Publishes()
	case Moderators:
		return moderation.Moderates(role)
	}
	return role == news.Admin
}

// A Route is one of the desk's addresses.
type Route struct {
	Pattern string // method and path
	Who     Who

	serve  page
	within time.Duration // zero means pageTime
}

// A page answers for somebody; who is empty only where all may come.
type page func(w http.ResponseWriter, r *http.Request, who news.Actor) error

// How long an answer may take. A page is given up early, so that a database that
// does not answer becomes a plain sentence within three seconds; a decision may have
// to wait until other nodes show it; a picture takes work.
const (
	pageTime     = 2500 * time.Millisecond
	decisionTime = 20 * time.Second
	uploadTime   = 55 * time.Second
)

// Routes lists every address of the desk and who may come.
func (n *Newsroom) Routes() []Route {
	return append(slices.Concat(n.alertRoutes(), n.noticeRoutes(), n.flashRoutes(), n.commentRoutes(), n.missedRoutes()), []Route{
		{Pattern: "GET /desk/sign-in", Who: All, serve: n.signInPage},
		{Pattern: "POST /desk/sign-in", Who: All, serve: n.signIn},
		{Pattern: "POST /desk/sign-in/mail", Who: All, serve: n.askLink},
		{Pattern: "POST /desk/sign-out", Who: All, serve: n.signOut},

		{Pattern: "GET /desk/{$}", Who: Members, serve: n.list},
		{Pattern: "GET /desk/stories/new", Who: Writers, serve: n.newStory},
		{Pattern: "POST /desk/stories", Who: Writers, serve: n.createStory, within: uploadTime},
		{Pattern: "GET /desk/stories/{id}", Who: Members, serve: n.story},
		{Pattern: "POST /desk/stories/{id}", Who: Writers, serve: n.saveStory, within: uploadTime},
		{Pattern: "GET /desk/stories/{id}/history", Who: Members, serve: n.history},
		{Pattern: "GET /desk/stories/{id}/correct", Who: Deciders, serve: n.ask(news.Correct)},
		{Pattern: "POST /desk/stories/{id}/correct", Who: Deciders, serve: n.take(news.Correct), within: decisionTime},
		{Pattern: "GET /desk/stories/{id}/take-down", Who: Deciders, serve: n.ask(news.TakeDown)},
		{Pattern: "POST /desk/stories/{id}/take-down", Who: Deciders, serve: n.take(news.TakeDown), within: decisionTime},
		{Pattern: "GET /desk/stories/{id}/kill", Who: Deciders, serve: n.ask(news.Kill)},
		{Pattern: "POST /desk/stories/{id}/kill", Who: Deciders, serve: n.take(news.Kill), within: decisionTime},
		{Pattern: "GET /desk/stories/{id}/spike", Who: Writers, serve: n.ask(news.Spike)},
		{Pattern: "POST /desk/stories/{id}/spike", Who: Writers, serve: n.take(news.Spike), within: decisionTime},

		{Pattern: "POST /desk/preview", Who: Writers, serve: n.preview},
		{Pattern: "POST /desk/convert", Who: Writers, serve: n.convert},
		{Pattern: "POST /desk/pictures", Who: Writers, serve: n.upload, within: uploadTime},

		{Pattern: "GET /desk/front", Who: Deciders, serve: n.frontPage},
		{Pattern: "POST /desk/front", Who: Deciders, serve: n.saveFront, within: decisionTime},
		{Pattern: "GET /desk/sections", Who: Deciders, serve: n.sections},
		{Pattern: "POST /desk/sections", Who: Deciders, serve: n.saveSection, within: decisionTime},
		{Pattern: "GET /desk/topics", Who: Deciders, serve: n.topics},
		{Pattern: "POST /desk/topics", Who: Deciders, serve: n.saveTopic, within: decisionTime},
		{Pattern: "GET /desk/topics/{slug}", Who: Deciders, serve: n.topic},
		{Pattern: "POST /desk/topics/{slug}", Who: Deciders, serve: n.saveTopic, within: decisionTime},

		{Pattern: "GET /desk/staff", Who: Admins, serve: n.staff},
		{Pattern: "POST /desk/staff", Who: Admins, serve: n.addPerson},
		{Pattern: "POST /desk/staff/{id}/link", Who: Admins, serve: n.newLink},
		{Pattern: "POST /desk/staff/{id}/disable", Who: Admins, serve: n.setDisabled(true)},
		{Pattern: "POST /desk/staff/{id}/enable", Who: Admins, serve: n.setDisabled(false)},
		{Pattern: "POST /desk/tokens", Who: Admins, serve: n.addToken},
		{Pattern: "POST /desk/tokens/{id}/revoke", Who: Admins, serve: n.revokeToken},

		{Pattern: "GET /desk/", Who: Members, serve: func(http.ResponseWriter, *http.Request, news.Actor) error {
			return news.Missing("page at the desk")
		}},
	}...)
}

// guard asks who comes before a route's page is made.
func (n *Newsroom) guard(route Route) web.Handler {
	within := route.within
	if within == 0 {
		within = pageTime
	}
	return web.Within(within, func(w http.ResponseWriter, r *http.Request) error {
		w.Header().Set("Cache-Control", "no-store")
		if route.Who == All {
			return web.MaxBody(maxStrange, func(w http.ResponseWriter, r *http.Request) error {
				return route.serve(w, r, news.Actor{})
			})(w, r)
		}
		// A decision may take long, but finding out that nothing answers may not.
		ctx, cancel := context.WithTimeout(r.Context(), pageTime)
		defer cancel()
		s, err := n.o.Keeper.Session(r.WithContext(ctx))
		if news.KindOf(err) == news.Unauthenticated && r.Method == http.MethodGet {
			http.Redirect(w, r, "/desk/sign-in", http.StatusSeeOther)
			return nil
		}
		if err != nil {
			return err
		}
		who := news.Actor{ID: string(s.Person.ID), Name: s.Person.Name, Role: s.Person.Role, Via: "desk"}
		if !route.Who.Admits(who.Role) {
			return news.Refuse(news.Denied, "This page is for %ss. You are signed in as %s (%s).", strings.TrimSuffix(string(route.Who), "s"), who.Name, who.Role)
		}
		return route.serve(w, r, who)
	})
}
