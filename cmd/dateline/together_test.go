package main_test

import (
	"encoding/json"
	"fmt"
	"sync"
	"testing"
)

// together calls f n times at once.
func together(n int, f func(i int)) {
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() { f(i) })
	}
	all.Wait()
}

// Two people who do the same at the same moment do it once.
func TestAtTheSameMoment(t *testing.T) {
	engines(t, func(t *testing.T, database string) {
		s := serve(t, database)
		t.Run("a new topic and a new author", func(t *testing.T) {
			for n := range 5 {
				topic, author := fmt.Sprintf("Sudden matter %d", n), fmt.Sprintf("New Writer %d", n)
				together(6, func(i int) {
					r, err := s.try("POST", "/api/v1/stories", fields{"headline": fmt.Sprintf("Story %d", i), "section": "world", "topics": []string{topic}, "byline": []string{author}, "body": "x"})
					if err != nil || r.status != 201 {
						t.Errorf("creating a story beside five others with the same new topic = %d, %v\n%.300s", r.status, err, r.body)
					}
				})
				if got := s.list(fmt.Sprintf("topic=sudden-matter-%d", n)); len(got) != 6 {
					t.Errorf("%d stories are under %q, want 6", len(got), topic)
				}
			}
		})
		t.Run("publish", func(t *testing.T) {
			st := s.api("POST", "/stories", fields{"headline": "Two clicks", "section": "world", "body": "x"}, 201)
			together(8, func(int) {
				if r, err := s.try("POST", "/api/v1/stories/"+st.ID+"/publish", fields{}); err != nil || r.status != 200 {
					t.Errorf("publish beside seven others = %d, %v\n%.300s", r.status, err, r.body)
				}
			})
			if got := s.api("GET", "/stories/"+st.ID, nil, 200); got.Version != 1 {
				t.Errorf("eight clicks made %d versions, want 1", got.Version)
			}
		})
		t.Run("kill beside everything else", func(t *testing.T) {
			for range 10 {
				st := s.published(fields{"headline": "Must go", "section": "world", "body": "x"})
				steps := []string{"/publish", "/corrections", "/take-down", "/kill", "", "/corrections", "/publish"}
				together(len(steps), func(i int) {
					path, in, method, with := "/api/v1/stories/"+st.ID+steps[i], fields{}, "POST", header("X-Nothing", "")
					switch steps[i] {
					case "/corrections":
						in = fields{"kind": "update", "text": "x"}
					case "":
						in, method, with = fields{"headline": "Other words"}, "PATCH", header("If-Match", `"1"`)
					}
					r, err := s.try(method, path, in, with)
					if err != nil || r.status >= 500 || steps[i] == "/kill" && r.status != 200 {
						t.Errorf("%s %s beside the others = %d, %v\n%.300s", method, path, r.status, err, r.body)
					}
				})
				if got := s.api("GET", "/stories/"+st.ID, nil, 200); got.Status != "killed" {
					t.Errorf("Kill answered and the story is %s", got.Status)
				}
				s.shows(s.path(st.URL), 404)
			}
		})
		t.Run("the same key", func(t *testing.T) {
			ids := make([]string, 8)
			together(8, func(i int) {
				for {
					r, err := s.try("POST", "/api/v1/stories", fields{"headline": "Once", "section": "world", "body": "x"}, header("Idempotency-Key", "one"))
					if err == nil && (r.status == 409 || r.status == 503) {
						continue // the first is still at it
					}
					var got story
					if err != nil || r.status != 201 || json.Unmarshal(r.body, &got) != nil {
						t.Errorf("creating with a key = %d, %v\n%.300s", r.status, err, r.body)
					}
					ids[i] = got.ID
					return
				}
			})
			for _, id := range ids {
				if id != ids[0] {
					t.Errorf("one key made the stories %v", ids)
					break
				}
			}
		})
		t.Run("save", func(t *testing.T) {
			st := s.api("POST", "/stories", fields{"headline": "Whose words", "section": "world", "body": "x"}, 201)
			var mu sync.Mutex
			status := map[int]int{}
			together(8, func(i int) {
				r, err := s.try("PATCH", "/api/v1/stories/"+st.ID, fields{"headline": fmt.Sprintf("Words of %d", i)}, header("If-Match", `"1"`))
				if err != nil {
					t.Error(err)
				}
				mu.Lock()
				status[r.status]++
				mu.Unlock()
			})
			if status[200] != 1 || status[412] != 7 {
				t.Errorf("eight saves of the same revision: %v, want one 200 and seven 412", status)
			}
		})
	})
}
