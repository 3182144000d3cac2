package auth

import (
	"fmt"
	"net/http"
	"strings"

	"dateline/internal/news"
)

// TokenPrefix begins every API token, so that a leaked one is recognised.
const TokenPrefix = "dl_"

// NewToken makes an API token. The secret is shown once; only its hash is kept.
func (k *Keeper) NewToken(name string, role news.Role) (news.Token, string) {
	secret := TokenPrefix + news.LongSecret()
	return news.Token{
		ID: news.NewID[news.TokenID](), Name: name, Role: role, Hash: hash(secret), Created: k.Now(),
	}, secret
}

// Why nobody is known.
var (
	nobody = news.Refuse(news.Unauthenticated, "Please sign in.")
	noSuch = news.Refuse(news.Unauthenticated, "This token is not valid. It may have been revoked.")
)

// FromRequest says who asks: the token in the Authorization header, else the session
// in the cookie. Without either it is Unauthenticated; a wrong token is never ignored
// in favour of a cookie. Disabled people and revoked tokens are nobody at once.
func (k *Keeper) FromRequest(r *http.Request) (news.Actor, error) {
	if header := r.Header.Get("Authorization"); header != "" {
		return guarded(k, r, func() (news.Actor, error) { return k.fromToken(r, header) })
	}
	s, err := k.Session(r)
	if err != nil {
		return news.Actor{}, err
	}
	return news.Actor{ID: string(s.Person.ID), Name: s.Person.Name, Role: s.Person.Role, Via: "desk"}, nil
}

func (k *Keeper) fromToken(r *http.Request, header string) (news.Actor, error) {
	scheme, token, _ := strings.Cut(header, " ")
	token = strings.TrimSpace(token)
	rest, ok := strings.CutPrefix(token, TokenPrefix)
	if !strings.EqualFold(scheme, "Bearer") || !ok || !secretForm(rest) {
		return news.Actor{}, noSuch
	}
	t, err := k.Store.TokenByHash(r.Context(), hash(token))
	switch {
	case news.KindOf(err) == news.NotFound:
		return news.Actor{}, noSuch
	case err != nil:
		return news.Actor{}, fmt.Errorf("look up token: %w", err)
	case !t.Revoked.IsZero():
		return news.Actor{}, noSuch
	}
	return news.Actor{ID: string(t.ID), Name: t.Name, Role: t.Role, Via: "api"}, nil
}

// Session gives the browser's session and moves its end while it is in use.
func (k *Keeper) Session(r *http.Request) (news.Session, error) {
	secret, ok := k.sessionSecret(r)
	if !ok {
		return news.Session{}, nobody
	}
	s, err := k.Store.Session(r.Context(), hash(secret))
	if news.KindOf(err) == news.NotFound {
		return news.Session{}, nobody
	}
	if err != nil {
		return news.Session{}, fmt.Errorf("look up session: %w", err)
	}
	now := k.Now()
	if !s.Expires.After(now) || s.Person.Disabled {
		return news.Session{}, nobody
	}
	end := now.Add(Idle)
	if last := s.Created.Add(Whole); end.After(last) {
		end = last
	}
	if end.Sub(s.Expires) >= extendAfter {
		switch err := k.Store.ExtendSession(r.Context(), s.Hash, end); {
		case err == nil:
			s.Expires = end
		case news.KindOf(err) == news.Full: // the desk can still be read on a full disk
		case news.KindOf(err) == news.NotFound: // signed out in another tab meanwhile
			return news.Session{}, nobody
		default:
			return news.Session{}, fmt.Errorf("extend session: %w", err)
		}
	}
	return s, nil
}
