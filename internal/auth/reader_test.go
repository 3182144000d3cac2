package auth

import (
	"strings"
	"testing"
)

func TestReaderAddress(t *testing.T) {
	for in, want := range map[string]string{" Ann@Example.ORG ": "ann@example.org", "a.b+c@x.example": "a.b+c@x.example"} {
		if got, ok := ReaderAddress(in); !ok || got != want {
			t.Errorf("%q: %q, %v", in, got, ok)
		}
	}
	for _, bad := range []string{"", "ann", "ann@", "@x.example", "a@b", "a@b.example\r\nBcc: c@d.example", "Ann <a@b.example>", "a@b.example,c@d.example", "a b@c.example", "a@.example", "a@example.", strings.Repeat("a", 250) + "@b.example"} {
		if got, ok := ReaderAddress(bad); ok {
			t.Errorf("%q is taken as %q", bad, got)
		}
	}
}

func TestSafeReturn(t *testing.T) {
	for _, ok := range []string{"/", "/2026/03/01/a#comments", "/comments/x?y=z"} {
		if got := SafeReturn(ok); got != ok {
			t.Errorf("%q became %q", ok, got)
		}
	}
	for _, bad := range []string{"", "//evil.example", `/\evil.example`, "https://evil.example/", "javascript:alert(1)", "/\t/evil.example", "/a\r\nSet-Cookie: x", "evil.example", "/%2f/..//x\\y"} {
		if got := SafeReturn(bad); got != "/account" {
			t.Errorf("%q leads to %q", bad, got)
		}
	}
}

func FuzzSafeReturn(f *testing.F) {
	f.Add("//evil.example")
	f.Fuzz(func(t *testing.T, s string) {
		got := SafeReturn(s)
		if !strings.HasPrefix(got, "/") || strings.HasPrefix(got, "//") || strings.ContainsAny(got, "\\\r\n\t") {
			t.Errorf("%q leads to %q", s, got)
		}
	})
}
