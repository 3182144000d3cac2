package site

import (
	"slices"
	"testing"
)

// A named parameter makes a new page of every value, so only pages that read one name it.
func TestParamsAreNamedOnlyWhereTheyAreRead(t *testing.T) {
	for _, c := range []struct {
		path string
		want []string
	}{
		{"/sections/world", listParams}, {"/topics/sea", listParams}, {"/authors/ada-moss", listParams},
		{"/search", searchParams}, {"/", oldParams},
		{"/2026/11/25/a-story", nil}, {"/2026/11/25/a-story/history", nil}, {"/2026/11/25/a-story.ninjs", nil},
		{"/alerts", alertParams}, {"/about", nil}, {"/alerts/feed.rss", nil}, {"/alerts/mail", nil}, {"/feed.rss", nil}, {"/sections/world/feed.rss", nil}, {"/topics/sea/feed.json", nil},
		{"/sitemap.xml", nil}, {"/sections", nil}, {"/nowhere/at/all", nil},
	} {
		if got := Params(c.path); !slices.Equal(got, c.want) {
			t.Errorf("Params(%q) = %q, want %q", c.path, got, c.want)
		}
	}
}
