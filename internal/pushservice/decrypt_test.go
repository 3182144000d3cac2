package pushservice

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdh"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"strings"
	"testing"
)

func unb64(t testing.TB, s string) []byte {
	t.Helper()
	b, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// The example of RFC 8291, appendix A.
func TestDecryptsTheExample(t *testing.T) {
	private, err := ecdh.P256().NewPrivateKey(unb64(t, "q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94"))
	if err != nil {
		t.Fatal(err)
	}
	auth := unb64(t, "BTBZMqHH6r4Tts7J_aSIgg")
	body := unb64(t, "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN")
	plain, padding, err := decrypt(private, auth, body)
	if err != nil || string(plain) != "When I grow up, I want to be a watermelon" || padding != 0 {
		t.Errorf("decrypted to %q with %d of padding, %v", plain, padding, err)
	}
	for i := range body {
		bad := append([]byte(nil), body...)
		bad[i] ^= 0x40
		if _, _, err := decrypt(private, auth, bad); err == nil && (i < 16 || i > 19) { // a greater record size is right, too
			t.Errorf("byte %d changed: still decrypted", i)
		}
	}
}

// encrypted makes a body whose record is text as it stands, delimiter and all.
func encrypted(t *testing.T, browser *ecdh.PublicKey, auth, text []byte, rs uint32) []byte {
	t.Helper()
	private, err := ecdh.P256().GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := private.ECDH(browser)
	if err != nil {
		t.Fatal(err)
	}
	salt := make([]byte, 16)
	rand.Read(salt)
	sender := private.PublicKey().Bytes()
	ikm, _ := hkdf.Key(sha256.New, secret, auth, "WebPush: info\x00"+string(browser.Bytes())+string(sender), 32)
	key, _ := hkdf.Key(sha256.New, ikm, salt, "Content-Encoding: aes128gcm\x00", 16)
	nonce, _ := hkdf.Key(sha256.New, ikm, salt, "Content-Encoding: nonce\x00", 12)
	block, _ := aes.NewCipher(key)
	gcm, _ := cipher.NewGCM(block)
	body := binary.BigEndian.AppendUint32(salt, rs)
	body = append(append(body, 65), sender...)
	return gcm.Seal(body, nonce, text, nil)
}

func TestDecryptWantsOneRecordRightlyEnded(t *testing.T) {
	i := NewIssuer("seed", []string{"https://127.0.0.1:1"})
	private, auth, err := i.keys(7)
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name    string
		text    string
		rs      uint32
		want    string
		padding int
		ok      bool
	}{
		{"without padding", "text\x02", 4096, "text", 0, true},
		{"padded", "text\x02\x00\x00\x00", 4096, "text", 3, true},
		{"empty", "\x02", 18, "", 0, true},
		{"zeros in the text", "a\x00\x02\x00", 4096, "a\x00", 1, true},
		{"delimiter of a record that is not the last", "text\x01\x00", 4096, "", 0, false},
		{"no delimiter", "text", 4096, "", 0, false},
		{"padding that is not zero", "text\x02\x00\x07", 4096, "", 0, false},
		{"zeros alone", "\x00\x00", 4096, "", 0, false},
		{"longer than its record", strings.Repeat("x", 30) + "\x02", 40, "", 0, false},
		{"impossible record size", "\x02", 17, "", 0, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			body := encrypted(t, private.PublicKey(), auth[:], []byte(tt.text), tt.rs)
			plain, padding, err := decrypt(private, auth[:], body)
			if tt.ok != (err == nil) || string(plain) != tt.want || padding != tt.padding {
				t.Errorf("%q, %d, %v", plain, padding, err)
			}
			if err != nil && !errors.Is(err, errBody) {
				t.Errorf("%v is no errBody", err)
			}
		})
	}
}

func FuzzDecrypt(f *testing.F) {
	i := NewIssuer("seed", []string{"https://127.0.0.1:1"})
	private, auth, err := i.keys(1)
	if err != nil {
		f.Fatal(err)
	}
	f.Add([]byte(strings.Repeat("x", 120)))
	f.Add(unb64(f, "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"))
	f.Fuzz(func(t *testing.T, body []byte) {
		if plain, _, err := decrypt(private, auth[:], body); err == nil {
			t.Errorf("opened %x to %q", body, plain)
		}
	})
}
