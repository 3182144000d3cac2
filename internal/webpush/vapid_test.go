package webpush

import (
	"crypto/ecdsa"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

func newTestKey(t testing.TB) *Key {
	t.Helper()
	k, err := NewKey()
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func TestKeyFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "key")
	if _, err := OpenKeyFile(path, true); !errors.Is(err, ErrNoKeyFile) || !strings.Contains(err.Error(), "copy") {
		t.Errorf("missing key file with sealed keys: %v", err)
	}
	if _, err := os.Stat(path); err == nil {
		t.Error("a key file was made although there were sealed keys")
	}
	f, err := OpenKeyFile(path, false)
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 || info.Size() != 32 {
		t.Errorf("key file: %v, %v", info, err)
	}
	if left, _ := filepath.Glob(filepath.Join(filepath.Dir(path), ".key-*")); left != nil {
		t.Errorf("left behind: %v", left)
	}
	k := newTestKey(t)
	sealed, err := f.Seal(k)
	if err != nil {
		t.Fatal(err)
	}
	f, err = OpenKeyFile(path, true) // the next start
	if err != nil {
		t.Fatal(err)
	}
	got, err := f.Open(sealed)
	if err != nil || got.ID() != k.ID() || !got.private.Equal(k.private) {
		t.Errorf("opened %v, %v, want %v", got, err, k)
	}
	for i := range sealed {
		bad := append([]byte(nil), sealed...)
		bad[i] ^= 1
		if _, err := f.Open(bad); err == nil {
			t.Errorf("opened a key with byte %d changed", i)
		}
	}
	if _, err := f.Open(sealed[:40]); err == nil {
		t.Error("opened part of a key")
	}
	other, err := OpenKeyFile(filepath.Join(t.TempDir(), "key"), false)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := other.Open(sealed); !errors.Is(err, ErrWrongKeyFile) || !strings.Contains(err.Error(), "put back") {
		t.Errorf("opened with another key file: %v", err)
	}
}

func TestKeyFileRefused(t *testing.T) {
	for _, c := range []struct {
		name, content, want string
		mode                os.FileMode
	}{
		{"readable by others", strings.Repeat("x", 32), "chmod 600", 0o640},
		{"short", "x", "1 bytes", 0o600},
		{"empty", "", "copy", 0o600},
		{"long", strings.Repeat("x", 33), "33 bytes", 0o600},
	} {
		path := filepath.Join(t.TempDir(), "key")
		if err := os.WriteFile(path, []byte(c.content), c.mode); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(path, c.mode); err != nil {
			t.Fatal(err)
		}
		if _, err := OpenKeyFile(path, false); !errors.Is(err, ErrKeyFile) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		}
	}
	if _, err := OpenKeyFile(t.TempDir(), false); !errors.Is(err, ErrKeyFile) {
		t.Errorf("a folder: %v", err)
	}
	if _, err := OpenKeyFile(filepath.Join(t.TempDir(), "missing", "key"), false); err == nil {
		t.Error("made a key file in a folder that is not there")
	}
}

func TestKeyFileMadeByManyAtOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "key")
	k := newTestKey(t)
	var wg sync.WaitGroup
	sealed := make([][]byte, 8)
	for i := range sealed {
		wg.Go(func() {
			f, err := OpenKeyFile(path, false)
			if err == nil {
				sealed[i], err = f.Seal(k)
			}
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	f, err := OpenKeyFile(path, true)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range sealed {
		if _, err := f.Open(s); err != nil {
			t.Error(err)
		}
	}
}

func TestKeyExport(t *testing.T) {
	k := newTestKey(t)
	private, err := k.PrivateKey()
	if err != nil {
		t.Fatal(err)
	}
	again, err := ParseKey(private)
	if err != nil || again.ID() != k.ID() || again.PublicKey() != k.PublicKey() {
		t.Errorf("ParseKey = %v, %v, want %v", again, err, k)
	}
	if got, want := fmt.Sprintf("%v %+v %s", k, k, k), strings.Repeat(" VAPID key "+k.ID(), 3)[1:]; got != want {
		t.Errorf("printing a key gives %q, want %q", got, want)
	}
	for _, bad := range []string{"", "AAAA", strings.Repeat("A", 43), strings.Repeat("_", 42) + "8"} {
		if _, err := ParseKey(bad); err == nil {
			t.Errorf("ParseKey(%q) gave a key", bad)
		}
	}
}

// verifyToken checks an Authorization header as a push service does.
func verifyToken(k *Key, header string) (aud, sub string, exp int64, err error) {
	t, ok := strings.CutPrefix(header, "vapid t=")
	t, public, ok2 := strings.Cut(t, ", k=")
	parts := strings.Split(t, ".")
	if !ok || !ok2 || public != k.PublicKey() || len(parts) != 3 {
		return "", "", 0, fmt.Errorf("header %q", header)
	}
	var sig [64]byte
	if err := decodeKey(sig[:], parts[2]); err != nil {
		return "", "", 0, err
	}
	sum := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
	r, s := new(big.Int).SetBytes(sig[:32]), new(big.Int).SetBytes(sig[32:])
	if !ecdsa.Verify(&k.private.PublicKey, sum[:], r, s) {
		return "", "", 0, errors.New("bad signature")
	}
	var head struct{ Typ, Alg string }
	var claims struct {
		Aud, Sub string
		Exp      int64
	}
	h, err1 := base64url.DecodeString(parts[0])
	c, err2 := base64url.DecodeString(parts[1])
	err = errors.Join(err1, err2, json.Unmarshal(h, &head), json.Unmarshal(c, &claims))
	if head.Alg != "ES256" || head.Typ != "JWT" {
		err = errors.Join(err, fmt.Errorf("header %s", h))
	}
	return claims.Aud, claims.Sub, claims.Exp, err
}

func TestSigner(t *testing.T) {
	now := time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)
	k := newTestKey(t)
	s, err := NewSigner(k, "mailto:desk@example.org", func() time.Time { return now })
	if err != nil {
		t.Fatal(err)
	}
	ask := func(origin string) string {
		t.Helper()
		h, err := s.Authorization(origin)
		if err != nil {
			t.Fatal(err)
		}
		aud, sub, exp, err := verifyToken(k, h)
		if err != nil || aud != origin || sub != "mailto:desk@example.org" {
			t.Errorf("token for %s: aud %q, sub %q, %v", origin, aud, sub, err)
		}
		if left := time.Unix(exp, 0).Sub(now); left <= 6*time.Hour-time.Second || left > 12*time.Hour {
			t.Errorf("token lasts %v", left)
		}
		return h
	}
	first := ask("https://a.example.org")
	if ask("https://b.example.org") == first {
		t.Error("two services share a token")
	}
	now = now.Add(5*time.Hour + 59*time.Minute)
	if ask("https://a.example.org") != first {
		t.Error("a token was signed again although it was good")
	}
	now = now.Add(2 * time.Minute)
	second := ask("https://a.example.org")
	if second == first {
		t.Error("a token was not renewed early")
	}
	now = now.Add(-9 * time.Hour) // the clock is set back: the token would be refused as too long
	if ask("https://a.example.org") == second {
		t.Error("a token from the future was kept")
	}
	for i := range 2*maxTokens + 3 {
		if _, err := s.Authorization(fmt.Sprintf("https://%d.example.org", i)); err != nil {
			t.Fatal(err)
		}
	}
	if len(s.tokens) > maxTokens {
		t.Errorf("%d tokens are kept", len(s.tokens))
	}
}

func TestContact(t *testing.T) {
	for contact, ok := range map[string]bool{
		"mailto:desk@example.org": true, "https://news.example.org": true, "https://news.example.org/contact": true,
		"": false, "desk@example.org": false, "mailto:desk": false, "mailto:desk@localhost": false,
		"mailto:a@b.invalid": false, "mailto:<a@b.org>": false, "mailto:A <a@b.org>": false, "http://example.org": false,
		"https://localhost": false, "https://127.0.0.1": false, "https://u@example.org": false, "https://example.org:8443": false,
	} {
		if err := CheckContact(contact); (err == nil) != ok {
			t.Errorf("CheckContact(%q) = %v", contact, err)
		}
	}
}

func TestSigners(t *testing.T) {
	old, current := newTestKey(t), newTestKey(t)
	s, err := NewSigners("https://example.org", time.Now, old, current)
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range []*Key{old, current} {
		one, err := s.ByID(k.ID())
		if err != nil || one.Key() != k {
			t.Errorf("ByID(%s) = %v, %v", k.ID(), one, err)
		}
		if err := s.Add(k); err != nil {
			t.Error(err)
		}
		if again, _ := s.ByID(k.ID()); again != one {
			t.Error("adding a key again threw its tokens away")
		}
	}
	if _, err := s.ByID("0123456789abcdef"); !errors.Is(err, ErrNoKey) {
		t.Errorf("a key we lack: %v, want ErrNoKey", err)
	}
	if _, err := NewSigners("mailto:x@localhost", time.Now); !errors.Is(err, ErrContact) {
		t.Errorf("contact at localhost: %v", err)
	}
}
