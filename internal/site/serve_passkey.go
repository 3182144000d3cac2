package site

import (
	"context"
	"net/http"

	"dateline/internal/news"
)

// Passkeys are readers' ways in without a mail.
type Passkeys interface {
	// Host is the name that a page must have for them to work.
	Host() string
	AskNew(r *http.Request, reader news.Reader) (options []byte, err error)
	Ask(r *http.Request) (options []byte, err error)
	Add(ctx context.Context, reader news.Reader, answer string) error
	SignIn(w http.ResponseWriter, r *http.Request, answer string) (news.Reader, error)
	List(ctx context.Context, reader news.ReaderID) ([]news.Passkey, error)
	Remove(ctx context.Context, reader news.ReaderID, id string) error
}

// passkeyRoutes are there where browsers can have passkeys.
func (s *Site) passkeyRoutes() []Route {
	if s.c.Passkeys == nil {
		return nil
	}
	return []Route{
		{"POST /account/passkeys", s.signedIn(s.addPasskey)},
		{"POST /account/passkeys/ask", s.signedIn(s.askNewPasskey)},
		{"POST /account/passkeys/remove", s.signedIn(s.removePasskey)},
		{"POST /account/sign-in/passkey", s.signInByPasskey},
		{"POST /account/sign-in/passkey/ask", s.askPasskey},
	}
}

// passkeyHost is where pages offer passkeys; empty where there are none.
func (s *Site) passkeyHost() string {
	if s.c.Passkeys == nil {
		return ""
	}
	return s.c.Passkeys.Host()
}

func options(w http.ResponseWriter, body []byte, err error) error {
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	_, err = w.Write(body)
	return err
}

func (s *Site) askNewPasskey(w http.ResponseWriter, r *http.Request, reader news.Reader) error {
	body, err := s.c.Passkeys.AskNew(r, reader)
	return options(w, body, err)
}

func (s *Site) askPasskey(w http.ResponseWriter, r *http.Request) error {
	body, err := s.c.Passkeys.Ask(r)
	return options(w, body, err)
}

func (s *Site) addPasskey(w http.ResponseWriter, r *http.Request, reader news.Reader) error {
	form, err := readComment(w, r)
	if err != nil {
		return err
	}
	err = s.c.Passkeys.Add(r.Context(), reader, form.Get("passkey"))
	if says, again := s.sayable(err); again || news.KindOf(err) == news.NotFound || news.KindOf(err) == news.Conflict {
		if !again {
			says = s.c.Renderer.Words().PasskeyFailed
		}
		return s.showAccount(w, r, http.StatusUnprocessableEntity, &AccountPage{Reader: reader, Name: reader.Name, Problem: says})
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, "/account?saved", http.StatusSeeOther)
	return nil
}

func (s *Site) removePasskey(w http.ResponseWriter, r *http.Request, reader news.Reader) error {
	form, err := readComment(w, r)
	if err != nil {
		return err
	}
	if err := s.c.Passkeys.Remove(r.Context(), reader.ID, form.Get("id")); err != nil {
		return err
	}
	http.Redirect(w, r, "/account?saved", http.StatusSeeOther)
	return nil
}

// signInByPasskey goes on like every way in: to a name, to the comment that waits, or back.
func (s *Site) signInByPasskey(w http.ResponseWriter, r *http.Request) error {
	form, err := readComment(w, r)
	if err != nil {
		return err
	}
	p := &SignInPage{Step: SignInAsk, Return: form.Get("return"), Draft: draft(form)}
	reader, err := s.c.Passkeys.SignIn(w, r, form.Get("passkey"))
	if says, again := s.sayable(err); again || news.KindOf(err) == news.NotFound {
		if p.Problem = says; !again {
			p.Problem = s.c.Renderer.Words().PasskeyFailed
		}
		return s.signInPage(w, r, http.StatusUnprocessableEntity, p)
	}
	if err != nil {
		return err
	}
	return s.onward(w, r, reader, p)
}

// showAccount shows a reader's own page, with their passkeys.
func (s *Site) showAccount(w http.ResponseWriter, r *http.Request, status int, p *AccountPage) error {
	p.Step = AccountShow
	if s.c.Passkeys != nil {
		var err error
		if p.Passkeys, err = s.c.Passkeys.List(r.Context(), p.Reader.ID); err != nil {
			return err
		}
	}
	return s.accountPage(w, r, status, p)
}
