package webpush

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdh"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"testing"
)

// A browser decrypts as one does, with other code than ours.
type browser struct {
	private *ecdh.PrivateKey
	keys    Keys
}

func newBrowser(t testing.TB) *browser {
	t.Helper()
	private, err := ecdh.P256().GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	b := &browser{private: private}
	copy(b.keys[:], private.PublicKey().Bytes())
	rand.Read(b.keys[pointSize:])
	return b
}

func (b *browser) open(body []byte) ([]byte, error) {
	if len(body) < headerSize+tagSize || body[20] != pointSize {
		return nil, fmt.Errorf("body of %d bytes", len(body))
	}
	salt, sender := body[:16], body[21:86]
	pub, err := ecdh.P256().NewPublicKey(sender)
	if err != nil {
		return nil, err
	}
	secret, err := b.private.ECDH(pub)
	if err != nil {
		return nil, err
	}
	info := "WebPush: info\x00" + string(b.keys[:pointSize]) + string(sender)
	ikm, _ := hkdf.Key(sha256.New, secret, b.keys[pointSize:], info, 32)
	key, _ := hkdf.Key(sha256.New, ikm, salt, "Content-Encoding: aes128gcm\x00", 16)
	nonce, _ := hkdf.Key(sha256.New, ikm, salt, "Content-Encoding: nonce\x00", 12)
	block, _ := aes.NewCipher(key)
	gcm, _ := cipher.NewGCM(block)
	plain, err := gcm.Open(nil, nonce, body[headerSize:], nil)
	if err != nil {
		return nil, err
	}
	plain = bytes.TrimRight(plain, "\x00")
	if len(plain) == 0 || plain[len(plain)-1] != 2 {
		return nil, errors.New("no delimiter")
	}
	return plain[:len(plain)-1], nil
}

func unb64(t testing.TB, s string) []byte {
	t.Helper()
	b, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// RFC 8291, appendix A, which pads nothing.
func TestVector(t *testing.T) {
	keys, err := ParseKeys(rfcUAPublic, rfcAuth)
	if err != nil {
		t.Fatal(err)
	}
	private, err := ecdh.P256().NewPrivateKey(unb64(t, "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"))
	if err != nil {
		t.Fatal(err)
	}
	p, err := prepare(&keys, private)
	if err != nil {
		t.Fatal(err)
	}
	if want := unb64(t, "S4lYMb_L0FxCeq0WhDx813KgSYqU26kOyzWUdsXYyrg"); !bytes.Equal(p[:32], want) {
		t.Errorf("IKM = %x, want %x", p[:32], want)
	}
	salt := [16]byte(unb64(t, "DGv6ra1nlYgDCS1FRnbzlw"))
	text := []byte("When I grow up, I want to be a watermelon")
	body, err := seal(nil, &p, &salt, text, len(text))
	if err != nil {
		t.Fatal(err)
	}
	want := unb64(t, "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN")
	if !bytes.Equal(body, want) {
		t.Errorf("body = %x\nwant   %x", body, want)
	}
}

func TestSeal(t *testing.T) {
	b := newBrowser(t)
	for _, c := range []struct{ n, size int }{
		{0, 256}, {1, 256}, {256, 256}, {257, 512}, {512, 512}, {513, 1024}, {1025, 2048}, {2048, 2048},
	} {
		text := []byte(strings.Repeat("x", c.n))
		p, err := Prepare(&b.keys)
		if err != nil {
			t.Fatal(err)
		}
		prefix := []byte("before")
		got, err := Seal(prefix, &p, text)
		if err != nil {
			t.Fatal(err)
		}
		body := got[len(prefix):]
		if !bytes.HasPrefix(got, prefix) || len(body) != c.size+overhead {
			t.Errorf("%d bytes became %d, want %d", c.n, len(body), c.size+overhead)
		}
		if plain, err := b.open(body); err != nil || !bytes.Equal(plain, text) {
			t.Errorf("%d bytes: opened as %.20q, %v", c.n, plain, err)
		}
	}
}

func TestPreparedIsForOneMessage(t *testing.T) {
	b := newBrowser(t)
	p, err := Prepare(&b.keys)
	if err != nil {
		t.Fatal(err)
	}
	first := p
	if _, err := Seal(nil, &p, make([]byte, MaxPayload+7)); err == nil || !strings.Contains(err.Error(), "7 too long") || !p.Ready() {
		t.Errorf("Seal of a long text = %v, ready %t", err, p.Ready())
	}
	one, err := Seal(nil, &p, []byte("a"))
	if err != nil {
		t.Fatal(err)
	}
	if p != (Prepared{}) {
		t.Error("Seal left the keying material in place")
	}
	if _, err := Seal(nil, &p, []byte("b")); !errors.Is(err, ErrSpent) {
		t.Errorf("second Seal = %v, want ErrSpent", err)
	}
	// Even a copy, as from a snapshot of the machine, repeats no salt.
	two, err := Seal(nil, &first, []byte("a"))
	if err != nil || bytes.Equal(one[:16], two[:16]) {
		t.Errorf("a copy sealed with the same salt (%v)", err)
	}
	other, err := Prepare(&b.keys)
	if err != nil || bytes.Equal(other[32:], one[21:86]) {
		t.Errorf("two messages have one key pair (%v)", err)
	}
	bad := b.keys
	bad[3] ^= 1
	if _, err := Prepare(&bad); !errors.Is(err, ErrKeys) {
		t.Errorf("Prepare off the curve = %v, want ErrKeys", err)
	}
}

func FuzzHMAC(f *testing.F) {
	f.Add([]byte("key"), []byte("message"))
	f.Add(make([]byte, 64), make([]byte, maxHMAC))
	f.Fuzz(func(t *testing.T, key, message []byte) {
		if len(key) > 64 || len(message) > maxHMAC {
			return
		}
		h := hmac.New(sha256.New, key)
		h.Write(message)
		if got := hmacSHA256(key, message); !bytes.Equal(got[:], h.Sum(nil)) {
			t.Errorf("hmacSHA256(%x, %x) = %x, want %x", key, message, got, h.Sum(nil))
		}
	})
}

// AES and GCM take two allocations of their own; the race detector makes it
// three.
func TestSealAllocations(t *testing.T) {
	b := newBrowser(t)
	list := make([]Prepared, 101)
	for i := range list {
		list[i], _ = Prepare(&b.keys)
	}
	text := bytes.Repeat([]byte("x"), 300)
	buf := make([]byte, 0, 4096)
	i := 0
	if n := testing.AllocsPerRun(100, func() {
		if _, err := Seal(buf, &list[i], text); err != nil {
			t.Fatal(err)
		}
		i++
	}); n > 3 {
		t.Errorf("Seal allocates %v times, want 2", n)
	}
}

func BenchmarkPrepare(b *testing.B) {
	keys := newBrowser(b).keys
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Prepare(&keys); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkSeal(b *testing.B) {
	p, err := Prepare(&newBrowser(b).keys)
	if err != nil {
		b.Fatal(err)
	}
	text := bytes.Repeat([]byte("x"), 293)
	buf := make([]byte, 0, 4096)
	b.ReportAllocs()
	for b.Loop() {
		q := p
		if _, err := Seal(buf, &q, text); err != nil {
			b.Fatal(err)
		}
	}
}
