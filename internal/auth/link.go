package auth

import (
	"context"
	"fmt"
	"net/http"
	"net/mail"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"dateline/internal/news"
)

// LinkPath is where sign-in links lead; the secret follows in the query, which no
// log keeps.
const LinkPath = "/desk/sign-in"

// LinkLife is how long a sign-in link waits to be used.
const LinkLife = 24 * time.Hour

// NewLink makes a one-time sign-in link for a person, or with no person the link that
// sets up a new site's first admin. The whole address is returned once and never kept.
func (k *Keeper) NewLink(ctx context.Context, person news.PersonID) (string, error) {
	secret := news.LongSecret()
	link := news.SignInLink{Hash: hash(secret), Person: person, Expires: k.Now().Add(LinkLife)}
	if err := k.Store.AddSignInLink(ctx, link); err != nil {
		return "", fmt.Errorf("keep sign-in link: %w", err)
	}
	return strings.TrimSuffix(k.Public.String(), "/") + LinkPath + "?key=" + secret, nil
}

// spent is said of a link that is unknown, used or too old; the three are not told apart.
var spent = news.Refuse(news.NotFound, "This sign-in link does not work: links work once, for one day. Ask an admin for a new one.")

// Link looks at a link without using it, so that a mail scanner that opens it does no
// harm. The Person is empty for the first admin's link.
func (k *Keeper) Link(r *http.Request, secret string) (news.Person, error) {
	return guarded(k, r, func() (news.Person, error) {
		if !secretForm(secret) {
			return news.Person{}, spent
		}
		link, err := k.Store.SignInLink(r.Context(), hash(secret))
		if err != nil {
			return news.Person{}, orSpent(err)
		}
		return k.owner(r.Context(), link)
	})
}

// owner gives the link's person; a disabled one's links are as good as spent.
func (k *Keeper) owner(ctx context.Context, link news.SignInLink) (news.Person, error) {
	if link.Person == "" {
		return news.Person{}, nil
	}
	p, err := k.Store.Person(ctx, link.Person)
	if err != nil {
		return news.Person{}, orSpent(err)
	}
	if p.Disabled {
		return news.Person{}, spent
	}
	return p, nil
}

// Redeem spends a link and signs its person in. first names the first admin, and is
// only looked at when the link is for one; its mistakes do not spend the link.
func (k *Keeper) Redeem(w http.ResponseWriter, r *http.Request, secret string, first news.Person) (news.Person, error) {
	return guarded(k, r, func() (news.Person, error) {
		if !secretForm(secret) {
			return news.Person{}, spent
		}
		ctx := r.Context()
		link, err := k.Store.SignInLink(ctx, hash(secret))
		if err != nil {
			return news.Person{}, orSpent(err)
		}
		person, err := k.owner(ctx, link)
		if err != nil {
			return news.Person{}, err
		}
		if link.Person == "" {
			if person, err = NewPerson(first.Email, first.Name, news.Admin, k.Now()); err != nil {
				return news.Person{}, err
			}
		}
		if _, err := k.Store.SpendSignInLink(ctx, hash(secret)); err != nil {
			return news.Person{}, orSpent(err)
		}
		if link.Person == "" {
			self := news.Actor{ID: string(person.ID), Name: person.Name, Role: person.Role, Via: "desk"}
			if err := k.Store.AddPerson(ctx, self, person); err != nil {
				return news.Person{}, fmt.Errorf("add first admin: %w", err)
			}
		}
		return person, k.signIn(w, r, person)
	})
}

func orSpent(err error) error {
	if news.KindOf(err) == news.NotFound {
		return spent
	}
	return err
}

// NewPerson makes a member of staff, or says what is wrong with the words given.
func NewPerson(email, name string, role news.Role, now time.Time) (news.Person, error) {
	var f news.Faults
	email = strings.ToLower(strings.TrimSpace(email))
	if a, err := mail.ParseAddress(email); err != nil || a.Address != email || len(email) > 254 ||
		strings.ContainsAny(email, " \"<>\t\r\n") {
		f.Add("email", "Use a mail address like name@example.org.")
	}
	name = strings.Join(strings.Fields(name), " ")
	switch {
	case !utf8.ValidString(name) || strings.ContainsFunc(name, unicode.IsControl):
		f.Add("name", "This name has characters that cannot be shown.")
	case name == "":
		f.Add("name", "A name is needed: it stands in the record of changes.")
	case len(name) > 200:
		f.Add("name", "This name is too long.")
	}
	if _, err := news.ParseRole(string(role)); err != nil {
		f.Add("role", "Choose one of reporter, editor, moderator or admin.")
	}
	if err := f.Err(); err != nil {
		return news.Person{}, err
	}
	return news.Person{ID: news.NewID[news.PersonID](), Email: email, Name: name, Role: role, Created: now}, nil
}
