package audit_test

import (
	"net/http"
	"regexp"
	"testing"
)

var mediaPath = regexp.MustCompile(`/media/[0-9a-f]{32}/\d+\.\w+`)

// Every picture that a reader's page names, in every width, is there to be seen.
func TestPictures(t *testing.T) {
	s, c := theReaders(t)
	asked := map[string]bool{}
	for _, p := range c.all {
		for _, path := range mediaPath.FindAllString(string(p.body), -1) {
			if asked[path] {
				continue
			}
			asked[path] = true
			r, err := get(t.Context(), s.origin+path, nil)
			if err != nil {
				t.Fatal(err)
			}
			if r.status != http.StatusOK || len(r.body) == 0 {
				t.Errorf("%s shows %s, which answers %d with %d bytes", p.path, path, r.status, len(r.body))
			}
		}
	}
	if len(asked) == 0 {
		t.Error("no page has a picture")
	}
	t.Logf("%d files of pictures", len(asked))
}
