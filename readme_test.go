package dateline_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// mdLink is a link or picture of Markdown: [words](target).
var mdLink = regexp.MustCompile(`\[([^\]]*)\]\(([^)\s]+)\)`)

// pages are all the pages that people read before they run anything.
func pages(t *testing.T) []string {
	t.Helper()
	list, err := filepath.Glob("docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	return append(list, "README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md")
}

// A promise in the README links to the test that would fail; the file must have it.
func TestPromisesAreTested(t *testing.T) {
	b, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, after, ok := strings.Cut(string(b), "\n## Promises")
	if !ok {
		t.Fatal("README.md has no promises")
	}
	text, _, _ := strings.Cut(after, "\n## ")
	named := 0
	for i, promise := range regexp.MustCompile(`(?m)^\d\. `).Split(text, -1) {
		links := mdLink.FindAllStringSubmatch(promise, -1)
		if i > 0 && len(links) == 0 {
			t.Errorf("promise %d of README.md names no test", i)
		}
		for _, l := range links {
			named++
			source, err := os.ReadFile(l[2])
			if err != nil {
				t.Errorf("README.md promises %s: %v", l[1], err)
				continue
			}
			if !strings.HasSuffix(l[2], "_test.go") || !strings.Contains(string(source), "\nfunc "+l[1]+"(t *testing.T)") {
				t.Errorf("README.md promises %s, which is not in %s", l[1], l[2])
			}
		}
	}
	if named < 10 {
		t.Errorf("README.md names %d tests; did the form of its links change?", named)
	}
}

// Every link to a place in this repository leads somewhere, headings too.
func TestLinksLeadSomewhere(t *testing.T) {
	for _, page := range pages(t) {
		b, err := os.ReadFile(page)
		if err != nil {
			t.Error(err)
			continue
		}
		for _, l := range mdLink.FindAllStringSubmatch(withoutCode(string(b)), -1) {
			if strings.Contains(l[2], "://") || strings.HasPrefix(l[2], "/") || strings.HasPrefix(l[2], "media:") {
				continue // elsewhere, or an address of the site
			}
			file, heading, _ := strings.Cut(l[2], "#")
			target := page
			if file != "" {
				target = filepath.Join(filepath.Dir(page), filepath.FromSlash(file))
			}
			info, err := os.Stat(target)
			if err != nil {
				t.Errorf("%s links to %s: %v", page, l[2], err)
				continue
			}
			if heading == "" || info.IsDir() {
				continue
			}
			text, err := os.ReadFile(target)
			if err != nil {
				t.Error(err)
				continue
			}
			if !hasAnchor(string(text), heading) {
				t.Errorf("%s links to %s, and %s has no such heading", page, l[2], target)
			}
		}
	}
}

// withoutCode drops fenced blocks and code spans, where brackets are no links.
func withoutCode(s string) string {
	s = regexp.MustCompile("(?s)```.*?```").ReplaceAllString(s, "")
	return regexp.MustCompile("`[^`\n]*`").ReplaceAllString(s, "")
}

// hasAnchor tells whether a heading of the page gets this anchor, as forges make it.
func hasAnchor(text, anchor string) bool {
	for _, line := range strings.Split(text, "\n") {
		words, ok := strings.CutPrefix(strings.TrimLeft(line, "#"), " ")
		if !ok || !strings.HasPrefix(line, "#") {
			continue
		}
		made := regexp.MustCompile(`[^\p{L}\p{N} _-]`).ReplaceAllString(strings.ToLower(words), "")
		if strings.ReplaceAll(made, " ", "-") == anchor {
			return true
		}
	}
	return false
}

// Pictures in the pages are small: a clone should not carry posters.
func TestScreenshotsAreSmall(t *testing.T) {
	list, err := filepath.Glob("docs/screenshots/*")
	if err != nil || len(list) == 0 {
		t.Fatalf("docs/screenshots: %v, %v", list, err)
	}
	for _, p := range list {
		if info, err := os.Stat(p); err != nil || info.Size() > 300<<10 {
			t.Errorf("%s: %v, more than 300 kB or not there; renew them with: go run ./tools/screenshots", p, err)
		}
	}
}
