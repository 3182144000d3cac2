package auth

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"dateline/internal/news"
)

// A PasskeyStore keeps readers' passkeys, and the challenges that wait for an answer.
type PasskeyStore interface {
	AddPasskeyAsk(ctx context.Context, x news.PasskeyAsk) error
	TakePasskeyAsk(ctx context.Context, challenge string) (news.PasskeyAsk, error)
	Passkeys(ctx context.Context, id news.ReaderID) ([]news.Passkey, error)
	Passkey(ctx context.Context, id string) (news.Passkey, error)
	AddPasskey(ctx context.Context, x news.Passkey) error
	UsedPasskey(ctx context.Context, id, data string) error
	RemovePasskey(ctx context.Context, reader news.ReaderID, id string) error
}

// passkeyWait is how long a challenge waits for its answer.
const passkeyWait = 5 * time.Minute

// maxPasskeyAnswer bounds what a browser answers, in bytes: some 2 kB without attestation.
const maxPasskeyAnswer = 32 << 10

// Passkeys signs readers in by W3C Web Authentication, level 3, without attestation: which
// device it was is nobody's business. The protocol's checking is the library's.
type Passkeys struct {
	readers *Readers
	store   PasskeyStore
	party   *webauthn.WebAuthn
	asks    *Throttle // by block
}

// NewPasskeys makes them for a site's public address. Nil without an error where browsers have
// none: an address that is a number, or without https other than on localhost.
func NewPasskeys(readers *Readers, store PasskeyStore, public *url.URL, name string) (*Passkeys, error) {
	host, origins := public.Hostname(), []string{public.Scheme + "://" + public.Host}
	if ip := net.ParseIP(host); ip != nil && ip.IsLoopback() {
		// The same server by its name, which a developer's browser may use.
		host = "localhost"
		origins = []string{public.Scheme + "://" + net.JoinHostPort(host, public.Port())}
	}
	if net.ParseIP(host) != nil || public.Scheme != "https" && host != "localhost" {
		return nil, nil
	}
	party, err := webauthn.New(&webauthn.Config{
		RPID: host, RPDisplayName: name, RPOrigins: origins, AttestationPreference: protocol.PreferNoAttestation,
		AuthenticatorSelection: protocol.AuthenticatorSelection{ResidentKey: protocol.ResidentKeyRequirementRequired, UserVerification: protocol.VerificationRequired},
	})
	if err != nil {
		return nil, fmt.Errorf("set up passkeys for %s: %w", host, err)
	}
	return &Passkeys{readers: readers, store: store, party: party, asks: NewThrottle(30, 1.0/10, 50_000, readers.k.Now)}, nil
}

// Host is the name that browsers know the passkeys by; a page under another has none.
func (p *Passkeys) Host() string { return p.party.Config.RPID }

// A keyHolder is a reader as the library knows one.
type keyHolder struct {
	reader news.Reader
	keys   []webauthn.Credential
}

func (h keyHolder) WebAuthnID() []byte                         { return []byte(h.reader.ID) }
func (h keyHolder) WebAuthnName() string                       { return h.reader.Email }
func (h keyHolder) WebAuthnDisplayName() string                { return h.reader.Name }
func (h keyHolder) WebAuthnCredentials() []webauthn.Credential { return h.keys }

func (p *Passkeys) holder(ctx context.Context, reader news.Reader) (keyHolder, error) {
	h := keyHolder{reader: reader}
	list, err := p.store.Passkeys(ctx, reader.ID)
	for _, x := range list {
		var c webauthn.Credential
		if err := json.Unmarshal([]byte(x.Data), &c); err != nil {
			return h, fmt.Errorf("read passkey %s: %w", x.ID, err)
		}
		h.keys = append(h.keys, c)
	}
	return h, err
}

// AskNew gives the options (JSON) with which a browser makes a reader a new passkey.
func (p *Passkeys) AskNew(r *http.Request, reader news.Reader) ([]byte, error) {
	h, err := p.holder(r.Context(), reader)
	if err != nil {
		return nil, err
	}
	options, session, err := p.party.BeginRegistration(h, webauthn.WithExclusions(webauthn.Credentials(h.keys).CredentialDescriptors()))
	if err != nil {
		return nil, fmt.Errorf("ask for a new passkey: %w", err)
	}
	return p.ask(r, options.Response, session, reader.ID)
}

// Ask gives the options (JSON) with which a browser signs somebody in; who, it says in its answer.
func (p *Passkeys) Ask(r *http.Request) ([]byte, error) {
	options, session, err := p.party.BeginDiscoverableLogin()
	if err != nil {
		return nil, fmt.Errorf("ask for a passkey: %w", err)
	}
	return p.ask(r, options.Response, session, "")
}

func (p *Passkeys) ask(r *http.Request, options any, session *webauthn.SessionData, reader news.ReaderID) ([]byte, error) {
	if !p.asks.Allow(blockOf(p.readers.k.Client(r)), 1) {
		return nil, tooMany
	}
	data, err := json.Marshal(session)
	if err != nil {
		return nil, err
	}
	x := news.PasskeyAsk{Challenge: hash(session.Challenge), Reader: reader, Data: string(data), Expires: p.readers.k.Now().Add(passkeyWait)}
	if err := p.store.AddPasskeyAsk(r.Context(), x); err != nil {
		return nil, err
	}
	return json.Marshal(options)
}

var (
	oldPasskey = news.Refuse(news.NotFound, "This took too long, or was sent before. Please try again.")
	badPasskey = news.Refuse(news.Invalid, "This passkey does not work here. You can always sign in by mail.")
)

// take gives what was asked with the challenge that an answer names.
func (p *Passkeys) take(ctx context.Context, challenge string, reader news.ReaderID) (session webauthn.SessionData, err error) {
	x, err := p.store.TakePasskeyAsk(ctx, hash(challenge))
	if news.KindOf(err) == news.NotFound || err == nil && x.Reader != reader {
		return session, oldPasskey
	}
	if err == nil {
		err = json.Unmarshal([]byte(x.Data), &session)
	}
	return session, err
}

// Add keeps the passkey that a reader's browser made.
func (p *Passkeys) Add(ctx context.Context, reader news.Reader, answer string) error {
	if len(answer) > maxPasskeyAnswer {
		return badPasskey
	}
	made, err := protocol.ParseCredentialCreationResponseBody(bytes.NewReader([]byte(answer)))
	if err != nil {
		return badPasskey
	}
	session, err := p.take(ctx, made.Response.CollectedClientData.Challenge, reader.ID)
	if err != nil {
		return err
	}
	c, err := p.party.CreateCredential(keyHolder{reader: reader}, session, made)
	if err != nil {
		return badPasskey
	}
	c.Attestation = webauthn.CredentialAttestation{} // what says which device it is
	data, err := json.Marshal(c)
	if err != nil {
		return err
	}
	return p.store.AddPasskey(ctx, news.Passkey{ID: base64.RawURLEncoding.EncodeToString(c.ID), Reader: reader, Data: string(data)})
}

// SignIn signs the reader in whose passkey answered, here.
func (p *Passkeys) SignIn(w http.ResponseWriter, r *http.Request, answer string) (news.Reader, error) {
	reader, err := guarded(p.readers.k, r, func() (news.Reader, error) { return p.check(r.Context(), answer) })
	if err != nil {
		return reader, err
	}
	return reader, p.readers.signIn(w, r, reader)
}

func (p *Passkeys) check(ctx context.Context, answer string) (reader news.Reader, err error) {
	if len(answer) > maxPasskeyAnswer {
		return reader, badPasskey
	}
	given, err := protocol.ParseCredentialRequestResponseBody(bytes.NewReader([]byte(answer)))
	if err != nil {
		return reader, badPasskey
	}
	session, err := p.take(ctx, given.Response.CollectedClientData.Challenge, "")
	if err != nil {
		return reader, err
	}
	var unread error // what is not the browser's fault
	_, c, err := p.party.ValidatePasskeyLogin(func(id, handle []byte) (webauthn.User, error) {
		x, err := p.store.Passkey(ctx, base64.RawURLEncoding.EncodeToString(id))
		if err != nil {
			if news.KindOf(err) != news.NotFound {
				unread = err
			}
			return nil, err
		}
		if string(handle) != string(x.Reader.ID) {
			return nil, errors.New("the passkey is another reader's")
		}
		reader = x.Reader
		h, err := p.holder(ctx, reader)
		unread = err
		return h, err
	}, session, given)
	if unread != nil {
		return news.Reader{}, unread
	}
	if err != nil || c.Authenticator.CloneWarning {
		return news.Reader{}, badPasskey
	}
	data, err := json.Marshal(c)
	if err != nil {
		return news.Reader{}, err
	}
	return reader, p.store.UsedPasskey(ctx, base64.RawURLEncoding.EncodeToString(c.ID), string(data))
}

// List gives a reader's passkeys, oldest first.
func (p *Passkeys) List(ctx context.Context, reader news.ReaderID) ([]news.Passkey, error) {
	return p.store.Passkeys(ctx, reader)
}

// Remove takes one of a reader's away.
func (p *Passkeys) Remove(ctx context.Context, reader news.ReaderID, id string) error {
	return p.store.RemovePasskey(ctx, reader, id)
}
