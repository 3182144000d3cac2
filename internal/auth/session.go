package auth

import (
	"fmt"
	"net/http"
	"time"

	"dateline/internal/news"
)

// How long a browser stays signed in: until nobody used it for Idle, and no longer
// than Whole.
const (
	Idle  = 12 * time.Hour
	Whole = 7 * 24 * time.Hour
)

// extendAfter is how much of Idle must have passed before a session's end is moved,
// so that not every click at the desk is a write.
const extendAfter = 10 * time.Minute

// Cookie names. The __Host- prefix makes browsers refuse the cookie from a sub-domain
// or over plain http; on http (a machine of one's own) there is only the plain name.
const (
	secureCookie = "__Host-dateline"
	plainCookie  = "dateline"
)

func (k *Keeper) signIn(w http.ResponseWriter, r *http.Request, p news.Person) error {
	if old, ok := k.sessionSecret(r); ok { // whoever was signed in here is not any more
		if err := k.Store.EndSession(r.Context(), hash(old)); err != nil && news.KindOf(err) != news.NotFound {
			return fmt.Errorf("end session: %w", err)
		}
	}
	secret, now := news.LongSecret(), k.Now()
	s := news.Session{Hash: hash(secret), Person: p, Created: now, Expires: now.Add(Idle)}
	if err := k.Store.AddSession(r.Context(), s); err != nil {
		return fmt.Errorf("add session: %w", err)
	}
	http.SetCookie(w, k.cookie(r, secret, int(Whole.Seconds())))
	return nil
}

// SignOut ends the browser's session, here and on the server.
func (k *Keeper) SignOut(w http.ResponseWriter, r *http.Request) error {
	if secret, ok := k.sessionSecret(r); ok {
		if err := k.Store.EndSession(r.Context(), hash(secret)); err != nil && news.KindOf(err) != news.NotFound {
			return fmt.Errorf("end session: %w", err)
		}
	}
	http.SetCookie(w, k.cookie(r, "", -1))
	return nil
}

func (k *Keeper) cookie(r *http.Request, value string, age int) *http.Cookie {
	c := &http.Cookie{Name: plainCookie, Value: value, Path: "/", MaxAge: age, HttpOnly: true, SameSite: http.SameSiteLaxMode}
	if k.Secure(r) {
		c.Name, c.Secure = secureCookie, true
	}
	return c
}

// sessionSecret reads the cookie that belongs to the kind of connection: over TLS
// the plain name is not believed, since a sub-domain could have set it.
func (k *Keeper) sessionSecret(r *http.Request) (string, bool) {
	name := plainCookie
	if k.Secure(r) {
		name = secureCookie
	}
	c, err := r.Cookie(name)
	if err != nil || !secretForm(c.Value) {
		return "", false
	}
	return c.Value, true
}
