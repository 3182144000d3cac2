package auth

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"time"

	"dateline/internal/news"
)

// A keyStore keeps passkeys in memory, and sessions nowhere.
type keyStore struct {
	ReaderStore
	now    func() time.Time
	asks   map[string]news.PasskeyAsk
	keys   map[string]news.Passkey
	signed int
}

func (s *keyStore) AddReaderSession(context.Context, news.ReaderSession) error {
	s.signed++
	return nil
}
func (s *keyStore) AddPasskeyAsk(_ context.Context, x news.PasskeyAsk) error {
	s.asks[x.Challenge] = x
	return nil
}

func (s *keyStore) TakePasskeyAsk(_ context.Context, challenge string) (news.PasskeyAsk, error) {
	x, ok := s.asks[challenge]
	delete(s.asks, challenge)
	if !ok || x.Expires.Before(s.now()) {
		return x, news.Missing("challenge")
	}
	return x, nil
}

func (s *keyStore) Passkeys(_ context.Context, id news.ReaderID) (list []news.Passkey, err error) {
	for _, x := range s.keys {
		if x.Reader.ID == id {
			list = append(list, x)
		}
	}
	return list, nil
}

func (s *keyStore) Passkey(_ context.Context, id string) (news.Passkey, error) {
	x, ok := s.keys[id]
	if !ok {
		return x, news.Missing("passkey")
	}
	return x, nil
}

func (s *keyStore) AddPasskey(_ context.Context, x news.Passkey) error { s.keys[x.ID] = x; return nil }
func (s *keyStore) UsedPasskey(_ context.Context, id, data string) error {
	x := s.keys[id]
	x.Data = data
	s.keys[id] = x
	return nil
}

func (s *keyStore) RemovePasskey(_ context.Context, _ news.ReaderID, id string) error {
	delete(s.keys, id)
	return nil
}

// An authenticator is a device with one key, written from the standard (W3C Web Authentication,
// sections 5.8.1, 6.1 and 6.5) and not from the library that it tries.
type authenticator struct {
	t      *testing.T
	key    *ecdsa.PrivateKey
	id     []byte
	handle string
	origin string
	host   string
	flags  byte // 1 present, 4 verified, 0x40 a new key
	count  uint32
}

func (a *authenticator) client(kind string, challenge string) []byte {
	b, err := json.Marshal(map[string]any{"type": kind, "challenge": challenge, "origin": a.origin, "crossOrigin": false})
	if err != nil {
		a.t.Fatal(err)
	}
	return b
}

func (a *authenticator) data(flags byte) []byte {
	host := sha256.Sum256([]byte(a.host))
	a.count++
	return binary.BigEndian.AppendUint32(append(host[:], flags), a.count)
}

var b64 = base64.RawURLEncoding.EncodeToString

func challengeOf(t *testing.T, options []byte) string {
	var o struct{ Challenge string }
	if err := json.Unmarshal(options, &o); err != nil || o.Challenge == "" {
		t.Fatalf("options %s: %v", options, err)
	}
	return o.Challenge
}

// create answers options for a new key.
func (a *authenticator) create(options []byte) string {
	point, err := a.key.PublicKey.Bytes() // 4, and the two halves
	if err != nil {
		a.t.Fatal(err)
	}
	x, y := point[1:33], point[33:]
	data := append(a.data(a.flags|0x40), make([]byte, 16)...) // no make of device
	data = append(binary.BigEndian.AppendUint16(data, uint16(len(a.id))), a.id...)
	data = append(data, 0xa5, 1, 2, 3, 0x26, 0x20, 1, 0x21, 0x58, 32) // COSE: EC2, ES256, P-256
	data = append(append(data, x...), 0x22, 0x58, 32)
	data = append(data, y...)
	object := append([]byte{0xa3, 0x63}, "fmt"...)
	object = append(append(object, 0x64), "none"...)
	object = append(append(append(object, 0x67), "attStmt"...), 0xa0, 0x68)
	object = append(append(object, "authData"...), 0x59, byte(len(data)>>8), byte(len(data)))
	object = append(object, data...)
	return a.answer(map[string]any{"clientDataJSON": b64(a.client("webauthn.create", challengeOf(a.t, options))), "attestationObject": b64(object)})
}

// get answers options for signing in.
func (a *authenticator) get(options []byte) string {
	client, data := a.client("webauthn.get", challengeOf(a.t, options)), a.data(a.flags)
	sum := sha256.Sum256(client)
	digest := sha256.Sum256(append(bytes.Clone(data), sum[:]...))
	sig, err := ecdsa.SignASN1(rand.Reader, a.key, digest[:])
	if err != nil {
		a.t.Fatal(err)
	}
	return a.answer(map[string]any{"clientDataJSON": b64(client), "authenticatorData": b64(data), "signature": b64(sig), "userHandle": b64([]byte(a.handle))})
}

func (a *authenticator) answer(response map[string]any) string {
	b, err := json.Marshal(map[string]any{"id": b64(a.id), "rawId": b64(a.id), "type": "public-key", "response": response, "clientExtensionResults": map[string]any{}})
	if err != nil {
		a.t.Fatal(err)
	}
	return string(b)
}

func TestPasskeys(t *testing.T) {
	now := time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)
	s := &keyStore{now: func() time.Time { return now }, asks: map[string]news.PasskeyAsk{}, keys: map[string]news.Passkey{}}
	public, _ := url.Parse("https://news.example.org")
	block := 0
	k := New(Options{Public: public, Now: s.now, Secure: func(*http.Request) bool { return true },
		Client: func(*http.Request) netip.Addr {
			block++
			return netip.AddrFrom4([4]byte{10, byte(block >> 8), byte(block), 1})
		}})
	p, err := NewPasskeys(k.Readers(s), s, public, "The Example")
	if err != nil || p == nil || p.Host() != "news.example.org" {
		t.Fatal(p, err)
	}
	ann := news.Reader{ID: "01900000-0000-7000-8000-000000000001", Name: "Ann", Email: "ann@example.org"}
	bob := news.Reader{ID: "01900000-0000-7000-8000-000000000002", Name: "Bob", Email: "bob@example.org"}
	device := func(who news.Reader) *authenticator {
		key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		id := make([]byte, 32)
		rand.Read(id)
		return &authenticator{t: t, key: key, id: id, handle: string(who.ID), origin: public.String(), host: p.Host(), flags: 5}
	}
	request := httptest.NewRequest(http.MethodPost, "/", nil)
	ask := func() []byte {
		t.Helper()
		o, err := p.Ask(request)
		if err != nil {
			t.Fatal(err)
		}
		return o
	}
	askNew := func(who news.Reader) []byte {
		t.Helper()
		o, err := p.AskNew(request, who)
		if err != nil {
			t.Fatal(err)
		}
		return o
	}
	signIn := func(answer string) (news.Reader, error) {
		return p.SignIn(httptest.NewRecorder(), request, answer)
	}
	refused := func(what, answer string) {
		t.Helper()
		if who, err := signIn(answer); news.KindOf(err) != news.Invalid && news.KindOf(err) != news.NotFound || who.ID != "" {
			t.Errorf("%s: signed in %q, %v", what, who.Name, err)
		}
	}

	a := device(ann)
	made := a.create(askNew(ann))
	if err := p.Add(t.Context(), bob, made); err == nil {
		t.Error("one reader's challenge made another's passkey")
	}
	if err := p.Add(t.Context(), ann, a.create(askNew(ann))); err != nil {
		t.Fatal(err)
	}
	if err := p.Add(t.Context(), ann, made); news.KindOf(err) != news.NotFound {
		t.Errorf("an answer that was sent before: %v", err)
	}
	for id, x := range s.keys {
		x.Reader = ann
		s.keys[id] = x
	}
	good := a.get(ask())
	if who, err := signIn(good); err != nil || who.ID != ann.ID || s.signed != 1 {
		t.Fatalf("signed in %+v, %v", who, err)
	}
	refused("the same answer again", good)

	old := a.get(ask())
	now = now.Add(passkeyWait + time.Second)
	refused("an old challenge", old)
	elsewhere := *a
	elsewhere.origin = "https://news.example.com"
	refused("a page of somebody else", elsewhere.get(ask()))
	elsewhere = *a
	elsewhere.host = "example.com"
	refused("a key for somebody else", elsewhere.get(ask()))
	asleep := *a
	asleep.flags = 1
	refused("nobody unlocked the device", asleep.get(ask()))
	other := *a
	other.handle = string(bob.ID)
	refused("another reader's handle", other.get(ask()))
	stranger := device(ann)
	stranger.id = a.id
	refused("another key under the same id", stranger.get(ask()))
	refused("an unknown key", device(ann).get(ask()))
	refused("a challenge for a new key", a.get(askNew(ann)))
	copied := *a
	copied.count = 0
	refused("a counter that went back", copied.get(ask()))
	for _, junk := range []string{"", "{}", "[]", "null", good[:len(good)/2], strings.Replace(good, "public-key", "password", 1), strings.Repeat("x", maxPasskeyAnswer+1), `{"id":"AA","rawId":"AA","type":"public-key","response":{}}`} {
		refused("junk", junk)
		if err := p.Add(t.Context(), ann, junk); err == nil {
			t.Errorf("%.20q is a passkey", junk)
		}
	}
	a.count += 10
	if _, err := signIn(a.get(ask())); err != nil {
		t.Errorf("the key itself, after all that: %v", err)
	}
	if err := p.Remove(t.Context(), ann.ID, b64(a.id)); err != nil {
		t.Fatal(err)
	}
	refused("a removed key", a.get(ask()))
}

func TestWherePasskeysWork(t *testing.T) {
	k := New(Options{})
	for public, want := range map[string]string{
		"https://news.example.org": "news.example.org", "https://news.example.org:8443": "news.example.org", "http://localhost:8080": "localhost",
		"http://127.0.0.1:8080": "localhost", "http://[::1]:8080": "localhost", "http://news.example.org": "", "https://192.0.2.7": "",
	} {
		u, _ := url.Parse(public)
		p, err := NewPasskeys(k.Readers(nil), nil, u, "x")
		got := ""
		if p != nil {
			got = p.Host()
		}
		if err != nil || got != want {
			t.Errorf("%s: %q, %v, want %q", public, got, err, want)
		}
	}
}
