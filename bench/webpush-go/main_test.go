package main

import (
	"bytes"
	"context"
	"crypto/ecdh"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// A service takes messages over HTTP/2; those to /gone it refuses.
type service struct {
	*httptest.Server
	ca string // file

	mu   sync.Mutex
	seen map[string]int // by path
	keys map[string]bool
	bad  []string
}

func newService(t *testing.T) *service {
	s := &service{seen: map[string]int{}, keys: map[string]bool{}}
	s.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		s.mu.Lock()
		defer s.mu.Unlock()
		s.seen[r.URL.Path]++
		_, key, _ := strings.Cut(r.Header.Get("Authorization"), ", k=")
		s.keys[key] = true
		if r.ProtoMajor != 2 || len(body) != 4096 || r.Header.Get("Content-Encoding") != "aes128gcm" || r.Header.Get("Urgency") != "high" {
			s.bad = append(s.bad, fmt.Sprintf("%s, %d bytes, %v", r.Proto, len(body), r.Header))
		}
		if r.URL.Path == "/gone" {
			w.WriteHeader(http.StatusGone)
			return
		}
		w.WriteHeader(http.StatusCreated)
	}))
	s.EnableHTTP2 = true
	s.StartTLS()
	t.Cleanup(s.Close)
	s.ca = filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(s.ca, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	return s
}

func newKey(t *testing.T) *ecdh.PrivateKey {
	k, err := ecdh.P256().GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func (s *service) subscription(t *testing.T, path string) string {
	b64 := base64.RawURLEncoding.EncodeToString
	return fmt.Sprintf(`{"endpoint":"%s%s","expirationTime":null,"keys":{"p256dh":"%s","auth":"%s"}}`+"\n",
		s.URL, path, b64(newKey(t).PublicKey().Bytes()), b64(bytes.Repeat([]byte{7}, 16)))
}

func TestSendsWhatItIsTold(t *testing.T) {
	s := newService(t)
	private := newKey(t)
	var out, notes bytes.Buffer
	in := s.subscription(t, "/a") + s.subscription(t, "/gone") + s.subscription(t, "/b")
	err := run(context.Background(), []string{
		"-messages", "30", "-ca", s.ca, "-payload", `{"web_push":8030}`, "-workers", "4",
		"-key", base64.RawURLEncoding.EncodeToString(private.Bytes()),
	}, strings.NewReader(in), &out, &notes)
	if err != nil {
		t.Fatal(err, notes.String())
	}
	var got result
	if err := json.Unmarshal(out.Bytes(), &got); err != nil || strings.Count(out.String(), "\n") != 1 {
		t.Fatalf("printed %q, %v", out.String(), err)
	}
	if got.Messages != 30 || got.Accepted != 20 || got.CPU <= 0 || got.Wall <= 0 {
		t.Errorf("%+v", got)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.seen["/a"] != 10 || s.seen["/b"] != 10 || s.seen["/gone"] != 10 || len(s.bad) > 0 {
		t.Errorf("the service saw %v, and what it should not: %q", s.seen, s.bad)
	}
	if k := base64.RawURLEncoding.EncodeToString(private.PublicKey().Bytes()); len(s.keys) != 1 || !s.keys[k] {
		t.Errorf("signed with %v, want %s", s.keys, k)
	}
	if !strings.Contains(notes.String(), "410 Gone") {
		t.Errorf("noted %q", notes.String())
	}
}

func TestSaysWhyItCannotSend(t *testing.T) {
	s := newService(t)
	one := s.subscription(t, "/a")
	for name, c := range map[string]struct {
		args []string
		in   string
		want string
	}{
		"nobody":     {[]string{"-payload", "x"}, "", "none on standard input"},
		"no JSON":    {[]string{"-payload", "x"}, one + "{", "subscription 2"},
		"no payload": {nil, one, "-payload"},
		"no CA":      {[]string{"-payload", "x", "-ca", "nowhere"}, one, "-ca"},
		"no key":     {[]string{"-payload", "x", "-key", "AAAA"}, one, "-key"},
	} {
		var out bytes.Buffer
		err := run(context.Background(), c.args, strings.NewReader(c.in), &out, io.Discard)
		if err == nil || !strings.Contains(err.Error(), c.want) || out.Len() > 0 {
			t.Errorf("%s: %v, printed %q; want %q", name, err, out.String(), c.want)
		}
	}
}
