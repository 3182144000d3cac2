package site

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"dateline/internal/auth"
	"dateline/internal/news"
	"dateline/internal/web"
)

// Doorman knows which reader asks, and signs them in and out. It is *auth.Readers.
type Doorman interface {
	FromRequest(r *http.Request) (news.Reader, error)
	Ask(w http.ResponseWriter, r *http.Request, email, back string, write func(auth.SignInMail) (news.Job, error)) error
	LookAt(r *http.Request, secret string) (email string, err error)
	Redeem(w http.ResponseWriter, r *http.Request, secret, language string) (news.Reader, error)
	Try(w http.ResponseWriter, r *http.Request, code, language string) (news.Reader, error)
	SignOut(w http.ResponseWriter, r *http.Request, reader news.Reader, everywhere bool) error
}

// Readers is where readers' accounts are kept.
type Readers interface {
	NameReader(ctx context.Context, id news.ReaderID, name, key string) error
	SetReaderMail(ctx context.Context, id news.ReaderID, on bool) error
	StopReaderMail(ctx context.Context, id news.ReaderID, secret string) (bool, error)
	ForgetReader(ctx context.Context, id news.ReaderID, words bool) (int64, error)
	ReaderDoings(ctx context.Context, id news.ReaderID) (likes, flags []news.CommentID, err error)
	// HouseNames are the names that no reader may take: staff's and authors'.
	HouseNames(ctx context.Context) ([]string, error)
}

// reader says who asks; nobody where there are no accounts.
func (s *Site) reader(r *http.Request) (news.Reader, error) {
	if s.c.Doorman == nil {
		return news.Reader{}, news.Refuse(news.Unauthenticated, "There are no accounts here.")
	}
	return s.c.Doorman.FromRequest(r)
}

// signInURL is where to sign in, to come back afterwards.
func signInURL(back string) string {
	return "/account/sign-in?" + url.Values{"return": {back}}.Encode()
}

// signedIn runs a page for who is signed in; others are led to sign in first.
func (s *Site) signedIn(h func(w http.ResponseWriter, r *http.Request, reader news.Reader) error) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		if s.c.Doorman == nil {
			return news.Missing("page")
		}
		reader, err := s.reader(r)
		if news.KindOf(err) == news.Unauthenticated {
			w.Header().Set("Cache-Control", "no-store")
			http.Redirect(w, r, signInURL("/account"), http.StatusSeeOther)
			return nil
		}
		if err != nil {
			return err
		}
		return h(w, r, reader)
	}
}

func (s *Site) signInPage(w http.ResponseWriter, r *http.Request, status int, p *SignInPage) error {
	if s.c.Doorman == nil {
		return news.Missing("page")
	}
	c, err := s.chrome(r.Context(), "", "")
	if err != nil {
		return err
	}
	p.Chrome, p.Return, p.PasskeyHost = c, auth.SafeReturn(p.Return), s.passkeyHost()
	return s.own(w, r, status, p)
}

func (s *Site) serveSignIn(w http.ResponseWriter, r *http.Request) error {
	return s.signInPage(w, r, http.StatusOK, &SignInPage{Step: SignInAsk, Return: r.URL.Query().Get("return")})
}

// askToSignIn keeps a comment on the page while its writer signs in, or chooses a name.
func (s *Site) askToSignIn(w http.ResponseWriter, r *http.Request, reader news.Reader, d Draft, back string) error {
	p := &SignInPage{Step: SignInAsk, Draft: d, Return: back}
	if reader.ID != "" {
		p.Step = SignInName
	}
	return s.signInPage(w, r, http.StatusOK, p)
}

// draft is the comment that a form carries along. It is posted nowhere but at a story's
// comments.
func draft(form web.Form) Draft {
	d := Draft{Text: form.Text("text"), Parent: news.CommentID(form.Get("parent")), URL: form.Get("post")}
	if d.Parent != "" && !news.IsID(string(d.Parent)) {
		d.Parent = ""
	}
	if auth.SafeReturn(d.URL) != d.URL || !strings.HasSuffix(d.URL, "/comments") {
		return Draft{}
	}
	return d
}

// askSignIn has the mail sent. The answer is the same whether the address is known or
// new, or was written to just now.
func (s *Site) askSignIn(w http.ResponseWriter, r *http.Request) error {
	if s.c.Doorman == nil {
		return news.Missing("page")
	}
	form, err := readComment(w, r)
	if err != nil {
		return err
	}
	p := &SignInPage{Step: SignInCode, Email: strings.TrimSpace(form.Get("email")), Return: form.Get("return"), Draft: draft(form)}
	err = s.c.Doorman.Ask(w, r, p.Email, p.Return, s.signInMail)
	if says, again := s.sayable(err); again {
		p.Step, p.Problem = SignInAsk, says
		return s.signInPage(w, r, http.StatusUnprocessableEntity, p)
	}
	if err != nil {
		return err
	}
	return s.signInPage(w, r, http.StatusOK, p)
}

func (s *Site) signInMail(m auth.SignInMail) (news.Job, error) {
	w := s.c.Renderer.Words()
	return mailJob(m.Email, plain(w.SignInMailSubject, "site", s.c.Name),
		plain(w.SignInMailBody, "site", s.c.Name, "link", m.Link, "code", m.Code[:3]+" "+m.Code[3:]), w.Lang)
}

// mailJob is the job that sends a mail.
func mailJob(to, subject, text, language string) (news.Job, error) {
	args, err := json.Marshal(struct {
		To       string `json:"to"`
		Subject  string `json:"subject"`
		Text     string `json:"text"`
		Language string `json:"language"`
	}{to, subject, text, language})
	if err != nil {
		return news.Job{}, fmt.Errorf("write mail: %w", err)
	}
	return news.Job{Kind: "mail", Args: args}, nil
}

func (s *Site) trySignIn(w http.ResponseWriter, r *http.Request) error {
	if s.c.Doorman == nil {
		return news.Missing("page")
	}
	form, err := readComment(w, r)
	if err != nil {
		return err
	}
	p := &SignInPage{Step: SignInCode, Email: form.Get("email"), Return: form.Get("return"), Draft: draft(form)}
	reader, err := s.c.Doorman.Try(w, r, form.Get("code"), s.c.Renderer.Words().Lang)
	if says, again := s.sayable(err); again || news.KindOf(err) == news.NotFound {
		if !again {
			says = err.Error()
			var e *news.Error
			if errors.As(err, &e) {
				says = s.c.Renderer.Words().Say(e.Message)
			}
		}
		p.Problem = says
		return s.signInPage(w, r, http.StatusUnprocessableEntity, p)
	}
	if err != nil {
		return err
	}
	return s.onward(w, r, reader, p)
}

// onward goes on after signing in: to a name, to the comment that waits, or back.
func (s *Site) onward(w http.ResponseWriter, r *http.Request, reader news.Reader, p *SignInPage) error {
	switch {
	case reader.Name == "":
		p.Step = SignInName
	case p.Draft.URL != "":
		p.Step, p.Name = SignInDraft, reader.Name
	default:
		w.Header().Set("Cache-Control", "no-store")
		http.Redirect(w, r, auth.SafeReturn(p.Return), http.StatusSeeOther)
		return nil
	}
	return s.signInPage(w, r, http.StatusOK, p)
}

// serveSignInLink shows a button: what opens links in mails must not spend them.
func (s *Site) serveSignInLink(w http.ResponseWriter, r *http.Request) error {
	if s.c.Doorman == nil {
		return news.Missing("page")
	}
	q := r.URL.Query()
	email, err := s.c.Doorman.LookAt(r, q.Get("key"))
	if news.KindOf(err) == news.NotFound {
		return s.signInPage(w, r, http.StatusNotFound, &SignInPage{Step: SignInOld})
	}
	if err != nil {
		return err
	}
	return s.signInPage(w, r, http.StatusOK, &SignInPage{Step: SignInLink, Email: email, Key: q.Get("key"), Return: q.Get("return")})
}

func (s *Site) spendSignInLink(w http.ResponseWriter, r *http.Request) error {
	if s.c.Doorman == nil {
		return news.Missing("page")
	}
	form, err := readComment(w, r)
	if err != nil {
		return err
	}
	reader, err := s.c.Doorman.Redeem(w, r, form.Get("key"), s.c.Renderer.Words().Lang)
	if news.KindOf(err) == news.NotFound {
		return s.signInPage(w, r, http.StatusNotFound, &SignInPage{Step: SignInOld})
	}
	if err != nil {
		return err
	}
	return s.onward(w, r, reader, &SignInPage{Return: form.Get("return")})
}

func (s *Site) accountPage(w http.ResponseWriter, r *http.Request, status int, p *AccountPage) error {
	c, err := s.chrome(r.Context(), "", "")
	if err != nil {
		return err
	}
	p.Chrome, p.PasskeyHost = c, s.passkeyHost()
	return s.own(w, r, status, p)
}

func (s *Site) serveAccount(w http.ResponseWriter, r *http.Request, reader news.Reader) error {
	if reader.Name == "" {
		return s.signInPage(w, r, http.StatusOK, &SignInPage{Step: SignInName})
	}
	return s.showAccount(w, r, http.StatusOK, &AccountPage{Reader: reader, Name: reader.Name, Saved: r.URL.Query().Has("saved")})
}

func (s *Site) nameAccount(w http.ResponseWriter, r *http.Request, reader news.Reader) error {
	form, err := readComment(w, r)
	if err != nil {
		return err
	}
	p := &SignInPage{Step: SignInName, Return: form.Get("return"), Draft: draft(form), Name: form.Get("name")}
	err = s.rename(r.Context(), reader, p.Name)
	if says, again := s.sayable(err); again {
		p.Problem = says
		if reader.Name != "" {
			return s.showAccount(w, r, http.StatusUnprocessableEntity, &AccountPage{Reader: reader, Name: p.Name, Problem: says})
		}
		return s.signInPage(w, r, http.StatusUnprocessableEntity, p)
	}
	if err != nil {
		return err
	}
	if reader.Name != "" || p.Return == "" {
		p.Return = "/account?saved"
	}
	reader.Name = p.Name
	return s.onward(w, r, reader, p)
}

func (s *Site) rename(ctx context.Context, reader news.Reader, name string) error {
	taken, err := s.c.Readers.HouseNames(ctx)
	if err != nil {
		return err
	}
	taken = append(taken, s.c.Name)
	if reader.Staff != "" { // the newsroom's own people may go by their name
		taken = nil
	}
	if name, err = news.CleanReaderName(name, taken); err != nil {
		return err
	}
	return s.c.Readers.NameReader(ctx, reader.ID, name, news.NameSkeleton(name))
}

func (s *Site) mailAccount(w http.ResponseWriter, r *http.Request, reader news.Reader) error {
	form, err := readComment(w, r)
	if err != nil {
		return err
	}
	if err := s.c.Readers.SetReaderMail(r.Context(), reader.ID, form.Get("answers") == "on"); err != nil {
		return err
	}
	http.Redirect(w, r, "/account?saved", http.StatusSeeOther)
	return nil
}

func (s *Site) signOut(w http.ResponseWriter, r *http.Request, reader news.Reader) error {
	form, err := readComment(w, r)
	if err != nil {
		return err
	}
	if err := s.c.Doorman.SignOut(w, r, reader, form.Get("everywhere") == "on"); err != nil {
		return err
	}
	http.Redirect(w, r, "/", http.StatusSeeOther)
	return nil
}

func (s *Site) serveDelete(w http.ResponseWriter, r *http.Request, reader news.Reader) error {
	return s.accountPage(w, r, http.StatusOK, &AccountPage{Step: AccountDelete, Reader: reader})
}

func (s *Site) deleteAccount(w http.ResponseWriter, r *http.Request, reader news.Reader) error {
	form, err := readComment(w, r)
	if err != nil {
		return err
	}
	words := form.Get("words")
	if words != "keep" && words != "delete" {
		return s.accountPage(w, r, http.StatusUnprocessableEntity, &AccountPage{Step: AccountDelete, Reader: reader})
	}
	if _, err := s.c.Readers.ForgetReader(r.Context(), reader.ID, words == "delete"); err != nil {
		return err
	}
	if err := s.c.Doorman.SignOut(w, r, reader, false); err != nil {
		return err
	}
	return s.accountPage(w, r, http.StatusOK, &AccountPage{Step: AccountDeleted})
}

// serveAnswersStop shows a button, as of every link in a mail.
func (s *Site) serveAnswersStop(w http.ResponseWriter, r *http.Request) error {
	if s.c.Readers == nil {
		return news.Missing("page")
	}
	q := stopQuery(r)
	return s.accountPage(w, r, http.StatusOK, &AccountPage{Step: AccountStop, ID: q.Get("id"), Key: q.Get("key")})
}

// stopAnswers ends mails about answers: for the button, and for mail programs that post to
// the link itself (RFC 8058). Stopped twice is stopped.
func (s *Site) stopAnswers(w http.ResponseWriter, r *http.Request) error {
	if s.c.Readers == nil {
		return news.Missing("page")
	}
	q := stopQuery(r)
	if _, err := s.c.Readers.StopReaderMail(r.Context(), news.ReaderID(q.Get("id")), q.Get("key")); err != nil {
		return err
	}
	return s.accountPage(w, r, http.StatusOK, &AccountPage{Step: AccountStopped})
}

// serveData gives a reader everything that is kept about them.
func (s *Site) serveData(w http.ResponseWriter, r *http.Request, reader news.Reader) error {
	ctx := r.Context()
	type comment struct {
		ID      news.CommentID     `json:"id"`
		Story   news.StoryID       `json:"story"`
		Parent  news.CommentID     `json:"answers,omitempty"`
		Status  news.CommentStatus `json:"status"`
		Text    string             `json:"text"`
		Reasons []string           `json:"reasons,omitempty"`
		Created time.Time          `json:"created"`
		Edited  *time.Time         `json:"edited,omitempty"`
	}
	type passkey struct {
		ID      string     `json:"id"`
		Created time.Time  `json:"created"`
		Used    *time.Time `json:"last_used,omitempty"`
	}
	out := struct {
		Email       string           `json:"email"`
		Name        string           `json:"name"`
		Created     time.Time        `json:"created"`
		MailAnswers bool             `json:"mail_answers"`
		Suspended   *time.Time       `json:"suspended_until,omitempty"`
		Banned      bool             `json:"banned"`
		Told        string           `json:"told,omitempty"`
		Comments    []comment        `json:"comments"`
		Likes       []news.CommentID `json:"liked_comments"`
		Flags       []news.CommentID `json:"reported_comments"`
		Passkeys    []passkey        `json:"passkeys"`
	}{Email: reader.Email, Name: reader.Name, Created: reader.Created, MailAnswers: reader.MailAnswers, Banned: reader.Banned, Told: reader.Told, Comments: []comment{}, Passkeys: []passkey{}}
	if !reader.Suspended.IsZero() {
		out.Suspended = &reader.Suspended
	}
	for cursor := ""; ; {
		list, next, err := s.c.OwnComments.ReaderComments(ctx, reader.ID, cursor, 100)
		if err != nil {
			return err
		}
		for _, c := range list {
			x := comment{ID: c.ID, Story: c.Story, Parent: c.Parent, Status: c.Status, Text: c.Text, Created: c.Created}
			if !c.Edited.IsZero() {
				x.Edited = &c.Edited
			}
			for _, reason := range c.Reasons {
				x.Reasons = append(x.Reasons, reason.Told)
			}
			out.Comments = append(out.Comments, x)
		}
		if cursor = next; cursor == "" || len(out.Comments) >= 100_000 {
			break
		}
	}
	var err error
	if out.Likes, out.Flags, err = s.c.Readers.ReaderDoings(ctx, reader.ID); err != nil {
		return err
	}
	if s.c.Passkeys != nil {
		list, err := s.c.Passkeys.List(ctx, reader.ID)
		if err != nil {
			return err
		}
		for _, k := range list {
			x := passkey{ID: k.ID, Created: k.Created}
			if !k.Used.IsZero() {
				x.Used = &k.Used
			}
			out.Passkeys = append(out.Passkeys, x)
		}
	}
	h := w.Header()
	web.SetPolicy(h)
	h.Set("Content-Type", "application/json; charset=utf-8")
	h.Set("Content-Disposition", `attachment; filename="my-data.json"`)
	h.Set("Cache-Control", "no-store")
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(out)
}
