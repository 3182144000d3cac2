package fanout

import (
	"strings"
	"testing"
)

func FuzzToken(f *testing.F) {
	for _, s := range []string{
		"", "a", "ab", "abc", "abcd", "abcde", "fX0:APA91bH_-z", ":", "a:", ":abc", "abc:", "a:b:c", "?token=BQ%3d", "ü", strings.Repeat("x", 300), strings.Repeat("x", 299) + ":",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, token string) {
		packed := appendToken(nil, token)
		if got := string(unpackToken([]byte("x"), packed)); got != "x"+token {
			t.Fatalf("%q became %q", token, got[1:])
		}
		if len(packed) > len(token)+3 {
			t.Fatalf("%d bytes became %d", len(token), len(packed))
		}
	})
}
