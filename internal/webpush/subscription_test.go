package webpush

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"testing"
)

const (
	rfcUAPublic = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
	rfcAuth     = "BTBZMqHH6r4Tts7J_aSIgg"
)

func TestParseKeys(t *testing.T) {
	point, err := base64.RawURLEncoding.DecodeString(rfcUAPublic)
	if err != nil {
		t.Fatal(err)
	}
	b64 := base64.RawURLEncoding.EncodeToString
	off := append([]byte(nil), point...)
	off[64] ^= 1
	compressed := append([]byte{2}, point[1:33]...)
	hybrid := append([]byte{6}, point[1:]...)
	for _, c := range []struct {
		name, p256dh, auth string
		ok                 bool
	}{
		{"RFC 8291", rfcUAPublic, rfcAuth, true},
		{"padded", rfcUAPublic + "=", rfcAuth + "==", true},
		{"too much padding", rfcUAPublic + "==", rfcAuth, false},
		{"too little padding", rfcUAPublic, rfcAuth + "=", false},
		{"standard alphabet", strings.ReplaceAll(rfcUAPublic, "_", "/"), rfcAuth, false},
		{"line end", rfcUAPublic + "\n", rfcAuth, false},
		{"line end inside", rfcUAPublic[:40] + "\n" + rfcUAPublic[41:], rfcAuth, false},
		{"bits left over", rfcUAPublic, rfcAuth[:21] + "h", false},
		{"off the curve", b64(off), rfcAuth, false},
		{"at infinity", b64(make([]byte, 65)), rfcAuth, false},
		{"compressed", b64(compressed), rfcAuth, false},
		{"hybrid", b64(hybrid), rfcAuth, false},
		{"short auth", rfcUAPublic, b64(make([]byte, 15)), false},
		{"long auth", rfcUAPublic, b64(make([]byte, 17)), false},
		{"empty", "", "", false},
	} {
		k, err := ParseKeys(c.p256dh, c.auth)
		if c.ok != (err == nil) || err != nil && !errors.Is(err, ErrKeys) {
			t.Errorf("%s: ParseKeys = %v, want ok = %t", c.name, err, c.ok)
		}
		if c.ok && (k.P256dh() != rfcUAPublic || k.Auth() != rfcAuth) {
			t.Errorf("%s: keys are %s and %s", c.name, k.P256dh(), k.Auth())
		}
	}
}

func subscriptionJSON(endpoint, p256dh, auth string) string {
	return fmt.Sprintf(`{"endpoint":%q,"expirationTime":null,"keys":{"p256dh":%q,"auth":%q}}`, endpoint, p256dh, auth)
}

func TestParseSubscription(t *testing.T) {
	s := services(t)
	good := subscriptionJSON("https://fcm.googleapis.com/fcm/send/a", rfcUAPublic, rfcAuth)
	sub, err := s.ParseSubscription([]byte(good))
	if err != nil || sub.Endpoint.String() != "https://fcm.googleapis.com/fcm/send/a" || sub.Keys.Auth() != rfcAuth {
		t.Errorf("ParseSubscription = %v, %v", sub.Endpoint, err)
	}
	for name, bad := range map[string]string{
		"inside":     subscriptionJSON("https://10.0.0.1/", rfcUAPublic, rfcAuth),
		"no keys":    `{"endpoint":"https://fcm.googleapis.com/a"}`,
		"null":       `null`,
		"not JSON":   good[1:],
		"two values": good + good,
		"wrong type": `{"endpoint":7}`,
		"huge":       strings.Repeat(" ", 20_000) + good,
		"long":       subscriptionJSON("https://fcm.googleapis.com/"+strings.Repeat("a", 5000), rfcUAPublic, rfcAuth),
	} {
		if _, err := s.ParseSubscription([]byte(bad)); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func FuzzSubscription(f *testing.F) {
	f.Add([]byte(subscriptionJSON("https://fcm.googleapis.com/fcm/send/a", rfcUAPublic, rfcAuth)))
	f.Add([]byte(`{"endpoint":"https://web.push.apple.com/","keys":{"p256dh":"=","auth":"\u0000"}}`))
	s := services(f)
	f.Fuzz(func(t *testing.T, in []byte) {
		sub, err := s.ParseSubscription(in)
		if err == nil && (sub.Endpoint.IsZero() || sub.Keys.Check() != nil) {
			t.Errorf("ParseSubscription(%q) = %v", in, sub)
		}
	})
}
