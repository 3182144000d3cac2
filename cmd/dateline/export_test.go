package main_test

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// An export holds what readers see and what they said, each thing after what it refers to, and
// nothing of who readers are.
func TestExport(t *testing.T) {
	engines(t, func(t *testing.T, database string) {
		s := serve(t, database)
		st := s.published(fields{"headline": "The bridge <opens>", "body": "At *last*.", "section": "world", "topics": []string{"Bridges"}, "byline": []string{"Ren"}})
		ann, bob := header("Authorization", "Bearer "+s.newReader("ann@example.org", "Ann")), header("Authorization", "Bearer "+s.newReader("bob@example.org", "Bob"))
		first := decode[comment](t, s.send("POST", "/api/v1/stories/"+st.ID+"/comments", map[string]string{"text": "I was there."}, ann), 202)
		answer := decode[comment](t, s.send("POST", "/api/v1/stories/"+st.ID+"/comments", map[string]string{"text": "Me too.", "parent": first.ID}, bob), 202)
		held := decode[comment](t, s.send("POST", "/api/v1/stories/"+st.ID+"/comments", map[string]string{"text": "Visit my c4sino now"}, bob), 202)

		path := filepath.Join(t.TempDir(), "all.jsonl")
		if said := s.must("export", "jsonl", path); !strings.Contains(said, "1 stories, 3 comments") {
			t.Errorf("it said %q", said)
		}
		f, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		var kinds []string
		lines := map[string]map[string]any{}
		for in := bufio.NewScanner(f); in.Scan(); {
			var x map[string]any
			if err := json.Unmarshal(in.Bytes(), &x); err != nil {
				t.Fatalf("%v: %s", err, in.Bytes())
			}
			if strings.Contains(in.Text(), "@example.org") {
				t.Errorf("a reader's address is in it: %s", in.Text())
			}
			kind := x["type"].(string)
			if len(kinds) == 0 || kinds[len(kinds)-1] != kind {
				kinds = append(kinds, kind)
			}
			if id, ok := x["id"].(string); ok {
				lines[id] = x
			}
		}
		if got := strings.Join(kinds, " "); got != "section topic author story comment" {
			t.Errorf("in this order: %s", got)
		}
		story := lines[st.ID]
		if c, ok := story["content"].(map[string]any); !ok || c["headline"] != "The bridge <opens>" || strings.TrimSpace(c["body"].(string)) != "At _last_." || story["path"] != s.path(st.URL) || story["status"] != "published" {
			t.Errorf("the story: %v", story)
		}
		if c := lines[answer.ID]; c["parent"] != first.ID || c["thread"] != first.ID || c["name"] != "Bob" || c["text"] != "Me too." || c["status"] != "published" || c["created_at"] == nil {
			t.Errorf("the answer: %v", c)
		}
		if lines[held.ID]["status"] != "held" {
			t.Errorf("the held one: %v", lines[held.ID])
		}
		if _, _, code := s.command("export", "jsonl", path); code == 0 {
			t.Error("it wrote over a file")
		}
	})
}
