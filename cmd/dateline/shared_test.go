package main_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"dateline/internal/store/pgtest"
)

// TestNodesShareAFolder: two nodes with one data folder, as for its pictures, each
// find what either published; and again after one was killed.
func TestNodesShareAFolder(t *testing.T) {
	database := pgtest.Database(t)
	a := serve(t, database)
	b := prepare(t, a.data, database)
	b.start()
	b.token = a.token
	round := 0
	try := func() {
		t.Helper()
		for range 5 {
			for _, at := range []*server{a, b} {
				round++
				word := fmt.Sprintf("quay%dquay", round)
				at.published(fields{"headline": "At " + word, "body": "Words."})
				for _, n := range []*server{a, b} {
					if r := n.send("GET", "/api/v1/search?q="+url.QueryEscape(word), nil, anonymous); !strings.Contains(r.text(), `"total":1`) {
						t.Errorf("round %d: published at %s, searched at %s: %s", round, at.origin, n.origin, r.text())
					}
				}
			}
		}
	}
	try()
	if out, said, code := a.command("doctor"); code != 0 || !strings.Contains(out, "in use by the server") {
		t.Errorf("doctor beside them: exit %d, %s%s", code, out, said)
	}
	a.kill()
	a.start()
	try()
	a.stop()
	b.stop()
	if out, said, code := a.command("doctor"); code != 0 || !strings.Contains(out, fmt.Sprintf("%d stories, 0 changes behind", round)) {
		t.Errorf("doctor without them: exit %d, %s%s", code, out, said)
	}
}
