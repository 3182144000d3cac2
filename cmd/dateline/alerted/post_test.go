package alerted_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

var base64url = base64.RawURLEncoding

// A postOffice takes messages as push services do (RFC 8030), over TLS and HTTP/2: it
// refuses what is wrong about a message from outside, and hands its bytes, which it
// cannot read, to the browser whose address it has.
type postOffice struct {
	t   *testing.T
	srv *httptest.Server

	mu    sync.Mutex
	boxes map[string]*box
	posts []post
}

// A box is one browser's, at one path.
type box struct {
	key     string                  // only this public VAPID key may send here
	deliver func(body []byte) error // to the browser
	gone    bool                    // answers 410
	hold    <-chan struct{}         // if not nil, it delivers, but answers only when this is closed
}

// A post is a message that came.
type post struct {
	path          string
	authorization string
	topic         string
	body          []byte
	at            time.Time
	status        int
}

func newPostOffice(t *testing.T) *postOffice {
	p := &postOffice{t: t, boxes: map[string]*box{}}
	p.srv = httptest.NewUnstartedServer(p)
	p.srv.EnableHTTP2 = true
	p.srv.StartTLS()
	t.Cleanup(p.srv.Close)
	return p
}

func (p *postOffice) host() string { return p.srv.Listener.Addr().String() }

func (p *postOffice) trusted() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: p.srv.Certificate().Raw})
}

// open gives out the address of a new box.
func (p *postOffice) open(path string, b *box) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.boxes[path] = b
	return p.srv.URL + path
}

// change changes a box between two messages.
func (p *postOffice) change(endpoint string, how func(b *box)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	how(p.boxes[strings.TrimPrefix(endpoint, p.srv.URL)])
}

// to gives what came for an endpoint, oldest first.
func (p *postOffice) to(endpoint string) (list []post) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, m := range p.posts {
		if p.srv.URL+m.path == endpoint {
			list = append(list, m)
		}
	}
	return list
}

func (p *postOffice) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	m := post{path: r.URL.RequestURI(), authorization: r.Header.Get("Authorization"), topic: r.Header.Get("Topic"), at: time.Now()}
	var err error
	if m.body, err = io.ReadAll(io.LimitReader(r.Body, 4097)); err != nil {
		return // the sender went away
	}
	p.mu.Lock()
	b := box{}
	if at := p.boxes[m.path]; at != nil {
		b = *at
	}
	p.mu.Unlock()
	switch wrong := checkMessage(r, m.body, b.key, p.srv.URL); {
	case b.deliver == nil:
		m.status = http.StatusNotFound
	case b.gone:
		m.status = http.StatusGone
	case wrong != nil:
		m.status = http.StatusBadRequest
		p.t.Errorf("a push service would refuse this message: %v", wrong)
	default:
		m.status = http.StatusCreated
		if err := b.deliver(m.body); err != nil {
			p.t.Errorf("hand a message to the browser: %v", err)
		}
	}
	p.mu.Lock()
	p.posts = append(p.posts, m)
	p.mu.Unlock()
	if b.hold != nil && m.status == http.StatusCreated {
		select {
		case <-b.hold:
		case <-r.Context().Done():
			return
		}
	}
	if m.status == http.StatusCreated {
		w.Header().Set("Location", p.srv.URL+"/m/1")
	}
	w.WriteHeader(m.status)
}

// checkMessage says what is wrong with a message, from outside.
func checkMessage(r *http.Request, body []byte, key, audience string) error {
	ttl, err := strconv.Atoi(r.Header.Get("TTL"))
	switch {
	case r.Method != http.MethodPost:
		return fmt.Errorf("method %s", r.Method)
	case r.ProtoMajor != 2:
		return fmt.Errorf("it came over %s", r.Proto)
	case err != nil || ttl < 0:
		return fmt.Errorf("TTL %q", r.Header.Get("TTL"))
	case r.Header.Get("Content-Encoding") != "aes128gcm":
		return fmt.Errorf("Content-Encoding %q", r.Header.Get("Content-Encoding"))
	case len(r.Header.Get("Topic")) > 32:
		return fmt.Errorf("Topic %q", r.Header.Get("Topic"))
	case !slices.Contains([]string{"", "very-low", "low", "normal", "high"}, r.Header.Get("Urgency")):
		return fmt.Errorf("Urgency %q", r.Header.Get("Urgency"))
	case len(body) > 4096 || len(body) < 86+17:
		return fmt.Errorf("%d bytes", len(body))
	}
	return checkToken(r.Header.Get("Authorization"), key, audience)
}

// checkToken says what is wrong with a sender's signature (RFC 8292).
func checkToken(authorization, key, audience string) error {
	rest, ok := strings.CutPrefix(authorization, "vapid ")
	params := map[string]string{}
	for part := range strings.SplitSeq(rest, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		params[name] = value
	}
	parts := strings.Split(params["t"], ".")
	if !ok || len(parts) != 3 {
		return fmt.Errorf("Authorization %q", authorization)
	}
	if params["k"] != key {
		return fmt.Errorf("signed with the key %s, and the browser subscribed with %s", params["k"], key)
	}
	raw, err := base64url.DecodeString(key)
	if err != nil {
		return err
	}
	public, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), raw)
	if err != nil {
		return err
	}
	sig, err := base64url.DecodeString(parts[2])
	if err != nil || len(sig) != 64 {
		return fmt.Errorf("a signature of %d bytes, %v", len(sig), err)
	}
	sum := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
	if !ecdsa.Verify(public, sum[:], new(big.Int).SetBytes(sig[:32]), new(big.Int).SetBytes(sig[32:])) {
		return errors.New("the token's signature does not fit")
	}
	var claims struct {
		Aud, Sub string
		Exp      int64
	}
	raw, err = base64url.DecodeString(parts[1])
	if err == nil {
		err = json.NewDecoder(bytes.NewReader(raw)).Decode(&claims)
	}
	left := time.Until(time.Unix(claims.Exp, 0))
	if err != nil || claims.Aud != audience || claims.Sub != "mailto:desk@example.org" || left <= 0 || left > 24*time.Hour {
		return fmt.Errorf("the token claims %s, %v", raw, err)
	}
	return nil
}
