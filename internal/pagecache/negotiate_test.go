package pagecache

import (
	"strings"
	"testing"
)

// FuzzAccepted: whatever a client sends, a weight is between nothing and all, and
// a coding is only used if something like its name, or a star, was sent.
func FuzzAccepted(f *testing.F) {
	for _, s := range []string{"", "gzip, deflate, br, zstd", "*;q=0.5, gzip;q=0", "br;q=1.0000", ";;;,,q=", "gzip;q=0.\x00", "identity;q=0,*;q=0"} {
		f.Add(s, "")
	}
	f.Fuzz(func(t *testing.T, a, b string) {
		weight := accepted([]string{a, b})
		for c, w := range weight {
			if w < 0 || w > 1000 {
				t.Errorf("weight %d for coding %d", w, c)
			}
		}
		all := strings.ToLower(a + "," + b)
		if weight[gzipped] > 0 && !strings.Contains(all, "gzip") && !strings.Contains(all, "*") {
			t.Errorf("gzip taken from %q, %q", a, b)
		}
		if weight[brotlied] > 0 && !strings.Contains(all, "br") && !strings.Contains(all, "*") {
			t.Errorf("Brotli taken from %q, %q", a, b)
		}
	})
}

// FuzzMatches: a match needs the tag itself or a star in the header, and the tag
// alone, or put last in a list that is well formed, always matches.
func FuzzMatches(f *testing.F) {
	for _, s := range []string{"", "*", `"a"`, `W/"a", "b"`, `"`, "W/", `"a" "b"`, ",,,", `"*"`} {
		f.Add(s)
	}
	const etag = `"tag"`
	f.Fuzz(func(t *testing.T, s string) {
		if matches([]string{s}, etag) && !strings.Contains(s, etag) && !strings.Contains(s, "*") {
			t.Errorf("%q matches %s", s, etag)
		}
		if !matches([]string{s, "W/" + etag}, etag) {
			t.Errorf("%q keeps a second line from matching", s)
		}
		if !strings.Contains(s, `"`) && !matches([]string{`"` + s + `", ` + etag}, etag) {
			t.Errorf("tag %q keeps the one after it from matching", s)
		}
	})
}
