package newsroom

import (
	"net/http"

	"dateline/internal/news"
	"dateline/internal/web"
)

type signInPage struct {
	frame
	Key    string
	Person news.Person // empty for the first admin, who says who they are
	First  bool
	Name   string
	Email  string
	Mail   bool // links can be mailed
}

// signInPage says how to sign in; opened from a link it shows the button that spends
// the link. Opening changes nothing, since mail programs open links to look at them.
func (n *Newsroom) signInPage(w http.ResponseWriter, r *http.Request, _ news.Actor) error {
	view := signInPage{frame: n.frame(r, news.Actor{}, "", "Sign in"), Key: r.URL.Query().Get("key"), Mail: n.o.MailLink != nil}
	if view.Key == "" {
		if _, err := n.o.Keeper.Session(r); err == nil {
			return seeOther(w, r, "/desk/", "")
		}
		return n.render(w, http.StatusOK, "signin", view)
	}
	person, err := n.o.Keeper.Link(r, view.Key)
	if kind := news.KindOf(err); kind == news.NotFound || kind == news.Busy {
		view.Key = ""
		return n.render(w, view.failed(err), "signin", view)
	}
	if err != nil {
		return err
	}
	view.Person, view.First = person, person.ID == ""
	return n.render(w, http.StatusOK, "signin", view)
}

func (n *Newsroom) signIn(w http.ResponseWriter, r *http.Request, _ news.Actor) error {
	in, err := web.ReadForm(w, r, "", 0)
	if err != nil {
		return err
	}
	view := signInPage{
		frame: n.frame(r, news.Actor{}, "", "Sign in"), Key: in.Get("key"),
		Name: in.Get("name"), Email: in.Get("email"), Mail: n.o.MailLink != nil,
	}
	_, err = n.o.Keeper.Redeem(w, r, view.Key, news.Person{Name: view.Name, Email: view.Email})
	switch news.KindOf(err) {
	case news.NotFound, news.Busy:
		view.Key, view.Email = "", ""
		return n.render(w, view.failed(err), "signin", view)
	case news.Invalid:
		view.First = true
		return n.render(w, view.failed(err), "signin", view)
	}
	if err != nil {
		return err
	}
	return seeOther(w, r, n.wayBack(w, r), "")
}

func (n *Newsroom) signOut(w http.ResponseWriter, r *http.Request, _ news.Actor) error {
	if err := n.o.Keeper.SignOut(w, r); err != nil {
		return err
	}
	return seeOther(w, r, "/desk/sign-in", "")
}
