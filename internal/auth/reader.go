package auth

import (
	"context"
	"crypto/rand"
	"fmt"
	"math/big"
	"net/http"
	"net/mail"
	"net/url"
	"strings"
	"time"

	"dateline/internal/news"
)

// A ReaderStore keeps readers, their sign-ins, sessions and tokens durably.
type ReaderStore interface {
	AddReaderSignIn(ctx context.Context, x news.ReaderSignIn, jobs ...news.Job) error
	// ReaderSignIn looks at a link that can still be used; else NotFound.
	ReaderSignIn(ctx context.Context, link string) (news.ReaderSignIn, error)
	SpendReaderSignIn(ctx context.Context, link, language string) (news.Reader, error)
	TryReaderCode(ctx context.Context, waiting, code, language string) (news.Reader, error)
	AddReaderSession(ctx context.Context, x news.ReaderSession) error
	ReaderSession(ctx context.Context, hash string) (news.ReaderSession, error)
	ExtendReaderSession(ctx context.Context, hash string, expires time.Time) error
	EndReaderSessions(ctx context.Context, id news.ReaderID, hash string) error
	ReaderByToken(ctx context.Context, hash string) (news.Reader, error)
}

// ReaderTokenPrefix begins every reader's API token, so that a leaked one is recognised
// and none is taken for the newsroom's.
const ReaderTokenPrefix = "dlr_"

// ReaderLinkPath is where readers' sign-in links lead.
const ReaderLinkPath = "/account/sign-in/link"

// How long a reader's browser stays signed in: until nobody used it for ReaderIdle, and
// no longer than ReaderWhole.
const (
	ReaderIdle  = 60 * 24 * time.Hour
	ReaderWhole = 365 * 24 * time.Hour
)

const (
	readerCookie  = "dateline-reader"
	waitingCookie = "dateline-waiting" // of the tab that waits for a code
	hostPrefix    = "__Host-"
)

// Readers knows which reader is asking.
type Readers struct {
	k       *Keeper
	store   ReaderStore
	mails   *Throttle // by address written to
	askers  *Throttle // by block that asks
	guesses *Throttle // codes, by block
}

// Readers makes the readers' side of a Keeper: the same clock, cookies' rules and count
// of failures.
func (k *Keeper) Readers(store ReaderStore) *Readers {
	return &Readers{k: k, store: store,
		mails:   NewThrottle(3, 1.0/600, 50_000, k.Now),
		askers:  NewThrottle(20, 1.0/30, 50_000, k.Now),
		guesses: NewThrottle(30, 1.0/20, 50_000, k.Now)}
}

// A SignInMail is what a reader is written so that they can sign in.
type SignInMail struct {
	Email, Link, Code string
}

// Ask begins a sign-in: the mail that write makes holds a link and a code, and the
// browser that asked is given the cookie with which alone the code works. Addresses that
// were written to often are not written to again, and nobody learns of it, nor whether an
// address is known.
func (x *Readers) Ask(w http.ResponseWriter, r *http.Request, email, back string, write func(SignInMail) (news.Job, error)) error {
	email, ok := ReaderAddress(email)
	if !ok {
		return news.Wrong("email", "Use a mail address like name@example.org.")
	}
	if !x.askers.Allow(blockOf(x.k.Client(r)), 1) {
		return news.Refuse(news.TooMany, "Too many mails were asked for from your network. Please wait some minutes.")
	}
	link, waiting := news.LongSecret(), news.LongSecret()
	n, err := rand.Int(rand.Reader, big.NewInt(1_000_000))
	if err != nil {
		return fmt.Errorf("make a code: %w", err)
	}
	code := fmt.Sprintf("%06d", n.Int64())
	http.SetCookie(w, x.cookie(r, waitingCookie, waiting, int(news.ReaderSignInLife.Seconds())))
	if !x.mails.Allow(email, 1) {
		return nil
	}
	job, err := write(SignInMail{Email: email, Code: code, Link: strings.TrimSuffix(x.k.Public.String(), "/") + ReaderLinkPath + "?" + url.Values{"key": {link}, "return": {SafeReturn(back)}}.Encode()})
	if err != nil {
		return err
	}
	return x.store.AddReaderSignIn(r.Context(), news.ReaderSignIn{
		Link: hash(link), Waiting: hash(waiting), Code: codeHash(waiting, code), Email: email, Expires: x.k.Now().Add(news.ReaderSignInLife),
	}, job)
}

// codeHash binds a code to the tab that waits for it: a million codes are soon tried
// against a stolen database, but not with the tab's secret.
func codeHash(waiting, code string) string { return hash(waiting + ":" + code) }

// ReaderAddress is a bare mail address in lower case.
func ReaderAddress(s string) (string, bool) {
	s = strings.ToLower(strings.TrimSpace(s))
	if len(s) > 254 || strings.ContainsAny(s, " \"<>\t\r\n,;:()[]\\") {
		return "", false
	}
	a, err := mail.ParseAddress(s)
	if err != nil || a.Address != s {
		return "", false
	}
	_, host, _ := strings.Cut(s, "@")
	return s, strings.Contains(host, ".") && !strings.HasPrefix(host, ".") && !strings.HasSuffix(host, ".")
}

// SafeReturn is a path of ours to go back to after signing in; else the account's.
func SafeReturn(s string) string {
	u, err := url.Parse(s)
	if err != nil || u.IsAbs() || u.Host != "" || u.User != nil || !strings.HasPrefix(s, "/") || strings.HasPrefix(s, "//") || strings.ContainsAny(s, "\\\r\n\t\x00") || len(s) > 500 ||
		strings.HasPrefix(u.Path, "//") {
		return "/account"
	}
	return s
}

var oldLink = news.Refuse(news.NotFound, "This link does not work any more: links work once, for a quarter of an hour. Ask for a new one.")

// LookAt looks at a sign-in link without using it, and says whose it is.
func (x *Readers) LookAt(r *http.Request, secret string) (string, error) {
	s, err := guarded(x.k, r, func() (news.ReaderSignIn, error) {
		if !secretForm(secret) {
			return news.ReaderSignIn{}, oldLink
		}
		s, err := x.store.ReaderSignIn(r.Context(), hash(secret))
		if news.KindOf(err) == news.NotFound {
			err = oldLink
		}
		return s, err
	})
	return s.Email, err
}

// Redeem spends a link and signs its reader in, here.
func (x *Readers) Redeem(w http.ResponseWriter, r *http.Request, secret, language string) (news.Reader, error) {
	reader, err := guarded(x.k, r, func() (news.Reader, error) {
		if !secretForm(secret) {
			return news.Reader{}, oldLink
		}
		reader, err := x.store.SpendReaderSignIn(r.Context(), hash(secret), language)
		if news.KindOf(err) == news.NotFound {
			err = oldLink
		}
		return reader, err
	})
	if err != nil {
		return reader, err
	}
	return reader, x.signIn(w, r, reader)
}

// Try signs in with the code from the mail, in the tab that asked for it.
func (x *Readers) Try(w http.ResponseWriter, r *http.Request, code, language string) (news.Reader, error) {
	waiting, ok := x.read(r, waitingCookie)
	if !ok {
		return news.Reader{}, news.Refuse(news.NotFound, "This code can only be used where it was asked for, and for a quarter of an hour. Ask for a new one here.")
	}
	if !x.guesses.Allow(blockOf(x.k.Client(r)), 1) {
		return news.Reader{}, tooMany
	}
	code = strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, code)
	reader, err := x.store.TryReaderCode(r.Context(), hash(waiting), codeHash(waiting, code), language)
	if news.KindOf(err) == news.NotFound {
		err = news.Refuse(news.NotFound, "This mail is used up or too old. Ask for a new one.")
	}
	if err != nil {
		return reader, err
	}
	http.SetCookie(w, x.cookie(r, waitingCookie, "", -1))
	return reader, x.signIn(w, r, reader)
}

func (x *Readers) signIn(w http.ResponseWriter, r *http.Request, reader news.Reader) error {
	secret, now := news.LongSecret(), x.k.Now()
	if err := x.store.AddReaderSession(r.Context(), news.ReaderSession{Hash: hash(secret), Reader: reader, Created: now, Expires: now.Add(ReaderIdle)}); err != nil {
		return err
	}
	http.SetCookie(w, x.cookie(r, readerCookie, secret, int(ReaderWhole.Seconds())))
	return nil
}

// SignOut ends the browser's session, or with everywhere all of the reader's.
func (x *Readers) SignOut(w http.ResponseWriter, r *http.Request, reader news.Reader, everywhere bool) error {
	secret, ok := x.read(r, readerCookie)
	http.SetCookie(w, x.cookie(r, readerCookie, "", -1))
	switch {
	case everywhere:
		return x.store.EndReaderSessions(r.Context(), reader.ID, "")
	case ok:
		return x.store.EndReaderSessions(r.Context(), reader.ID, hash(secret))
	}
	return nil
}

var notSignedIn = news.Refuse(news.Unauthenticated, "Please sign in first.")

// FromRequest says which reader asks: by a token in the Authorization header, else by the
// cookie. Without either it is Unauthenticated.
func (x *Readers) FromRequest(r *http.Request) (news.Reader, error) {
	if header := r.Header.Get("Authorization"); header != "" {
		return guarded(x.k, r, func() (news.Reader, error) { return x.fromToken(r, header) })
	}
	secret, ok := x.read(r, readerCookie)
	if !ok {
		return news.Reader{}, notSignedIn
	}
	s, err := x.store.ReaderSession(r.Context(), hash(secret))
	if news.KindOf(err) == news.NotFound {
		return news.Reader{}, notSignedIn
	}
	if err != nil {
		return news.Reader{}, err
	}
	end := x.k.Now().Add(ReaderIdle)
	if last := s.Created.Add(ReaderWhole); end.After(last) {
		end = last
	}
	if end.Sub(s.Expires) >= 24*time.Hour {
		if err := x.store.ExtendReaderSession(r.Context(), s.Hash, end); err != nil && news.KindOf(err) != news.Full {
			return news.Reader{}, err
		}
	}
	return s.Reader, nil
}

func (x *Readers) fromToken(r *http.Request, header string) (news.Reader, error) {
	scheme, token, _ := strings.Cut(header, " ")
	token = strings.TrimSpace(token)
	rest, ok := strings.CutPrefix(token, ReaderTokenPrefix)
	if !strings.EqualFold(scheme, "Bearer") || !ok || !secretForm(rest) {
		return news.Reader{}, noSuch
	}
	reader, err := x.store.ReaderByToken(r.Context(), hash(token))
	if news.KindOf(err) == news.NotFound {
		err = noSuch
	}
	return reader, err
}

// IsReaderToken tells whether a request carries a reader's token.
func IsReaderToken(r *http.Request) bool {
	_, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	return strings.HasPrefix(strings.TrimSpace(token), ReaderTokenPrefix)
}

// NewReaderToken makes an API token for a reader. The secret is shown once.
func NewReaderToken(id news.ReaderID, now time.Time) (news.ReaderToken, string) {
	secret := ReaderTokenPrefix + news.LongSecret()
	return news.ReaderToken{Hash: hash(secret), Reader: id, Created: now}, secret
}

// NewReaderLink is a sign-in link for a reader that no tab waits for, and what is kept of it.
func (x *Readers) NewReaderLink(email string) (string, news.ReaderSignIn) {
	link := news.LongSecret()
	return strings.TrimSuffix(x.k.Public.String(), "/") + ReaderLinkPath + "?key=" + link,
		news.ReaderSignIn{Link: hash(link), Waiting: hash(news.LongSecret()), Code: hash(news.LongSecret()), Email: email, Expires: x.k.Now().Add(LinkLife)}
}

func (x *Readers) cookie(r *http.Request, name, value string, age int) *http.Cookie {
	c := &http.Cookie{Name: name, Value: value, Path: "/", MaxAge: age, HttpOnly: true, SameSite: http.SameSiteLaxMode}
	if x.k.Secure(r) {
		c.Name, c.Secure = hostPrefix+name, true
	}
	return c
}

func (x *Readers) read(r *http.Request, name string) (string, bool) {
	if x.k.Secure(r) {
		name = hostPrefix + name
	}
	c, err := r.Cookie(name)
	if err != nil || !secretForm(c.Value) {
		return "", false
	}
	return c.Value, true
}
