package auth

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"dateline/internal/news"
)

// A Store keeps people, links, sessions and tokens durably.
type Store interface {
	Person(ctx context.Context, id news.PersonID) (news.Person, error)
	AddPerson(ctx context.Context, who news.Actor, p news.Person) error
	AddSignInLink(ctx context.Context, l news.SignInLink) error
	// SignInLink gives a link that is neither spent nor expired, else NotFound.
	SignInLink(ctx context.Context, hash string) (news.SignInLink, error)
	// SpendSignInLink does the same and makes it useless, atomically: of two that
	// try, one gets NotFound.
	SpendSignInLink(ctx context.Context, hash string) (news.SignInLink, error)
	AddSession(ctx context.Context, s news.Session) error
	// Session gives a session that has not expired, with its person as now kept.
	Session(ctx context.Context, hash string) (news.Session, error)
	// ExtendSession moves a session's end; an ended one stays ended.
	ExtendSession(ctx context.Context, hash string, expires time.Time) error
	EndSession(ctx context.Context, hash string) error
	// TokenByHash gives a token that is not revoked, else NotFound.
	TokenByHash(ctx context.Context, hash string) (news.Token, error)
}

// Options are what a Keeper works with.
type Options struct {
	Store  Store
	Public *url.URL // the site's public address: links and cookies depend on it
	Now    func() time.Time
	Client func(*http.Request) netip.Addr // who a request comes from
	Secure func(*http.Request) bool       // whether the browser came over TLS
}

// A Keeper knows who is asking.
type Keeper struct {
	Options
	failures *Throttle // by address: wrong links and tokens
}

// New makes a Keeper. The failures of one address are limited to 20 at once and then
// one every ten seconds: far above mistakes, far below guessing.
func New(o Options) *Keeper {
	return &Keeper{Options: o, failures: NewThrottle(20, 0.1, 20_000, o.Now)}
}

// hash is what is kept of a secret.
func hash(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}

// secretForm tells whether s could be one of our secrets, so that nonsense does not
// reach the database.
func secretForm(s string) bool { return len(s) == 64 && strings.Trim(s, "0123456789abcdef") == "" }

// tooMany is said to whoever has failed too often.
var tooMany = news.Refuse(news.TooMany, "Too many attempts came from your network. Please wait a minute.")

// guarded runs a look-up of a secret and counts those that fail: an asker that fails
// too often is told to wait. One that is right is let in all the same. Refusing it
// would protect nothing, since 256 bits are not guessed, and would let any stranger
// shut out whoever shares an address with them: an office, or, behind a proxy that was
// not named as trusted, everybody. The look-up goes by hash, so that its time says
// nothing of how near a guess was.
func guarded[T any](k *Keeper, r *http.Request, look func() (T, error)) (T, error) {
	v, err := look()
	if kind := news.KindOf(err); kind != news.NotFound && kind != news.Unauthenticated {
		return v, err
	}
	if key := blockOf(k.Client(r)); !k.failures.Allow(key, 1) {
		var none T
		return none, tooMany
	}
	return v, err
}
