package newsroom

import (
	"net/http"
	"strings"
	"unicode"

	"dateline/internal/auth"
	"dateline/internal/news"
	"dateline/internal/web"
)

// A staffPage is who works here and which programs may. Secrets stand on it once, in
// the answer to the form that made them, and on no address.
type staffPage struct {
	frame
	People []news.Person
	Tokens []news.Token
	Roles  []news.Role
	Typed  news.Person
	Token  news.Token // as typed

	Link      string // a new sign-in link, for LinkFor
	LinkFor   string
	Secret    string // a new token
	SecretFor string
}

var roles = []news.Role{news.Reporter, news.Editor, news.Moderator, news.Admin}

func (n *Newsroom) staff(w http.ResponseWriter, r *http.Request, who news.Actor) error {
	return n.showStaff(w, r, who, staffPage{}, nil)
}

func (n *Newsroom) showStaff(w http.ResponseWriter, r *http.Request, who news.Actor, view staffPage, refused error) error {
	view.frame, view.Roles = n.frame(r, who, "staff", "Staff"), roles
	status := http.StatusOK
	if refused != nil {
		if news.KindOf(refused) != news.Invalid && news.KindOf(refused) != news.Conflict {
			return refused
		}
		status = view.failed(refused)
	}
	var err error
	if view.People, err = n.o.Staff.People(r.Context()); err != nil {
		return err
	}
	if view.Tokens, err = n.o.Staff.Tokens(r.Context()); err != nil {
		return err
	}
	return n.render(w, status, "staff", view)
}

func (n *Newsroom) addPerson(w http.ResponseWriter, r *http.Request, who news.Actor) error {
	in, err := web.ReadForm(w, r, "", 0)
	if err != nil {
		return err
	}
	view := staffPage{Typed: news.Person{Email: in.Get("email"), Name: in.Get("name"), Role: news.Role(in.Get("role"))}}
	p, err := auth.NewPerson(view.Typed.Email, view.Typed.Name, view.Typed.Role, n.o.Now())
	if err != nil {
		return n.showStaff(w, r, who, view, err)
	}
	if err := n.o.Staff.AddPerson(r.Context(), who, p); err != nil {
		return n.showStaff(w, r, who, view, err)
	}
	return n.showLink(w, r, who, p)
}

func (n *Newsroom) showLink(w http.ResponseWriter, r *http.Request, who news.Actor, p news.Person) error {
	link, err := n.o.Keeper.NewLink(r.Context(), p.ID)
	if err != nil {
		return err
	}
	return n.showStaff(w, r, who, staffPage{Link: link, LinkFor: p.Name}, nil)
}

// person finds the one that the address names.
func (n *Newsroom) person(r *http.Request) (news.Person, error) {
	people, err := n.o.Staff.People(r.Context())
	if err != nil {
		return news.Person{}, err
	}
	for _, p := range people {
		if string(p.ID) == r.PathValue("id") {
			return p, nil
		}
	}
	return news.Person{}, news.Missing("member of staff")
}

func (n *Newsroom) newLink(w http.ResponseWriter, r *http.Request, who news.Actor) error {
	p, err := n.person(r)
	if err != nil {
		return err
	}
	if p.Disabled {
		return n.showStaff(w, r, who, staffPage{}, news.Refuse(news.Conflict, "%s is disabled. Enable them first.", p.Name))
	}
	return n.showLink(w, r, who, p)
}

// setDisabled shuts somebody out or lets them in. Nobody shuts themselves out: that
// keeps one admin who can undo it.
func (n *Newsroom) setDisabled(disabled bool) page {
	return func(w http.ResponseWriter, r *http.Request, who news.Actor) error {
		p, err := n.person(r)
		if err != nil {
			return err
		}
		if disabled && string(p.ID) == who.ID {
			return n.showStaff(w, r, who, staffPage{}, news.Refuse(news.Conflict, "You cannot disable yourself. Ask another admin."))
		}
		if err := n.o.Staff.SetDisabled(r.Context(), who, p.ID, disabled); err != nil {
			return err
		}
		done := "enable"
		if disabled {
			done = "disable"
		}
		return seeOther(w, r, "/desk/staff", done)
	}
}

func (n *Newsroom) addToken(w http.ResponseWriter, r *http.Request, who news.Actor) error {
	in, err := web.ReadForm(w, r, "", 0)
	if err != nil {
		return err
	}
	view := staffPage{Token: news.Token{Name: strings.Join(strings.Fields(in.Get("token_name")), " "), Role: news.Role(in.Get("token_role"))}}
	var faults news.Faults
	if view.Token.Name == "" || len(view.Token.Name) > 100 || strings.ContainsFunc(view.Token.Name, unicode.IsControl) {
		faults.Add("token_name", "Say what the token is for, in at most 100 characters.")
	}
	if _, err := news.ParseRole(string(view.Token.Role)); err != nil {
		faults.Add("token_role", "Choose a role.")
	}
	if err := faults.Err(); err != nil {
		return n.showStaff(w, r, who, view, err)
	}
	token, secret := n.o.Keeper.NewToken(view.Token.Name, view.Token.Role)
	if err := n.o.Staff.AddToken(r.Context(), who, token); err != nil {
		return n.showStaff(w, r, who, view, err)
	}
	return n.showStaff(w, r, who, staffPage{Secret: secret, SecretFor: token.Name}, nil)
}

func (n *Newsroom) revokeToken(w http.ResponseWriter, r *http.Request, who news.Actor) error {
	if err := n.o.Staff.RevokeToken(r.Context(), who, r.PathValue("id")); err != nil {
		return err
	}
	return seeOther(w, r, "/desk/staff", "revoke")
}
